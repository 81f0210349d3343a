import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../../base/error-message';
import { findJsonMistake } from '../../base/json-text';
import { hashOf } from '../transport/browser-place';
import type { BrowserHub, StartForm } from '../transport/browser-hub';
import { fieldValue } from '../ui/elements';
import { useStore } from '../ui/hooks';
import { JsonEditor } from '../ui/json-editor';
import { ModalDialog } from '../ui/modal-dialog';

interface StartDialogProps {
  hub: BrowserHub;
  /** What the form begins with. */
  begin: StartForm;
  onClose: () => void;
}

/** Starts an instance, and opens it. */
export function StartDialog({ hub, begin, onClose }: StartDialogProps): JSX.Element {
  const [names, setNames] = useState<readonly string[]>(begin.name === undefined ? [] : [begin.name]);
  const [name, setName] = useState(begin.name ?? '');
  const [instanceId, setInstanceId] = useState('');
  const [input, setInput] = useState(begin.input ?? '');
  const [problem, setProblem] = useState<string | null>(null);
  const { info } = useStore(hub.state);
  // Also where the connection comes after the form.
  useEffect(() => {
    void hub.orchestrators().then(
      (found) => {
        setNames(found);
        setName((now) => (now === '' ? (found[0] ?? '') : now));
      },
      (error: unknown) => setProblem(messageOf(error)),
    );
  }, [info]);
  const canStart = name !== '' && (input.trim() === '' || findJsonMistake(input) === undefined);
  const start = async (): Promise<void> => {
    if (!canStart) return;
    try {
      const started = await hub.start(name, instanceId.trim(), input.trim() === '' ? null : input);
      onClose();
      location.hash = hashOf(started);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <ModalDialog
      kind="start-dialog"
      title="Start an instance"
      problem={problem}
      verb="Start"
      isDisabled={!canStart}
      onVerb={() => void start()}
      onCancel={onClose}
    >
      <label class="start-field">
        <span>Orchestrator</span>
        <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
          {[...new Set([...names, ...(name === '' ? [] : [name])])].map((each) => (
            <option key={each} value={each} selected={each === name}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <div class="start-field">
        <span aria-hidden="true">Id</span>
        <vscode-textfield
          class="start-id"
          label="Instance id"
          placeholder="made up where none is given"
          value={instanceId}
          onInput={(event: Event) => setInstanceId(fieldValue(event))}
        />
      </div>
      <div class="start-field">
        <JsonEditor label="Input, JSON" value={input} onChange={setInput} onSubmit={() => void start()} />
      </div>
    </ModalDialog>
  );
}
