import type { JSX } from 'preact';

interface SegmentsProps<Id extends string> {
  label: string;
  choices: readonly { id: Id; title: string; hint: string }[];
  chosen: Id;
  onChoose: (id: Id) => void;
}

/** One of a few, side by side; the arrows go from one to the next. */
export function Segments<Id extends string>({ label, choices, chosen, onChoose }: SegmentsProps<Id>): JSX.Element {
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {choices.map(({ id, title, hint }, at) => (
        <button
          key={id}
          type="button"
          role="radio"
          aria-checked={chosen === id}
          tabIndex={chosen === id ? 0 : -1}
          class="segment"
          title={hint}
          onClick={() => onChoose(id)}
          onKeyDown={(event) => {
            if (!event.key.startsWith('Arrow')) return;
            event.preventDefault();
            const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : -1;
            const next = (at + step + choices.length) % choices.length;
            const other = choices[next];
            if (other === undefined) return;
            onChoose(other.id);
            (event.currentTarget.parentElement?.children[next] as HTMLElement | undefined)?.focus();
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
