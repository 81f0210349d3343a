/**
 * What happens in the emulator as server-sent events: `changes` (an array of hub changes), `log` (an array of log entries) and `emulator`
 * (one event of the emulator).
 *
 *   E1. Changes are gathered for a moment and merged: one entry for an instance, its newest row, its new events in order.
 *   E2. A reader that falls behind costs a bounded amount of memory, counted in entries and in characters: what it missed becomes one
 *       `resync`. Rows that nobody takes are not kept because they are few.
 *   E3. The first thing sent is a comment, so that a reader knows when it has begun to listen.
 */
import { countText } from '../base/count-text';
import type { HistoryEvent } from '../core/history/history';
import type { InstanceRow } from '../core/instances/instance';
import type { Clock, Disposable } from '../core/ports/clock';
import type { LogEntry } from '../core/ports/logger';
import type { HubChange, TaskHubClient } from '../core/ports/task-hub-client';
import type { StreamedEmulatorEvent } from './protocol/emulator';
import { listeningComment } from './protocol/values';

export interface ChangeStreamSources {
  clock: Clock;
  /** Absent: the reader wants no changes (no log lines, no events). */
  hub?: Pick<TaskHubClient, 'subscribe'>;
  logs?: (listener: (entry: LogEntry) => void) => Disposable;
  emulatorEvents?: (listener: (event: StreamedEmulatorEvent) => void) => Disposable;
}

const gatherMs = 40;
const heartbeatMs = 15_000;
const maxPendingEvents = 20_000;
const maxPendingInstances = 20_000;
const maxPendingLogs = 2_000;
/** Of texts in rows and history events that wait for the reader. */
const maxPendingChars = 32 * 1024 * 1024;
const maxPendingLogChars = 4 * 1024 * 1024;
const maxLogEntryChars = 256 * 1024;

interface PendingInstance {
  type: 'instance';
  row: InstanceRow;
  newEvents: HistoryEvent[];
  historyReplaced: boolean;
}

/** Everything ends with the stream: cancelling it unsubscribes. `onEnd` is called once. */
export function changeStream(sources: ChangeStreamSources, onEnd: () => void = () => undefined): ReadableStream<Uint8Array> {
  let gathering: Gathering | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        gathering = new Gathering(sources, controller);
      },
      pull: () => gathering?.onWanted(),
      cancel: () => {
        gathering?.dispose();
        onEnd();
      },
    },
    { highWaterMark: 4 },
  );
}

class Gathering {
  readonly #subscriptions: Disposable[] = [];
  readonly #changes = new Map<string, PendingInstance | { type: 'purged'; instanceId: string }>();
  #eventCount = 0;
  /** At least what waits in `#changes`; what was merged away counts until the next flush. */
  #chars = 0;
  #isBehind = false;
  #logs: LogEntry[] = [];
  #logChars = 0;
  #events: StreamedEmulatorEvent[] = [];
  #flushAt: Disposable | undefined;
  #heartbeat: Disposable | undefined;
  readonly #encoder = new TextEncoder();

  constructor(
    private readonly sources: ChangeStreamSources,
    private readonly controller: ReadableStreamDefaultController<Uint8Array>,
  ) {
    this.#send(`: ${listeningComment}\n\n`); // E3
    const { hub, logs, emulatorEvents } = sources;
    if (hub !== undefined) this.#subscriptions.push(hub.subscribe((changes) => this.#onChanges(changes)));
    if (logs !== undefined) this.#subscriptions.push(logs((entry) => this.#onLog(entry)));
    if (emulatorEvents !== undefined) this.#subscriptions.push(emulatorEvents((event) => this.#onEvent(event)));
    this.#beat();
  }

  onWanted(): void {
    if (this.#flushAt === undefined) this.#flush();
  }

  dispose(): void {
    this.#flushAt?.dispose();
    this.#heartbeat?.dispose();
    for (const each of this.#subscriptions.splice(0)) each.dispose();
  }

  #onChanges(changes: readonly HubChange[]): void {
    if (!this.#isBehind) {
      for (const change of changes) this.#merge(change);
      if (this.#eventCount > maxPendingEvents || this.#changes.size > maxPendingInstances || this.#chars > maxPendingChars) {
        this.#fallBehind();
      }
    }
    this.#schedule();
  }

  #merge(change: HubChange): void {
    if (change.type === 'resync') {
      this.#fallBehind();
    } else if (change.type === 'purged') {
      this.#forget(change.instanceId);
      this.#changes.set(change.instanceId, change);
    } else {
      const { row, newEvents, historyReplaced } = change;
      this.#chars += textLength(row);
      for (const event of newEvents) this.#chars += textLength(event);
      const earlier = this.#changes.get(row.instanceId);
      if (earlier?.type === 'instance' && !historyReplaced) {
        earlier.row = row;
        for (const event of newEvents) earlier.newEvents.push(event);
      } else {
        this.#forget(row.instanceId);
        // After a purge in the same moment the reader must not append to what it still holds.
        const isAfterPurge = earlier?.type === 'purged';
        this.#changes.set(row.instanceId, {
          type: 'instance',
          row,
          newEvents: [...newEvents],
          historyReplaced: historyReplaced || isAfterPurge,
        });
      }
      this.#eventCount += newEvents.length;
    }
  }

  #forget(instanceId: string): void {
    const earlier = this.#changes.get(instanceId);
    if (earlier?.type === 'instance') this.#eventCount -= earlier.newEvents.length;
    // Deleted first, so that the new entry stands at the end of the order.
    this.#changes.delete(instanceId);
  }

  /** E2 */
  #fallBehind(): void {
    this.#isBehind = true;
    this.#changes.clear();
    this.#eventCount = 0;
    this.#chars = 0;
  }

  #onLog(entry: LogEntry): void {
    const short =
      entry.message.length > maxLogEntryChars ? { ...entry, message: `${entry.message.slice(0, maxLogEntryChars)}…` } : entry;
    this.#logs.push(short);
    this.#logChars += short.message.length;
    if (this.#logs.length > maxPendingLogs * 2 || this.#logChars > maxPendingLogChars * 2) this.#dropLogs();
    this.#schedule();
  }

  /** Down to half of what may wait, so that a reader which stands still does not cost a copy for each line. */
  #dropLogs(): void {
    let from = Math.max(this.#logs.length - maxPendingLogs, 0);
    for (const { message } of this.#logs.slice(0, from)) this.#logChars -= message.length;
    for (; this.#logChars > maxPendingLogChars && from < this.#logs.length; from++)
      this.#logChars -= this.#logs[from]?.message.length ?? 0;
    const note: LogEntry = {
      level: 'warning',
      category: 'http',
      message: `${countText(from, 'log line was', 'log lines were')} left out here: too many to send.`,
    };
    this.#logs = [note, ...this.#logs.slice(from)];
  }

  #onEvent(event: StreamedEmulatorEvent): void {
    this.#events.push(event);
    if (this.#events.length > maxPendingLogs) this.#events.shift();
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.sources;
    this.#flushAt ??= clock.after(gatherMs, () => {
      this.#flushAt = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    // A reader that has not taken the last batches gets the next when it asks. Sending may make it ask at once, in the middle of this
    // method: whatever is sent is taken off first.
    if ((this.controller.desiredSize ?? 0) <= 0) return;
    for (const event of this.#events.splice(0)) this.#sendEvent('emulator', event);
    if (this.#logs.length > 0) {
      const logs = this.#logs;
      this.#logs = [];
      this.#logChars = 0;
      this.#sendEvent('log', logs);
    }
    if (this.#isBehind) {
      this.#isBehind = false;
      this.#sendEvent('changes', [{ type: 'resync' }]);
    } else if (this.#changes.size > 0) {
      const changes = [...this.#changes.values()];
      this.#changes.clear();
      this.#eventCount = 0;
      this.#chars = 0;
      this.#sendEvent('changes', changes);
    }
  }

  #sendEvent(name: string, data: unknown): void {
    // JSON has no line breaks of its own, so one data line carries it.
    this.#send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #send(text: string): void {
    this.controller.enqueue(this.#encoder.encode(text));
  }

  /** A comment now and then lets both ends notice that the other one is gone. */
  #beat(): void {
    const { clock } = this.sources;
    this.#heartbeat = clock.after(heartbeatMs, () => {
      if ((this.controller.desiredSize ?? 0) > 0) this.#send(': still here\n\n');
      this.#beat();
    });
  }
}

/** Characters of the texts in a row or an event: what makes it large, if it is. */
function textLength(value: object): number {
  let length = 0;
  for (const each of Object.values(value) as unknown[]) if (typeof each === 'string') length += each.length;
  return length;
}
