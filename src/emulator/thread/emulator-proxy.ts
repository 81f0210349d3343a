/** An emulator that runs on another thread, in the shape of an `Emulator`. */
import { countText } from '../../base/count-text';
import type { Disposable } from '../../core/ports/clock';
import { DurascopeError } from '../../core/values/errors';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { OpenedReplay } from '../../core/ports/connected-replays';
import type { ReplayMoment } from '../../core/ports/replay-worker';
import type { HubClockState } from '../../core/ports/hub-clock';
import type { Logger } from '../../core/ports/logger';
import type { HubChange, TaskHubClient } from '../../core/ports/task-hub-client';
import type { Emulator, EmulatorEvent, EmulatorOptions } from '../emulator-types';
import { Listeners } from '../listeners';
import {
  fromErrorValue,
  type AppFacts,
  type EmulatorFacts,
  type FromThread,
  type HubCall,
  type HubMethod,
  type ToThread,
} from './thread-messages';

/** As much of a `Worker` as is needed. */
export interface EmulatorThread {
  postMessage(message: ToThread): void;
  /** Ends it now; `exit` follows. */
  terminate(): unknown;
  on(event: 'message', listener: (message: FromThread) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
}

export interface ProxiedEmulator extends Emulator {
  /** The thread ended without being asked to; everything of this emulator rejects from now on. */
  onLost(listener: (error: Error) => void): Disposable;
}

/** Starts an emulator on a thread just created. Rejects as `startEmulator` does, or with `Stopped` when the thread dies first. */
export function startOnThread(thread: EmulatorThread, options: EmulatorOptions): Promise<ProxiedEmulator> {
  return new Promise((resolve, reject) => {
    const proxy = new EmulatorProxy(thread, options.logger, resolve, reject);
    proxy.start(options);
  });
}

const stopped = (): DurascopeError => new DurascopeError('Stopped', 'The emulator is stopped. Start it and try again.');

class EmulatorProxy {
  readonly #calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #nextId = 1;
  #outbox: HubCall[] = [];
  #app: AppFacts = { functions: [], workerPid: undefined, appError: null, appProblems: [], connectedWorkers: [] };
  readonly #events = new Listeners<EmulatorEvent>();
  readonly #lost = new Listeners<Error>();
  readonly #changes = new Listeners<readonly HubChange[]>();
  #eventReaders = 0;
  #failure: Error | undefined;
  #isStarted = false;
  #stopping: Promise<void> | undefined;
  #onExit: () => void = () => undefined;
  #hasExited = false;

  constructor(
    private readonly thread: EmulatorThread,
    private readonly logger: Logger,
    private readonly resolve: (emulator: ProxiedEmulator) => void,
    private readonly reject: (error: Error) => void,
  ) {
    thread.on('message', (message) => this.#receive(message));
    thread.on('error', (error) => this.#end(error));
    thread.on('exit', () => {
      this.#hasExited = true;
      this.#end(
        new DurascopeError('Stopped', 'The thread of the emulator has ended. Start the emulator again; its log says more.'),
      );
      this.#onExit();
    });
  }

  start(given: EmulatorOptions): void {
    const options: Omit<EmulatorOptions, 'logger'> & { logger?: unknown } = { ...given };
    delete options.logger; // A function cannot cross; log lines come back as messages.
    this.thread.postMessage({ type: 'start', options });
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case 'started':
        this.#isStarted = true;
        this.#app = message.app;
        this.resolve(this.#emulator(message.facts));
        return;
      case 'startFailed':
        this.#failure = stopped();
        this.reject(fromErrorValue(message.error));
        this.thread.terminate();
        return;
      case 'answers':
        for (const answer of message.answers) {
          const call = this.#calls.get(answer.id);
          this.#calls.delete(answer.id);
          if (answer.ok) call?.resolve(answer.value as never);
          else call?.reject(fromErrorValue(answer.error));
        }
        return;
      case 'changes':
        this.#changes.tell(message.changes);
        // After the listeners: when they are slow, the next batch waits and merges more.
        setImmediate(() => this.thread.postMessage({ type: 'changesTaken' }));
        return;
      case 'events':
        this.#app = message.app;
        for (const event of message.events) this.#events.tell(event);
        return;
      case 'logs':
        if (message.dropped > 0) {
          this.logger({
            level: 'warning',
            category: 'emulator',
            message: `${countText(message.dropped, 'log line was', 'log lines were')} left out: too many at once.`,
          });
        }
        for (const entry of message.entries) this.logger(entry);
        return;
      case 'stopped':
        this.#end(stopped());
        // Everything is on disk; a timer that somebody forgot must not keep the thread.
        this.thread.terminate();
    }
  }

  #end(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
    if (!this.#isStarted) this.reject(error);
    else if (this.#stopping === undefined) this.#lost.tell(error);
  }

  #emulator(facts: EmulatorFacts): ProxiedEmulator {
    const app = (): AppFacts => this.#app;
    return {
      ...facts,
      hub: this.#hub(facts),
      get workerPid() {
        return app().workerPid;
      },
      get appError() {
        return app().appError;
      },
      get appProblems() {
        return app().appProblems;
      },
      functions: (): readonly FunctionDescriptor[] => app().functions,
      connectedWorkers: () => app().connectedWorkers,
      replays: {
        open: (request) => this.#call('replays.open', [request]) as Promise<OpenedReplay>,
        moment: (...args) => this.#call('replays.moment', args) as Promise<ReplayMoment>,
        close: (...args) => this.#call('replays.close', args) as Promise<void>,
      },
      time: {
        clock: () => this.#call('time.clock', []) as Promise<HubClockState>,
        setClock: (change) => this.#call('time.setClock', [change]) as Promise<HubClockState>,
        onClock: (listener) =>
          this.#events.add((event) => {
            if (event.type === 'clockChanged') listener(event.clock);
          }),
      },
      invoke: (...args) => this.#call('invoke', args) as Promise<string | null>,
      inspect: (port) => this.#call('inspect', [port]) as Promise<number>,
      onEvent: (listener) => this.#events.add(listener),
      onLost: (listener) => this.#lost.add(listener),
      stop: () => (this.#stopping ??= this.#stop()),
    };
  }

  #stop(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#hasExited) {
        resolve();
        return;
      }
      this.#onExit = resolve;
      this.thread.postMessage({ type: 'stop' });
    });
  }

  #hub(facts: EmulatorFacts): TaskHubClient {
    const call =
      <M extends HubMethod>(method: M) =>
      (...args: Parameters<TaskHubClient[M]>): ReturnType<TaskHubClient[M]> =>
        this.#call(method, args) as ReturnType<TaskHubClient[M]>;
    return {
      capabilities: facts.capabilities,
      start: call('start'),
      get: call('get'),
      query: call('query'),
      countByStatus: call('countByStatus'),
      history: call('history'),
      customStatusChanges: call('customStatusChanges'),
      waitingFor: call('waitingFor'),
      raiseEvent: call('raiseEvent'),
      terminate: call('terminate'),
      suspend: call('suspend'),
      resume: call('resume'),
      rewind: call('rewind'),
      restart: call('restart'),
      fork: call('fork'),
      purge: call('purge'),
      purgeBy: call('purgeBy'),
      importInstances: call('importInstances'),
      waitForCompletion: call('waitForCompletion'),
      signalEntity: call('signalEntity'),
      getEntity: call('getEntity'),
      queryEntities: call('queryEntities'),
      entityBatches: call('entityBatches'),
      cleanEntityStorage: call('cleanEntityStorage'),
      subscribe: (listener, options) => this.#subscribe(listener, options?.events !== false),
    };
  }

  #call(method: HubCall['method'], args: readonly unknown[]): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#stopping !== undefined) return Promise.reject(stopped());
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#calls.set(id, { resolve, reject });
      // What is asked in one go crosses in one message.
      if (this.#outbox.push({ id, method, args }) > 1) return;
      queueMicrotask(() => {
        const calls = this.#outbox;
        this.#outbox = [];
        this.thread.postMessage({ type: 'calls', calls });
      });
    });
  }

  #subscribe(listener: (changes: readonly HubChange[]) => void, wantsEvents: boolean): Disposable {
    const subscription = this.#changes.add(listener);
    if (wantsEvents && ++this.#eventReaders === 1) this.thread.postMessage({ type: 'wantEvents', wanted: true });
    let isOpen = true;
    return {
      dispose: () => {
        if (!isOpen) return;
        isOpen = false;
        subscription.dispose();
        if (wantsEvents && --this.#eventReaders === 0) this.thread.postMessage({ type: 'wantEvents', wanted: false });
      },
    };
  }
}
