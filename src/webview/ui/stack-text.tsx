import type { JSX } from 'preact';
import { stackLines } from '../../core/values/failure-text';

/** The text of a failure with its stack: what nobody wrote for this app stands back. */
export function StackText({ text, label }: { text: string; label: string }): JSX.Element {
  return (
    <pre class="failure-text" tabIndex={0} role="group" aria-label={label}>
      {stackLines(text).map((line, at) => (
        <span key={at} class={line.isForeign ? 'foreign-frame' : ''}>
          {line.text}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
