import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { findJsonMistake } from '../../base/json-text';
import { fieldValue } from '../ui/elements';
import { JsonEditor } from '../ui/json-editor';
import { useUniqueId } from '../ui/hooks';
import type { InstanceParts } from './panel-context';

interface RaiseEventProps {
  parts: InstanceParts;
  /** The name to begin with; a fixed one cannot be changed. */
  name: string;
  fixed: boolean;
  onClose: () => void;
}

/** Name and JSON data of an event; raises it, or says why it could not. */
export function RaiseEvent({ parts, name: firstName, fixed, onClose }: RaiseEventProps): JSX.Element {
  const [name, setName] = useState(firstName);
  const [data, setData] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const listId = useUniqueId('event-names');
  useEffect(() => form.current?.querySelector<HTMLElement>(fixed ? 'textarea' : 'input')?.focus(), []);
  const mistake = findJsonMistake(data);
  const ready = name.trim() !== '' && mistake === undefined && !busy;
  const raise = async (): Promise<void> => {
    if (!ready) return;
    setBusy(true);
    const result = await parts.store.raiseEvent(name.trim(), data.trim() === '' ? null : data);
    setBusy(false);
    if (!result.ok) {
      setProblem(result.message ?? 'The event could not be raised.');
      return;
    }
    parts.tell({ kind: 'info', text: result.message ?? `Event "${name.trim()}" was raised.` });
    onClose();
  };
  return (
    <div
      class="raise-event"
      ref={form}
      role="group"
      aria-label={`Raise event ${firstName}`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {fixed ? null : (
        <div class="raise-name">
          <label class="field-label" for={`${listId}-name`}>
            Event name
          </label>
          <input
            id={`${listId}-name`}
            class="text-input"
            list={listId}
            value={name}
            onInput={(event) => setName(fieldValue(event))}
            onKeyDown={(event) => {
              if (event.key === 'Enter') void raise();
            }}
          />
          <datalist id={listId}>
            {parts.snapshot.knownEventNames.map((known) => (
              <option key={known} value={known} />
            ))}
          </datalist>
        </div>
      )}
      <JsonEditor
        label="Data (JSON; empty for none)"
        value={data}
        onChange={setData}
        onSubmit={() => void raise()}
        placeholder='true, "text", { "approved": true }'
      />
      {problem === null ? null : (
        <p class="field-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="raise-buttons">
        <vscode-button disabled={!ready} onClick={() => void raise()} data-action="raise">
          Raise
        </vscode-button>
        <vscode-button secondary onClick={onClose}>
          Cancel
        </vscode-button>
      </div>
    </div>
  );
}
