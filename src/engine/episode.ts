import type { Generation } from '../core/turns/generation';
import type { ExecutionStarted, HistoryEvent } from '../core/history/history';
import type { InstanceRow, PendingActivity } from '../core/instances/instance';
import type { OutgoingMessage } from '../core/turns/messages';
import type { ChildStart } from '../core/turns/turn';
import type { InboxEntry, LiveInstance } from './live-instance';

/** One work item: messages taken from an inbox, and what came of them so far; continue-as-new makes it more than one generation. */
export interface Episode {
  readonly live: LiveInstance;
  /** `live.life` at the beginning. */
  readonly life: number;
  /** All that was taken, refused messages included. */
  readonly entries: readonly InboxEntry[];
  /** Of the generation that runs; differs from the instance's after a continue-as-new. */
  row: InstanceRow;
  generation: Generation;
  started: ExecutionStarted;
  newEvents: HistoryEvent[];
  /** Continue-as-new so far. */
  continued: number;
  /** Custom status of the generations before, for the first commit of the next (spec/engine.md 4). */
  carriedStatus: string | null;
  /** What generations that leave no history sent. */
  sentBefore: Sent;
}

interface Sent {
  readonly activities: readonly PendingActivity[];
  readonly children: readonly ChildStart[];
  readonly messages: readonly OutgoingMessage[];
}

export const nothingSent: Sent = { activities: [], children: [], messages: [] };
