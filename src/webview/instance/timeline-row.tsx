import type { JSX } from 'preact';
import { dateTimeText, durationText } from '../models/time-text';
import type { TimelineBar } from '../models/timeline';
import { densityOf, type BarRow, type GroupRow, type TimelineRow } from '../models/timeline-rows';
import { Icon } from '../ui/icon';

const barIcons = { activity: 'zap', timer: 'clockface', child: 'type-hierarchy-sub', event: 'mail' } as const;
export const kindTitles = { activity: 'Activity', timer: 'Timer', child: 'Sub-orchestration', event: 'Event' } as const;
const indentPx = 14;
const slotPx = 3;
const densityHeight = 20;

export interface Chart {
  /** Pixels from the left of the bars. */
  x: (ms: number) => number;
  /** The same, no further outside than can be told from the edge. */
  clip: (ms: number) => number;
  labelWidth: number;
  chartWidth: number;
  nowMs: number;
}

interface TimelineRowProps {
  row: TimelineRow;
  place: number;
  start: number;
  isCursor: boolean;
  chart: Chart;
}

export function TimelineRowView({ row, place, start, isCursor, chart }: TimelineRowProps): JSX.Element {
  const isOpen = row.type === 'note' ? null : row.isOpen;
  const text = rowText(row, chart.nowMs);
  return (
    <div
      id={`timeline-row-${place}`}
      class={`timeline-row ${isCursor ? 'cursor-row' : ''}`}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={isCursor}
      aria-expanded={isOpen === null ? undefined : isOpen}
      title={text}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span class="sr-only">{text}</span>
      <span class="timeline-label" aria-hidden="true" style={{ paddingLeft: `${2 + row.depth * indentPx}px` }}>
        {isOpen === null ? (
          <span class="row-no-chevron" />
        ) : (
          <span class="row-chevron">
            <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} />
          </span>
        )}
        {row.type === 'note' ? <em class="label-text quiet-text">{row.text}</em> : <Label row={row} />}
      </span>
      {row.type === 'bar' ? <Bar bar={row.bar} chart={chart} /> : row.type === 'group' ? <Group row={row} chart={chart} /> : null}
    </div>
  );
}

function Label({ row }: { row: BarRow | GroupRow }): JSX.Element {
  if (row.type === 'group') {
    return (
      <>
        <Icon name={row.failed > 0 ? 'error' : barIcons[row.kind]} />
        <span class="label-text">{row.label}</span>
        <span class="pill">× {row.bars.length.toLocaleString('en')}</span>
        <span class="label-id">{row.p50Ms === null ? '' : durationText(row.p50Ms)}</span>
      </>
    );
  }
  const { kind, label, attempt, eventId } = row.bar;
  return (
    <>
      <Icon name={barIcons[kind]} />
      <span class="label-text">{label}</span>
      {attempt > 1 ? <span class="pill">{attempt}</span> : null}
      {eventId < 0 ? null : <span class="label-id">#{eventId}</span>}
    </>
  );
}

function Bar({ bar, chart }: { bar: TimelineBar; chart: Chart }): JSX.Element {
  const { clip, labelWidth, chartWidth, nowMs } = chart;
  const left = clip(bar.startMs);
  const right = clip(bar.endMs ?? nowMs);
  const queued = bar.isQueued || bar.runStartMs === null ? 0 : Math.max(0, clip(bar.runStartMs) - left);
  return (
    <>
      <span
        class={`bar bar-${bar.kind} bar-${bar.isQueued ? 'waits' : bar.state} ${bar.startIsGuess ? 'guess' : ''}`}
        style={{ left: `${labelWidth + left}px`, width: `${Math.max(3, right - left)}px` }}
      >
        {queued < 1 ? null : <span class="bar-queued" style={{ width: `${queued}px` }} />}
      </span>
      {bar.endMs === null || chartWidth - right < 64 ? null : (
        <span class="bar-time" aria-hidden="true" style={{ left: `${labelWidth + Math.max(right, left + 3) + 6}px` }}>
          {/* Before what is shown. */}
          {right <= 0 ? '‹ ' : ''}
          {durationText(bar.endMs - bar.startMs)}
        </span>
      )}
    </>
  );
}

/** How many ran beside one another, as a hill over time; where some failed in red. */
function Group({ row, chart }: { row: GroupRow; chart: Chart }): JSX.Element {
  const { x, labelWidth, chartWidth, nowMs } = chart;
  const { most, slots } = densityOf(row.bars, Math.max(1, Math.floor(chartWidth / slotPx)), (ms) => x(ms) / slotPx, nowMs);
  let running = '';
  let failed = '';
  slots.forEach((slot, at) => {
    if (slot.bars === 0) return;
    const tall = Math.max(2, (slot.bars / most) * densityHeight).toFixed(1);
    const part = `M${at * slotPx} ${densityHeight}v-${tall}h${slotPx}v${tall}z`;
    if (slot.failed > 0) failed += part;
    else running += part;
  });
  return (
    <svg
      class={`density bar-${row.kind}`}
      width={chartWidth}
      height={densityHeight}
      aria-hidden="true"
      style={{ left: `${labelWidth}px` }}
    >
      <path class="density-running" d={running} />
      <path class="density-failed" d={failed} />
    </svg>
  );
}

function rowText(row: TimelineRow, nowMs: number): string {
  if (row.type === 'note') return row.text;
  return row.type === 'bar' ? barText(row.bar, nowMs) : groupText(row);
}

export function groupText({ kind, label, bars, failed, open, p50Ms, maxMs }: GroupRow): string {
  const parts = [
    `${kindTitles[kind]} ${label}, ${bars.length.toLocaleString('en')} times`,
    open === 0 ? '' : `${open.toLocaleString('en')} not ended`,
    failed === 0 ? '' : `${failed.toLocaleString('en')} failed`,
    p50Ms === null ? '' : `half took up to ${durationText(p50Ms)}`,
    maxMs === null ? '' : `the longest ${durationText(maxMs)}`,
  ];
  return parts.filter(Boolean).join(', ');
}

export function barText(bar: TimelineBar, nowMs: number): string {
  const states = { open: 'not ended', completed: 'completed', failed: 'failed', abandoned: 'never answered' };
  const isAwaited = bar.kind === 'event' && bar.state === 'open';
  const parts = [
    `${kindTitles[bar.kind]} ${bar.label}${bar.eventId < 0 ? '' : ` #${bar.eventId}`}`,
    bar.attempt > 1 ? `attempt ${bar.attempt}` : '',
    isAwaited
      ? 'is waited for'
      : bar.kind === 'event'
        ? 'came'
        : bar.isQueued
          ? 'queued, no worker has taken it yet'
          : states[bar.state],
    bar.startIsGuess && !isAwaited
      ? `at ${dateTimeText(bar.endMs ?? bar.startMs)}; the bar starts where the orchestrator came to rest before`
      : `${durationText((bar.endMs ?? nowMs) - bar.startMs)} from ${dateTimeText(bar.startMs)}`,
    bar.runStartMs === null ? '' : `queued ${durationText(bar.runStartMs - bar.startMs)}`,
    bar.kind === 'timer' && bar.state === 'open' && bar.dueMs !== null ? `due ${dateTimeText(bar.dueMs)}` : '',
  ];
  return parts.filter(Boolean).join(', ');
}
