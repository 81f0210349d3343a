/** The clock of a task hub as its developer sets it. */
import type { ClockChange, ClockMode } from '../values/clock-change';
import type { Disposable } from './clock';

/** What waits for its time and comes first, as the engine has it. */
export interface DueWork {
  /** Epoch milliseconds. */
  dueMs: number;
  instanceId: string;
  kind: 'timer' | 'message';
}

/** Whether a hub has anything to do now, and what it waits for. */
export interface HubRest {
  /** What keeps it from rest, in words; null: nothing. */
  busy: string | null;
  next: DueWork | null;
  /** Of clients, so far. */
  commands: number;
}

/** The same as it is told. */
export interface NextDue {
  /** In the history's form, of the hub's clock. */
  dueAt: string;
  instanceId: string;
  kind: DueWork['kind'];
}

export interface HubClockState {
  mode: ClockMode;
  /** What the hub's clock shows, in the history's form. */
  now: string;
  /** Milliseconds that it is ahead of the computer's clock; while paused as of now. */
  aheadMs: number;
  next: NextDue | null;
  /** Where it is on its way to, from one due moment to the next as work permits; null: nowhere. */
  goingTo: string | null;
  /** Why time does not jump although it could (`auto`), or would not yet: what still runs, in words. Null: nothing runs. */
  busy: string | null;
}

export interface HubClock {
  clock(): Promise<HubClockState>;
  /**
   * Resolves with what the clock then is, kept on disk; on a way that takes long (work goes on at each moment in between), after some
   * seconds with where it is by then. Rejects with `InvalidArgument` for a time that is past on the hub's clock or none,
   * and for `next` where nothing is due.
   */
  setClock(change: ClockChange): Promise<HubClockState>;
  /** Called when somebody has set it, and when it has stopped by itself; jumps of `auto` are told at most once in a while. */
  onClock(listener: (state: HubClockState) => void): Disposable;
}
