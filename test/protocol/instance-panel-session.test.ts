import assert from 'node:assert/strict';
import type { ToInstancePanel } from '../../src/protocol/instance-panel';
import { toInstancePanel } from '../../src/protocol/instance-panel';
import { importedHub } from '../../src/vscode/replay/imported-hub';
import { InstancePanelSession } from '../../src/protocol/instance-panel-session';
import { panelLimits } from '../../src/protocol/panel-history';
import { frameMs } from '../../src/protocol/snapshot-pace';
import { InstanceLogs } from '../../src/core/ports/instance-logs';
import type { HubClockState } from '../../src/core/ports/hub-clock';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';
import { RecordingHost, sessionClock, settle } from './recording-host';
import { clockState } from '../support/clock-state';

const cities: Script = function* (context) {
  const results: unknown[] = [];
  for (const city of ['Tokyo', 'Seattle', 'London']) {
    results.push(yield context.activity('sayHello', city));
    context.setStatus(city);
  }
  return results;
};
const booking: Script = function* (context) {
  const data = yield context.waitEvent('BookingConfirmed');
  return data;
};
const parent: Script = function* (context) {
  return yield context.child('booking', null, { instanceId: 'child' });
};
const many: Script = function* (context) {
  yield context.all(Array.from({ length: 3000 }, (_, at) => context.activity('quick', at)));
  return 'done';
};
const failing: Script = function* (context) {
  yield context.activity('sayHello', 'x');
  throw new Error('no stock');
};

describe('the session behind an instance panel', () => {
  let hub: TestHub;
  let host: RecordingHost;
  let posted: ToInstancePanel[];

  beforeEach(async () => {
    hub = await TestHub.open({
      scripts: { cities, booking, parent, many, failing },
      activities: { sayHello: 'manual', quick: (input) => input },
    });
    host = new RecordingHost();
    posted = [];
  });
  afterEach(() => hub.dispose());

  function open(instanceId: string, logs?: InstanceLogs): InstancePanelSession {
    const session = new InstancePanelSession({
      instanceId,
      post: (message) => posted.push(toInstancePanel.parse(message)),
      host,
      ...(logs === undefined ? {} : { logs }),
      clock: sessionClock(hub.clock),
      eventNames: () => Promise.resolve(['FromTheCode', 'BookingConfirmed']),
      onError: (error) => {
        throw error;
      },
    });
    session.connect(hub.engine);
    return session;
  }

  async function nextFrame(): Promise<void> {
    await hub.quiet();
    await settle();
    hub.clock.advance(frameMs);
    await settle();
  }

  const snapshots = () => posted.filter((message) => message.type === 'instance');
  const rows = () => posted.filter((message) => message.type === 'history');
  const answers = () => posted.filter((message) => message.type === 'actionResult');

  it("moves the hub's clock on to a timer where it can be set, and sends the new time when somebody else has set it", async () => {
    await hub.start('booking', { instanceId: 'b1' });
    const plain = open('b1');
    await plain.receive({ type: 'ready' });
    const first = posted.find((message) => message.type === 'instance');
    assert.equal(first?.canSetClock, undefined);
    await plain.receive({ type: 'moveClockTo', requestId: 1, at: '2024-01-02T00:00:00.0000000Z' });
    assert.deepEqual(posted.at(-1), {
      type: 'actionResult',
      requestId: 1,
      ok: false,
      message: 'The clock of this hub cannot be set.',
    });
    plain.dispose();

    const asked: unknown[] = [];
    const paused: HubClockState = { ...clockState, mode: 'paused' };
    let tell: () => void = () => undefined;
    host.clock = {
      clock: () => Promise.resolve(paused),
      setClock: (change) => {
        asked.push(change);
        return Promise.resolve(paused);
      },
      onClock: (listener) => {
        tell = () => listener(paused);
        return { dispose: () => undefined };
      },
    };
    posted.length = 0;
    const session = open('b1');
    await session.receive({ type: 'ready' });
    const snapshots = () => posted.filter((message) => message.type === 'instance');
    assert.deepEqual(
      snapshots().map(({ canSetClock, isClockPaused }) => [canSetClock, isClockPaused]),
      [[true, true]],
    );
    await session.receive({ type: 'moveClockTo', requestId: 2, at: '2024-01-02T00:00:00.0000000Z' });
    assert.deepEqual(asked, [{ to: Date.UTC(2024, 0, 2) }]);
    tell();
    await nextFrame();
    assert.equal(snapshots().length, 2);
    session.dispose();
  });

  it('sends a fork beside its origin, again when either has gone on, and asks the host for what is to be changed at a row', async () => {
    const id = await hub.start('cities');
    await hub.complete('sayHello', 'Hello Tokyo');
    const { instanceId: forked } = await hub.engine.fork(id, { row: 6, change: { type: 'result', value: '"Bye Tokyo"' } });
    await hub.quiet();
    const session = open(forked);
    await session.receive({ type: 'ready' });
    const compared = () => posted.filter((message) => message.type === 'comparison');
    assert.deepEqual(
      compared().map(({ first, isSame, rows: [, row] }) => [first, isSame, row?.left?.result, row?.right?.result]),
      [[1, false, '"Hello Tokyo"', '"Bye Tokyo"']],
    );
    const shown = posted.find((message) => message.type === 'instance');
    assert.deepEqual(shown?.instance?.fork, { instanceId: id, row: 6, change: 'result = "Bye Tokyo"', isDry: false });
    assert.deepEqual([shown.canFork, shown.canSaveTest], [undefined, undefined]);
    hub.worker.calls.find(({ instanceId }) => instanceId === forked)?.complete('more');
    await nextFrame();
    assert.equal(compared().length, 2);
    session.dispose();
    const asked: unknown[] = [];
    host.whatIf = (...args) => asked.push(args);
    host.saveTest = () => undefined;
    posted.length = 0;
    const other = open(id);
    await other.receive({ type: 'ready' });
    const offered = posted.find((message) => message.type === 'instance');
    assert.deepEqual([offered?.canFork, offered?.canSaveTest], [true, true]);
    await other.receive({ type: 'whatIf', row: 3 });
    assert.deepEqual(asked, [[id, 3]]);
    assert.equal(compared().length, 0);
    other.dispose();
  });

  it('says nothing before the panel is ready, then everything', async () => {
    const id = await hub.start('cities');
    const session = open(id);
    await nextFrame();
    assert.equal(posted.length, 0);
    await session.receive({ type: 'ready' });
    assert.deepEqual(
      posted.map((message) => message.type),
      ['connection', 'instance', 'history'],
    );
    assert.equal(snapshots()[0]?.instance?.runtimeStatus, 'Running');
    assert.equal(rows()[0]?.events.length, hub.history(id).length);
    session.dispose();
  });

  it('follows the run: one snapshot a frame, and only the new rows of the history', async () => {
    const id = await hub.start('cities');
    const session = open(id);
    await session.receive({ type: 'ready' });
    for (const city of ['Tokyo', 'Seattle', 'London']) {
      await hub.complete('sayHello', `Hello ${city}`);
      await nextFrame();
    }
    const last = snapshots().at(-1);
    assert.equal(last?.instance?.runtimeStatus, 'Completed');
    assert.deepEqual(
      last.customStatusChanges.map((change) => change.value),
      ['"Tokyo"', '"Seattle"', '"London"'],
    );
    assert.equal(snapshots().length, 4);
    assert.deepEqual(
      rows().flatMap((chunk) => chunk.events),
      hub.history(id),
    );
    let from = 0;
    for (const chunk of rows()) {
      assert.equal(chunk.from, from);
      from += chunk.events.length;
    }
    session.dispose();
  });

  it('sees that a worker took an activity, which nobody announces', async () => {
    hub.engine.configure({ maxConcurrentActivities: 0 });
    const id = await hub.start('cities');
    const session = open(id);
    await session.receive({ type: 'ready' });
    assert.equal(snapshots().at(-1)?.waitingFor.activities[0]?.startedAt, undefined);
    hub.engine.configure({ maxConcurrentActivities: 5 });
    await hub.start('booking'); // A turn of the engine.
    await hub.advance(2000);
    await settle();
    assert.equal(typeof snapshots().at(-1)?.waitingFor.activities[0]?.startedAt, 'string');
    session.dispose();
  });

  it('sends a long history in pieces, a small one first', async () => {
    hub.engine.configure({ oneMessagePerEpisode: false });
    const id = await hub.start('many');
    const session = open(id);
    await session.receive({ type: 'ready' });
    const total = hub.row(id).historyLength;
    assert.ok(total > 6000);
    assert.deepEqual(rows()[0]?.events.length, 200);
    assert.ok(rows().length >= 4);
    assert.ok(rows().every((chunk) => chunk.total === total));
    assert.deepEqual(
      rows().flatMap((chunk) => chunk.events),
      hub.history(id),
    );
    session.dispose();
  });

  it('sends a history of long payloads in more messages, and says where only the beginning of one is there', async () => {
    const id = await hub.start('booking');
    const row = { ...hub.row(id), historyLength: 300 };
    const long = { ...hub.history(id)[0], EventType: 'EventRaised', Name: 'Go', Input: 'z'.repeat(1024 * 1024) };
    const session = open(id);
    session.connect(
      new Proxy(hub.engine, {
        get(target, name): unknown {
          if (name === 'get') return () => Promise.resolve(row);
          if (name === 'history')
            return (_: string, from: number, count: number) =>
              Promise.resolve(Array.from({ length: Math.min(count, 300 - from) }, () => long));
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      }),
    );
    await session.receive({ type: 'ready' });
    assert.ok(rows().every((chunk) => JSON.stringify(chunk).length < 2 * panelLimits.message));
    assert.equal(rows().flatMap(({ events }) => events).length, 300);
    const shortened = rows().reduce((sum, chunk) => sum + (chunk.shortened ?? 0), 0);
    assert.ok(shortened > 200 && shortened < 250, `${shortened}`);
    session.dispose();
  });

  it('starts over with the history of a new generation', async () => {
    const id = await hub.start('booking', { instanceId: 'again' });
    const session = open(id);
    await session.receive({ type: 'ready' });
    await hub.terminate(id);
    await nextFrame();
    await hub.start('booking', { instanceId: 'again' });
    await nextFrame();
    const last = rows().at(-1);
    assert.equal(last?.from, 0);
    assert.equal(last.executionId, hub.row(id).executionId);
    assert.deepEqual(last.events, hub.history(id));
    session.dispose();
  });

  it('offers the awaited event first and those of the code after it, and raises it', async () => {
    const id = await hub.start('booking');
    const session = open(id);
    await session.receive({ type: 'ready' });
    assert.deepEqual(snapshots()[0]?.waitingFor.events, ['BookingConfirmed']);
    assert.deepEqual(snapshots()[0]?.knownEventNames, ['BookingConfirmed', 'FromTheCode']);
    await session.receive({ type: 'raiseEvent', requestId: 7, name: 'BookingConfirmed', data: '{"seat":3}' });
    await nextFrame();
    assert.equal(answers()[0]?.ok, true);
    assert.equal(snapshots().at(-1)?.instance?.output, '{"seat":3}');
    session.dispose();
  });

  it('asks before an instance that the code would break runs on, and does not on a no', async () => {
    const id = await hub.start('booking');
    const session = open(id);
    await session.receive({ type: 'ready' });
    host.runsOn = false;
    await session.receive({ type: 'raiseEvent', requestId: 1, name: 'BookingConfirmed', data: null });
    await hub.suspend(id);
    await session.receive({ type: 'act', requestId: 2, action: 'resume', reason: null });
    assert.deepEqual(host.runOns, [
      [[id], 'Raise'],
      [[id], 'Resume'],
    ]);
    const row = await hub.engine.get(id);
    assert.deepEqual([row?.runtimeStatus, row?.awaitedEvents], ['Suspended', ['BookingConfirmed']]);
    host.runsOn = true;
    await session.receive({ type: 'act', requestId: 3, action: 'resume', reason: null });
    await hub.quiet();
    assert.equal((await hub.engine.get(id))?.runtimeStatus, 'Running');
    session.dispose();
  });

  it('brings the Replay tab to the front when it is asked to, once', async () => {
    const session = open(await hub.start('booking'));
    await session.receive({ type: 'ready' });
    await settle();
    const wishes = () => posted.flatMap((message) => (message.type === 'instance' ? [message.opensReplay === true] : []));
    assert.deepEqual(wishes(), [false]);
    session.showReplay();
    await nextFrame();
    assert.deepEqual(wishes(), [false, true]);
    await session.receive({ type: 'ready' });
    await settle();
    assert.deepEqual(wishes().at(-1), false);
    session.dispose();
  });

  it('refuses event data that is not JSON, with a word on how a text is written', async () => {
    const id = await hub.start('booking');
    const session = open(id);
    await session.receive({ type: 'ready' });
    await session.receive({ type: 'raiseEvent', requestId: 7, name: 'BookingConfirmed', data: 'hello' });
    assert.equal(answers()[0]?.ok, false);
    assert.match(answers()[0]?.message ?? '', /not JSON.*"like this"/);
    assert.equal(hub.row(id).runtimeStatus, 'Running');
    session.dispose();
  });

  it('says so when an instance has just ended', async () => {
    const id = await hub.start('booking');
    const session = open(id);
    await session.receive({ type: 'ready' });
    await hub.terminate(id);
    await session.receive({ type: 'act', requestId: 1, action: 'suspend', reason: null });
    assert.equal(answers()[0]?.ok, false);
    assert.ok((answers()[0]?.message ?? '').includes('Terminated'), answers()[0]?.message);
    session.dispose();
  });

  it('shows parent and children to each other', async () => {
    const id = await hub.start('parent');
    const above = open(id);
    await above.receive({ type: 'ready' });
    assert.deepEqual(
      snapshots()[0]?.children.map((child) => child.instanceId),
      ['child'],
    );
    assert.equal(snapshots()[0]?.childCount, 1);
    above.dispose();
    const below = open('child');
    await below.receive({ type: 'ready' });
    assert.equal(snapshots().at(-1)?.parent?.instanceId, id);
    below.dispose();
  });

  it('asks before it purges, and then knows the instance no more', async () => {
    const id = await hub.start('booking');
    await hub.terminate(id);
    const session = open(id);
    await session.receive({ type: 'ready' });
    host.agrees = false;
    await session.receive({ type: 'act', requestId: 1, action: 'purge', reason: null });
    assert.equal(hub.row(id).runtimeStatus, 'Terminated');
    host.agrees = true;
    await session.receive({ type: 'act', requestId: 2, action: 'purge', reason: null });
    await nextFrame();
    assert.equal(snapshots().at(-1)?.instance, null);
    session.dispose();
  });

  it('opens the new instance after a restart', async () => {
    const id = await hub.start('booking');
    await hub.terminate(id);
    const session = open(id);
    await session.receive({ type: 'ready' });
    await session.receive({ type: 'act', requestId: 1, action: 'restart', reason: null });
    const [opened] = host.calls;
    assert.equal(opened?.[0], 'openInstance');
    assert.notEqual(opened[1], id);
    session.dispose();
  });

  it('carries the failure to the panel', async () => {
    const id = await hub.start('failing');
    await hub.complete('sayHello', 'x');
    const session = open(id);
    await session.receive({ type: 'ready' });
    assert.match(snapshots()[0]?.instance?.failure ?? '', /no stock/);
    session.dispose();
  });

  it('keeps what is shown when the emulator stops, says why nothing works, and goes on when it is back', async () => {
    const id = await hub.start('booking');
    const session = open(id);
    await session.receive({ type: 'ready' });
    session.disconnect('The emulator is stopped.');
    assert.deepEqual(posted.at(-1), { type: 'connection', connected: false, message: 'The emulator is stopped.' });
    await session.receive({ type: 'act', requestId: 1, action: 'terminate', reason: null });
    assert.equal(answers()[0]?.message, 'The emulator is stopped.');
    session.connect(hub.engine);
    await nextFrame();
    assert.equal(snapshots().length, 2);
    assert.equal(rows().at(-1)?.from, 0);
    session.dispose();
  });

  it('offers a start of the emulator where the host can start one', async () => {
    const session = open(await hub.start('booking'));
    await session.receive({ type: 'ready' });
    session.disconnect('It is stopped.', true);
    assert.deepEqual(posted.at(-1), { type: 'connection', connected: false, message: 'It is stopped.' });
    host.startEmulator = () => void host.calls.push(['startEmulator']);
    session.disconnect('It is stopped.', true);
    assert.deepEqual(posted.at(-1), { type: 'connection', connected: false, message: 'It is stopped.', canStart: true });
    await session.receive({ type: 'startEmulator' });
    assert.deepEqual(host.calls.at(-1), ['startEmulator']);
    session.disconnect('It is starting.');
    assert.deepEqual(posted.at(-1), { type: 'connection', connected: false, message: 'It is starting.' });
    session.dispose();
  });

  it('drops what is no message of ours and goes on', async () => {
    const errors: unknown[] = [];
    const session = new InstancePanelSession({
      instanceId: 'x',
      post: (message) => posted.push(message),
      host,
      clock: sessionClock(hub.clock),
      onError: (error) => errors.push(error),
    });
    await session.receive({ type: 'rm -rf' });
    await session.receive(undefined);
    assert.equal(errors.length, 2);
    assert.deepEqual(posted, []);
  });

  it('sends the history of a child as long as it is watched, anew when it has grown', async () => {
    const children = () => posted.filter((message) => message.type === 'childHistory');
    await hub.start('parent', { instanceId: 'p1' });
    await hub.quiet();
    const session = open('p1');
    await session.receive({ type: 'ready' });
    assert.deepEqual(children(), []);
    await session.receive({ type: 'watchChild', instanceId: 'child', isOn: true });
    assert.deepEqual(
      children().map(({ instanceId, isKnown, total, events }) => [instanceId, isKnown, total === events.length, total > 0]),
      [['child', true, true, true]],
    );
    await hub.engine.raiseEvent('child', 'BookingConfirmed', '1');
    await nextFrame();
    assert.equal(children().length, 2);
    assert.equal(children()[1]?.events.at(-2)?.EventType, 'ExecutionCompleted');
    await session.receive({ type: 'watchChild', instanceId: 'child', isOn: false });
    await hub.engine.purge('child');
    await nextFrame();
    assert.equal(children().length, 2);
    await session.receive({ type: 'watchChild', instanceId: 'child', isOn: true });
    assert.deepEqual([children()[2]?.isKnown, children()[2]?.events], [false, []]);
    session.dispose();
  });

  it('sends what an instance has logged, each line once and in pieces', async () => {
    const logs = new InstanceLogs();
    const log = (instanceId: string, message: string): void =>
      logs.add({ level: 'information', category: 'user', instanceId, message });
    const told = () =>
      posted.flatMap((message) => (message.type === 'log' ? [[message.from, message.lines.map((each) => each.message)]] : []));
    const soon = async (): Promise<void> => {
      hub.clock.advance(100);
      await settle();
    };
    await hub.start('booking', { instanceId: 'l1' });
    log('l1', 'before');
    const session = open('l1', logs);
    await session.receive({ type: 'ready' });
    await soon();
    log('l1', 'one');
    log('l1', 'two');
    log('other', 'elsewhere');
    await soon();
    assert.deepEqual(told(), [
      [0, ['before']],
      [1, ['one', 'two']],
    ]);
    await session.receive({ type: 'ready' });
    await soon();
    assert.deepEqual(told().at(-1), [0, ['before', 'one', 'two']]);
    session.dispose();
    log('l1', 'late');
    await soon();
    assert.equal(told().length, 3);
  });

  it('shows an instance beside any other one that somebody chose, and follows both', async () => {
    await hub.start('cities', { instanceId: 'one' });
    await hub.start('cities', { instanceId: 'two' });
    await hub.quiet();
    const session = open('two');
    session.compareWith({ instanceId: 'one' });
    await session.receive({ type: 'ready' });
    const compared = () =>
      posted.flatMap((message) => (message.type === 'comparison' ? [[message.originId, message.isSame]] : []));
    assert.equal(snapshots()[0]?.comparesWith, 'one');
    assert.deepEqual(compared(), [['one', true]]);
    hub.worker.calls.find(({ instanceId }) => instanceId === 'one')?.complete('Hello');
    await nextFrame();
    assert.deepEqual(compared().at(-1), ['one', false]);
    session.compareWith({ instanceId: 'nobody' });
    await nextFrame();
    assert.equal(compared().at(-1)?.[0], 'nobody');
    session.dispose();
  });

  it('shows an instance beside a history out of a file, also one of its own id, without the custom statuses that no file has', async () => {
    await hub.start('cities', { instanceId: 'one' });
    hub.worker.calls.find(({ instanceId }) => instanceId === 'one')?.complete('Hello');
    await hub.quiet();
    const history = await hub.engine.history('one');
    const file = importedHub({ instanceId: 'one', executionId: 'e', functionName: 'cities', history });
    const session = open('one');
    session.compareWith({ instanceId: 'one', hub: file, isImported: true });
    await session.receive({ type: 'ready' });
    const compared = () => posted.findLast((message) => message.type === 'comparison');
    assert.deepEqual([snapshots()[0]?.comparesWith, snapshots()[0]?.comparesWithImported], ['one', true]);
    assert.deepEqual([compared()?.isSame, compared()?.customStatuses], [true, []]);
    hub.worker.calls.at(-1)?.complete('Hello again');
    await nextFrame();
    assert.equal(compared()?.isSame, false);
    assert.match(compared()?.rows[compared()?.first ?? 0]?.right?.text ?? '', /sayHello/);
    session.dispose();
  });

  it('asks the editor what to compare with, where it can ask', async () => {
    await hub.start('cities', { instanceId: 'one' });
    const session = open('one');
    await session.receive({ type: 'ready' });
    assert.equal(snapshots()[0]?.canCompare, undefined);
    host.compareWith = (...args) => void host.calls.push(['compareWith', ...args]);
    await session.receive({ type: 'ready' });
    assert.equal(snapshots().at(-1)?.canCompare, true);
    await session.receive({ type: 'compareWith' });
    assert.deepEqual(host.calls.at(-1), ['compareWith', 'one', false]);
    session.dispose();
  });
});
