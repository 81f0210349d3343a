/**
 * What suspension does to the events of a generation (spec/engine.md 2.10.8): rows keep being committed, but everything except clock ticks,
 * scheduled rows, resume and terminate has its effect only when the instance is resumed, in the order of commit.
 */
import { isArrival } from './arrivals';
import type { HistoryEvent } from './history';

export class SuspensionGate {
  private held: HistoryEvent[] = [];
  private suspended = false;

  /** One resume undoes any number of suspends. */
  get isSuspended(): boolean {
    return this.suspended;
  }

  /** What waits for the resume, in the order of commit. */
  get heldBack(): readonly HistoryEvent[] {
    return this.held;
  }

  /** True when the event simply takes effect now: nothing to hold back and nothing held. */
  isOpenFor(event: HistoryEvent): boolean {
    return !this.suspended && event.EventType !== 'ExecutionSuspended' && event.EventType !== 'ExecutionResumed';
  }

  /** Hands every event on that takes effect now, in order. */
  pass(event: HistoryEvent, effect: (event: HistoryEvent) => void): void {
    switch (event.EventType) {
      case 'ExecutionSuspended':
        this.suspended = true;
        effect(event);
        return;
      case 'ExecutionResumed': {
        this.suspended = false;
        const held = this.held;
        this.held = [];
        effect(event);
        held.forEach(effect);
        return;
      }
      default:
        if (this.suspended && (event.EventType === 'ExecutionStarted' || isArrival(event))) this.held.push(event);
        else effect(event);
    }
  }
}
