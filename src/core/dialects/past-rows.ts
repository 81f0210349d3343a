/**
 * Which scheduled rows each episode of a whole history left. Needed when the action list is complete from the start: it does not
 * tell in which episode the code issued an action, the rows do (spec/functions-worker.md 6.11).
 */
import type { DurableAction } from '../values/durable-action';
import { actionTypes, textField } from '../values/durable-action';
import { isRequestName, releaseName } from '../entities/entity-messages';
import type { HistoryEvent } from '../history/history';
import type { ScheduledRow } from '../decisions/non-determinism';
import { isScheduledRow } from '../decisions/non-determinism';
import { fromTimestamp } from '../values/time';

export class PastRows {
  private readonly rows = new Map<number, { row: ScheduledRow; episode: number }>();
  /** By episode: was the instance suspended when it ended. */
  private readonly endedSuspended: boolean[] = [];
  private current = -1;

  constructor(events: readonly HistoryEvent[]) {
    let isSuspended = false;
    for (const event of events) {
      if (event.EventType === 'OrchestratorStarted') this.endedSuspended.push(isSuspended);
      else if (event.EventType === 'ExecutionSuspended') isSuspended = true;
      else if (event.EventType === 'ExecutionResumed') isSuspended = false;
      else if (isScheduledRow(event)) this.rows.set(event.EventId, { row: event, episode: this.endedSuspended.length - 1 });
      if (this.endedSuspended.length > 0) this.endedSuspended[this.endedSuspended.length - 1] = isSuspended;
    }
  }

  nextEpisode(): void {
    this.current += 1;
  }

  /**
   * Whether the code had issued `action` in the episode that is being replayed, given that it would take `id`. `hasSequels`: ids may
   * also be taken by retries and the like, so that a row of another kind, name or time is theirs rather than a contradiction.
   */
  mayStart(id: number, action: DurableAction, hasSequels: boolean, timerFiresAt: (action: DurableAction) => number): boolean {
    const last = this.endedSuspended.length - 1;
    if (this.current >= last) return true;
    let commits = this.current;
    // What a suspended episode decides is committed when the instance is resumed.
    while (this.endedSuspended[commits] === true) commits += 1;
    if (commits >= last) return true;
    const found = this.rows.get(id);
    if (found?.episode !== commits) return false;
    return !hasSequels || looksLike(found.row, action, timerFiresAt);
  }
}

function looksLike(row: ScheduledRow, action: DurableAction, timerFiresAt: (action: DurableAction) => number): boolean {
  const name = textField(action, 'functionName')?.toLowerCase();
  switch (row.EventType) {
    case 'TaskScheduled':
      return action.actionType === actionTypes.CallHttp || row.Name.toLowerCase() === name;
    case 'SubOrchestrationInstanceCreated':
      return row.Name.toLowerCase() === name;
    case 'TimerCreated':
      return action.actionType === actionTypes.CreateTimer && timerFiresAt(action) === fromTimestamp(row.FireAt);
    case 'EventSent':
      switch (action.actionType) {
        case actionTypes.CallEntity:
        case actionTypes.SignalEntity:
        case actionTypes.ScheduledSignalEntity:
        case actionTypes.LockEntities:
          return isRequestName(row.Name);
        case actionTypes.ReleaseEntities:
          return row.Name === releaseName;
        default:
          return false;
      }
  }
}
