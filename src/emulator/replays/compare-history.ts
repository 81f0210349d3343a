/** A history that others have written, run again here: the code once more from its start, answered from the history where it can be. */
import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { isTerminal } from '../../core/values/status';

const stillMs = 1500;
const pollMs = 50;

/** What of a run can be put beside another one. */
export interface ComparableRun {
  row: InstanceRow;
  /** Without suspends and resumes, which are by hand and are not repeated. */
  history: readonly HistoryEvent[];
  /** None: a history does not tell them. */
  customStatusChanges: readonly [];
}

export interface RunAgain {
  origin: ComparableRun;
  run: ComparableRun;
  /** False: it did not come to its end in time, nor to where the history stands still. */
  hasEnded: boolean;
}

/** Runs the code of an instance of the hub, which was imported there, once more, in another instance. Its clock should jump by itself. */
export async function runAgain(hub: TaskHubClient, originId: string, timeoutMs: number): Promise<RunAgain> {
  const row = await existing(hub, originId);
  const history = await hub.history(originId);
  const { instanceId } = await hub.fork(originId, { row: 1, change: null, dry: true });
  const end = await comeToRest(hub, instanceId, row, history, timeoutMs);
  const run = await existing(hub, instanceId);
  const ofCode = (events: readonly HistoryEvent[]): HistoryEvent[] => events.filter(isOfCode);
  return {
    origin: { row, history: ofCode(history), customStatusChanges: [] },
    run: { row: run, history: ofCode(await hub.history(instanceId)), customStatusChanges: [] },
    hasEnded: end !== null,
  };
}

async function existing(hub: TaskHubClient, instanceId: string): Promise<InstanceRow> {
  const row = await hub.get(instanceId);
  if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
  return row;
}

function isOfCode({ EventType }: HistoryEvent): boolean {
  return EventType !== 'ExecutionSuspended' && EventType !== 'ExecutionResumed';
}

/** Of a recording of the real engine its last status, which has the history. */
export function historyText(text: string): string {
  try {
    const { status } = JSON.parse(text) as { status?: { body?: { historyEvents?: unknown } } };
    return status?.body?.historyEvents === undefined ? text : JSON.stringify(status.body);
  } catch {
    // In another form, or none: whoever reads it says so.
    return text;
  }
}

/**
 * Waits until the run has ended, or stands where the history stands still, too. What was done by hand is done again where it came last: a
 * terminate or a suspend. Null: neither within the time.
 */
async function comeToRest(
  hub: TaskHubClient,
  instanceId: string,
  origin: InstanceRow,
  history: readonly HistoryEvent[],
  timeoutMs: number,
): Promise<InstanceRow | null> {
  const until = Date.now() + timeoutMs;
  let seen = -1;
  let since = Date.now();
  let isAsked = false;
  while (Date.now() < until) {
    const row = await hub.get(instanceId);
    if (row === undefined || isTerminal(row.runtimeStatus)) return row ?? null;
    if (row.historyLength !== seen) [seen, since] = [row.historyLength, Date.now()];
    const isStill = Date.now() - since > stillMs;
    if (isStill && !isAsked) {
      isAsked = true;
      const last = history.findLast(
        (event) => event.EventType === 'ExecutionTerminated' || event.EventType === 'ExecutionSuspended',
      );
      if (origin.runtimeStatus === 'Terminated')
        await hub.terminate(instanceId, last !== undefined && 'Input' in last ? last.Input : origin.output);
      else if (origin.runtimeStatus === 'Suspended')
        await hub.suspend(instanceId, last !== undefined && 'Reason' in last ? (last.Reason ?? null) : null);
      since = Date.now();
    } else if (isStill && !isTerminal(origin.runtimeStatus)) return row;
    await pause(pollMs);
  }
  return null;
}
