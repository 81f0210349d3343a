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

/** How much is shown; what follows it stands at the right. A count that changes all the time is quiet: it is not read out each time. */
export function ToolbarCount(props: { children: ComponentChildren; about?: string; isQuiet?: boolean }): JSX.Element {
  return (
    <>
      <span class="toolbar-gap" />
      <span class="row-count" title={props.about} aria-live={props.isQuiet === true ? 'off' : 'polite'}>
        {props.children}
      </span>
    </>
  );
}
