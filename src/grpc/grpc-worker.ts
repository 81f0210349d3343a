/**
 * The workers that are connected to one hub, as the one worker that the engine sees (spec/grpc.md 1.3 to 1.5 and 3).
 *
 *   G1. Work in flight belongs to a stream and has a token of its own. When the stream goes, its episodes go back at once (asking again
 *       is harmless), its activities after a grace: a worker that stops cancels its stream before it sends what it still had to say.
 *   G2. What comes with a token that is not in flight is ignored: the instance was purged, replaced, or the work given to another.
 */
import { Fifo } from '../base/fifo';
import type { HistoryEvent } from '../core/history/history';
import type { Clock, Disposable } from '../core/ports/clock';
import type { ConnectedWorker } from '../core/ports/connected-worker';
import type {
  ActivityOutcome,
  ActivityRequest,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
  FunctionWorker,
} from '../core/ports/function-worker';
import type { Logger } from '../core/ports/logger';
import { toTimestamp } from '../core/values/time';
import { coreFailure, entityOutcome, episodeOutcome, type TerminateOther } from './from-proto';
import type {
  ActivityResponse,
  EntityBatchResult,
  GetWorkItemsRequest,
  OrchestrationTraceContext,
  OrchestratorResponse,
} from '../wire/generated/task-hub-sidecar';
import { HistoryBytes } from './history-bytes';
import { ProgramReplays } from './program-replays';
import { activityKey, type Job, returned, Work } from './work';
import { activityWorkItem, entityWorkItem, healthPing, orchestratorWorkItem } from './work-item-bytes';
import { type StreamConnection, type WorkKind, WorkerStream } from './worker-stream';

export interface GrpcWorkerWorld {
  hubName: string;
  /** For what is measured in time that passes: pings, patience. */
  clock: Clock;
  /** What the hub's developer has set it to. Default: `clock`. */
  hubTime?: Clock;
  log: Logger;
  newId: () => string;
  /** What is connected, or what it can run, has changed: work that waits may find a worker now. */
  changed: () => void;
  /** A worker asks for the end of another instance. */
  terminate: (other: TerminateOther) => void;
}

const graceMs = 1000;
const pingMs = 25_000;
const abandonedMs = 1000;
/** History streaming begins above this, for workers that can (spec/grpc.md 1.4). */
const streamHistoryAbove = 1024 * 1024;
/** What most SDKs' clients receive at most unless told otherwise. */
const usualLimit = 4 * 1024 * 1024;

export class GrpcWorker implements FunctionWorker {
  readonly profile = 'G';
  /** Questions of replays to the same streams. */
  readonly replays: ProgramReplays;
  readonly #streams = new Set<WorkerStream>();
  readonly #waiting: Readonly<Record<WorkKind, Fifo<Work>>> = {
    orchestrator: new Fifo(),
    activity: new Fifo(),
    entity: new Fifo(),
  };
  readonly #byToken = new Map<string, Work>();
  readonly #byKey = new Map<string, Work>();
  readonly #histories = new HistoryBytes();
  readonly #traces = new Map<string, OrchestrationTraceContext>();
  /** Streams that gave an instance's work back, by key: others are asked first. */
  readonly #abandonedBy = new Map<string, WorkerStream>();
  readonly #tokenPrefix: string;
  #tokens = 0;
  #streamIds = 0;
  #ping: Disposable | null = null;

  constructor(private readonly world: GrpcWorkerWorld) {
    this.#tokenPrefix = world.newId().slice(0, 12);
    this.replays = new ProgramReplays({
      streams: this.#streams,
      clock: world.clock,
      newToken: () => this.#newToken(),
      isInFlight: (instanceId) => this.#byKey.has(`o:${instanceId}`),
      freed: () => this.#pumpKind('orchestrator'),
    });
  }

  functions(): readonly FunctionDescriptor[] {
    return [];
  }

  /** Whether a program has connected since the emulator started: what it left behind waits for it. */
  get hadStreams(): boolean {
    return this.#streamIds > 0;
  }

  connected(): readonly ConnectedWorker[] {
    return [...this.#streams].map((stream) => stream.describe(this.world.hubName));
  }

  accepts(type: WorkKind, name: string, version: string): boolean {
    for (const stream of this.#streams) if (stream.accepts(type, name, version)) return true;
    return false;
  }

  /** A worker has called GetWorkItems. The stream is given work until `disconnect`. */
  connect(connection: StreamConnection, request: GetWorkItemsRequest): WorkerStream {
    const { clock } = this.world;
    const now = clock.now();
    const stream = new WorkerStream(String(++this.#streamIds), new Date(now).toISOString(), connection, request);
    stream.lastSent = now;
    this.#streams.add(stream);
    this.#ping ??= clock.after(pingMs, () => this.#pingIdle());
    this.#pump();
    this.replays.pump();
    this.world.changed();
    return stream;
  }

  /** The call is over, for whatever reason: to be called once. */
  disconnect(stream: WorkerStream): void {
    if (!this.#streams.delete(stream)) return;
    this.replays.disconnected(stream);
    for (const work of [...this.#byToken.values()]) {
      if (work.stream !== stream) continue;
      if (work.kind === 'orchestrator') {
        this.#settle(work);
        work.job.refuse(returned());
      } else {
        work.stream = null;
        const { token } = work;
        this.world.clock.after(graceMs, () => {
          if (this.#byToken.get(token) !== work) return;
          this.#settle(work);
          work.job.refuse(returned());
        });
      }
    }
    for (const [key, by] of this.#abandonedBy) if (by === stream) this.#abandonedBy.delete(key);
    for (const kind of kinds) this.#refuseUnaccepted(kind);
    if (this.#streams.size === 0) {
      this.#ping?.dispose();
      this.#ping = null;
    }
    this.world.changed();
  }

  /** Ends every stream, with `reason` for the workers. */
  stop(reason: string): void {
    for (const stream of [...this.#streams]) {
      stream.connection.end(reason);
      this.disconnect(stream);
    }
  }

  runEpisode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    const { instanceId, executionId, history, newEvents } = request;
    return new Promise((resolve, reject) => {
      this.#hand({
        kind: 'orchestrator',
        key: `o:${instanceId}`,
        instanceId,
        name: request.name,
        version: request.version ?? '',
        history,
        encode: (stream, token) => {
          const { past, added } = this.#histories.told(instanceId, executionId, history, newEvents);
          const streamed = stream.streamsHistory && past.length > streamHistoryAbove;
          return orchestratorWorkItem(request, added, streamed ? null : past, this.#traces.get(instanceId), token);
        },
        answer: resolve,
        refuse: reject,
      });
    });
  }

  runActivity(request: ActivityRequest): Promise<ActivityOutcome> {
    const { instanceId, taskId, name } = request;
    return new Promise((resolve, reject) => {
      this.#hand({
        kind: 'activity',
        key: activityKey(instanceId, taskId),
        instanceId,
        name,
        version: request.matchedVersion ?? '',
        history: null,
        encode: (_, token) => activityWorkItem(request, token),
        answer: resolve,
        refuse: reject,
      });
    });
  }

  runEntityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    const { instanceId, name } = request;
    return new Promise((resolve, reject) => {
      this.#hand({
        kind: 'entity',
        key: `e:${instanceId}`,
        instanceId,
        name,
        version: '',
        history: null,
        encode: (_, token) => entityWorkItem(request, toTimestamp((this.world.hubTime ?? this.world.clock).now()), token),
        answer: resolve,
        refuse: reject,
      });
    });
  }

  forget(instanceId: string): void {
    this.#histories.forget(instanceId);
    this.#traces.delete(instanceId);
  }

  completeOrchestrator(response: OrchestratorResponse): void {
    if (this.replays.take(response)) return;
    const { completionToken, instanceId, customStatus, orchestrationTraceContext } = response;
    const work = this.#find('orchestrator', completionToken, `o:${instanceId}`);
    if (work === undefined || work.instanceId !== instanceId) return; // G2
    if (orchestrationTraceContext !== undefined) this.#traces.set(instanceId, orchestrationTraceContext);
    work.customStatus = customStatus ?? work.customStatus;

    const { isPartial } = response;
    if (isPartial || work.actions !== null) (work.actions ??= []).push(...response.actions);
    if (isPartial) return;
    const actions = work.actions ?? response.actions;
    this.#settle(work);
    const { outcome, terminations } = episodeOutcome({ actions, customStatus: work.customStatus }, instanceId);
    for (const other of terminations) this.world.terminate(other);
    work.job.answer(outcome);
  }

  completeActivity(response: ActivityResponse): void {
    const { completionToken, instanceId, taskId, result, failureDetails } = response;
    const work = this.#find('activity', completionToken, activityKey(instanceId, taskId));
    if (work === undefined || work.instanceId !== instanceId) return; // G2
    this.#settle(work);
    const outcome: ActivityOutcome =
      failureDetails === undefined
        ? { ok: true, result: result ?? null }
        : {
            ok: false,
            reason: failureDetails.errorMessage,
            details: failureDetails.stackTrace ?? '',
            failureDetails: coreFailure(failureDetails),
          };
    work.job.answer(outcome);
  }

  completeEntity(result: EntityBatchResult): void {
    const work = this.#find('entity', result.completionToken, '');
    if (work === undefined) return; // G2
    this.#settle(work);
    // Not one operation was tried.
    if (result.failureDetails !== undefined && result.results.length === 0) work.job.refuse(returned(abandonedMs));
    else work.job.answer(entityOutcome(result));
  }

  /** The worker does not want it: others are asked first, and it again a little later. */
  abandon(kind: WorkKind, token: string): void {
    if (this.replays.abandoned(token)) return;
    const work = this.#byToken.get(token);
    if (work === undefined || work.kind !== kind) return; // G2
    if (work.stream !== null) this.#abandonedBy.set(work.key, work.stream);
    this.#settle(work);
    work.job.refuse(returned(this.#streams.size > 1 ? abandonedMs / 4 : abandonedMs));
  }

  /** The events that the work item in flight for the instance stands on; undefined when there is none. */
  historyInFlight(instanceId: string): readonly HistoryEvent[] | undefined {
    return this.#byKey.get(`o:${instanceId}`)?.job.history ?? undefined;
  }

  #hand(job: Job): void {
    this.#waiting[job.kind].push(new Work(job));
    this.#pumpKind(job.kind);
  }

  #pump(): void {
    for (const kind of kinds) this.#pumpKind(kind);
  }

  #pumpKind(kind: WorkKind): void {
    const waiting = this.#waiting[kind];
    let passed: Work[] | null = null;
    while (waiting.size > 0 && this.#hasRoom(kind)) {
      const work = waiting.shift();
      if (work === undefined) break;
      const stream = this.#streamFor(work);
      if (stream === null) (passed ??= []).push(work);
      else this.#send(work, stream);
    }
    if (passed === null) return;
    // In their order, in front of what came later.
    const rest: Work[] = [];
    for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) rest.push(work);
    for (const work of passed.concat(rest)) waiting.push(work);
  }

  #hasRoom(kind: WorkKind): boolean {
    for (const stream of this.#streams) if (stream.hasRoom(kind)) return true;
    return false;
  }

  /** The least loaded that takes it, if one has room. */
  #streamFor({ kind, key, name, instanceId, job: { version } }: Work): WorkerStream | null {
    let best: WorkerStream | null = null;
    const avoided = this.#abandonedBy.size === 0 ? undefined : this.#abandonedBy.get(key);
    for (const stream of this.#streams) {
      if (!stream.hasRoom(kind) || !stream.accepts(kind, name, version)) continue;
      if (kind === 'orchestrator' && this.replays.blocks(stream, instanceId)) continue;
      if (best === null || best === avoided) best = stream;
      else if (stream !== avoided && stream.inFlight[kind] < best.inFlight[kind]) best = stream;
    }
    return best;
  }

  #send(work: Work, stream: WorkerStream): void {
    const token = this.#newToken();
    work.stream = stream;
    work.token = token;
    work.actions = null;
    stream.inFlight[work.kind]++;
    stream.lastSent = this.world.clock.now();
    this.#byToken.set(token, work);
    this.#byKey.set(work.key, work);
    const bytes = work.job.encode(stream, token);
    if (bytes.length > usualLimit && stream.connection.identity.language !== 'JavaScript') this.#warnOfSize(work, bytes.length);
    stream.connection.send(bytes);
  }

  #newToken(): string {
    return `${this.#tokenPrefix}${(++this.#tokens).toString(36)}`;
  }

  #find(kind: WorkKind, token: string, key: string): Work | undefined {
    const work = token === '' ? this.#byKey.get(key) : this.#byToken.get(token);
    return work?.kind === kind ? work : undefined;
  }

  /** It is no longer in flight. */
  #settle(work: Work): void {
    const { stream, kind, key, token } = work;
    this.#byToken.delete(token);
    if (this.#byKey.get(key) === work) this.#byKey.delete(key);
    if (stream === null) return;
    stream.inFlight[kind]--;
    if (stream.noteRun(kind, work.name)) this.world.changed();
    if (this.#waiting[kind].size > 0) this.#pumpKind(kind);
    if (kind === 'orchestrator') this.replays.pump();
  }

  #refuseUnaccepted(kind: WorkKind): void {
    const waiting = this.#waiting[kind];
    for (let left = waiting.size; left > 0; left--) {
      const work = waiting.shift();
      if (work === undefined) return;
      if (this.accepts(kind, work.name, work.job.version)) waiting.push(work);
      else work.job.refuse(returned());
    }
  }

  #pingIdle(): void {
    const { clock } = this.world;
    const now = clock.now();
    for (const stream of this.#streams) {
      const quietMs = now - stream.lastSent;
      // Below 0 the computer's clock was set back: nobody knows how long it was.
      if (quietMs >= 0 && quietMs < pingMs) continue;
      stream.lastSent = now;
      stream.connection.send(healthPing);
    }
    this.#ping = clock.after(pingMs / 5, () => this.#pingIdle());
  }

  #warnOfSize(work: Work, size: number): void {
    const { language } = work.stream?.connection.identity ?? { language: 'worker' };
    this.world.log({
      level: 'warning',
      category: 'grpc',
      instanceId: work.instanceId,
      message:
        `The next step of '${work.name}' is ${(size / 1024 / 1024).toFixed(1)} MB to send. ${language} clients refuse more than 4 MB unless told otherwise, ` +
        'and the instance stands still then: raise the largest message that the worker receives, keep payloads small, or continue as new.',
    });
  }
}

const kinds: readonly WorkKind[] = ['orchestrator', 'activity', 'entity'];
