import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Notice } from '../instance/panel-context';
import { findJsonMistake } from '../../base/json-text';
import type { EntityStore } from '../state/entity-state';
import { fieldValue } from '../ui/elements';
import { useUniqueId } from '../ui/hooks';
import { JsonEditor } from '../ui/json-editor';

interface SignalFormProps {
  store: EntityStore;
  /** Names of operations seen so far. */
  known: readonly string[];
  tell: (notice: Notice) => void;
  onClose: () => void;
}

/** Operation and JSON input of a signal; sends it, or says why it could not. */
export function SignalForm({ store, known, tell, onClose }: SignalFormProps): JSX.Element {
  const [operation, setOperation] = useState('');
  const [input, setInput] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const form = useRef<HTMLDivElement>(null);
  const listId = useUniqueId('operations');
  useEffect(() => form.current?.querySelector<HTMLElement>('input')?.focus(), []);
  const ready = operation.trim() !== '' && findJsonMistake(input) === undefined;
  const send = async (): Promise<void> => {
    if (!ready) return;
    const result = await store.signal(operation.trim(), input.trim() === '' ? null : input);
    if (!result.ok) {
      setProblem(result.message ?? 'The signal could not be sent.');
      return;
    }
    tell({ kind: 'info', text: result.message ?? `Sent ${operation.trim()}.` });
    onClose();
  };
  return (
    <div
      class="raise-event"
      ref={form}
      role="group"
      aria-label="Signal the entity"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div class="raise-name">
        <label class="field-label" for={`${listId}-name`}>
          Operation
        </label>
        <input
          id={`${listId}-name`}
          class="text-input"
          list={listId}
          value={operation}
          onInput={(event) => setOperation(fieldValue(event))}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void send();
          }}
        />
        <datalist id={listId}>
          {known.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      <JsonEditor
        label="Input (JSON; empty for none)"
        value={input}
        onChange={setInput}
        onSubmit={() => void send()}
        placeholder='5, "text", { "amount": 3 }'
      />
      {problem === null ? null : (
        <p class="field-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="raise-buttons">
        <vscode-button disabled={!ready} onClick={() => void send()} data-action="send">
          Send
        </vscode-button>
        <vscode-button secondary onClick={onClose}>
          Cancel
        </vscode-button>
      </div>
    </div>
  );
}
