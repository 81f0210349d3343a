/**
 * The connection to an emulator's event stream: held while somebody listens, opened again when it breaks.
 *
 *   F1. Whoever listens gets a `resync` when the stream begins: changes may have happened before.
 *   F2. One connection serves all listeners and asks for what they want; a new kind of listener opens it anew.
 */
import * as z from 'zod';
import type { Clock, Disposable } from '../../core/ports/clock';
import type { LogEntry } from '../../core/ports/logger';
import type { HubChange } from '../../core/ports/task-hub-client';
import { emulatorEventSchema, hubChangeSchema, logEntrySchema, type StreamedEmulatorEvent } from '../protocol/emulator';
import { listeningComment } from '../protocol/values';
import { readEvents, type ServerSentEvent } from './event-stream';

export interface EmulatorFeedOptions {
  clock: Clock;
  /** `include`: names of what is wanted, comma separated. */
  open(include: string, signal: AbortSignal): Promise<Response>;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

const changesSchema = z.array(hubChangeSchema);
const logsSchema = z.array(logEntrySchema);

export class EmulatorFeed {
  readonly #changes = new Set<(changes: readonly HubChange[]) => void>();
  readonly #logs = new Set<(entries: readonly LogEntry[]) => void>();
  readonly #events = new Set<(event: StreamedEmulatorEvent) => void>();
  readonly #breaks = new Set<(nothing: undefined) => void>();
  #connection: { include: string; abort: AbortController } | undefined;
  #pause: Disposable | undefined;

  constructor(private readonly options: EmulatorFeedOptions) {}

  onChanges(listener: (changes: readonly HubChange[]) => void): Disposable {
    return this.#add(this.#changes, listener);
  }

  onLog(listener: (entries: readonly LogEntry[]) => void): Disposable {
    return this.#add(this.#logs, listener);
  }

  onEvent(listener: (event: StreamedEmulatorEvent) => void): Disposable {
    return this.#add(this.#events, listener);
  }

  /** Each time that the connection breaks or cannot be had, while others listen. It is tried again by itself. */
  onBreak(listener: () => void): Disposable {
    this.#breaks.add(listener);
    return { dispose: () => void this.#breaks.delete(listener) };
  }

  dispose(): void {
    this.#breaks.clear();
    this.#changes.clear();
    this.#logs.clear();
    this.#events.clear();
    this.#update();
  }

  #add<T>(listeners: Set<T>, listener: T): Disposable {
    listeners.add(listener);
    this.#update();
    return {
      dispose: () => {
        listeners.delete(listener);
        this.#update();
      },
    };
  }

  /** Opens, reopens or ends the connection, as the listeners want it. */
  #update(): void {
    const include = [this.#changes.size > 0 && 'changes', this.#logs.size > 0 && 'log', this.#events.size > 0 && 'emulator']
      .filter((name) => name !== false)
      .join(',');
    const current = this.#connection;
    if (current?.include === include) return;
    // What is asked for already covers it: better than a gap in the stream.
    if (include !== '' && current !== undefined && include.split(',').every((name) => current.include.includes(name))) return;
    current?.abort.abort();
    this.#pause?.dispose();
    this.#connection = undefined;
    if (include === '') return;
    const abort = new AbortController();
    this.#connection = { include, abort };
    void this.#hold(include, abort.signal, firstPauseMs);
  }

  async #hold(include: string, signal: AbortSignal, pauseMs: number): Promise<void> {
    let nextPauseMs = Math.min(pauseMs * 2, longestPauseMs);
    try {
      const response = await this.options.open(include, signal);
      if (response.ok && response.body !== null) {
        for await (const event of readEvents(response.body)) {
          if (signal.aborted) return;
          // It works: the next break is a new one.
          nextPauseMs = firstPauseMs;
          this.#deliver(event);
        }
      }
    } catch {
      // The connection broke or was ended; whether to go on is decided below.
    }
    if (signal.aborted) return;
    this.#tell(this.#breaks, undefined);
    const { clock } = this.options;
    this.#pause = clock.after(pauseMs, () => void this.#hold(include, signal, nextPauseMs));
  }

  #deliver(event: ServerSentEvent): void {
    switch (event.name) {
      case '':
        // F1. Other comments only keep the connection alive.
        if (event.data === listeningComment) this.#tell(this.#changes, [{ type: 'resync' }]);
        return;
      case 'changes':
        this.#tell(this.#changes, changesSchema.parse(JSON.parse(event.data)) as unknown as HubChange[]);
        return;
      case 'log':
        this.#tell(this.#logs, logsSchema.parse(JSON.parse(event.data)));
        return;
      case 'emulator':
        this.#tell(this.#events, emulatorEventSchema.parse(JSON.parse(event.data)));
        return;
      default:
        // A newer server may send more.
        return;
    }
  }

  #tell<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
    for (const listener of [...listeners]) {
      try {
        listener(value);
      } catch (error) {
        // A listener's bug is not the connection's: thrown where nobody mistakes it for one.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
