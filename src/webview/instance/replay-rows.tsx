import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { SourceLocation } from '../../protocol/panel-values';
import type { ReplayOverview } from '../../protocol/replay-values';
import { counterpartIndex } from '../../core/history/history-links';
import { rowText, shortFile } from '../models/replay';
import { useVirtualRows } from '../ui/virtual-rows';
import type { InstanceParts } from './panel-context';

const rowHeight = 24;

interface ReplayRowsProps {
  parts: InstanceParts;
  overview: ReplayOverview;
  step: number;
  /** Rows of the line that the user's cursor is on; null: all. */
  only: ReadonlySet<number> | null;
  line: SourceLocation | null;
}

/** The history in the order in which it was replayed; rows that the code has not seen yet are pale. A row chosen moves the replay there. */
export function ReplayRows({ parts, overview, step, only, line }: ReplayRowsProps): JSX.Element {
  const { state, store } = parts;
  const { events } = state;
  const scroller = useRef<HTMLDivElement>(null);
  const links = useMemo(() => counterpartIndex(events), [state.historyKey, state.historyVersion]);
  const rows = useMemo(
    () => Array.from({ length: Math.min(events.length, overview.rows) }, (_, row) => row).filter((row) => only?.has(row) ?? true),
    [overview, only, state.historyVersion],
  );
  const virtual = useVirtualRows({ count: rows.length, rowHeight, scroller });
  const range = overview.steps[step] ?? { from: 0, to: 0 };
  const current = rows.findLastIndex((row) => row < range.to);
  useEffect(() => {
    if (current >= 0) virtual.scrollTo(current);
  }, [current, rows]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowUp: step - 1,
      ArrowLeft: step - 1,
      ArrowDown: step + 1,
      ArrowRight: step + 1,
      Home: 0,
      End: overview.steps.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    store.replay.show(to);
  };
  const currentRow = rows[current];
  return (
    <section class="replay-history" aria-label="History up to this moment">
      {line === null || only === null ? null : (
        <p class="replay-filter">
          {rows.length === 0 ? 'No rows belong to' : `${rows.length} ${rows.length === 1 ? 'row belongs' : 'rows belong'} to`}{' '}
          {shortFile(line.file)}:{line.line1}
          <button type="button" class="link" onClick={() => store.replay.forgetLine()}>
            Show all rows
          </button>
        </p>
      )}
      <div
        class="replay-rows"
        ref={scroller}
        role="listbox"
        aria-label="Rows of the history"
        aria-activedescendant={currentRow === undefined ? undefined : `replay-row-${currentRow}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div class="grid-rows" role="presentation" style={{ height: `${virtual.totalSize}px` }}>
          {virtual.items.map((item) => {
            const row = rows[item.index] ?? 0;
            const event = events[row];
            if (event === undefined) return null;
            const source = links.get(row);
            const isHere = row >= range.from && row < range.to;
            const isFailure = event.EventType.endsWith('Failed');
            const isDivergence = overview.divergence?.row === row;
            const text = rowText(event, source === undefined ? undefined : events[source]);
            const when = isHere ? 'here' : row < range.to ? 'past' : 'ahead';
            return (
              <div
                key={row}
                id={`replay-row-${row}`}
                role="option"
                aria-selected={item.index === current}
                class={`replay-row ${when} ${isFailure || isDivergence ? 'row-failure' : ''}`}
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => store.replay.showRow(row)}
              >
                <span class="row-number">{row + 1}</span> <span class="replay-type">{event.EventType}</span>{' '}
                <span class="replay-text">{text}</span>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
