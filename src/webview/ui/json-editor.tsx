import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { findJsonMistake } from '../../base/json-text';
import { useUniqueId } from './hooks';

interface JsonEditorProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  onSubmit: () => void;
  placeholder?: string;
}

/** A field for JSON text. A mistake is underlined where it is, and named below with line and column. */
export function JsonEditor({ label, value, onChange, onSubmit, placeholder }: JsonEditorProps): JSX.Element {
  const id = useUniqueId('json');
  const area = useRef<HTMLTextAreaElement>(null);
  const ground = useRef<HTMLPreElement>(null);
  const mistake = findJsonMistake(value);
  const follow = (): void => {
    if (ground.current === null || area.current === null) return;
    ground.current.scrollTop = area.current.scrollTop;
    ground.current.scrollLeft = area.current.scrollLeft;
  };
  const goToMistake = (): void => {
    if (mistake === undefined) return;
    area.current?.focus();
    area.current?.setSelectionRange(mistake.offset, mistake.offset + 1);
  };
  const markedEnd = mistake === undefined ? 0 : mistake.offset + 1;
  return (
    <div class={`json-editor ${mistake === undefined ? '' : 'invalid'}`}>
      <label for={id} class="field-label">
        {label}
      </label>
      <div class="json-editor-box">
        {/* The same text below the field, invisible but for the mark: a text area cannot underline a part of itself. */}
        <pre class="json-editor-ground" ref={ground} aria-hidden="true">
          {mistake === undefined ? (
            value
          ) : (
            <>
              {value.slice(0, mistake.offset)}
              <mark>{value.slice(mistake.offset, markedEnd).replace(/^\s?$/, ' ')}</mark>
              {value.slice(markedEnd)}
            </>
          )}
          {'\n'}
        </pre>
        <textarea
          id={id}
          ref={area}
          value={value}
          placeholder={placeholder}
          spellcheck={false}
          rows={Math.min(12, Math.max(3, value.split('\n').length))}
          aria-invalid={mistake !== undefined}
          aria-describedby={mistake === undefined ? undefined : `${id}-mistake`}
          onInput={(event) => onChange(event.currentTarget.value)}
          onScroll={follow}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onSubmit();
          }}
        />
      </div>
      <div class="json-editor-mistake" id={`${id}-mistake`} aria-live="polite">
        {mistake === undefined ? null : (
          <button type="button" class="link" onClick={goToMistake}>
            Line {mistake.line1}, column {mistake.column1}: {mistake.message}
          </button>
        )}
      </div>
    </div>
  );
}
