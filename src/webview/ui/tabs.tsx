import type { ComponentChildren, JSX } from 'preact';
import { useRef } from 'preact/hooks';

export interface Tab<Id extends string> {
  id: Id;
  title: string;
  /** Shown small behind the title. */
  count?: number;
}

interface TabsProps<Id extends string> {
  label: string;
  tabs: readonly Tab<Id>[];
  active: Id;
  onSelect: (id: Id) => void;
  children: ComponentChildren;
}

/** A row of tabs with the panel of the active one; arrows, Home and End move as the ARIA pattern has it. */
export function Tabs<Id extends string>({ label, tabs, active, onSelect, children }: TabsProps<Id>): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === active);
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    onSelect(next.id);
    list.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`tab-${tab.id}`}
            aria-selected={tab.id === active}
            aria-controls={tab.id === active ? `tabpanel-${tab.id}` : undefined}
            tabIndex={tab.id === active ? 0 : -1}
            class="tab"
            onClick={() => onSelect(tab.id)}
          >
            {tab.title}
            {tab.count === undefined ? null : <span class="tab-count">{tab.count.toLocaleString('en')}</span>}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`tabpanel-${active}`} aria-labelledby={`tab-${active}`} key={active}>
        {children}
      </div>
    </>
  );
}
