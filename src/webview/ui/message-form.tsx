import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { findJsonMistake } from '../../base/json-text';
import type { ActionResult } from '../../protocol/panel-values';
import { fieldValue } from './elements';
import { useUniqueId } from './hooks';
import { JsonEditor } from './json-editor';

interface MessageFormProps {
  /** Of the whole, for who does not see it. */
  label: string;
  name: {
    label: string;
    /** To begin with. */
    first: string;
    /** It cannot be changed, and is not shown. */
    isFixed: boolean;
    /** Offered while it is typed. */
    known: readonly string[];
  };
  /** `last`: what was sent under a name before, to begin with. */
  data: { label: string; placeholder: string; last?: (name: string) => string };
  button: { text: string; action: string };
  /** `data`: JSON text or null. */
  send: (name: string, data: string | null) => Promise<ActionResult>;
  /** Said when the answer gives no reason. */
  refusal: string;
  onSent: (name: string, result: ActionResult) => void;
  onClose: () => void;
}

/** Name and JSON data of a message to an instance; sends it, or says why it could not. */
export function MessageForm({
  label,
  name: asked,
  data: payload,
  button,
  send,
  refusal,
  onSent,
  onClose,
}: MessageFormProps): JSX.Element {
  const [name, setName] = useState(asked.first);
  const [data, setData] = useState(() => payload.last?.(asked.first) ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const listId = useUniqueId('names');
  useEffect(() => form.current?.querySelector<HTMLElement>(asked.isFixed ? 'textarea' : 'input')?.focus(), []);
  const ready = name.trim() !== '' && findJsonMistake(data) === undefined && !busy;
  const submit = async (): Promise<void> => {
    if (!ready) return;
    setBusy(true);
    const result = await send(name.trim(), data.trim() === '' ? null : data);
    setBusy(false);
    if (!result.ok) {
      setProblem(result.message ?? refusal);
      return;
    }
    onSent(name.trim(), result);
    onClose();
  };
  return (
    <div
      class="raise-event"
      ref={form}
      role="group"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {asked.isFixed ? null : (
        <div class="raise-name">
          <label class="field-label" for={`${listId}-name`}>
            {asked.label}
          </label>
          <input
            id={`${listId}-name`}
            class="text-input"
            list={listId}
            value={name}
            onInput={(event) => setName(fieldValue(event))}
            onKeyDown={(event) => {
              if (event.key === 'Enter') void submit();
            }}
          />
          <datalist id={listId}>
            {asked.known.map((known) => (
              <option key={known} value={known} />
            ))}
          </datalist>
        </div>
      )}
      <JsonEditor
        label={payload.label}
        value={data}
        onChange={setData}
        onSubmit={() => void submit()}
        placeholder={payload.placeholder}
      />
      {problem === null ? null : (
        <p class="field-problem" role="alert">
          {problem}
        </p>
      )}
      <div class="raise-buttons">
        <vscode-button disabled={!ready} onClick={() => void submit()} data-action={button.action}>
          {button.text}
        </vscode-button>
        <vscode-button secondary onClick={onClose}>
          Cancel
        </vscode-button>
      </div>
    </div>
  );
}
