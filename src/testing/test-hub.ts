/** A hub for one test: the engine over a store in memory, the app's process, a clock of its own. */
import { randomUUID } from 'node:crypto';
import { parseDuration } from '../base/duration-text';
import { closestName } from '../base/closest-name';
import { DurascopeError } from '../core/values/errors';
import { entityDetails } from '../core/entities/entity-views';
import type { InstanceRow } from '../core/instances/instance';
import type { ActivityOutcome } from '../core/ports/function-worker';
import type { DurableHttpCall } from '../core/ports/durable-http';
import type { Logger } from '../core/ports/logger';
import { isEntityId } from '../core/values/instance-id';
import { toTimestamp } from '../core/values/time';
import { engineOptionsFrom } from '../emulator/engine-options-from';
import { Engine } from '../engine/engine';
import { waitingFor } from '../engine/waiting-for';
import { SqlJsHistoryStore } from '../store/sql-js-history-store';
import { readAppSettings } from '../workers/node/app/app-settings';
import { describeActivityFailure } from '../workers/supervision/activity-failure';
import { appFolder } from './app-folder';
import { borrowApp, type BorrowedApp } from './shared-apps';
import { StubbedWorker } from './stubbed-worker';
import type { ActivityCall, HttpStubRequest, StartOptions, TestHub, TestHubOptions, TestInstance } from './testing';
import { HubInstance, type HubOfInstance } from './hub-instance';
import { textOf, timeOf, valueOf } from './values';
import { VirtualClock } from './virtual-clock';

const firstMoment = '2026-01-01T00:00:00Z';
const defaultMostJumps = 20_000;
const lastMs = Date.UTC(9999, 11, 31);

export async function startTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const appDir = appFolder(options.app);
  const clock = new VirtualClock(timeOf(options.now ?? firstMoment, 'The time in `now`'));
  const log: Logger = ({ level, message, functionName, instanceId }) => {
    options.log?.({
      level,
      message,
      ...(functionName === undefined ? {} : { functionName }),
      ...(instanceId === undefined ? {} : { instanceId }),
    });
  };
  const { hostConfig } = await readAppSettings(appDir);
  const { env, nodePath } = options;
  const app = await borrowApp(
    { appDir, ...(env === undefined ? {} : { env }), ...(nodePath === undefined ? {} : { nodePath }) },
    log,
  );
  try {
    const worker = new StubbedWorker(app.worker, {
      activities: options.activities ?? {},
      unstubbed: options.unstubbed ?? 'run',
      changed: () => hub.lookAgain(),
    });
    const store = new SqlJsHistoryStore({ dir: null, durability: 'interval', log });
    const engine = new Engine(
      { store, clock, newId: () => randomUUID().replaceAll('-', ''), log, http: (call) => answerHttp(call, options.http) },
      engineOptionsFrom(hostConfig),
    );
    await engine.open();
    engine.setWorker(worker);
    const hub = new Hub(engine, store, worker, app, clock, options.clock === 'auto' ? (options.maxJumps ?? defaultMostJumps) : 0);
    return hub;
  } catch (error) {
    app.release();
    throw error;
  }
}

class Hub implements TestHub, HubOfInstance {
  #stopping: Promise<void> | null = null;
  readonly #looking = new Set<() => void>();

  constructor(
    readonly engine: Engine,
    readonly store: SqlJsHistoryStore,
    private readonly worker: StubbedWorker,
    private readonly app: BorrowedApp,
    private readonly clock: VirtualClock,
    /** 0: time stands still. */
    private readonly mostJumps: number,
  ) {}

  get now(): Date {
    return new Date(this.clock.now());
  }

  get functions(): readonly string[] {
    return this.worker.functions().map(({ name }) => name);
  }

  async start(orchestrator: string, input?: unknown, options: StartOptions = {}): Promise<TestInstance> {
    this.#known('orchestrator', orchestrator);
    const { instanceId } = await this.engine.start({
      name: orchestrator,
      input: textOf(input, `The input of '${orchestrator}'`),
      ...(options.instanceId === undefined ? {} : { instanceId: options.instanceId }),
      ...(options.startAt === undefined
        ? {}
        : { scheduledStartTime: toTimestamp(timeOf(options.startAt, 'The time in `startAt`')) }),
    });
    await this.settle();
    return this.instance(instanceId);
  }

  async run(orchestrator: string, input?: unknown, options: StartOptions = {}): Promise<unknown> {
    return (await this.start(orchestrator, input, options)).result();
  }

  instance(instanceId: string): TestInstance {
    this.row(instanceId);
    return new HubInstance(this, instanceId);
  }

  instances(): readonly TestInstance[] {
    const found: TestInstance[] = [];
    for (let continuationToken: string | undefined; ;) {
      const page = this.store.query({
        entities: 'exclude',
        orderBy: 'createdTime',
        ...(continuationToken === undefined ? {} : { continuationToken }),
      });
      found.push(...page.instances.map((row) => new HubInstance(this, row.instanceId)));
      continuationToken = page.continuationToken;
      if (continuationToken === undefined) return found;
    }
  }

  async signalEntity(name: string, key: string, operation: string, input?: unknown): Promise<void> {
    this.#known('entity', name);
    await this.engine.signalEntity(entityId(name, key), operation, {
      input: textOf(input, `The input of the operation '${operation}'`),
    });
    await this.settle();
  }

  entityState(name: string, key: string): unknown {
    this.#known('entity', name);
    const row = this.store.instance(entityId(name, key));
    const state = row === undefined ? null : (entityDetails(row)?.state ?? null);
    return state === null ? undefined : valueOf(state);
  }

  async advance(by: number | string): Promise<void> {
    const ms = typeof by === 'number' ? by : parseDuration(by.trim());
    if (!Number.isFinite(ms) || ms < 0) {
      throw new DurascopeError(
        'InvalidArgument',
        `The clock cannot be moved on by '${by}': give milliseconds, or a text like '3d', '2h30m', '90s'.`,
      );
    }
    await this.#moveTo(this.clock.now() + Math.round(ms));
  }

  async advanceTo(time: string | Date): Promise<void> {
    const to = timeOf(time, 'The time to advance to');
    if (to < this.clock.now()) {
      throw new DurascopeError('InvalidArgument', `The clock goes forward only, and it shows ${this.now.toISOString()}.`);
    }
    await this.#moveTo(to);
  }

  async advanceToNext(): Promise<Date> {
    await this.settle();
    const next = this.#nextMs();
    if (next === null) {
      throw new DurascopeError(
        'InvalidArgument',
        'Nothing waits for its time: there is no timer to go to. Look at what the instance waits for: awaitedEvents.',
      );
    }
    await this.#moveTo(next);
    return this.now;
  }

  async settle(): Promise<void> {
    while (this.#isBusy()) await this.#turn();
  }

  calls(activity?: string): readonly ActivityCall[] {
    if (activity === undefined) return [...this.worker.calls];
    this.#known('activity', activity);
    return this.worker.calls.filter(({ name }) => name.toLowerCase() === activity.toLowerCase());
  }

  stop(): Promise<void> {
    return (this.#stopping ??= (async () => {
      this.lookAgain();
      await this.engine.stop();
      this.clock.stop();
      this.app.release();
    })());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** What kept the hub from rest may have ended without a turn of the engine. */
  lookAgain(): void {
    for (const look of [...this.#looking]) look();
  }

  row(instanceId: string): InstanceRow {
    this.#assertRunning();
    const row = this.store.instance(instanceId);
    if (row !== undefined) return row;
    throw new DurascopeError('InstanceNotFound', `This hub has no instance '${instanceId}'.`);
  }

  /** Resolves when it holds. Rejects with what `unmet` says once nothing more happens by itself; `isOver`: it can never hold. */
  async until(holds: () => boolean, isOver: () => boolean, unmet: () => string): Promise<void> {
    for (let jumps = 0; ;) {
      if (holds()) return;
      this.#assertRunning();
      if (isOver()) throw new DurascopeError('InstanceWrongState', unmet());
      if (this.#isBusy()) {
        await this.#turn();
        continue;
      }
      const next = this.mostJumps > 0 ? this.#nextMs() : null;
      if (next === null) throw new DurascopeError('InstanceWrongState', unmet());
      if (++jumps > this.mostJumps) {
        throw new DurascopeError(
          'InstanceWrongState',
          `The clock has jumped ${this.mostJumps} times, to ${this.now.toISOString()}, and it goes on: something repeats itself for ever. ${unmet()}`,
        );
      }
      this.clock.moveTo(next);
    }
  }

  waits(instanceId: string): string {
    const waits = waitingFor(this.store, instanceId, new Map());
    const parts = [
      ...(waits?.events ?? []).map((name) => `the event '${name}' (raiseEvent)`),
      ...(waits?.timers ?? []).map(({ fireAt }) => `a timer of ${fireAt.replace(/\.0+Z$/, 'Z')} (advance, or clock: 'auto')`),
      ...(waits?.activities ?? []).map(({ name }) => `the activity ${name}, whose stub never answers`),
      ...(waits?.children ?? []).map(({ instanceId: id, name }) => `the sub-orchestration ${name} ('${id}')`),
      ...(waits?.entities ?? []).flatMap(({ entities }) => entities.map((entity) => `the entity ${entity.instanceId}`)),
    ];
    const ended =
      waits?.codeEnded === true
        ? ' Its code has returned: what it has left open keeps it Running, as in production. Cancel timers that lost, and wait for activities.'
        : '';
    const stuck = `${waits?.stuck === undefined ? '' : ` ${waits.stuck}`}${ended}`;
    return parts.length === 0 ? `It waits for nothing that is known.${stuck}` : `It waits for ${parts.join(' and ')}.${stuck}`;
  }

  async #moveTo(toMs: number): Promise<void> {
    if (toMs > lastMs) throw new DurascopeError('InvalidArgument', 'The clock cannot go beyond the year 9999.');
    this.#assertRunning();
    for (;;) {
      await this.settle();
      const next = this.#nextMs();
      if (next === null || next > toMs) break;
      this.clock.moveTo(next);
    }
    this.clock.moveTo(toMs);
  }

  #nextMs(): number | null {
    const { next } = this.engine.rest(this.worker.unanswered);
    return next === null || next.dueMs > lastMs ? null : Math.ceil(next.dueMs);
  }

  #isBusy(): boolean {
    if (this.#stopping !== null) return false;
    const { busy, next } = this.engine.rest(this.worker.unanswered);
    return busy !== null || (next !== null && next.dueMs <= this.clock.now());
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        listening.dispose();
        this.#looking.delete(look);
        resolve();
      };
      const listening = this.engine.onTurn(look);
      this.#looking.add(look);
    });
  }

  #assertRunning(): void {
    if (this.#stopping !== null) throw new DurascopeError('Stopped', 'The test hub has been stopped: start another one.');
  }

  #known(type: 'orchestrator' | 'activity' | 'entity', name: string): void {
    this.#assertRunning();
    const names = this.worker
      .functions()
      .filter((fn) => fn.type === type)
      .map((fn) => fn.name);
    if (names.some((each) => each.toLowerCase() === name.toLowerCase())) return;
    const meant = closestName(name, names);
    throw new DurascopeError(
      'UnknownFunction',
      `The app has no ${type} '${name}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} It has ${names.join(', ') || 'none'}.`,
    );
  }
}

function entityId(name: string, key: string): string {
  const id = `@${name.toLowerCase()}@${key}`;
  if (!isEntityId(id)) throw new DurascopeError('InvalidInstanceId', `'${id}' is no entity: give its name and its key.`);
  return id;
}

async function answerHttp(call: DurableHttpCall, stub: TestHubOptions['http']): Promise<ActivityOutcome> {
  const [asked] = (valueOf(call.input) as [HttpStubRequest & Record<string, unknown>] | null) ?? [];
  try {
    if (asked === undefined) throw new Error('The durable HTTP call has no request.');
    const { method, uri, headers, content } = asked;
    if (stub === undefined) {
      throw new Error(
        `Nothing goes out of a test hub: ${method} ${uri} has no answer. Give one with startTestHub({ http: (request) => ({ statusCode: 200 }) }).`,
      );
    }
    const answer = await stub({ method, uri, headers, content });
    const result = { statusCode: answer.statusCode, headers: answer.headers ?? {}, content: answer.content ?? null };
    return { ok: true, result: JSON.stringify(result) };
  } catch (error) {
    return describeActivityFailure('BuiltIn::HttpActivity', error);
  }
}
