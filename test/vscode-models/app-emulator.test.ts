import assert from 'node:assert/strict';
import type { AppProblem } from '../../src/core/values/app-problem';
import { DurascopeError } from '../../src/core/values/errors';
import type { ConnectedReplays } from '../../src/core/ports/connected-replays';
import type { HubClock, HubClockState } from '../../src/core/ports/hub-clock';
import type { TaskHubClient } from '../../src/core/ports/task-hub-client';
import type { AppErrorEvent, EmulatorEvent } from '../../src/emulator/emulator-types';
import { Listeners } from '../../src/emulator/listeners';
import { AppEmulator, type RunningEmulator } from '../../src/vscode/emulators/app-emulator';
import { clockState } from '../support/clock-state';

/** A running emulator whose events and end are in the test's hand. */
class FakeRunning implements RunningEmulator {
  readonly isAttached = false;
  readonly grpc = null;
  readonly hub = {} as TaskHubClient;
  readonly url = 'http://localhost:1';
  readonly managementUrl = 'http://localhost:1/m';
  readonly key = 'k';
  readonly dataDir = null;
  readonly routePrefix = 'api';
  readonly workerPid = 7;
  appError: AppErrorEvent | null = null;
  appProblems: readonly AppProblem[] = [];
  readonly events = new Listeners<EmulatorEvent>();
  readonly lost = new Listeners<Error>();
  stops = 0;
  readonly replays = {} as ConnectedReplays;
  clock: HubClockState = clockState;
  readonly time: HubClock = {
    clock: () => Promise.resolve(this.clock),
    setClock: () => Promise.resolve(this.clock),
    onClock: () => ({ dispose: () => undefined }),
  };
  connectedWorkers(): readonly never[] {
    return [];
  }
  functions() {
    return [];
  }
  invoke() {
    return Promise.resolve(null);
  }
  inspect(port: number) {
    return Promise.resolve(port);
  }
  onEvent(listener: (event: EmulatorEvent) => void) {
    return this.events.add(listener);
  }
  onLost(listener: (error: Error) => void) {
    return this.lost.add(listener);
  }
  stop() {
    this.stops++;
    return Promise.resolve();
  }
}

describe('the emulator of an app', () => {
  let emulator: AppEmulator;
  let running: FakeRunning;
  let states: string[];
  const launch = () => Promise.resolve(running);

  beforeEach(() => {
    emulator = new AppEmulator('/app');
    running = new FakeRunning();
    states = [];
    emulator.onStatus((status) => states.push(status.type));
  });

  it('knows the time of its hubs, and tells when it was set', async () => {
    running.clock = { ...running.clock, mode: 'paused' };
    await emulator.start(launch);
    assert.equal(emulator.now(), Date.UTC(2024, 0, 1));
    states.length = 0;
    running.events.tell({ type: 'clockChanged', clock: { ...running.clock, mode: 'auto', aheadMs: 86_400_000 } });
    assert.deepEqual([states, emulator.clock?.mode], [['running'], 'auto']);
    const before = Date.now();
    assert.ok(emulator.now() - before >= 86_400_000);
    await emulator.stop();
    assert.equal(emulator.clock, null);
    const stoppedAt = Date.now();
    const now = emulator.now();
    assert.ok(stoppedAt <= now && now <= Date.now(), `${now}`);
  });

  it('starts once for several who ask', async () => {
    let launches = 0;
    const counted = () => {
      launches++;
      return launch();
    };
    await Promise.all([emulator.start(counted), emulator.start(counted)]);
    await emulator.start(counted);
    assert.equal(launches, 1);
    assert.deepEqual(states, ['starting', 'running']);
  });

  it('tells while it starts that the app is being built, and that it has been', async () => {
    const builds: unknown[] = [];
    emulator.onStatus((status) => builds.push(status.type === 'starting' ? status.isBuilding : status.type));
    const say = (message: string, category = 'worker'): void => emulator.heard({ level: 'information', category, message });
    await emulator.start(() => {
      say('Building shop.csproj ...');
      say('Building a house', 'user');
      say('Built shop.csproj in 3.1 s.');
      return launch();
    });
    say('Building shop.csproj ...');
    assert.deepEqual(builds, [undefined, true, false, 'running']);
  });

  it('refuses its hub until it runs', async () => {
    assert.throws(
      () => emulator.hub,
      (error) => DurascopeError.is(error, 'Stopped'),
    );
    await emulator.start(launch);
    assert.equal(emulator.hub, running.hub);
  });

  it('says why it did not start, and can be started after that', async () => {
    await assert.rejects(emulator.start(() => Promise.reject(new DurascopeError('PortTaken', 'Port 7071 is in use.'))));
    assert.deepEqual(emulator.status, { type: 'failed', message: 'Port 7071 is in use.' });
    await emulator.start(launch);
    assert.equal(emulator.status.type, 'running');
  });

  it('stops what is still starting, once it has started', async () => {
    const starting = emulator.start(launch);
    const stopping = emulator.stop();
    await Promise.all([starting, stopping]);
    assert.deepEqual([running.stops, emulator.status.type], [1, 'stopped']);
  });

  it('starts again only when it has stopped', async () => {
    await emulator.start(launch);
    const stopping = emulator.stop();
    const again = emulator.start(launch);
    await Promise.all([stopping, again]);
    assert.deepEqual(states, ['starting', 'running', 'stopping', 'stopped', 'starting', 'running']);
  });

  it('shows what earlier sessions left while it is stopped, and gives it back before it starts', async () => {
    const stored = new FakeRunning();
    let opened = 0;
    const open = () => {
      opened++;
      return Promise.resolve(stored);
    };
    await emulator.look(open);
    await emulator.look(open);
    assert.deepEqual([opened, emulator.shown, emulator.running, emulator.status.type], [1, stored, undefined, 'stopped']);
    let stopsAtLaunch = 0;
    await emulator.start(() => {
      stopsAtLaunch = stored.stops;
      return launch();
    });
    assert.deepEqual([stopsAtLaunch, emulator.shown, emulator.isLookedAt], [1, running, false]);
    assert.equal(await emulator.look(open), running);
  });

  it('can be read again where opening it failed', async () => {
    await assert.rejects(emulator.look(() => Promise.reject(new DurascopeError('StoreLocked', 'Another has it.'))));
    assert.equal(emulator.shown, undefined);
    await emulator.start(launch);
    assert.equal(emulator.shown, running);
  });

  it('says whether a debugger is attached', async () => {
    await emulator.start(launch);
    const isDebugging = () => emulator.status.type === 'running' && emulator.status.isDebugging;
    emulator.setDebugging(true);
    assert.equal(isDebugging(), true);
    emulator.setDebugging(false);
    assert.equal(isDebugging(), false);
  });

  it('follows the process of the app', async () => {
    await emulator.start(launch);
    const worker = () => (emulator.status.type === 'running' ? emulator.status.worker : undefined);
    running.events.tell({ type: 'workerReloading' });
    assert.deepEqual(worker(), { type: 'loading' });
    running.events.tell({ type: 'appError', message: 'does not build' });
    assert.deepEqual(worker(), { type: 'broken', error: { type: 'appError', message: 'does not build' } });
    assert.deepEqual(emulator.loadError, { type: 'appError', message: 'does not build' });
    running.events.tell({ type: 'workerReady', pid: 9 });
    assert.deepEqual(worker(), { type: 'ready', pid: 9 });
    assert.equal(emulator.loadError, undefined);
    running.events.tell({ type: 'workerExited', message: 'ended' });
    assert.deepEqual(worker(), { type: 'exited', message: 'ended' });
  });

  it('says at once that the app could not be loaded at its first start, and tells it as an event', async () => {
    const told: EmulatorEvent[] = [];
    emulator.onEvent((event) => told.push(event));
    running.appError = { type: 'appError', message: 'a.js: unexpected end of input', file: '/app/a.js', line: 3 };
    await emulator.start(launch);
    assert.deepEqual(emulator.status.type === 'running' && emulator.status.worker, {
      type: 'broken',
      error: running.appError,
    });
    assert.deepEqual(told, [running.appError]);
  });

  it('tells at its start what of the app is left out', async () => {
    const told: EmulatorEvent[] = [];
    emulator.onEvent((event) => told.push(event));
    running.appProblems = [{ severity: 'error', message: 'Broken', file: '/app/Broken/index.js', line: 3, source: 'Durascope' }];
    await emulator.start(launch);
    assert.deepEqual(told, [{ type: 'appProblems', problems: running.appProblems }]);
    assert.equal(emulator.status.type === 'running' && emulator.status.worker.type, 'ready');
  });

  it('is failed when its thread dies, and deaf to it after a stop', async () => {
    await emulator.start(launch);
    running.lost.tell(new Error('out of memory'));
    assert.deepEqual(emulator.status, { type: 'failed', message: 'out of memory' });
    await emulator.start(launch);
    await emulator.stop();
    running.lost.tell(new Error('late'));
    assert.equal(emulator.status.type, 'stopped');
  });
});
