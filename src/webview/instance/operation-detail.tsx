import type { JSX } from 'preact';
import { readableFailure } from '../../core/values/serialised-exception';
import type { Operation } from '../../core/history/compact-history';
import type { HistoryEvent } from '../../core/history/history';
import { dateTimeText, durationText } from '../models/time-text';
import { CopyButton } from '../ui/copy-button';
import { IconButton } from '../ui/icon-button';
import { JsonView } from '../ui/json-view';
import { StackText } from '../ui/stack-text';
import { KeptNote } from './kept-note';
import { operationKinds } from './operation-kinds';
import type { InstanceParts } from './panel-context';
import { WhatIfButton } from './what-if-button';

interface OperationDetailProps {
  operation: Operation;
  parts: InstanceParts;
  /** The history that it is of, where that is another one than the panel's. */
  events?: readonly HistoryEvent[];
  /** Absent where the rows are not to be shown in this panel. */
  onRow?: (at: number) => void;
  onClose: () => void;
}

const mostRows = 20;

/** One operation, whole: what went in and came out, and the stored rows that it is made of. */
export function OperationDetail({ operation, parts, onRow, onClose, ...given }: OperationDetailProps): JSX.Element {
  const { kind, name, input, result, failure, attempts, rows, queuedMs, runMs, startMs, instanceId } = operation;
  const { transport } = parts;
  // The row that answers it, or the only one.
  const last = kind === 'end' ? undefined : rows.at(-1);
  const events = given.events ?? parts.state.events;
  const times = [
    dateTimeText(startMs),
    queuedMs === null || queuedMs < 1 ? '' : `queued ${durationText(queuedMs)}`,
    runMs === null ? '' : `ran ${durationText(runMs)}`,
    attempts > 1 ? `${attempts} attempts` : '',
  ].filter((each) => each !== '');
  return (
    <aside class="history-detail" aria-label={`${operationKinds[kind]} ${name}`}>
      <div class="detail-head">
        <h2>
          {operationKinds[kind]} {name}
        </h2>
        <span class="quiet-text">{times.join(' · ')}</span>
        {instanceId === null ? null : (
          <button type="button" class="link" onClick={() => transport.send({ type: 'openInstance', instanceId })}>
            Open {instanceId}
          </button>
        )}
        <div class="toolbar-end">
          <WhatIfButton
            parts={parts}
            row={given.events !== undefined || last === undefined ? undefined : last + 1}
            what="had come of it"
          />
          <CopyButton
            label="Copy the rows as JSON"
            onCopy={() =>
              transport.send({
                type: 'copyText',
                text: JSON.stringify(
                  rows.map((at) => events[at]),
                  null,
                  2,
                ),
              })
            }
          />
          <IconButton icon="close" label="Close the detail" onClick={onClose} />
        </div>
      </div>
      <div class="detail-body">
        {operation.note === null ? null : (
          <div class="detail-field">
            <h3>Note</h3>
            <p class="operation-note">{operation.note}</p>
          </div>
        )}
        {input === null || input === '' ? null : (
          <div class="detail-field">
            <h3>Input {operation.isInputKept ? <KeptNote /> : null}</h3>
            <JsonView text={input} label="Input" />
          </div>
        )}
        {failure === null ? (
          result === null || result === '' ? null : (
            <div class="detail-field">
              <h3>{kind === 'event' ? 'Data' : 'Result'}</h3>
              <JsonView text={result} label="Result" />
            </div>
          )
        ) : (
          <div class="detail-field">
            <h3>Failure</h3>
            <p class="failure-message">{result}</p>
            <StackText text={readableFailure(failure)} label="Failure as it was stored" />
          </div>
        )}
        <div class="detail-field">
          <h3>Rows of the stored history</h3>
          <ul class="detail-rows">
            {rows.slice(0, mostRows).map((at) => (
              <li key={at}>
                {onRow === undefined ? (
                  `${at + 1} · ${events[at]?.EventType}`
                ) : (
                  <button type="button" class="link" onClick={() => onRow(at)}>
                    {at + 1} · {events[at]?.EventType}
                  </button>
                )}
              </li>
            ))}
            {rows.length > mostRows ? <li class="quiet-text">and {(rows.length - mostRows).toLocaleString('en')} more</li> : null}
          </ul>
        </div>
      </div>
    </aside>
  );
}
