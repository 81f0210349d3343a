/** A worker that runs ahead (docs/decisions/0006-running-ahead.md): the engine's half, with a worker under the test's control. */
import assert from 'node:assert/strict';
import type { ScheduleTask } from '../../src/core/decisions/decisions';
import type { HistoryEvent } from '../../src/core/history/history';
import type {
  ActivityOutcome,
  ActivityRequest,
  BegunEnd,
  EpisodeOutcome,
  EpisodeRequest,
} from '../../src/core/ports/function-worker';
import { DurascopeError } from '../../src/core/values/errors';
import { resultEvent } from '../../src/core/turns/result-event';
import { toTimestamp } from '../../src/core/values/time';
import { ManualClock } from '../support/manual-clock';
import { ScriptedWorker } from '../support/scripted-worker';
import type { Script } from '../support/script-types';
import { TestHub, type TestHubOptions } from '../support/test-hub';

/** Begins each single activity by itself; `end` ends it and, as long as there are steps, runs the next episode. */
class AheadWorker extends ScriptedWorker {
  /** Ends of what was begun, in order. */
  readonly begun: { end: (value: unknown, goOn?: boolean) => Promise<void>; reject: (error: Error) => void }[] = [];
  clock!: ManualClock;
  /** Results that activities have in the same breath: their ends and the steps that follow come with the answer. */
  inOneBreath: unknown[] = [];

  override async runEpisode(asked: EpisodeRequest): Promise<EpisodeOutcome> {
    // The array belongs to the engine, and grows.
    const request = { ...asked, history: [...asked.history] };
    const outcome = await super.runEpisode(request);
    return request.ahead === undefined ? outcome : this.breathe(request, outcome, request.ahead.steps);
  }

  private async breathe(request: EpisodeRequest, outcome: EpisodeOutcome, steps: number): Promise<EpisodeOutcome> {
    const [decision] = outcome.decisions;
    if (this.inOneBreath.length === 0 || decision?.type !== 'ScheduleTask') return this.goOn(request, outcome, steps);
    const result: ActivityOutcome = { ok: true, result: JSON.stringify(this.inOneBreath.shift()) };
    const endedAt = toTimestamp(this.clock.now());
    const next = following(request, decision, endedAt, endedAt, result);
    const later = await this.breathe(next, await super.runEpisode(next), steps - 1);
    return {
      ...outcome,
      endedAt,
      begun: { taskId: decision.id, ended: { outcome: result, next: { at: endedAt, outcome: later } } },
    };
  }

  private goOn(request: EpisodeRequest, outcome: EpisodeOutcome, steps: number): EpisodeOutcome {
    const [decision] = outcome.decisions;
    const endedAt = toTimestamp(this.clock.now());
    if (decision?.type !== 'ScheduleTask' || outcome.decisions.length > 1 || steps === 0) return { ...outcome, endedAt };
    const taskId = decision.id;
    const ended = new Promise<BegunEnd>((resolve, reject) => {
      this.begun.push({
        reject,
        end: async (value, goesOn = true) => {
          const result: ActivityOutcome = { ok: true, result: JSON.stringify(value) };
          if (!goesOn) {
            resolve({ outcome: result, next: null });
            return;
          }
          const at = toTimestamp(this.clock.now());
          const next = following(request, decision, endedAt, at, result);
          const later = this.goOn(next, await super.runEpisode(next), steps - 1);
          resolve({ outcome: result, next: { at, outcome: later } });
        },
      });
    });
    ended.catch(() => undefined);
    return { ...outcome, endedAt, begun: { taskId, ended } };
  }
}

/** The episode that takes the result of what `request` has scheduled. */
function following(
  request: EpisodeRequest,
  { id, name, input }: ScheduleTask,
  endedAt: string,
  at: string,
  result: ActivityOutcome,
): EpisodeRequest {
  const marks = { EventId: -1, IsPlayed: false };
  const rows: HistoryEvent[] = [
    { ...marks, EventType: 'TaskScheduled', EventId: id, Timestamp: endedAt, Name: name, Version: '', Input: input },
    { ...marks, EventType: 'OrchestratorCompleted', Timestamp: endedAt },
  ];
  return {
    ...request,
    history: [...request.history, ...request.newEvents, ...rows],
    newEvents: [{ ...marks, EventType: 'OrchestratorStarted', Timestamp: at }, resultEvent(at, id, result)],
  };
}

const three: Script = function* (context) {
  const first = yield context.activity('a');
  const second = yield context.activity('a');
  return [first, second, yield context.activity('a')];
};
const telling: Script = function* (context) {
  yield context.activity('a');
  context.setStatus('half');
  yield context.activity('a');
  context.setStatus('done');
  return yield context.activity('a');
};
const parent: Script = function* (context) {
  return yield context.child('three', null, { instanceId: 'child' });
};
/** Waits for both; the event may come first. */
const both: Script = function* (context) {
  const event = context.waitEvent('Go');
  const result = yield context.activity('a');
  return [result, yield event];
};
const rows = 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 EC#3[Completed] OC';

describe('a worker that runs ahead', () => {
  let hub: TestHub;
  let worker: AheadWorker;

  async function open(options: Partial<TestHubOptions> = {}): Promise<void> {
    const clock = options.clock ?? new ManualClock();
    hub = await TestHub.open({
      scripts: { three, both, telling, parent },
      activities: { a: 'manual' },
      engine: { runAhead: 64 },
      clock,
      openWorker: (facts) => {
        worker = new AheadWorker('A', facts.options);
        worker.clock = clock;
        return Promise.resolve(worker);
      },
      ...options,
    });
  }
  afterEach(() => hub.dispose());

  /** Ends the activity that was begun last. */
  async function end(value: unknown, goesOn = true): Promise<void> {
    await worker.begun.at(-1)?.end(value, goesOn);
    await hub.quiet();
  }

  it('writes the rows that it would have written step by step, and is asked once', async () => {
    await open();
    const id = await hub.start('three');
    for (const value of [1, 2, 3]) await end(value);
    hub.expect(id, rows, 'Completed [1,2,3]');
    assert.equal(worker.begun.length, 3);
    assert.equal(worker.callCounts['a'], undefined);
    assert.equal(worker.episodes.filter(({ ahead }) => ahead !== undefined).length, 4, 'one asked for, three that followed');
    assert.deepEqual(worker.forgotten, [id]);
    assert.deepEqual(hub.store.pendingActivities(id), []);
  });

  it('is told by how much the clock is ahead; what it noted before that was set is refused, and asked for anew', async () => {
    let aheadMs: number | null = 5000;
    const clock = Object.assign(new ManualClock(), { aheadOfComputerMs: () => aheadMs });
    await open({ clock });
    const told = (): unknown => worker.episodes.findLast(({ ahead }) => ahead?.steps === 64)?.ahead?.clockAheadMs;
    const id = await hub.start('three');
    assert.equal(told(), 5000);
    await end(1);
    aheadMs = 9000;
    await end(2);
    assert.equal(told(), 9000);
    await end(3);
    hub.expect(id, rows, 'Completed [1,2,3]');
    aheadMs = null;
    await hub.start('three', { instanceId: 'paused' });
    assert.equal(worker.episodes.at(-1)?.ahead, undefined);
  });

  it('has several steps in one commit, each announced, in order', async () => {
    await open();
    const seen: string[] = [];
    hub.engine.subscribe((changes) => {
      for (const change of changes) if (change.type === 'instance') seen.push(String(change.newEvents.length));
    });
    let release = (): void => undefined;
    const commits: number[] = [];
    hub.beforeCommit = (checkpoints) => {
      commits.push(checkpoints.length);
      if (commits.length !== 2) return undefined;
      // The disk is slow while the worker runs on.
      return new Promise<void>((resolve) => {
        release = () => void hub.store.commit(checkpoints).then(resolve);
      });
    };
    const { instanceId } = await hub.engine.start({ name: 'three' });
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    while (worker.begun.length < 1) await turn();
    for (const value of [1, 2, 3]) {
      await worker.begun.at(-1)?.end(value);
      await turn();
    }
    assert.deepEqual(hub.history(instanceId), [], 'nothing is told of what is not in the journal');
    hub.beforeCommit = () => undefined;
    release();
    await hub.quiet();
    hub.expect(instanceId, rows, 'Completed [1,2,3]');
    assert.deepEqual(seen, ['0', '4', '4', '4', '4']);
  });

  it('has what followed in one breath in one step of the store, announced at once, with the rows of step by step', async () => {
    await open();
    worker.inOneBreath = [1, 2, 3];
    const seen: number[] = [];
    const commits: number[] = [];
    hub.engine.subscribe((changes) => {
      for (const change of changes) if (change.type === 'instance') seen.push(change.newEvents.length);
    });
    hub.beforeCommit = (checkpoints) => void commits.push(checkpoints.length);
    const id = await hub.start('three');
    hub.expect(id, rows, 'Completed [1,2,3]');
    assert.deepEqual(
      [seen, commits],
      [
        [0, 16],
        [1, 1],
      ],
    );
    assert.equal(worker.callCounts['a'], undefined);
    assert.deepEqual(worker.forgotten, [id]);
    assert.deepEqual(hub.store.pendingActivities(id), []);
  });

  it('is followed step by step from where its breath ended', async () => {
    await open();
    worker.inOneBreath = [1];
    const id = await hub.start('three');
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 TS#1 OC', 'Running');
    assert.deepEqual(
      hub.store.pendingActivities(id).map(({ taskId }) => taskId),
      [1],
    );
    for (const value of [2, 3]) await end(value);
    hub.expect(id, rows, 'Completed [1,2,3]');
    assert.deepEqual(hub.store.pendingActivities(id), []);
  });

  it('keeps each custom status with its time, also in one breath', async () => {
    await open();
    worker.inOneBreath = [1, 2, 3];
    const commits: (string | null | undefined)[][] = [];
    hub.beforeCommit = (checkpoints) => void commits.push(checkpoints.map(({ instance }) => instance?.customStatus));
    const id = await hub.start('telling');
    hub.expect(id, rows, 'Completed 3');
    assert.deepEqual(commits, [[null], [null, '"half"', '"done"', '"done"']]);
  });

  it('answers the parent of what ended in one breath', async () => {
    await open();
    worker.inOneBreath = [1, 2, 3];
    const id = await hub.start('parent');
    hub.expect('child', rows, 'Completed [1,2,3]');
    hub.expect(id, 'OS ES SC#0 OC | OS SD→0 EC#1[Completed] OC', 'Completed [1,2,3]');
  });

  it('that says a step which does not follow from the one before is asked anew, and the result counts', async () => {
    await open();
    const { clock } = worker;
    worker.inOneBreath = [1];
    const later = worker.runEpisode.bind(worker);
    worker.runEpisode = async (asked) => {
      const outcome = await later(asked);
      const ended = outcome.begun?.ended;
      if (ended !== undefined && 'next' in ended && ended.next !== null) ended.next.at = toTimestamp(clock.now() - 1000);
      return outcome;
    };
    const id = await hub.start('three');
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 TS#1 OC', 'Running');
    assert.equal(worker.callCounts['a'], undefined);
  });

  it('gives the instance back for an event that came meanwhile, and loses neither', async () => {
    await open();
    const id = await hub.start('both');
    await hub.raise(id, 'Go', 'now');
    hub.expect(id, 'OS ES TS#0 OC | OS ER OC', 'Running');
    await end('late');
    hub.expect(id, 'OS ES TS#0 OC | OS ER OC | OS TC→0 EC#1[Completed] OC', 'Completed ["late","now"]');
  });

  it('gives it back for a terminate, and what it had run beyond is no part of the history', async () => {
    await open();
    const id = await hub.start('three');
    await hub.terminate(id);
    await end(1);
    hub.expect(id, 'OS ES TS#0 OC | OS ET EC#1[Terminated] OC', 'Terminated enough');
    assert.deepEqual(hub.store.pendingActivities(id), []);
  });

  it('stands still while the instance is suspended', async () => {
    await open();
    const id = await hub.start('three');
    await hub.suspend(id);
    await end(1);
    assert.equal(hub.row(id).runtimeStatus, 'Suspended');
    assert.equal(hub.sequence(id).includes('TS#1'), false);
    await hub.resume(id);
    // The worker may have begun the next by itself again.
    for (const value of [2, 3]) await end(value);
    assert.equal(hub.outcome(id), 'Completed [1,2,3]');
  });

  it('may stop at any step: the result is a message then like any other', async () => {
    await open();
    const id = await hub.start('three');
    await end(1, false);
    await end(2);
    await end(3, false);
    hub.expect(id, rows, 'Completed [1,2,3]');
  });

  it('that goes away under an activity is handed it once more, and all that follows step by step', async () => {
    await open();
    const id = await hub.start('three');
    worker.begun.at(-1)?.reject(new DurascopeError('WorkerExited', 'The worker process ended with code 1.'));
    await hub.quiet();
    for (const value of [1, 2, 3]) await hub.complete('a', value);
    hub.expect(id, rows, 'Completed [1,2,3]');
    assert.equal(worker.begun.length, 1);
    await hub.start('three');
    assert.equal(worker.begun.length, 2, 'others are under no suspicion');
  });

  it('that hangs in an activity fails it by name, and goes step by step', async () => {
    await open();
    const id = await hub.start('three');
    worker.begun.at(-1)?.reject(new DurascopeError('WorkerHung', 'The activity "a" has blocked the event loop.'));
    await hub.quiet();
    assert.match(hub.outcome(id), /^Failed .*The activity "a" has blocked/);
  });

  it('has no say in an instance that was purged or started anew meanwhile', async () => {
    await open();
    const id = await hub.start('three');
    const before = worker.begun.at(-1);
    await hub.terminate(id);
    await hub.start('three', { instanceId: id });
    const now = worker.begun.at(-1);
    await before?.end(0);
    await hub.quiet();
    hub.expect(id, 'OS ES TS#0 OC', 'Running');
    await now?.end(1);
    for (const value of [2, 3]) await end(value);
    hub.expect(id, rows, 'Completed [1,2,3]');
  });

  it('counts among the activities that run at one time', async () => {
    await open({ engine: { runAhead: 64, maxConcurrentActivities: 1 } });
    await hub.start('three');
    const two: EpisodeOutcome = {
      decisions: [0, 1].map((id) => ({ type: 'ScheduleTask', id, name: 'a', input: null })),
      customStatus: null,
      awaitedEvents: [],
    };
    worker.intercept = () => Promise.resolve(two);
    await hub.start('both');
    assert.equal(worker.calls.length, 0, 'there is room for one, and the worker has begun it');
    await end(1, false);
    assert.equal(worker.calls.length, 1);
  });

  it('is not asked to after a failure: what fails then is known by name', async () => {
    await open();
    let left = 1;
    worker.intercept = () => (left-- > 0 ? Promise.reject(new DurascopeError('WorkerExited', 'It ended.')) : undefined);
    const id = await hub.start('three');
    assert.equal(worker.episodes.at(-1)?.ahead, undefined);
    for (const value of [1, 2, 3]) await hub.complete('a', value);
    hub.expect(id, rows, 'Completed [1,2,3]');
    assert.equal(worker.begun.length, 0);
  });

  it('is not asked to where the engine does not allow it', async () => {
    await open({ engine: {} });
    const id = await hub.start('three');
    for (const value of [1, 2, 3]) await hub.complete('a', value);
    hub.expect(id, rows, 'Completed [1,2,3]');
    assert.equal(worker.begun.length, 0);
  });

  it('loses nothing in a kill: the activity whose end was not committed runs again', async () => {
    await open({ store: 'folder' });
    const id = await hub.start('three');
    await end(1);
    hub = await hub.kill();
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 TS#1 OC', 'Running');
    await hub.complete('a', 2);
    await end(3);
    hub.expect(id, rows, 'Completed [1,2,3]');
  });

  for (const [code, text] of [
    ['ENOSPC', 'no space left on device'],
    ['EROFS', 'read-only file system'],
    ['EACCES', 'permission denied'],
    ['EIO', 'i/o error'],
  ]) {
    it(`loses nothing and counts nothing twice while the disk refuses to be written, whichever write is refused first (${code})`, async () => {
      for (const refused of [0, 1, 2, 3, 4]) {
        let done = 0;
        await open({ activities: { a: () => ++done } });
        let commits = 0;
        hub.beforeCommit = () => {
          const at = commits++;
          return at < refused || at >= refused + 3 ? undefined : Promise.reject(new Error(`${code}: ${text}, write`));
        };
        let acknowledged = false;
        const started = hub.engine.start({ name: 'three', instanceId: 'x' }).then(() => (acknowledged = true));
        let ended = 0;
        for (let turn = 0; turn < 400 && hub.store.instance('x')?.runtimeStatus !== 'Completed'; turn++) {
          const next = worker.begun[ended];
          if (next !== undefined) {
            ended++;
            void next.end(++done);
          }
          if (refused === 0 && commits < 4) assert.ok(!acknowledged, 'acknowledged before it was written');
          hub.clock.advance(300);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await started;
        await hub.quiet();
        const output = JSON.parse(hub.store.instance('x')?.output ?? 'null') as number[];
        hub.expect('x', rows, `Completed ${JSON.stringify(output)}`);
        // No result counts twice, that of an activity whose schedule is written always does, and steps taken while nothing could be written do
        // not: what ran in them runs once more.
        assert.ok(
          output[0] === 1 && new Set(output).size === 3 && output[2] === done,
          `write ${refused}: ${output.join()} of ${done}`,
        );
        assert.ok(done <= 5, `write ${refused}: ${done} runs`);
        if (commits > refused) {
          assert.match(
            hub.logs.find(({ level }) => level === 'error')?.message ?? '',
            new RegExp(`cannot be written: ${code}.*Nothing is lost`),
          );
          assert.ok(hub.logs.some(({ message }) => /can be written again/.test(message)));
        }
        assert.ok(refused > 2 || commits > refused + 3, `only ${commits} writes`);
        await hub.dispose();
      }
      await open();
    });
  }
});

/** Begins nothing by itself; with a result it tells the episode that takes it, unless `goesOn` says no. */
class TakingWorker extends ScriptedWorker {
  clock!: ManualClock;
  goesOn = true;
  readonly #last = new Map<string, { request: EpisodeRequest; outcome: EpisodeOutcome; endedAt: string }>();

  override async runEpisode(asked: EpisodeRequest): Promise<EpisodeOutcome> {
    return this.keep({ ...asked, history: [...asked.history] });
  }

  async runActivityOn(asked: ActivityRequest): Promise<BegunEnd> {
    const result = await this.runActivity(asked);
    const last = this.#last.get(asked.instanceId);
    const decision = last?.outcome.decisions[0];
    if (!this.goesOn || last === undefined || decision?.type !== 'ScheduleTask' || decision.id !== asked.taskId)
      return { outcome: result, next: null };
    const at = toTimestamp(this.clock.now());
    const marks = { EventId: -1, IsPlayed: false };
    const { name, input } = decision;
    const { request, endedAt } = last;
    const rows: HistoryEvent[] = [
      { ...marks, EventType: 'TaskScheduled', EventId: asked.taskId, Timestamp: endedAt, Name: name, Version: '', Input: input },
      { ...marks, EventType: 'OrchestratorCompleted', Timestamp: endedAt },
    ];
    const outcome = await this.keep({
      ...request,
      history: [...request.history, ...request.newEvents, ...rows],
      newEvents: [{ ...marks, EventType: 'OrchestratorStarted', Timestamp: at }, resultEvent(at, asked.taskId, result)],
    });
    return { outcome: result, next: { at, outcome } };
  }

  private async keep(request: EpisodeRequest): Promise<EpisodeOutcome> {
    const outcome = await super.runEpisode(request);
    const endedAt = toTimestamp(this.clock.now());
    this.#last.set(request.instanceId, { request, outcome, endedAt });
    return request.ahead === undefined ? outcome : { ...outcome, endedAt };
  }
}

const two: Script = function* (context) {
  return yield context.all([context.activity('a'), context.activity('a')]);
};

describe('a worker that tells what follows with a result', () => {
  let hub: TestHub;
  let worker: TakingWorker;

  async function open(takesResults = true): Promise<void> {
    const clock = new ManualClock();
    hub = await TestHub.open({
      scripts: { three, both, two },
      activities: { a: 'manual' },
      engine: { takesResults },
      clock,
      openWorker: (facts) => {
        worker = new TakingWorker('A', facts.options);
        worker.clock = clock;
        return Promise.resolve(worker);
      },
    });
  }
  afterEach(() => hub.dispose());

  it('writes the same rows, is asked for one episode, and is handed nothing that is not in the store', async () => {
    await open();
    const id = await hub.start('three');
    for (const value of [1, 2, 3]) {
      const [call] = worker.calls;
      assert.deepEqual(
        hub.store.pendingActivities(id).map(({ taskId }) => taskId),
        [call?.taskId],
      );
      await hub.complete('a', value);
    }
    hub.expect(id, rows, 'Completed [1,2,3]');
    assert.equal(worker.episodes.filter(({ history }) => history.length === 0).length, 1);
    assert.equal(worker.episodes.length, 4);
    assert.deepEqual(hub.store.pendingActivities(id), []);
  });

  it('is asked for the episode where it does not tell it', async () => {
    await open();
    worker.goesOn = false;
    const id = await hub.start('three');
    for (const value of [1, 2, 3]) await hub.complete('a', value);
    hub.expect(id, rows, 'Completed [1,2,3]');
  });

  it('has no say once the instance was wanted for something else', async () => {
    await open();
    const id = await hub.start('both');
    await hub.raise(id, 'Go', 'now');
    await hub.complete('a', 'late');
    hub.expect(id, 'OS ES TS#0 OC | OS ER OC | OS TC→0 EC#1[Completed] OC', 'Completed ["late","now"]');
    const other = await hub.start('three');
    await hub.terminate(other);
    await hub.complete('a', 1);
    hub.expect(other, 'OS ES TS#0 OC | OS ET EC#1[Terminated] OC', 'Terminated enough');
  });

  it('is not asked to where more than one thing is waited for, or the engine does not allow it', async () => {
    await open();
    let asked = 0;
    const taken = worker;
    worker.runActivityOn = (request) => {
      asked++;
      return TakingWorker.prototype.runActivityOn.call(taken, request);
    };
    const id = await hub.start('two');
    for (const value of [1, 2]) await hub.complete('a', value);
    assert.equal(hub.outcome(id), 'Completed [1,2]');
    assert.equal(asked, 0);
    await hub.dispose();
    await open(false);
    const other = await hub.start('three');
    for (const value of [1, 2, 3]) await hub.complete('a', value);
    hub.expect(other, rows, 'Completed [1,2,3]');
    assert.equal(worker.episodes.at(-1)?.ahead, undefined);
  });

  it('that goes away under an activity is handed it once more, and all that follows step by step', async () => {
    await open();
    const id = await hub.start('three');
    worker.calls[0]?.reject(new DurascopeError('WorkerExited', 'The worker process ended with code 1.'));
    await hub.quiet();
    for (const value of [1, 2, 3]) await hub.complete('a', value);
    hub.expect(id, rows, 'Completed [1,2,3]');
    assert.equal(worker.episodes.at(-1)?.ahead, undefined);
  });
});
