import type { InboxMessage, InstanceRow, PendingActivity, PendingTimer } from '../core/instances/instance';
import type { KeptText } from './journal-text';
import type { UnreadActivity, UnreadMessage, UnreadRow } from './row-codec';

/** A part of a checkpoint as the index takes it. Texts of histories are kept because they are stored as they are. */
export type Change =
  | { type: 'purge'; instanceId: string }
  | { type: 'row'; row: InstanceRow | UnreadRow }
  | {
      type: 'history';
      instanceId: string;
      executionId: string;
      replace: boolean;
      from: number;
      count: number;
      events: KeptText;
    }
  | { type: 'messages'; messages: readonly (InboxMessage | UnreadMessage)[] }
  | { type: 'consumed'; seqs: readonly number[] }
  | { type: 'activities'; activities: readonly (PendingActivity | UnreadActivity)[] }
  | { type: 'finishedActivities'; keys: readonly string[] }
  | { type: 'timers'; timers: readonly PendingTimer[] }
  | { type: 'finishedTimers'; keys: readonly string[] };
