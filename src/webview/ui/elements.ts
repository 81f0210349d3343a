/** The library's elements this code uses: registers them and types them for JSX. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-progress-ring/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { HTMLAttributes } from 'preact';

type Tag<Extra> = HTMLAttributes<HTMLElement> & Extra;

declare module 'preact' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way JSX is told of custom elements
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': Tag<{ secondary?: boolean; disabled?: boolean; type?: 'submit' | 'button' }>;
      'vscode-checkbox': Tag<{ checked?: boolean; disabled?: boolean; label?: string; indeterminate?: boolean }>;
      'vscode-option': Tag<{ value?: string; selected?: boolean }>;
      'vscode-progress-ring': Tag<object>;
      'vscode-single-select': Tag<{ value?: string; label?: string; combobox?: boolean }>;
      'vscode-textfield': Tag<{
        value?: string;
        label?: string;
        placeholder?: string;
        type?: 'text' | 'search';
        invalid?: boolean;
      }>;
    }
  }
}

/** The value of a field that an event came from. */
export function fieldValue(event: Event): string {
  return (event.currentTarget as HTMLElement & { value: string }).value;
}
