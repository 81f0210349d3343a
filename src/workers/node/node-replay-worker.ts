/**
 * Replays in a process of their own, started when the first one is asked for. The process is never the one that runs the app: it can hang or
 * die, and only replays notice.
 *
 *   R1. An open replay outlives its process: what was seen of it stays, and when it is looked into again it is opened anew.
 */
import { DurascopeError } from '../../core/values/errors';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { Logger } from '../../core/ports/logger';
import type { OpenReplay, ReplayRequest, ReplayRun, ReplayWorker, Variable, VariableScope } from '../../core/ports/replay-worker';
import { prepareLaunch, type AppLaunchOptions } from './process/app-launch';
import { spawnProcess, type Launcher } from '../supervision/launch';
import type { WatchdogTime } from '../supervision/watchdog';
import type { ReplayAsk } from './wire/messages';
import { unpackRun, type PackedRun } from './wire/replay-wire';
import { WorkerProcess } from './process/worker-process';

export interface NodeReplayWorkerOptions extends AppLaunchOptions {
  log: Logger;
  /** How long the code may go without an answer. Default 10,000; 0: for ever. */
  watchdogMs?: number;
  /** How that time passes. Default: as the computer's. */
  watchdogTime?: WatchdogTime;
  /** Default 60,000; 0: for ever. */
  loadTimeoutMs?: number;
  /** Default: as a child of this process. */
  launcher?: Launcher;
}

type SessionAsk = ReplayAsk extends infer A ? (A extends { session: number } ? Omit<A, 'session'> : never) : never;

export class NodeReplayWorker implements ReplayWorker {
  private process: Promise<WorkerProcess> | null = null;
  private stopper = new AbortController();
  private nextSession = 1;

  constructor(private readonly options: NodeReplayWorkerOptions) {}

  /** Of the process; starts it. */
  async pid(): Promise<number | undefined> {
    return (await this.up()).pid;
  }

  async functions(): Promise<readonly FunctionDescriptor[]> {
    return (await this.up()).functions;
  }

  async open(request: ReplayRequest): Promise<OpenReplay> {
    const first = await this.begin(request);
    return new Replay(this, request, first);
  }

  async reload(): Promise<void> {
    const before = this.process;
    this.process = null;
    this.stopper.abort();
    this.stopper = new AbortController();
    await before?.then((running) => running.stop(0)).catch(() => undefined);
  }

  dispose(): Promise<void> {
    return this.reload();
  }

  /** Opens the replay in the present process. */
  async begin(request: ReplayRequest): Promise<Session> {
    const running = await this.up();
    const session = this.nextSession++;
    const packed = (await running.replay({ what: 'open', session, request }, request.functionName)) as PackedRun;
    return { running, session, run: unpackRun(packed) };
  }

  private up(): Promise<WorkerProcess> {
    if (this.process === null) {
      const starting = this.start();
      this.process = starting;
      const gone = (): void => {
        if (this.process === starting) this.process = null;
      };
      starting.then((running) => running.ended.then(gone), gone);
    }
    return this.process;
  }

  private async start(): Promise<WorkerProcess> {
    const { options } = this;
    const { signal } = this.stopper;
    const prepared = await prepareLaunch(options);
    return WorkerProcess.start({
      ...prepared,
      launcher: options.launcher ?? spawnProcess,
      // Nobody answers there: a client that the app makes must not reach a hub from a replay.
      clientBinding: closedClientBinding,
      forReplay: true,
      log: options.log,
      watchdogMs: options.watchdogMs ?? 10_000,
      watchdogTime: options.watchdogTime,
      loadTimeoutMs: options.loadTimeoutMs ?? 60_000,
      signal,
    });
  }
}

interface Session {
  running: WorkerProcess;
  session: number;
  run: ReplayRun;
}

class Replay implements OpenReplay {
  private isClosed = false;

  constructor(
    private readonly worker: NodeReplayWorker,
    private readonly request: ReplayRequest,
    private session: Session,
  ) {
    this.run = session.run;
  }

  readonly run: ReplayRun;

  scopes(moment: number, frame: number): Promise<readonly VariableScope[]> {
    return this.ask({ what: 'scopes', moment, frame }) as Promise<readonly VariableScope[]>;
  }

  variables(reference: string, range?: { start: number; count: number }): Promise<readonly Variable[]> {
    return this.ask({ what: 'variables', reference, ...(range === undefined ? {} : { range }) }) as Promise<readonly Variable[]>;
  }

  evaluate(moment: number, frame: number, expression: string): Promise<Variable> {
    return this.ask({ what: 'evaluate', moment, frame, expression }) as Promise<Variable>;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const { running, session } = this.session;
    if (!running.hasEnded) await running.replay({ what: 'close', session }, this.request.functionName).catch(() => undefined);
  }

  // R1
  private async ask(ask: SessionAsk): Promise<unknown> {
    if (this.isClosed) throw new DurascopeError('Stopped', 'This replay is closed. Open it again.');
    if (this.session.running.hasEnded) this.session = await this.worker.begin(this.request);
    const { running, session } = this.session;
    return running.replay({ ...ask, session }, this.request.functionName);
  }
}

const closedClientBinding = JSON.stringify({
  taskHubName: 'replay',
  creationUrls: {
    createNewInstancePostUri: 'http://127.0.0.1:9/replay',
    createAndWaitOnNewInstancePostUri: 'http://127.0.0.1:9/replay',
  },
  managementUrls: { id: 'INSTANCEID' },
  baseUrl: 'http://127.0.0.1:9/',
  requiredQueryStringParameters: '',
  rpcBaseUrl: 'http://127.0.0.1:9/',
});
