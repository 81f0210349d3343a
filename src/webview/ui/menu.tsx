import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useDismiss } from './hooks';
import { Icon } from './icon';
import { IconButton } from './icon-button';

export interface MenuItem {
  label: string;
  icon?: string;
  /** For items that are on or off; the menu stays open. */
  checked?: boolean;
  disabled?: boolean;
  /** Right of the label. */
  detail?: string;
  onSelect: () => void;
}

interface MenuProps {
  items: readonly MenuItem[];
  label: string;
  onClose: (byEscape: boolean) => void;
}

/** Items one below the other; arrows, Home, End, letters and Escape as in the editor's own menus. */
export function Menu({ items, label, onClose }: MenuProps): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const buttons = (): HTMLButtonElement[] => [
    ...(list.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? []),
  ];
  useLayoutEffect(() => {
    if (list.current !== null) keepInSight(list.current);
  }, []);
  useEffect(() => buttons()[0]?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = buttons();
    const at = all.findIndex((button) => button === document.activeElement);
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    const to =
      moves[event.key] ??
      (event.key.length === 1
        ? all.findIndex(
            (button, index) => index > at && button.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()),
          )
        : -2);
    if (event.key === 'Tab') onClose(false);
    if (to === -2 || !(event.key in moves || to >= 0)) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  return (
    <div class="menu" role="menu" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          class="menu-item"
          role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
          aria-checked={item.checked}
          tabIndex={-1}
          disabled={item.disabled ?? false}
          onClick={() => {
            if (item.checked === undefined) onClose(true);
            item.onSelect();
          }}
        >
          <Icon name={item.checked === undefined ? (item.icon ?? 'blank') : item.checked ? 'check' : 'blank'} />
          <span class="menu-label">{item.label}</span>
          {item.detail === undefined ? null : <span class="menu-detail">{item.detail}</span>}
        </button>
      ))}
    </div>
  );
}

interface MenuButtonProps {
  icon: string;
  label: string;
  text?: string;
  items: readonly MenuItem[];
  children?: ComponentChildren;
  disabled?: boolean;
}

/** A button that opens a menu below it and takes the focus back. */
export function MenuButton({ icon, label, text, items, children, disabled = false }: MenuButtonProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const close = (giveFocusBack: boolean): void => {
    setOpen(false);
    if (giveFocusBack) ref.current?.querySelector('button')?.focus();
  };
  const ref = useDismiss(open, close);
  return (
    <div class="menu-anchor" ref={ref}>
      <IconButton
        icon={icon}
        label={label}
        expanded={open}
        disabled={disabled}
        onClick={() => setOpen(!open)}
        {...(text === undefined ? {} : { text })}
      />
      {children}
      {open ? <Menu items={items} label={label} onClose={close} /> : null}
    </div>
  );
}

const edgePx = 4;

/** A toolbar that has wrapped may have put the menu's button at the other side. */
function keepInSight(menu: HTMLElement): void {
  const { left, right } = menu.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const shift = left < edgePx ? edgePx - left : Math.min(width - edgePx - right, 0);
  if (shift !== 0) menu.style.translate = `${Math.round(shift)}px 0`;
}
