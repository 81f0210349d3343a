import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { messageOf } from '../../base/error-message';
import { findJsonMistake } from '../../base/json-text';
import { type ForkChange, parseForkChange } from '../../core/instances/forks';
import { profileOf } from '../../core/instances/instance';
import { forkableRows, type ForkChoice, forkChoices, rowText } from '../../core/turns/fork-choices';
import { isTerminal } from '../../core/values/status';
import type { BrowserHub, ForkFacts, WhatIfForm } from '../transport/browser-hub';
import { fieldValue } from '../ui/elements';
import { JsonEditor } from '../ui/json-editor';
import { ModalDialog } from '../ui/modal-dialog';

interface WhatIfDialogProps {
  hub: BrowserHub;
  begin: WhatIfForm;
  onForked: (instanceId: string) => void;
  onClose: () => void;
}

/** "What if…": the run is taken up again at a row, in another instance, with one thing changed. */
export function WhatIfDialog({ hub, begin, onForked, onClose }: WhatIfDialogProps): JSX.Element {
  const [facts, setFacts] = useState<ForkFacts | null>(null);
  const [row, setRow] = useState(begin.row);
  const [chosen, setChosen] = useState(0);
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [dry, setDry] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [isForking, setForking] = useState(false);
  useEffect(() => {
    void hub.forkFacts(begin.instanceId).then(setFacts, (error: unknown) => setProblem(messageOf(error)));
  }, []);
  const rows = useMemo(() => (facts === null ? [] : rowsOf(facts, begin.row)), [facts]);
  const choices = useMemo(() => (facts === null ? [] : choicesOf(facts, row)), [facts, row]);
  const choice = choices[chosen];
  useEffect(() => {
    setName('');
    setValue(choice?.recorded ?? '');
    setProblem(null);
  }, [choice]);
  const change = choice === undefined ? undefined : changeOf(choice, name.trim(), value.trim());
  const fork = async (): Promise<void> => {
    if (change === undefined || isForking) return;
    setForking(true);
    try {
      onForked(await hub.fork(begin.instanceId, { row, change, ...(dry ? { dry } : {}) }));
    } catch (error) {
      setForking(false);
      setProblem(messageOf(error));
    }
  };
  const chooseRow = (next: number): void => {
    setRow(next);
    setChosen(0);
  };
  return (
    <ModalDialog
      kind="start-dialog what-if-dialog"
      title="What if…"
      problem={problem}
      verb="Fork"
      isDisabled={change === undefined || isForking}
      onVerb={() => void fork()}
      onCancel={onClose}
    >
      <label class="start-field">
        <span>At row</span>
        <select class="what-if-row" value={row} onChange={(event) => chooseRow(Number(event.currentTarget.value))}>
          {rows.map((each) => (
            <option key={each} value={each} selected={each === row}>
              {each}: {facts === null ? '' : shortened(rowText(facts.history, each))}
            </option>
          ))}
        </select>
      </label>
      <label class="start-field">
        <span>Change</span>
        <select
          class="what-if-change"
          value={chosen}
          disabled={choices.length === 0}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
        >
          {choices.map(({ label, detail }, index) => (
            <option key={index} value={index} selected={index === chosen}>
              {shortened(label)} ({detail})
            </option>
          ))}
        </select>
      </label>
      {facts !== null && choices.length === 0 ? (
        <p class="start-problem" role="alert">
          No fork can begin at this row: choose another one.
        </p>
      ) : null}
      {choice?.asks === 'event' || choice?.asks === 'failure' ? (
        <div class="start-field">
          <span aria-hidden="true">{choice.asks === 'event' ? 'Event' : 'Failure'}</span>
          <vscode-textfield
            class="start-id what-if-text"
            label={choice.asks === 'event' ? 'Name of the event' : 'Type and message of the failure'}
            placeholder={choice.asks === 'event' ? 'Approval' : 'CardError: declined'}
            value={name}
            onInput={(event: Event) => setName(fieldValue(event))}
          />
        </div>
      ) : null}
      {choice?.asks === 'event' || choice?.asks === 'json' ? (
        <div class="start-field">
          <JsonEditor
            label={choice.asks === 'event' ? 'Payload, JSON' : 'Value, JSON'}
            value={value}
            onChange={setValue}
            onSubmit={() => void fork()}
          />
        </div>
      ) : null}
      <div class="start-field">
        <vscode-checkbox
          class="what-if-dry"
          label="Dry: activities are answered from the recorded run where name and input are the same"
          checked={dry}
          onChange={(event: Event) => setDry((event.currentTarget as HTMLElement & { checked: boolean }).checked)}
        />
      </div>
    </ModalDialog>
  );
}

/** Those at which something can be changed, and the one that was asked for. */
function rowsOf({ history }: ForkFacts, wanted: number): readonly number[] {
  const rows = forkableRows(history).reverse();
  return rows.includes(wanted) ? rows : [...rows, wanted].sort((a, b) => a - b);
}

function choicesOf({ row: instance, history }: ForkFacts, row: number): readonly ForkChoice[] {
  return forkChoices({ profile: profileOf(instance), history, row, isOver: isTerminal(instance.runtimeStatus) });
}

/** Undefined: something is still to be said. */
function changeOf(choice: ForkChoice, name: string, value: string): ForkChange | null | undefined {
  switch (choice.asks) {
    case null:
      return choice.change;
    case 'failure':
      return name === '' ? undefined : parseForkChange(`failure=${name}`);
    case 'event':
      return name === '' || findJsonMistake(value) !== undefined
        ? undefined
        : { type: 'raise', name, data: value === '' ? null : value };
    case 'json':
      return value === '' || findJsonMistake(value) !== undefined ? undefined : ({ type: choice.type, value } as ForkChange);
  }
}

function shortened(text: string): string {
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}
