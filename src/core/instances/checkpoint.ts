/**
 * Everything that one step of one instance changes, as one value: committed whole or not at all.
 *
 *   C1. A store applies checkpoints in the order given and decides nothing: what goes away is named here.
 *   C2. `history.from` is the number of events stored before; `replace` drops what the id had (a new generation).
 *   C3. `seq`, activity keys and timer keys are unique, so that applying a checkpoint twice would be a bug, not a merge.
 */
import type { HistoryEvent } from '../history/history';
import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer } from './instance';

export interface Checkpoint {
  instanceId: string;
  /** The whole row, inserted or replaced. */
  instance?: InstanceRow;
  history?: {
    executionId: string;
    mode: 'append' | 'replace';
    from: number;
    events: readonly HistoryEvent[];
  };
  /** Rows of children that this step created, status Pending. */
  children?: readonly InstanceRow[];
  /** Inbox messages accepted: to this instance or to others. */
  messages?: readonly InboxMessage[];
  consumedMessages?: readonly number[];
  activities?: readonly PendingActivity[];
  /** `workKey`s of activities whose work is over. */
  finishedActivities?: readonly string[];
  timers?: readonly PendingTimer[];
  /** `workKey`s of timers that fired or will never matter. */
  finishedTimers?: readonly string[];
  /** Row, history, inbox, timers and activities of the instance go away. Applied before everything else in the checkpoint. */
  purged?: true;
}
