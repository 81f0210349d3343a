/** A process that runs ahead (docs/decisions/0006-running-ahead.md): the worker's half, with a real app. */
import assert from 'node:assert/strict';
import type { BegunEnd, EpisodeOutcome, RunAheadGrant } from '../../src/core/ports/function-worker';
import { DurascopeError } from '../../src/core/values/errors';
import { firstEvents, WorkerFixture, type RunningApp } from './worker-fixture';

const source = `const df = require('durable-functions');
let calls = 0;
df.app.activity('quick', { handler: (n) => n + 1 });
df.app.activity('count', { handler: () => ++calls });
df.app.activity('slow', { handler: async (n) => (await new Promise((resolve) => setTimeout(resolve, 60)), n + 1) });
df.app.activity('fails', { handler: () => { throw new Error('boom'); } });
for (const name of ['quick', 'slow', 'fails'])
  df.app.orchestration('chain-' + name, function* (context) {
    let n = 0;
    for (let i = 0; i < 100; i++) n = yield context.df.callActivity(name, n);
    return n;
  });
const inputs = [df.input.durableClient()];
df.app.activity('looks', { extraInputs: inputs, handler: (n) => n + 1 });
df.app.activity('large', { handler: (n) => (n === 1 ? 'x'.repeat(2 * 1024 * 1024) : n) });
df.app.activity('hard', { handler: (n) => { if (n === 3) process.kill(process.pid, 'SIGKILL'); if (n === 4) process.exit(3); if (n === 5) for (;;); return n; } });
for (const name of ['looks', 'large', 'hard'])
  df.app.orchestration('once-' + name, function* (context) {
    return yield context.df.callActivity(name, context.df.getInput());
  });
df.app.orchestration('huge', function* (context) {
  const n = yield context.df.callActivity('quick', 1);
  yield context.df.callActivity('quick', 'x'.repeat(65 * 1024 * 1024 * n));
});
df.app.orchestration('pair', function* (context) {
  yield context.df.callActivity('quick', 1);
  const both = yield context.df.Task.all([context.df.callActivity('quick', 2), context.df.callActivity('quick', 3)]);
  return both;
});
`;
const files = {
  'package.json': JSON.stringify({ main: 'app.js' }),
  'host.json': JSON.stringify({ version: '2.0' }),
  'app.js': source,
};
/** How quick an activity has to be is asked of one test only: on a busy machine any of them may take a while. */
const ahead: RunAheadGrant = { steps: 8, maxActivities: 4, quickMs: 600_000 };

describe('a process that runs ahead', () => {
  const fixture = new WorkerFixture();
  let app: RunningApp;
  // One test makes a message of 65 MB, which takes a busy machine longer than the watchdog waits.
  before(async () => (app = await fixture.start(null, { files, watchdogMs: 600_000 })));
  after(() => fixture.cleanUp());

  async function first(
    name: string,
    instanceId: string,
    grant: RunAheadGrant | null = ahead,
    { worker }: RunningApp = app,
    input: unknown = null,
  ): Promise<EpisodeOutcome> {
    const executionId = `e-${instanceId}`;
    const newEvents = firstEvents(name, input, instanceId);
    const more = grant === null ? {} : { ahead: grant };
    return worker.runEpisode({ instanceId, executionId, name, history: [], newEvents, ...more });
  }

  /** Ends and results, one after the other, until the process stops by itself. */
  async function follow(outcome: EpisodeOutcome): Promise<BegunEnd[]> {
    const ends: BegunEnd[] = [];
    for (let at: EpisodeOutcome | undefined = outcome; at?.begun !== undefined; at = ends.at(-1)?.next?.outcome)
      ends.push(await at.begun.ended);
    return ends;
  }

  it('waits until an activity has shown to be quick, in less than 20 ms where nothing else is said', async () => {
    assert.equal((await first('chain-quick', 'q0')).begun, undefined);
    await app.result('quick', 1);
    assert.notEqual((await first('chain-quick', 'q1')).begun, undefined);
    await app.result('slow', 1);
    const { steps, maxActivities } = ahead;
    assert.equal((await first('chain-slow', 's1', { steps, maxActivities })).begun, undefined);
    await app.activity('fails');
    assert.equal((await first('chain-fails', 'f1')).begun, undefined);
  });

  it('leaves an activity with a durable client to the engine: it may look at what is committed', async () => {
    await app.result('looks', 1);
    assert.equal((await first('once-looks', 'looks', ahead, app, 1)).begun, undefined);
  });

  it('tells a long result alone', async () => {
    await app.result('large', 0);
    const [end] = await follow(await first('once-large', 'large', ahead, app, 1));
    assert(end?.outcome.ok);
    assert.equal(end.outcome.result?.length, 2 * 1024 * 1024 + 2);
    assert.equal(end.next, null);
  });

  it('tells the result alone where the step that follows is too large to be sent', async () => {
    await app.result('quick', 1);
    const ends = await follow(await first('huge', 'huge'));
    assert.deepEqual(ends, [{ outcome: { ok: true, result: '2' }, next: null }]);
  });

  it('notes times so far ahead of the computer’s as it is told', async () => {
    await app.result('quick', 1);
    const aheadMs = 30 * 86_400_000;
    const before = Date.now() + aheadMs;
    const outcome = await first('chain-quick', 'later', { ...ahead, clockAheadMs: aheadMs });
    const ends = await follow(outcome);
    assert.equal(ends.length, 8);
    for (const at of [outcome.endedAt, ...ends.flatMap(({ next }) => [next?.at, next?.outcome.endedAt])]) {
      const ms = Date.parse(at ?? '');
      assert.ok(before <= ms && ms <= Date.now() + aheadMs, at);
    }
  });

  it('keeps its times where the app has a clock of its own', async () => {
    const changed = `${source}\nDate.now = () => 0; performance.now = () => 0; global.Date = class extends Date { toISOString() { return 'never'; } };`;
    const own = await fixture.start(null, { files: { ...files, 'app.js': changed } });
    await own.result('quick', 1);
    const outcome = await first('chain-quick', 'clock', ahead, own);
    const ends = await follow(outcome);
    assert.equal(ends.length, 8);
    for (const at of [outcome.endedAt, ...ends.flatMap(({ next }) => [next?.at, next?.outcome.endedAt])])
      assert.match(at ?? '', /^20\d\d-.*0000Z$/);
  });

  it('says whose code ended it, also when nobody had asked for that', async () => {
    const own = await fixture.start(null, { files });
    await own.result('hard', 1);
    const outcome = await first('once-hard', 'exit', ahead, own, 4);
    const error: unknown = await Promise.resolve(outcome.begun?.ended).catch((reason: unknown) => reason);
    assert(DurascopeError.is(error, 'WorkerExited'));
    assert.deepEqual(error.details['running'], [{ functionName: 'hard', instanceId: 'exit' }]);
  });

  it('rejects what was under way when it is killed by its code', async () => {
    const own = await fixture.start(null, { files });
    await own.result('hard', 1);
    // Nothing of the episode was said yet, or all of it.
    const asked = first('once-hard', 'kill', ahead, own, 3).then((outcome) => outcome.begun?.ended);
    await assert.rejects(asked, (error) => DurascopeError.is(error, 'WorkerExited'));
  });

  it('is ended when what it has begun by itself never ends', async () => {
    // The first episode takes a busy machine long.
    const own = await fixture.start(null, { files, watchdogMs: 2000 });
    await own.result('hard', 1);
    await first('once-hard', 'before', ahead, own, 1).then((outcome) => outcome.begun?.ended);
    const asked = first('once-hard', 'loop', ahead, own, 5).then((outcome) => outcome.begun?.ended);
    const error: unknown = await asked.catch((reason: unknown) => reason);
    assert(DurascopeError.is(error, 'WorkerHung') || DurascopeError.is(error, 'WorkerExited'));
    assert.match(error.message, /"hard" \(instance loop\) has blocked .* in handler \(app\.js:/);
  });

  it('goes as many steps as it may, and its times never go back', async () => {
    await app.result('quick', 1);
    const outcome = await first('chain-quick', 'steps');
    const ends = await follow(outcome);
    assert.deepEqual(
      ends.map(({ outcome: result }) => result),
      Array.from({ length: 8 }, (_, at) => ({ ok: true, result: String(at + 1) })),
    );
    assert.deepEqual(
      ends.at(-1)?.next?.outcome.decisions.map(({ id }) => id),
      [8],
      'the next is for the engine to hand out',
    );
    const times = [outcome.endedAt, ...ends.flatMap(({ next }) => [next?.at, next?.outcome.endedAt])];
    assert.deepEqual(times, times.toSorted());
  });

  it('goes as many steps again from what it was handed', async () => {
    await app.result('quick', 1);
    await follow(await first('chain-quick', 'further'));
    const asked = { instanceId: 'further', executionId: 'e-further', taskId: 8, name: 'quick', input: '[8]' };
    const { next } = await app.worker.runActivityOn(asked);
    assert.ok(next !== null);
    assert.equal((await follow(next.outcome)).length, 8);
  });

  it('tells what follows in one breath with the answer', async () => {
    await app.result('quick', 1);
    // A machine that is busy may end each breath.
    for (let at = 0; ; at++) {
      const { begun } = await first('chain-quick', `breath${at}`);
      if (begun === undefined || !('outcome' in begun.ended)) continue;
      assert.deepEqual(begun.ended.outcome, { ok: true, result: '1' });
      assert.equal(begun.ended.next?.outcome.decisions[0]?.type, 'ScheduleTask');
      return;
    }
  });

  it('does not without being allowed to', async () => {
    await app.result('quick', 1);
    assert.equal((await first('chain-quick', 'no', null)).begun, undefined);
  });

  it('stops where more than one thing is scheduled', async () => {
    await app.result('quick', 1);
    const ends = await follow(await first('pair', 'pair'));
    assert.equal(ends.length, 1);
    assert.equal(ends[0]?.next?.outcome.decisions.length, 2);
  });

  it('answers as from the beginning when it had gone further than the history that it is asked with', async () => {
    await app.result('quick', 1);
    const outcome = await first('chain-quick', 'back');
    await follow(outcome);
    const base = { EventId: -1, IsPlayed: false, Timestamp: '2024-01-01T00:00:01.0000000Z' };
    const history = [
      ...firstEvents('chain-quick', null, 'back'),
      { ...base, EventType: 'TaskScheduled' as const, EventId: 0, Name: 'quick', Version: '', Input: null },
      { ...base, EventType: 'OrchestratorCompleted' as const },
    ];
    const asked = await app.worker.runEpisode({
      instanceId: 'back',
      executionId: 'e-back',
      name: 'chain-quick',
      history,
      newEvents: [
        { ...base, EventType: 'OrchestratorStarted' },
        { ...base, EventType: 'TaskCompleted', TaskScheduledId: 0, Result: '41' },
      ],
    });
    assert.deepEqual(asked.decisions, [{ type: 'ScheduleTask', id: 1, name: 'quick', input: '[41]' }]);
  });

  it('tells the episode that follows with the result of what it was handed, however slow that is', async () => {
    const outcome = await first('chain-slow', 'on', { steps: 0, maxActivities: 4 });
    assert.equal(outcome.begun, undefined);
    const asked = { instanceId: 'on', executionId: 'e-on', taskId: 0, name: 'slow', input: '[0]' };
    const end = await app.worker.runActivityOn(asked);
    assert.deepEqual(end.outcome, { ok: true, result: '1' });
    assert.deepEqual(end.next?.outcome.decisions, [{ type: 'ScheduleTask', id: 1, name: 'slow', input: '[1]' }]);
    assert((outcome.endedAt ?? '') <= end.next.at && end.next.at <= (end.next.outcome.endedAt ?? ''));
    const again = await app.worker.runActivityOn(asked);
    assert.equal(again.next, null, 'its result is in the episode before');
    const second = await app.worker.runActivityOn({ ...asked, taskId: 1, input: '[1]' });
    assert.deepEqual(second.next?.outcome.decisions, [{ type: 'ScheduleTask', id: 2, name: 'slow', input: '[2]' }]);
  });

  it('tells the result alone where it was not asked to go on, where the episode is too large, and of a generation that is over', async () => {
    await first('chain-slow', 'alone', null);
    const asked = { instanceId: 'alone', executionId: 'e-alone', taskId: 0, name: 'slow', input: '[0]' };
    assert.equal((await app.worker.runActivityOn(asked)).next, null);
    await first('chain-slow', 'gone', { steps: 0, maxActivities: 4 });
    assert.equal((await app.worker.runActivityOn({ ...asked, instanceId: 'gone', executionId: 'other' })).next, null);
    await first('huge', 'huge-on', { steps: 0, maxActivities: 4 });
    const end = await app.worker.runActivityOn({
      ...asked,
      instanceId: 'huge-on',
      executionId: 'e-huge-on',
      name: 'quick',
      input: '[1]',
    });
    assert.deepEqual(end, { outcome: { ok: true, result: '2' }, next: null });
  });

  it('that is ended rejects what it had begun', async () => {
    const own = await fixture.start(null, { files });
    await own.result('quick', 1);
    const newEvents = firstEvents('chain-quick', null, 'end');
    const asked = { instanceId: 'end', executionId: 'e-end', name: 'chain-quick', history: [], newEvents, ahead };
    const outcome = own.worker.runEpisode(asked);
    await own.worker.stop();
    // Whatever was reached, everything settles.
    await outcome.then(follow).catch((error: unknown) => assert.match(String(error), /ended|stopped/i));
  });
});
