/**
 * What an instance has logged, as rows: each line once, where it was logged first. Code that is replayed logs its lines again: they stand
 * together as one row.
 *
 *   L1. The orchestrator's lines of another run than the one before are compared with all that it has logged for the first time, from the
 *       first on: as long as they are the same they are repetitions. Runs that are kept up log nothing twice.
 *   L2. A line of an earlier generation is never a repetition: its run began anew with it.
 */
import type { HistoryEvent } from '../../core/history/history';
import type { InstanceLine } from '../../core/ports/instance-logs';
import { fromTimestamp } from '../../core/values/time';

export interface LineRow {
  type: 'line';
  line: InstanceLine;
  /** Position in the commit order of the row at which it was logged. Null: of an earlier generation, or not known. */
  at: number | null;
}

export interface RepeatRow {
  type: 'again';
  /** Number of its first line. */
  number: number;
  lines: readonly InstanceLine[];
}

export type LogRow = LineRow | RepeatRow;

/** `orchestrator`: its name; `events`: the current generation's. */
export function logRows(lines: readonly InstanceLine[], orchestrator: string, events: readonly HistoryEvent[]): LogRow[] {
  const place = placesIn(events);
  const startMs = events[0] === undefined ? Number.POSITIVE_INFINITY : firstMs(events);
  const rows: LogRow[] = [];
  const firstRun: string[] = [];
  let run: string | null = null;
  let next = 0;
  for (const line of lines) {
    const isCurrent = line.at === null || fromTimestamp(line.at) >= startMs;
    if (line.functionName !== orchestrator || !isCurrent) {
      rows.push({ type: 'line', line, at: isCurrent ? place(line) : null });
      continue;
    }
    if (line.run !== null && line.run !== run) {
      run = line.run;
      next = 0;
    }
    if (firstRun[next] === line.message) {
      next++;
      const last = rows.at(-1);
      if (last?.type === 'again') (last.lines as InstanceLine[]).push(line);
      else rows.push({ type: 'again', number: line.number, lines: [line] });
      continue;
    }
    firstRun.push(line.message);
    next = firstRun.length;
    rows.push({ type: 'line', line, at: place(line) });
  }
  return rows;
}

/** The start of the execution may have been written after the first turn began. */
function firstMs(events: readonly HistoryEvent[]): number {
  return Math.min(...events.slice(0, 2).map((event) => fromTimestamp(event.Timestamp)));
}

/** Of an activity its scheduling row, of the orchestrator the start of the turn: the last that had been written by then. */
function placesIn(events: readonly HistoryEvent[]): (line: InstanceLine) => number | null {
  const turns: { at: number; ms: number }[] = [];
  const calls = new Map<string, { at: number; ms: number }[]>();
  events.forEach((event, at) => {
    const ms = fromTimestamp(event.Timestamp);
    if (event.EventType === 'OrchestratorStarted') turns.push({ at, ms });
    else if (event.EventType === 'TaskScheduled') calls.set(event.Name, [...(calls.get(event.Name) ?? []), { at, ms }]);
  });
  return ({ at, functionName }) => {
    if (at === null) return null;
    const candidates = (functionName === null ? undefined : calls.get(functionName)) ?? turns;
    const ms = fromTimestamp(at);
    let low = 0;
    let high = candidates.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((candidates[middle]?.ms ?? 0) <= ms) low = middle + 1;
      else high = middle;
    }
    return candidates[low - 1]?.at ?? null;
  };
}
