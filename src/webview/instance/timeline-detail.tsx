import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { CompactHistory } from '../../core/history/compact-history';
import { durationText } from '../models/time-text';
import type { BarRow, GroupRow } from '../models/timeline-rows';
import { IconButton } from '../ui/icon-button';
import { OperationDetail } from './operation-detail';
import type { InstanceParts } from './panel-context';
import { barText, groupText, kindTitles } from './timeline-row';

interface TimelineDetailProps {
  row: BarRow | GroupRow;
  parts: InstanceParts;
  nowMs: number;
  /** Shows the bar of this key, of a group. */
  onPick: (key: string) => void;
  onClose: () => void;
}

const mostSlow = 5;

/** What there is to know of one bar, or of many calls of one function. */
export function TimelineDetail({ row, parts, nowMs, onPick, onClose }: TimelineDetailProps): JSX.Element {
  const isOwn = row.instanceId === parts.instance.instanceId;
  const events = isOwn ? parts.state.events : (parts.state.children.get(row.instanceId) ?? []);
  const at = row.type === 'bar' ? (row.bar.openedAt ?? row.bar.closedAt) : null;
  const operation = useMemo(
    () => (at === null ? undefined : new CompactHistory().update('1', events).find(({ rows }) => rows.includes(at))),
    [events, events.length, at],
  );
  if (row.type === 'bar' && operation !== undefined) {
    return (
      <OperationDetail
        operation={operation}
        parts={parts}
        events={events}
        {...(isOwn ? { onRow: parts.showRow } : {})}
        onClose={onClose}
      />
    );
  }
  const title =
    row.type === 'bar'
      ? `${kindTitles[row.bar.kind]} ${row.bar.label}`
      : `${kindTitles[row.kind]} ${row.label} × ${row.bars.length.toLocaleString('en')}`;
  const bars = row.type === 'bar' ? [] : row.bars;
  const slowest = bars
    .map((bar) => ({ bar, ms: (bar.endMs ?? nowMs) - bar.startMs }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, mostSlow);
  const failed = bars.filter(({ state }) => state === 'failed').slice(0, mostSlow);
  const list = (heading: string, of: readonly { bar: (typeof bars)[number]; text: string }[]): JSX.Element => (
    <div class="detail-field">
      <h3>{heading}</h3>
      <ul class="detail-rows">
        {of.map(({ bar, text }) => (
          <li key={bar.key}>
            <button type="button" class="link" onClick={() => onPick(`${row.instanceId}/${bar.key}`)}>
              {bar.eventId < 0 ? bar.label : `#${bar.eventId}`}
            </button>{' '}
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
  return (
    <aside class="history-detail" aria-label={title}>
      <div class="detail-head">
        <h2>{title}</h2>
        <span class="toolbar-gap" />
        <IconButton icon="close" label="Close the detail" onClick={onClose} />
      </div>
      <div class="detail-body">
        <p>{row.type === 'bar' ? barText(row.bar, nowMs) : groupText(row)}</p>
        {slowest.length === 0
          ? null
          : list(
              'The slowest',
              slowest.map(({ bar, ms }) => ({ bar, text: durationText(ms) })),
            )}
        {failed.length === 0
          ? null
          : list(
              'The first that failed',
              failed.map((bar) => ({ bar, text: durationText((bar.endMs ?? nowMs) - bar.startMs) })),
            )}
      </div>
    </aside>
  );
}
