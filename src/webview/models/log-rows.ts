/**
 * What an instance has logged, as rows: each line once, where it was logged first, below the step in which it was. Code that is replayed logs
 * its lines again: they stand together as one row.
 *
 *   L1. The orchestrator's lines of another run than the one before are compared with all that it has logged for the first time, from the
 *       first on: as long as they are the same they are repetitions. Runs that are kept up log nothing twice.
 *   L2. A line of an earlier generation is never a repetition: its run began anew with it.
 */
import type { HistoryEvent } from '../../core/history/history';
import { counterpart } from '../../core/history/history-links';
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

/** The head of the lines that come from here on. */
export interface StepRow {
  type: 'step';
  /** From 1. */
  step: number;
  /** Position in the commit order of the row that begins it. */
  at: number;
  /** What woke the code. */
  text: string;
}

export type LogRow = StepRow | LineRow | RepeatRow;

interface Placed {
  ms: number;
  at: number;
}

/** `orchestrator`: its name; `events`: the current generation's. */
export function logRows(lines: readonly InstanceLine[], orchestrator: string, events: readonly HistoryEvent[]): LogRow[] {
  const turns = placed(events, ({ EventType }) => EventType === 'OrchestratorStarted');
  const place = placesIn(events, turns);
  const startMs = events[0] === undefined ? Number.POSITIVE_INFINITY : firstMs(events);
  const rows: LogRow[] = [];
  let step = 0;
  /** Lines of activities may come late: no step is begun twice. */
  const beginStep = (line: InstanceLine, isCurrent: boolean): void => {
    const number = isCurrent && line.at !== null ? countUntil(turns, fromTimestamp(line.at)) : 0;
    const turn = turns[number - 1];
    if (number <= step || turn === undefined) return;
    step = number;
    rows.push({ type: 'step', step, at: turn.at, text: wokenBy(events, turn.at) });
  };
  const firstRun: string[] = [];
  let run: string | null = null;
  let next = 0;
  for (const line of lines) {
    const isCurrent = line.at === null || fromTimestamp(line.at) >= startMs;
    beginStep(line, isCurrent);
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

function placed(events: readonly HistoryEvent[], isOne: (event: HistoryEvent) => boolean): Placed[] {
  return events.flatMap((event, at) => (isOne(event) ? [{ ms: fromTimestamp(event.Timestamp), at }] : []));
}

/** How many of them were there at `ms`. */
function countUntil(all: readonly Placed[], ms: number): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((all[middle]?.ms ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of an activity its scheduling row, of the orchestrator the start of the turn: the last that had been written by then. */
function placesIn(events: readonly HistoryEvent[], turns: readonly Placed[]): (line: InstanceLine) => number | null {
  const calls = new Map<string, Placed[]>();
  for (const [at, event] of events.entries()) {
    if (event.EventType !== 'TaskScheduled') continue;
    const known = calls.get(event.Name);
    const call = { at, ms: fromTimestamp(event.Timestamp) };
    if (known === undefined) calls.set(event.Name, [call]);
    else known.push(call);
  }
  return ({ at, functionName }) => {
    if (at === null) return null;
    const candidates = (functionName === null ? undefined : calls.get(functionName)) ?? turns;
    return candidates[countUntil(candidates, fromTimestamp(at)) - 1]?.at ?? null;
  };
}

const mostCauses = 2;

/** What came in with the turn that begins at this row. */
function wokenBy(events: readonly HistoryEvent[], turn: number): string {
  const causes: string[] = [];
  for (let at = turn + 1; at < events.length; at++) {
    const event = events[at];
    if (event === undefined || event.EventType === 'OrchestratorStarted' || event.EventType === 'OrchestratorCompleted') break;
    const cause = causeOf(event, events, at);
    if (cause !== null) causes.push(cause);
  }
  const more = causes.length - mostCauses;
  return [...causes.slice(0, mostCauses), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function causeOf(event: HistoryEvent, events: readonly HistoryEvent[], at: number): string | null {
  switch (event.EventType) {
    case 'ExecutionStarted':
      return 'started';
    case 'TaskCompleted':
    case 'SubOrchestrationInstanceCompleted':
      return `${calledName(events, at)} completed`;
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
      return `${calledName(events, at)} failed`;
    case 'TimerFired':
      return 'timer fired';
    case 'EventRaised':
      return `event ${event.Name}`;
    default:
      return null;
  }
}

function calledName(events: readonly HistoryEvent[], at: number): string {
  const call = events[counterpart(events, at) ?? -1];
  return call !== undefined && 'Name' in call && typeof call.Name === 'string' ? call.Name : 'a call';
}
