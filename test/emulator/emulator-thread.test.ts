import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { DurascopeError } from '../../src/core/values/errors';
import type { LogEntry } from '../../src/core/ports/logger';
import type { HubChange } from '../../src/core/ports/task-hub-client';
import { ChangeBatch } from '../../src/emulator/thread/change-batch';
import { startOnThread, type EmulatorThread, type ProxiedEmulator } from '../../src/emulator/thread/emulator-proxy';
import { EmulatorServer } from '../../src/emulator/thread/emulator-server';
import type { Emulator, EmulatorEvent, EmulatorOptions } from '../../src/emulator/emulator-types';
import type { FromThread, ToThread } from '../../src/emulator/thread/thread-messages';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';
import { clockState } from '../support/clock-state';

const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};
const returns: Script = function* () {
  return 'at once';
};

const outline = {
  rows: 0,
  frames: [],
  currentUtcDateTime: '',
  isReplaying: false,
  customStatus: null,
  decisions: [],
  awaitedEvents: [],
  logs: [],
};

/** Two ends of a real message channel in one process: everything that crosses is cloned, as between threads. */
class ChannelThread extends EventEmitter implements EmulatorThread {
  readonly #channel = new MessageChannel();
  readonly seen: FromThread[] = [];
  readonly server: EmulatorServer;

  constructor(start: (options: EmulatorOptions) => Promise<Emulator>) {
    super();
    const { port1, port2 } = this.#channel;
    this.server = new EmulatorServer({
      post: (message) => port2.postMessage(message),
      start,
      after: (_delayMs, callback) => void setImmediate(callback),
    });
    port2.on('message', (message: ToThread) => this.server.receive(message));
    port1.on('message', (message: FromThread) => {
      this.seen.push(message);
      this.emit('message', message);
    });
  }

  postMessage(message: ToThread): void {
    this.#channel.port1.postMessage(message);
  }

  terminate(): void {
    this.#channel.port1.close();
    setImmediate(() => this.emit('exit', 0));
  }
}

describe('the emulator on a thread', () => {
  let hub: TestHub;
  let thread: ChannelThread;
  let proxy: ProxiedEmulator;
  let tell: (event: EmulatorEvent) => void;
  let log: (entry: LogEntry) => void;
  let stops: number;
  const logs: LogEntry[] = [];

  function start(options: EmulatorOptions): Promise<Emulator> {
    log = options.logger;
    return Promise.resolve({
      hub: hub.engine,
      url: 'http://localhost:7071',
      managementUrl: 'http://localhost:7071/runtime/webhooks/durabletask',
      key: 'k',
      appDir: options.appDir,
      dataDir: null,
      routePrefix: 'api',
      workerPid: 42,
      appError: null,
      appProblems: [],
      grpc: null,
      connectedWorkers: () => [],
      inspect: (port) => Promise.resolve(port),
      time: {
        clock: () => Promise.resolve(clockState),
        setClock: (change) => Promise.resolve({ ...clockState, mode: 'mode' in change ? change.mode : 'running' }),
        onClock: () => ({ dispose: () => undefined }),
      },
      replays: {
        open: ({ functionName }) => Promise.reject(new DurascopeError('UnknownFunction', `No program runs ${functionName}.`)),
        moment: (id, index) => Promise.resolve({ ...outline, rows: Number(id) + index }),
        close: () => Promise.resolve(),
      },
      functions: () => hub.worker.functions(),
      invoke: (name, input) => Promise.resolve(`${name} ${String(input)}`),
      onEvent: (listener) => {
        tell = listener;
        return { dispose: () => undefined };
      },
      stop: () => {
        stops++;
        return Promise.resolve();
      },
    });
  }

  beforeEach(async () => {
    hub = await TestHub.open({ scripts: { waits, returns } });
    stops = 0;
    logs.length = 0;
    thread = new ChannelThread(start);
    proxy = await startOnThread(thread, { appDir: '/app', logger: (entry) => logs.push(entry) });
  });
  afterEach(async () => {
    await proxy.stop();
    await hub.dispose();
  });

  function nextChanges(options?: { events?: boolean }): Promise<readonly HubChange[]> {
    return new Promise((resolve) => {
      const subscription = proxy.hub.subscribe((changes) => {
        subscription.dispose();
        resolve(changes);
      }, options);
    });
  }

  it('passes the clock on', async () => {
    assert.deepEqual(await proxy.time.clock(), clockState);
    assert.equal((await proxy.time.setClock({ mode: 'auto' })).mode, 'auto');
    const told: string[] = [];
    const changed = new Promise<void>((resolve) => {
      proxy.time.onClock((state) => {
        told.push(state.mode);
        resolve();
      });
    });
    tell({ type: 'clockChanged', clock: { ...clockState, mode: 'paused' } });
    await changed;
    assert.deepEqual(told, ['paused']);
  });

  it('looks like the emulator itself', async () => {
    assert.deepEqual([proxy.url, proxy.appDir, proxy.workerPid, proxy.routePrefix], ['http://localhost:7071', '/app', 42, 'api']);
    assert.deepEqual(
      proxy.functions().map((each) => each.name),
      ['waits', 'returns'],
    );
    const { instanceId } = await proxy.hub.start({ name: 'waits', input: '1' });
    await hub.quiet();
    assert.equal((await proxy.hub.get(instanceId))?.runtimeStatus, 'Running');
    await proxy.hub.raiseEvent(instanceId, 'Go', '5');
    assert.equal((await proxy.hub.waitForCompletion(instanceId, 1000)).output, '5');
    assert.deepEqual(await proxy.hub.history(instanceId), hub.history(instanceId));
    assert.deepEqual(await proxy.hub.countByStatus(), { Completed: 1 });
    assert.equal(await proxy.hub.get('nobody'), undefined);
    assert.equal(await proxy.invoke('queue', '1'), 'queue 1');
    assert.equal((await proxy.replays.moment('3', 4)).rows, 7);
    await proxy.replays.close('3');
    await assert.rejects(
      proxy.replays.open({ instanceId: 'i', executionId: 'e', functionName: 'Tour', history: [] }),
      (error) => DurascopeError.is(error, 'UnknownFunction') && error.message === 'No program runs Tour.',
    );
  });

  it('brings refusals across with their code, message and details', async () => {
    await assert.rejects(proxy.hub.terminate('nobody', null), (error: unknown) => {
      assert.ok(DurascopeError.is(error, 'InstanceNotFound'));
      assert.match(error.message, /nobody/);
      return true;
    });
  });

  it('answers a call that takes long, whatever was answered meanwhile', async () => {
    const { instanceId } = await proxy.hub.start({ name: 'waits' });
    await hub.quiet();
    const ended = proxy.hub.waitForCompletion(instanceId, 60_000);
    for (let at = 0; at < 3; at++) await proxy.hub.countByStatus();
    await proxy.hub.raiseEvent(instanceId, 'Go', 'null');
    assert.equal((await ended).runtimeStatus, 'Completed');
  });

  it('announces changes, merged into the latest row of each instance', async () => {
    const coming = nextChanges();
    const ids = await Promise.all([1, 2, 3].map(async () => (await proxy.hub.start({ name: 'returns' })).instanceId));
    await hub.quiet();
    const changes = await coming;
    assert.ok(changes.length > 0 && changes.length <= ids.length);
  });

  it('leaves new events out unless somebody wants them', async () => {
    const without = nextChanges({ events: false });
    await hub.start('returns');
    assert.ok((await without).every((change) => change.type === 'instance' && change.newEvents.length === 0));
    const withEvents = nextChanges();
    await proxy.hub.countByStatus(); // The wish has crossed.
    const id = await hub.start('returns');
    assert.ok(
      (await withEvents).some(
        (change) => change.type === 'instance' && change.row.instanceId === id && change.newEvents.length > 0,
      ),
    );
  });

  it('sends the next changes only when the last were taken', async () => {
    const posted: FromThread[] = [];
    const planned: (() => void)[] = [];
    const server = new EmulatorServer({
      post: (message) => posted.push(message),
      start,
      after: (_delayMs, callback) => planned.push(callback),
    });
    server.receive({ type: 'start', options: { appDir: '/app' } });
    await hub.start('returns');
    const batches = (): number => posted.filter((message) => message.type === 'changes').length;
    const pass = (): void => planned.splice(0).forEach((callback) => callback());
    pass();
    assert.equal(batches(), 1);
    for (let at = 0; at < 5; at++) {
      await hub.start('returns');
      pass();
    }
    assert.equal(batches(), 1);
    server.receive({ type: 'changesTaken' });
    pass();
    assert.equal(batches(), 2);
    const last = posted.at(-1);
    assert.equal(last?.type === 'changes' ? last.changes.length : 0, 5);
  });

  it('passes on events and log lines', async () => {
    const events: EmulatorEvent[] = [];
    proxy.onEvent((event) => events.push(event));
    tell({ type: 'appError', message: 'does not build', file: '/app/a.js', line: 3 });
    log({ level: 'warning', category: 'worker', message: 'hm' });
    await proxy.hub.countByStatus();
    await proxy.hub.countByStatus();
    assert.deepEqual(events, [{ type: 'appError', message: 'does not build', file: '/app/a.js', line: 3 }]);
    assert.deepEqual(logs, [{ level: 'warning', category: 'worker', message: 'hm' }]);
  });

  it('says how many log lines were left out when there are too many at once', async () => {
    for (let at = 0; at < 1200; at++) log({ level: 'information', category: 'user', message: String(at) });
    await proxy.hub.countByStatus();
    await proxy.hub.countByStatus();
    assert.equal(logs.length, 501);
    assert.match(logs[0]?.message ?? '', /^700 log lines were left out/);
    assert.equal(logs.at(-1)?.message, '1199');
  });

  it('stops once, however often it is asked to, and answers nothing after that', async () => {
    await Promise.all([proxy.stop(), proxy.stop()]);
    await proxy.stop();
    assert.equal(stops, 1);
    await assert.rejects(proxy.hub.countByStatus(), (error) => DurascopeError.is(error, 'Stopped'));
  });

  it('tells that the thread died, and fails what was under way', async () => {
    const lost = new Promise<Error>((resolve) => proxy.onLost(resolve));
    const { instanceId } = await proxy.hub.start({ name: 'waits' });
    const never = proxy.hub.waitForCompletion(instanceId, 60_000);
    thread.emit('error', new Error('out of memory'));
    thread.terminate();
    await assert.rejects(never, /out of memory/);
    assert.match((await lost).message, /out of memory/);
  });

  it('fails the start as the emulator does', async () => {
    const failing = new ChannelThread(() =>
      Promise.reject(new DurascopeError('PortTaken', 'Port 7071 is taken.', { details: { port: 7071 } })),
    );
    await assert.rejects(startOnThread(failing, { appDir: '/app', logger: () => undefined }), (error) => {
      assert.ok(DurascopeError.is(error, 'PortTaken'));
      assert.deepEqual(error.details, { port: 7071 });
      return true;
    });
  });
});

describe('changes on their way', () => {
  it('become a resync when there are more instances than anybody could follow', async () => {
    const hub = await TestHub.open({ scripts: { returns } });
    const seen: HubChange[] = [];
    hub.engine.subscribe((changes) => seen.push(...changes));
    await hub.start('returns', { instanceId: 'x' });
    const change = seen.at(-1);
    assert.ok(change?.type === 'instance');
    const batch = new ChangeBatch(true);
    for (let at = 0; at < 2001; at++) batch.add([{ ...change, row: { ...change.row, instanceId: String(at) } }]);
    assert.deepEqual(batch.take(), [{ type: 'resync' }]);
    assert.ok(batch.isEmpty);
    await hub.dispose();
  });

  it('keep the order of what happened last, and forget what was purged', async () => {
    const hub = await TestHub.open({ scripts: { returns, waits } });
    const batch = new ChangeBatch(true);
    hub.engine.subscribe((changes) => batch.add(changes));
    const one = await hub.start('returns', { instanceId: 'one' });
    await hub.engine.purge(one);
    const two = await hub.start('waits', { instanceId: 'two' });
    await hub.raise(two, 'Go');
    const taken = batch.take();
    assert.deepEqual(
      taken.map((change) => (change.type === 'instance' ? change.row.instanceId : change.type)),
      ['purged', 'two'],
    );
    const last = taken.at(-1);
    assert.ok(last?.type === 'instance');
    assert.deepEqual(last.newEvents, hub.history('two'));
    await hub.dispose();
  });
});
