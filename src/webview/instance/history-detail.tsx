import type { JSX } from 'preact';
import { fromTimestamp } from '../../core/values/time';
import { shownText } from '../models/history-columns';
import { counterpart } from '../../core/history/history-links';
import { durationText } from '../models/time-text';
import { CopyButton } from '../ui/copy-button';
import { IconButton } from '../ui/icon-button';
import { JsonView } from '../ui/json-view';
import { InstanceLink } from './instance-link';
import { KeptNote } from './kept-note';
import type { InstanceParts } from './panel-context';
import { WhatIfButton } from './what-if-button';

/** Fields whose text is JSON and is worth unfolding by itself. */
const payloadFields = ['Input', 'Result', 'Data'] as const;

interface HistoryDetailProps {
  parts: InstanceParts;
  /** Position of the row in the commit order. */
  at: number;
  onGoTo: (at: number) => void;
  onClose: () => void;
}

/** One row, whole: its payload unfolded, every field as JSON, and the way to the row that answers it. */
export function HistoryDetail({ parts, at, onGoTo, onClose }: HistoryDetailProps): JSX.Element | null {
  const { state, instance, transport } = parts;
  const event = state.events[at];
  if (event === undefined) return null;
  const other = counterpart(state.events, at);
  const otherEvent = other === undefined ? undefined : state.events[other];
  const kept = 'KeptInput' in event ? event.KeptInput : undefined;
  const json = JSON.stringify(event);
  const apart = otherEvent === undefined ? 0 : Math.abs(fromTimestamp(otherEvent.Timestamp) - fromTimestamp(event.Timestamp));
  return (
    <aside class="history-detail" aria-label={`Row ${at + 1}`}>
      <div class="detail-head">
        <h2>
          {at + 1} · {event.EventType}
        </h2>
        {other === undefined || otherEvent === undefined ? null : (
          <button type="button" class="link" onClick={() => onGoTo(other)}>
            {other < at ? 'answers' : 'answered by'} row {other + 1} ({otherEvent.EventType}, {durationText(apart)}{' '}
            {other < at ? 'earlier' : 'later'})
          </button>
        )}
        {event.EventType !== 'SubOrchestrationInstanceCreated' ? null : (
          <InstanceLink instance={{ instanceId: event.InstanceId, name: event.Name }} transport={transport} />
        )}
        <div class="toolbar-end">
          <WhatIfButton parts={parts} row={at + 1} />
          <CopyButton
            label="Copy the row as JSON"
            onCopy={() => transport.send({ type: 'copyText', text: JSON.stringify(event, null, 2) })}
          />
          <IconButton
            icon="go-to-file"
            label="Open the row in an editor"
            onClick={() =>
              transport.send({
                type: 'openText',
                title: `${instance.instanceId} row ${at + 1}.json`,
                text: JSON.stringify(event, null, 2),
                language: 'json',
              })
            }
          />
          <IconButton icon="close" label="Close the detail" onClick={onClose} />
        </div>
      </div>
      <div class="detail-body">
        {payloadFields.map((field) => {
          const text = shownText(event, field, instance.instanceId);
          return text === '' || text === 'null' ? null : (
            <div key={field} class="detail-field">
              <h3>{field}</h3>
              <JsonView key={`${at}-${field}`} text={text} label={field} />
            </div>
          );
        })}
        {kept === undefined ? null : (
          <div class="detail-field">
            <h3>
              Input <KeptNote />
            </h3>
            <JsonView key={`${at}-kept`} text={kept} label="Input" />
          </div>
        )}
        <div class="detail-field">
          <h3>All fields</h3>
          <JsonView key={at} text={json} label="All fields" />
        </div>
      </div>
    </aside>
  );
}
