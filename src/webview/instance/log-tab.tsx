import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import { countText } from '../../base/count-text';
import { fromTimestamp } from '../../core/values/time';
import type { SourcePlace } from '../../core/values/source-place';
import { isTerminal } from '../../core/values/status';
import { fileName } from '../models/file-name';
import { logRows, type LogRow } from '../models/log-rows';
import { changedDay, clockText, dateTimeText } from '../models/time-text';
import { Icon } from '../ui/icon';
import { IconButton } from '../ui/icon-button';
import { EmptyState } from '../ui/message';
import { FilterField, ToolbarEnd } from '../ui/toolbar';
import { usePreferred } from '../ui/use-remembered';
import { useVirtualRows } from '../ui/virtual-rows';
import type { InstanceParts } from './panel-context';

const rowHeight = 22;
const levelIcons = { warning: 'warning', error: 'error', critical: 'error' } as const;

/** What the instance has logged, each line once; replays are folded or left out. A click on a line shows the row it belongs to. */
export function LogTab({ parts }: { parts: InstanceParts }): JSX.Element {
  const { state, instance, memory } = parts;
  const [firstOnly, setFirstOnly] = usePreferred<boolean>(memory, 'logFirstOnly', z.boolean(), false);
  const [text, setText] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [follow, setFollow] = useState(!isTerminal(instance.runtimeStatus));
  const scroller = useRef<HTMLDivElement>(null);
  const all = useMemo(
    () => logRows(state.lines, instance.name, state.events),
    [state.lines, instance.name, state.historyKey, state.historyVersion],
  );
  const rows = useMemo(() => shownRows(all, text, firstOnly, opened), [all, text, firstOnly, opened]);
  const virtual = useVirtualRows({ count: rows.length, rowHeight, scroller });
  useLayoutEffect(() => {
    if (follow && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [follow, rows.length]);
  const count = all.reduce((sum, row) => sum + (row.type === 'line' ? 1 : 0), 0);
  return (
    <>
      <div class="toolbar" role="toolbar" aria-label="Log">
        <FilterField label="Filter lines by text" placeholder="Filter lines" text={text} onText={setText} />
        <IconButton
          icon="run-all"
          label="Leave out what code logs again when it is replayed"
          text="First run only"
          pressed={firstOnly}
          onClick={() => setFirstOnly(!firstOnly)}
        />
        <ToolbarEnd count={countText(count, 'line')}>
          <IconButton icon="arrow-down" label="Follow the newest lines" pressed={follow} onClick={() => setFollow(!follow)} />
        </ToolbarEnd>
      </div>
      {rows.length === 0 ? (
        <EmptyState icon="output" title={all.length === 0 ? 'Nothing was logged' : 'No line matches the filter'}>
          {all.length === 0
            ? 'Lines of context.log, console and the loggers of other languages appear here as they come. They are not kept when the emulator ends.'
            : 'Take the filter back to see all lines.'}
        </EmptyState>
      ) : (
        <div
          ref={scroller}
          class="log-lines"
          role="list"
          aria-label="Lines"
          tabIndex={0}
          onScroll={() => {
            if (follow && !virtual.atEnd()) setFollow(false);
          }}
        >
          <div role="presentation" style={{ height: `${virtual.totalSize}px` }}>
            {virtual.items.map((item) => {
              const row = rows[item.index];
              return row === undefined ? null : (
                <div
                  key={keyOf(row)}
                  class={`log-row ${row.type === 'line' ? `log-${row.line.level}` : `log-${row.type}`} ${row.isRepeated ? 'log-repeated' : ''}`}
                  role="listitem"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {row.type === 'step' ? (
                    <StepHead row={row} parts={parts} />
                  ) : row.type === 'again' ? (
                    <button
                      type="button"
                      class="link"
                      aria-expanded={opened.has(row.number)}
                      onClick={() => {
                        const next = new Set(opened);
                        if (!next.delete(row.number)) next.add(row.number);
                        setOpened(next);
                      }}
                    >
                      <Icon name={opened.has(row.number) ? 'chevron-down' : 'chevron-right'} />
                      {row.lines.length.toLocaleString('en')} {row.lines.length === 1 ? 'line' : 'lines'} logged again in a replay
                    </button>
                  ) : (
                    <Line row={row} before={lineBefore(rows, item.index)} parts={parts} />
                  )}
                </div>
              );
            })}
          </div>
        </div>
      )}
    </>
  );
}

type ShownRow = LogRow & { isRepeated: boolean };

function shownRows(all: readonly LogRow[], text: string, firstOnly: boolean, opened: ReadonlySet<number>): ShownRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: ShownRow[] = [];
  for (const row of all) {
    if (row.type === 'step') {
      // The one before has nothing that is shown.
      if (rows.at(-1)?.type === 'step') rows.pop();
      rows.push({ ...row, isRepeated: false });
    } else if (row.type === 'line') {
      const said = `${row.line.functionName ?? ''} ${row.line.message}`.toLowerCase();
      if (words.every((word) => said.includes(word))) rows.push({ ...row, isRepeated: false });
    } else if (!firstOnly && words.length === 0) {
      rows.push({ ...row, isRepeated: false });
      if (opened.has(row.number))
        rows.push(...row.lines.map((line) => ({ type: 'line', line, at: null, isRepeated: true }) as const));
    }
  }
  if (rows.at(-1)?.type === 'step') rows.pop();
  return rows;
}

function keyOf(row: LogRow): string {
  if (row.type === 'step') return `step-${row.step}`;
  return row.type === 'line' ? `${row.line.number}` : `again-${row.number}`;
}

function StepHead({ row, parts }: { row: Extract<LogRow, { type: 'step' }>; parts: InstanceParts }): JSX.Element {
  return (
    <>
      <span class="log-step-name">Step {row.step}</span>
      <span class="log-message">{row.text}</span>
      <RowLink at={row.at} parts={parts} />
    </>
  );
}

function RowLink({ at, parts }: { at: number; parts: InstanceParts }): JSX.Element {
  return (
    <button
      type="button"
      class="link log-link"
      title={`Show row ${at + 1}: ${parts.state.events[at]?.EventType}`}
      onClick={() => parts.showRow(at)}
    >
      row {at + 1}
    </button>
  );
}

/** Where the code wrote the line; the browser has no editor to lead to it. */
function PlaceLink({ place, parts }: { place: SourcePlace; parts: InstanceParts }): JSX.Element {
  const { file, line, column } = place;
  const text = `${fileName(file)}:${line}`;
  if (parts.transport.place === 'browser') return <span class="log-place">{text}</span>;
  return (
    <button
      type="button"
      class="link log-place"
      title={`Go to ${file}:${line}`}
      onClick={() => parts.transport.send({ type: 'openSource', location: { file, line1: line, column1: column } })}
    >
      {text}
    </button>
  );
}

/** The time of the line above; of the last one for the first. */
function lineBefore(rows: readonly LogRow[], index: number): number | undefined {
  for (let step = 1; step <= rows.length; step++) {
    const row = rows.at(index - step);
    if (row?.type === 'line' && row.line.at !== null) return fromTimestamp(row.line.at);
  }
  return undefined;
}

function Line({
  row,
  before,
  parts,
}: {
  row: Extract<LogRow, { type: 'line' }>;
  before: number | undefined;
  parts: InstanceParts;
}): JSX.Element {
  const { line, at } = row;
  const icon = (levelIcons as Readonly<Record<string, string | undefined>>)[line.level];
  const ms = line.at === null ? Number.NaN : fromTimestamp(line.at);
  return (
    <>
      <span class="log-time" title={dateTimeText(ms)}>
        {changedDay(ms, before)} {clockText(ms)}
      </span>
      <span class="log-function">{line.functionName ?? 'emulator'}</span>
      {icon === undefined ? null : (
        <>
          <Icon name={icon} />
          <span class="sr-only">{line.level}</span>
        </>
      )}
      <span class="log-message" title={line.message}>
        {line.message}
      </span>
      {line.place === null ? null : <PlaceLink place={line.place} parts={parts} />}
      {at === null || parts.state.events[at]?.EventType === 'OrchestratorStarted' ? (
        <span class="log-link" />
      ) : (
        <RowLink at={at} parts={parts} />
      )}
    </>
  );
}
