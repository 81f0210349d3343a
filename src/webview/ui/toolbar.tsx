import type { ComponentChildren, JSX } from 'preact';
import { fieldValue } from './elements';

interface FilterFieldProps {
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
}

/** At the left of the line above a list: what narrows it. */
export function FilterField({ onText, text, ...names }: FilterFieldProps): JSX.Element {
  return (
    <vscode-textfield
      class="filter"
      type="search"
      {...names}
      value={text}
      onInput={(event: Event) => onText(fieldValue(event))}
    />
  );
}

interface ToolbarEndProps {
  /** How much is shown. */
  count: ComponentChildren;
  about?: string;
  /** For a count that changes all the time: it is not read out each time. */
  isQuiet?: boolean;
  /** What is done with all of it. */
  children?: ComponentChildren;
}

/** At the right of the line above a list, in one piece where the line has no room for it. */
export function ToolbarEnd({ count, about, isQuiet = false, children }: ToolbarEndProps): JSX.Element {
  return (
    <span class="toolbar-end">
      <span class="row-count" title={about} aria-live={isQuiet ? 'off' : 'polite'}>
        {count}
      </span>
      {children}
    </span>
  );
}
