import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icon';
import { useUniqueId } from './hooks';

interface SectionProps {
  title: string;
  /** Beside the title. */
  note?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  startsOpen?: boolean;
  class?: string;
}

/** A titled part of a panel that folds. */
export function Section({ title, note, actions, children, startsOpen = true, class: extra = '' }: SectionProps): JSX.Element {
  const [open, setOpen] = useState(startsOpen);
  const id = useUniqueId('section');
  return (
    <section class={`section ${extra}`} aria-labelledby={id}>
      <div class="section-head">
        <h2 id={id}>
          <button type="button" class="section-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name={open ? 'chevron-down' : 'chevron-right'} />
            {title}
          </button>
        </h2>
        {note === undefined ? null : <span class="section-note">{note}</span>}
        <span class="section-actions">{actions}</span>
      </div>
      {open ? <div class="section-body">{children}</div> : null}
    </section>
  );
}
