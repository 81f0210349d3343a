/**
 * The emulator's side of the conversation between two threads.
 *
 *   T1. At most one batch of changes is on its way: the next goes when the reader has taken the last and `batchEveryMs` have passed,
 *       so that a busy emulator cannot flood the thread that shows it.
 *   T2. Calls are answered in batches of what was ready in one turn of the event loop.
 */
import type { Disposable } from '../../core/ports/clock';
import type { LogEntry, Logger } from '../../core/ports/logger';
import { ChangeBatch } from './change-batch';
import type { Emulator, EmulatorEvent, EmulatorOptions } from '../emulator-types';
import { toErrorValue, type AppFacts, type FromThread, type HubAnswer, type HubCall, type ToThread } from './thread-messages';

export const batchEveryMs = 16;
const maxLogEntries = 500;

export interface EmulatorServerOptions {
  post: (message: FromThread) => void;
  start: (options: EmulatorOptions) => Promise<Emulator>;
  after: (delayMs: number, callback: () => void) => void;
}

export class EmulatorServer {
  #emulator: Emulator | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #subscriptions: Disposable[] = [];
  readonly #changes = new ChangeBatch(false);
  #changesInFlight = false;
  #changesWaiting = false;
  #answers: HubAnswer[] = [];
  #events: EmulatorEvent[] = [];
  #logs: LogEntry[] = [];
  #droppedLogs = 0;
  #isFlushPlanned = false;

  constructor(private readonly options: EmulatorServerOptions) {}

  receive(message: ToThread): void {
    switch (message.type) {
      case 'start':
        this.#starting ??= this.#start(message.options);
        return;
      case 'calls':
        for (const call of message.calls) void this.#call(call);
        return;
      case 'changesTaken':
        this.#changesInFlight = false;
        this.#sendChangesSoon();
        return;
      case 'wantEvents':
        this.#changes.keepEvents = message.wanted;
        return;
      case 'stop':
        this.#stopping ??= this.#stop();
    }
  }

  async #start(options: Omit<EmulatorOptions, 'logger'>): Promise<void> {
    try {
      const logger: Logger = (entry) => this.#log(entry);
      const emulator = await this.options.start({ ...options, logger });
      this.#emulator = emulator;
      const { hub, url, managementUrl, key, appDir, dataDir, routePrefix, grpc } = emulator;
      this.#subscriptions = [
        hub.subscribe((changes) => {
          this.#changes.add(changes);
          this.#sendChangesSoon();
        }),
        emulator.onEvent((event) => {
          this.#events.push(event);
          this.#flushSoon();
        }),
      ];
      const facts = { url, managementUrl, key, appDir, dataDir, routePrefix, grpc, capabilities: { ...hub.capabilities } };
      this.#flush();
      this.options.post({ type: 'started', facts, app: this.#app() });
    } catch (error) {
      this.#flush();
      this.options.post({ type: 'startFailed', error: toErrorValue(error) });
    }
  }

  async #stop(): Promise<void> {
    await this.#starting;
    for (const each of this.#subscriptions) each.dispose();
    try {
      await this.#emulator?.stop();
    } catch (error) {
      this.#log({
        level: 'error',
        category: 'emulator',
        message: `The emulator did not stop cleanly: ${toErrorValue(error).message}`,
      });
    }
    this.#flush();
    this.options.post({ type: 'stopped' });
  }

  async #call({ id, method, args }: HubCall): Promise<void> {
    try {
      if (this.#emulator === undefined) throw new Error('The emulator has not started yet.');
      const value = await callEmulator(this.#emulator, method, args);
      this.#answers.push({ id, ok: true, value });
    } catch (error) {
      this.#answers.push({ id, ok: false, error: toErrorValue(error) });
    }
    this.#flushSoon();
  }

  #app(): AppFacts {
    return {
      functions: this.#emulator?.functions() ?? [],
      workerPid: this.#emulator?.workerPid,
      appError: this.#emulator?.appError ?? null,
      appProblems: this.#emulator?.appProblems ?? [],
      connectedWorkers: this.#emulator?.connectedWorkers() ?? [],
    };
  }

  #log(entry: LogEntry): void {
    if (this.#logs.length >= maxLogEntries) {
      this.#logs.shift();
      this.#droppedLogs++;
    }
    this.#logs.push(entry);
    this.#flushSoon();
  }

  #sendChangesSoon(): void {
    if (this.#changesInFlight || this.#changesWaiting || this.#changes.isEmpty) return; // T1
    this.#changesWaiting = true;
    this.options.after(batchEveryMs, () => {
      this.#changesWaiting = false;
      if (this.#changesInFlight || this.#changes.isEmpty) return;
      this.#changesInFlight = true;
      this.options.post({ type: 'changes', changes: this.#changes.take() });
    });
  }

  #flushSoon(): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => this.#flush()); // T2
  }

  #flush(): void {
    this.#isFlushPlanned = false;
    if (this.#logs.length > 0) this.options.post({ type: 'logs', entries: this.#logs, dropped: this.#droppedLogs });
    if (this.#events.length > 0) this.options.post({ type: 'events', events: this.#events, app: this.#app() });
    if (this.#answers.length > 0) this.options.post({ type: 'answers', answers: this.#answers });
    this.#logs = [];
    this.#droppedLogs = 0;
    this.#events = [];
    this.#answers = [];
  }
}

function callEmulator(emulator: Emulator, method: HubCall['method'], args: readonly unknown[]): Promise<unknown> {
  const [receiver, name]: [object, string] =
    method === 'invoke' || method === 'inspect'
      ? [emulator, method]
      : method.startsWith(replaysPrefix)
        ? [emulator.replays, method.slice(replaysPrefix.length)]
        : method.startsWith(timePrefix)
          ? [emulator.time, method.slice(timePrefix.length)]
          : [emulator.hub, method];
  const run = (receiver as Record<string, (...args: readonly unknown[]) => Promise<unknown>>)[name];
  if (run === undefined) throw new TypeError(`An emulator has no method '${method}'.`);
  return run.apply(receiver, [...args]);
}

const replaysPrefix = 'replays.';
const timePrefix = 'time.';
