import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { hubOfApp } from '../../src/emulator/time/hub-of-app';
import { HubTime, type HubTimeOptions, type KeptClock } from '../../src/emulator/time/hub-time';
import { counter } from '../support/entity-script';
import { ManualClock } from '../support/manual-clock';
import type { Script } from '../support/script-types';
import { TestHub, type TestHubOptions } from '../support/test-hub';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const began = Date.UTC(2024, 0, 1);

const sleeps: Script = function* (context) {
  yield context.timer(context.nowMs + (context.input as number));
  return 'woke';
};
/** Every thirty minutes, for so many times: by default five days. */
const monitor: Script = function* (context) {
  const times = (context.input as number | null) ?? 240;
  for (let looks = 0; looks < times; looks++) yield context.timer(context.nowMs + 30 * minute);
  return context.nowMs;
};
const approval: Script = function* (context) {
  const timer = context.timer(context.nowMs + 72 * hour);
  const event = context.waitEvent('Approval');
  if ((yield context.any([event, timer])) === event) {
    timer.cancel();
    return event.value;
  }
  return 'escalated';
};
const works: Script = function* (context) {
  yield context.activity('Work');
  yield context.timer(context.nowMs + hour);
  return 'done';
};
const endless: Script = function* (context) {
  yield context.timer(context.nowMs + day);
  context.continueAsNew(null);
  return undefined;
};
/** A charge that fails twice, a signal of tomorrow, an event that is waited for in vain. */
const patient: Script = function* (context) {
  context.signalEntity('@counter@c', 'add', 5, new Date(context.nowMs + day).toISOString());
  yield context.activityWithRetry('Charge', { firstRetryIntervalMs: hour, maxNumberOfAttempts: 3, backoffCoefficient: 2 }, 7);
  try {
    yield context.waitEventFor('Never', 2 * day);
  } catch {
    return 'gave up';
  }
  return 'heard';
};
const scripts = { patient, sleeps, monitor, approval, works, endless };

interface Clocked {
  hub: TestHub;
  time: HubTime;
  kept: KeptClock[];
  calls: { underWay: number };
  /** Lets happen what can, with next to no time of the computer: less than a second. */
  settle: () => Promise<void>;
}

async function clocked(options: Partial<HubTimeOptions> = {}, hubOptions: Partial<TestHubOptions> = {}): Promise<Clocked> {
  const kept: KeptClock[] = [];
  const calls = { underWay: 0 };
  let time: HubTime | undefined;
  const hub = await TestHub.open({
    scripts,
    activities: { Work: 'manual' },
    ...hubOptions,
    time: (computer) =>
      (time = new HubTime({
        computer,
        kept: null,
        keep: (state) => kept.push(state),
        callsUnderWay: () => calls.underWay,
        log: () => undefined,
        ...options,
      })),
  });
  assert.ok(time !== undefined);
  time.drive(hub.engine);
  const settle = async (): Promise<void> => {
    for (let step = 0; step < 150; step++) await hub.advance(5);
  };
  return { hub, time, kept, calls, settle };
}

/** Goes on until the instance has ended. */
async function ended({ hub }: Clocked, id: string): Promise<void> {
  for (let turns = 0; turns < 20_000 && hub.row(id).runtimeStatus === 'Running'; turns++) await hub.advance(1);
  assert.notEqual(hub.row(id).runtimeStatus, 'Running');
}

describe("the hub's clock", () => {
  it('auto: five days of looking, two days of sleep and three days of waiting pass at once, each row at its time', async () => {
    const clock = await clocked();
    const { hub, time } = clock;
    await time.setClock({ mode: 'auto' });
    await hub.start('monitor', { instanceId: 'monitor' });
    await hub.start('sleeps', { instanceId: 'sleeps', json: 2 * day });
    await hub.start('approval', { instanceId: 'approval' });
    await ended(clock, 'monitor');
    assert.deepEqual(
      ['sleeps', 'approval'].map((id) => hub.outcome(id)),
      ['Completed "woke"', 'Completed "escalated"'],
    );
    assert.ok(hub.clock.now() - began < 10 * minute, 'the computer has hardly waited');
    const fired = hub.history('monitor').filter((row) => row.EventType === 'TimerFired');
    assert.equal(fired.length, 240);
    // None early, and none after something else that was due later.
    for (const row of fired) assert.ok(row.Timestamp >= row.FireAt && Date.parse(row.Timestamp) - Date.parse(row.FireAt) < 1000);
    assert.ok(time.now() - began >= 5 * day);
    await hub.dispose();
  });

  it('auto: the histories are those of a real clock, save their times', async () => {
    const programs = {
      approval: undefined,
      monitor: 200,
      sleeps: 7 * day,
      works: undefined,
      patient: undefined,
    };
    const ids = Object.keys(programs);
    const run = async (isAuto: boolean): Promise<unknown> => {
      let charged = 0;
      const Charge = (): string => {
        if (++charged < 3) throw new Error('busy');
        return 'charged';
      };
      const hubOptions = { activities: { Work: () => 'worked', Charge }, entities: { counter } };
      const clock = await clocked({}, hubOptions);
      const { hub, time } = clock;
      if (isAuto) await time.setClock({ mode: 'auto' });
      for (const [name, json] of Object.entries(programs)) {
        // One of them tomorrow.
        const later = name === 'patient' ? { scheduledStartTime: new Date(began + day).toISOString() } : {};
        await hub.start(name, { instanceId: name, json, ...later });
      }
      if (isAuto) for (const id of ids) await ended(clock, id);
      else for (let passed = 0; passed <= 7 * day; passed += 30 * minute) await hub.advance(30 * minute);
      const passed = time.now() - began;
      assert.ok(passed >= 7 * day && passed < 7 * day + hour, String(passed));
      const timesAndIds = /\d{4}-\d\d-\d\dT[\d:.]+Z|\b1[78]\d{11}\b|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
      assert.equal(await hub.state('@counter@c'), 5);
      const told = ids.map((id) => [hub.row(id).runtimeStatus, hub.history(id), hub.store.customStatusChanges(id)]);
      await hub.dispose();
      return JSON.parse(JSON.stringify(told).replace(timesAndIds, '1'));
    };
    const [auto, real] = [await run(true), await run(false)] as [[string, unknown[]][], unknown];
    assert.deepEqual(auto, real);
    assert.deepEqual(
      auto.map(([status, rows]) => [status, rows.length]),
      [
        ['Completed', 8],
        ['Completed', 804],
        ['Completed', 8],
        ['Completed', 12],
        ['Completed', 29],
      ],
    );
  });

  it('never goes beyond the end of time, whatever is due there', async () => {
    const { hub, time, settle } = await clocked();
    await hub.start('sleeps', { instanceId: 'for ever', json: 8.64e15 - 2 * began });
    await time.setClock({ mode: 'auto' });
    await settle();
    assert.ok(time.now() - began < hour, String(time.now()));
    assert.equal((await time.clock()).next, null);
    await assert.rejects(time.setClock({ next: true }), { code: 'InvalidArgument' });
    // What is due before it comes as ever.
    await hub.start('sleeps', { instanceId: 'a day', json: day });
    await settle();
    assert.equal(hub.outcome('a day'), 'Completed "woke"');
    assert.equal(hub.row('for ever').runtimeStatus, 'Running');
    await hub.dispose();
  });

  it('auto waits while an activity or a function of the app is under way, or the client has only just asked', async () => {
    const { hub, time, calls, settle } = await clocked();
    await time.setClock({ mode: 'auto' });
    await hub.start('works', { instanceId: 'works' });
    await settle();
    assert.equal((await time.clock()).busy, 'An activity is under way.');
    assert.ok(time.now() - began < minute);
    calls.underWay = 1;
    await hub.complete('Work', null);
    await settle();
    assert.deepEqual(
      [hub.row('works').runtimeStatus, (await time.clock()).busy],
      ['Running', 'A function of the app is under way.'],
    );
    calls.underWay = 0;
    time.lookAgain();
    await settle();
    assert.equal(hub.outcome('works'), 'Completed "done"');

    await hub.start('approval', { instanceId: 'approval' });
    await hub.advance(10);
    await hub.raise('approval', 'Approval', 'yes');
    await settle();
    assert.equal(hub.outcome('approval'), 'Completed "yes"');
    await hub.dispose();
  });

  it('auto: what functions of the app ask for is no client that may go on; who has called one of them by HTTP is', async () => {
    let ofApp = 0;
    const { hub, time, settle } = await clocked({ commandsOfApp: () => ofApp });
    await time.setClock({ mode: 'auto' });
    const app = hubOfApp(hub.engine);
    const settled = async (): Promise<void> => {
      // No time of the computer passes.
      for (let step = 0; step < 20; step++) await hub.advance(0);
    };
    // As a timer trigger does, a hundred nights long.
    for (let night = 0; night < 100; night++) {
      await app.hub.start({ name: 'sleeps', instanceId: `night-${night}`, input: String(hour) });
      ofApp = app.commands;
      time.lookAgain();
      await settled();
      assert.equal(hub.outcome(`night-${night}`), 'Completed "woke"');
    }
    assert.deepEqual([app.commands, hub.clock.now()], [100, began]);

    await app.hub.start({ name: 'approval', instanceId: 'given' });
    ofApp = app.commands;
    time.clientAnswered();
    await settled();
    await hub.advance(10);
    assert.equal(hub.row('given').runtimeStatus, 'Running');
    await hub.raise('given', 'Approval', 'yes');
    await settle();
    assert.equal(hub.outcome('given'), 'Completed "yes"');

    await hub.start('sleeps', { instanceId: 'asked', json: hour });
    await settled();
    assert.equal(hub.row('asked').runtimeStatus, 'Running', 'a client that came from outside is waited for');
    await settle();
    assert.equal(hub.outcome('asked'), 'Completed "woke"');
    await hub.dispose();
  });

  it('what functions of the app ask for, refusals and reads are told apart from what clients ask', async () => {
    const { hub } = await clocked({}, { entities: { counter } });
    const { engine } = hub;
    const app = hubOfApp(engine);
    await app.hub.start({ name: 'approval', instanceId: 'a' });
    await assert.rejects(app.hub.start({ name: 'approval', instanceId: 'a' }));
    await Promise.all([app.hub.suspend('a', null), engine.raiseEvent('a', 'Other', null)]);
    await app.hub.resume('a', null);
    assert.equal((await app.hub.get('a'))?.instanceId, 'a');
    await app.hub.raiseEvent('a', 'Approval', '"yes"');
    await engine.waitForCompletion('a', 1000);
    const { instanceId } = await app.hub.restart('a');
    await app.hub.terminate(instanceId, null);
    await app.hub.signalEntity('@counter@c', 'add', { input: '1' });
    assert.equal(await app.hub.purge('a'), 1);
    assert.deepEqual([app.commands, engine.commands], [8, 9]);
    assert.deepEqual(app.hub.capabilities, engine.capabilities);
    await hub.dispose();
  });

  it('paused: nothing comes due however long it takes; next and ways forward bring what is due, each at its moment', async () => {
    const { hub, time, settle } = await clocked();
    await time.setClock({ mode: 'paused' });
    await hub.start('monitor', { instanceId: 'monitor' });
    await hub.advance(day);
    const fired = () => hub.history('monitor').filter((row) => row.EventType === 'TimerFired').length;
    assert.deepEqual([fired(), time.now(), time.aheadOfComputerMs()], [0, began, null]);
    const { next } = await time.clock();
    assert.deepEqual(next, { dueAt: '2024-01-01T00:30:00.0000000Z', instanceId: 'monitor', kind: 'timer' });
    await time.setClock({ next: true });
    await settle();
    assert.deepEqual([fired(), time.now()], [1, began + 30 * minute]);

    const there = time.setClock({ forwardMs: day });
    await settle();
    assert.deepEqual([fired(), time.now(), (await there).goingTo], [49, began + day + 30 * minute, null]);
    assert.equal((await time.clock()).mode, 'paused');

    await assert.rejects(
      time.setClock({ to: began }),
      (error) => DurascopeError.is(error, 'InvalidArgument') && /forward only/.test(error.message),
    );
    await time.setClock({ real: true });
    assert.deepEqual([time.now(), time.aheadOfComputerMs()], [hub.clock.now(), 0]);
    assert.equal((await time.clock()).mode, 'running');
    await hub.dispose();
  });

  it('a way that work holds up says where it goes and why it stands, and goes on', async () => {
    const { hub, time, settle } = await clocked();
    await hub.start('works', { instanceId: 'works' });
    const way = time.setClock({ forwardMs: 2 * hour });
    await settle();
    const state = await time.clock();
    assert.deepEqual([state.busy, state.goingTo], ['An activity is under way.', '2024-01-01T02:00:00.0000000Z']);
    hub.clock.advance(5000);
    assert.notEqual((await way).goingTo, null, 'whoever asked is not kept waiting');
    await hub.complete('Work', null);
    await settle();
    assert.equal(hub.outcome('works'), 'Completed "done"');
    assert.equal((await time.clock()).goingTo, null);
    await hub.dispose();
  });

  it('is kept before it is seen: an emulator that was killed goes on at the same time', async () => {
    const { hub, time, kept } = await clocked();
    await time.setClock({ mode: 'paused' });
    await time.setClock({ to: began + 3 * day });
    const last = kept.at(-1);
    assert.deepEqual(last, { mode: 'paused', aheadMs: 3 * day, pausedAtMs: began + 3 * day });
    await hub.dispose();
    const later = new HubTime({
      computer: new ManualClock(began + hour),
      kept: last,
      keep: () => undefined,
      callsUnderWay: () => 0,
      log: () => undefined,
    });
    assert.equal(later.now(), began + 3 * day);
    await later.setClock({ mode: 'running' });
    assert.equal((await later.clock()).aheadMs, 3 * day - hour);
  });

  it('does not move when it cannot be kept', async () => {
    const { hub, time } = await clocked({
      keep: () => {
        throw new DurascopeError('StoreNotWritable', 'The disk is full.');
      },
    });
    await assert.rejects(time.setClock({ mode: 'paused' }), /The disk is full/);
    assert.equal((await time.clock()).mode, 'running');
    await hub.dispose();
  });

  it('auto is paused when an instance would go on for ever, and says which', async () => {
    const said: string[] = [];
    const clock = await clocked({
      mostJumps: 30,
      log: ({ level, message }) => {
        if (level === 'warning') said.push(message);
      },
    });
    await clock.time.setClock({ mode: 'auto' });
    await clock.hub.start('endless', { instanceId: 'endless' });
    for (let round = 0; round < 5; round++) await clock.settle();
    assert.equal((await clock.time.clock()).mode, 'paused');
    assert.match(said.join(), /jumped 30 times without a break, and 'endless' would go on for ever/);
    assert.ok(clock.time.now() >= began + 30 * day);
    await clock.hub.dispose();
  });

  it("next is refused where nothing waits, and a timer of an instance that has ended is nobody's", async () => {
    const { hub, time } = await clocked();
    await hub.start('sleeps', { instanceId: 'sleeps', json: day });
    await hub.terminate('sleeps');
    await assert.rejects(time.setClock({ next: true }), /there is no timer to jump to/);
    await hub.dispose();
  });
});
