import type { HistoryEvent } from '../../../core/history/history';
import type { EpisodeRequest } from '../../../core/ports/function-worker';

/** How much of a generation the process was sent. */
interface Sent {
  executionId: string;
  length: number;
  last: HistoryEvent | undefined;
}

/** What one process was sent of the histories of its instances, so that an episode carries only what is new to it. */
export class SentHistories {
  private readonly sent = new Map<string, Sent>();

  /**
   * The events to send for this episode, and the number of those before them that the process holds (0: it is sent all of them).
   * From now on they count as sent.
   */
  unsent({ instanceId, executionId, history, newEvents }: EpisodeRequest): {
    knownLength: number;
    events: readonly HistoryEvent[];
  } {
    const sent = this.sent.get(instanceId);
    const knownLength =
      sent?.executionId === executionId && sent.length <= history.length && isSame(history[sent.length - 1], sent.last)
        ? sent.length
        : 0;
    this.sent.set(instanceId, { executionId, length: history.length + newEvents.length, last: newEvents.at(-1) });
    return { knownLength, events: history.length === knownLength ? newEvents : [...history.slice(knownLength), ...newEvents] };
  }

  /** The process has gone on by itself: it holds `added` events more, of which `last` is the last. */
  advance(instanceId: string, executionId: string, added: number, last: HistoryEvent): void {
    const sent = this.sent.get(instanceId);
    if (sent?.executionId === executionId) {
      sent.length += added;
      sent.last = last;
    }
  }

  /** The next episode is sent everything. False when that was so already. */
  forget(instanceId: string): boolean {
    return this.sent.delete(instanceId);
  }

  clear(): void {
    this.sent.clear();
  }
}

function isSame(stored: HistoryEvent | undefined, sent: HistoryEvent | undefined): boolean {
  if (stored === sent) return true;
  return (
    stored !== undefined &&
    sent !== undefined &&
    stored.EventType === sent.EventType &&
    stored.EventId === sent.EventId &&
    stored.Timestamp === sent.Timestamp
  );
}
