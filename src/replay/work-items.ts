/** Work from the moment at which the code asked for it to the moment at which its result was there. */
import { attemptsByRow } from '../core/history/attempts';
import type { HistoryEvent } from '../core/history/history';
import { awaitedRequestId } from '../core/entities/entity-messages';
import { isEntityId } from '../core/values/instance-id';
import { isEntityRow, isScheduledRow, type WorkDecision } from '../core/decisions/non-determinism';
import type { ReplayMoment } from '../core/ports/replay-worker';
import type { PendingTask } from './replay-timeline';

interface WorkItem {
  task: PendingTask;
  /** Moments `[from, until)` at which it is under way. */
  from: number;
  until: number;
  /** Its result is in the history, whether the code was ever given it or not. */
  isFinished: boolean;
}

export class WorkItems {
  private readonly items: WorkItem[] = [];

  constructor(
    private readonly moments: readonly ReplayMoment[],
    history: readonly HistoryEvent[],
  ) {
    const attempts = attemptsByRow(history);
    const scheduled = new Rows();
    const finished = new Rows();
    for (const [row, event] of history.entries()) {
      if (isScheduledRow(event) || isEntityRow(event)) scheduled.add(event.EventId, row);
      else if ('TaskScheduledId' in event) finished.add(event.TaskScheduledId, row);
      else if (event.EventType === 'TimerFired') finished.add(event.TimerId, row);
      else if (event.EventType === 'EventRaised') finished.add(event.Name, row);
      else if (event.EventType === 'EntityOperationCompleted' || event.EventType === 'EntityOperationFailed')
        finished.add(event.RequestId, row);
      else if (event.EventType === 'EntityLockGranted') finished.add(event.CriticalSectionId, row);
    }
    for (const [from, moment] of moments.entries()) {
      for (const decision of moment.decisions) {
        if (decision.type === 'CompleteOrchestration') continue;
        const sinceRow = scheduled.firstFrom(decision.id, moment.rows);
        const open = openTask(decision, attempts.get(sinceRow ?? -1) ?? 1, sinceRow);
        if (open === null) continue;
        const row = finished.firstFrom(open.answeredBy, moment.rows);
        const until = row === null ? moments.length : this.firstAfter(row);
        this.items.push({ task: open.task, from, until, isFinished: row !== null });
      }
    }
  }

  /** `isNow`: at the end of the history, where results may have come that the code waits for beside others. */
  at(moment: number, isNow = false): PendingTask[] {
    const pending = this.items
      .filter(({ from, until, isFinished }) => from <= moment && moment < until && !(isNow && isFinished))
      .map(({ task }) => task);
    for (const name of this.moments[moment]?.awaitedEvents ?? []) {
      pending.push({ id: null, kind: 'event', name, attempt: 1, sinceRow: null, instanceId: null });
    }
    return pending;
  }

  /** The first moment at which the code had been given the row. */
  private firstAfter(row: number): number {
    let low = 0;
    let high = this.moments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.moments[middle]?.rows ?? 0) > row) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Rows by what they bear. An SDK may give a retry the id of the attempt before it. */
class Rows {
  private readonly rows = new Map<number | string, number[]>();

  add(key: number | string, row: number): void {
    const rows = this.rows.get(key);
    if (rows === undefined) this.rows.set(key, [row]);
    else rows.push(row);
  }

  firstFrom(key: number | string, from: number): number | null {
    return this.rows.get(key)?.find((row) => row >= from) ?? null;
  }
}

/** Null for what nobody answers. `answeredBy`: the scheduling number, or the name of the event that brings the answer. */
function openTask(
  decision: WorkDecision,
  attempt: number,
  sinceRow: number | null,
): { task: PendingTask; answeredBy: number | string } | null {
  const { id } = decision;
  switch (decision.type) {
    case 'ScheduleTask':
      return { answeredBy: id, task: { id, kind: 'activity', name: decision.name, attempt, sinceRow, instanceId: null } };
    case 'CreateTimer':
      if (decision.isCanceled === true) return null;
      return { answeredBy: id, task: { id, kind: 'timer', name: decision.fireAt, attempt, sinceRow, instanceId: null } };
    case 'CreateSubOrchestration': {
      if (decision.tags !== undefined && 'FireAndForget' in decision.tags) return null;
      const { name, instanceId } = decision;
      return { answeredBy: id, task: { id, kind: 'subOrchestration', name, attempt, sinceRow, instanceId } };
    }
    case 'SendEvent': {
      const { instanceId } = decision;
      const requestId = isEntityId(instanceId) ? awaitedRequestId(decision.name, decision.input) : null;
      if (requestId === null) return null;
      return { answeredBy: requestId, task: { id, kind: 'entity', name: instanceId, attempt, sinceRow, instanceId: null } };
    }
    case 'CallEntity': {
      const { instanceId, requestId } = decision;
      return { answeredBy: requestId, task: { id, kind: 'entity', name: instanceId, attempt, sinceRow, instanceId: null } };
    }
    case 'LockEntities': {
      const name = decision.lockSet.join(', ');
      return { answeredBy: decision.criticalSectionId, task: { id, kind: 'entity', name, attempt, sinceRow, instanceId: null } };
    }
    case 'SignalEntity':
    case 'UnlockEntity':
      return null;
  }
}
