import assert from 'node:assert/strict';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import { DurascopeError } from '../../src/core/values/errors';
import { MemoryStore } from '../support/memory-store';
import type { Script } from '../support/script-types';
import { TestHub, type TestHubOptions } from '../support/test-hub';

const one: Script = function* (context) {
  return yield context.activity('a');
};

const options = { scripts: { main: one }, activities: { a: 'manual' as const } };

describe('a store that cannot write', () => {
  it('acknowledges nothing, hands out nothing, says so once, and goes on without loss when it can', async () => {
    const store = new MemoryStore();
    const hub = await TestHub.open({ ...options, store });
    await hub.start('main', { instanceId: 'before' });
    const full = (): Promise<void> => Promise.reject(new Error('ENOSPC: no space left on device'));
    store.beforeCommit = full;
    let acknowledged = false;
    const start = hub.engine.start({ name: 'main', instanceId: 'during' }).then(() => (acknowledged = true));
    hub.worker.call('a').complete(1);
    for (let turn = 0; turn < 20; turn++) {
      hub.clock.advance(300);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(acknowledged, false);
    assert.equal(hub.store.instance('during'), undefined);
    hub.expect('before', 'OS ES TS#0 OC', 'Running');
    assert.deepEqual(
      hub.logs.map((entry) => entry.level),
      ['error'],
    );
    assert.match(hub.logs[0]?.message ?? '', /cannot be written: ENOSPC.*Nothing is lost/);

    store.beforeCommit = () => undefined;
    await hub.advance(20_000);
    await start;
    await hub.complete('a', 2);
    hub.expect('before', 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC', 'Completed 1');
    hub.expect('during', 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC', 'Completed 2');
    assert.match(hub.logs.at(-1)?.message ?? '', /can be written again/);
    assert.equal(hub.worker.callCounts['a'], 2);
    await hub.dispose();
  });

  for (const error of [
    new DurascopeError('StoreNotWritable', 'journal-1.log was deleted or moved. Start again.', { details: { isFinal: true } }),
    new DurascopeError('StoreLocked', 'The data folder was taken over. Start again.'),
  ]) {
    it(`says that it has to be started again when nothing is taken any more (${error.code})`, async () => {
      const store = new MemoryStore();
      const hub = await TestHub.open({ ...options, store });
      store.beforeCommit = () => Promise.reject(error);
      void hub.engine.start({ name: 'main', instanceId: 'x' });
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(
        hub.logs[0]?.message,
        `Work stands still, and nothing that happens from here on is kept until the emulator is started again: ${error.message}`,
      );
      await hub.engine.stop();
    });
  }

  it('can be stopped: what was not acknowledged has not happened', async () => {
    const store = new MemoryStore();
    const hub = await TestHub.open({ ...options, store });
    store.beforeCommit = () => Promise.reject(new Error('ENOSPC'));
    let acknowledged = false;
    void hub.engine.start({ name: 'main', instanceId: 'x' }).then(() => (acknowledged = true));
    await hub.engine.stop();
    assert.equal(acknowledged, false);
    assert.equal(store.instance('x'), undefined);
    await assert.rejects(hub.engine.start({ name: 'main' }), { code: 'Stopped' });
  });

  it('nor read: a timer that comes due then ends nothing, and is still there at the next start', async () => {
    const waits: Script = function* (context) {
      yield context.timer(context.nowMs + 10_000);
      return 'over';
    };
    const store = new MemoryStore();
    const hub = await TestHub.open({ ...options, scripts: { waits }, store, engine: { maxIdleInstances: 0 } });
    // So many that the first is not kept in memory.
    for (let at = 0; at < 300; at++) await hub.start('waits', { instanceId: at === 0 ? 'x' : `y${at}` });
    const instance = store.instance.bind(store);
    store.instance = () => {
      throw new DurascopeError('StoreCorrupt', 'What stands in the journal cannot be read any more.');
    };
    await hub.advance(20_000);
    store.instance = instance;
    assert.match(hub.logs[0]?.message ?? '', /timer cannot be fired: What stands in the journal cannot be read/);
    assert.equal(store.pendingTimers('x').length, 1);
    await hub.dispose();
  });

  it('while one batch is being written the next gathers, and is written as one', async () => {
    const store = new MemoryStore();
    const hub = await TestHub.open({ ...options, store, engine: { oneMessagePerEpisode: false } });
    const sizes: number[] = [];
    let release: () => void = () => undefined;
    store.beforeCommit = (checkpoints) => {
      sizes.push(checkpoints.length);
      return sizes.length > 1 ? undefined : new Promise((resolve) => (release = resolve));
    };
    const starts = [hub.engine.start({ name: 'main' })];
    await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 3; i++) {
      starts.push(hub.engine.start({ name: 'main' }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    release();
    await Promise.all(starts);
    await hub.quiet();
    assert.deepEqual(sizes.slice(0, 2), [1, 3]);
    await hub.dispose();
  });

  it('is stopped in order: what was acknowledged and what was decided is written, then it is closed', async () => {
    const hub = await TestHub.open({ ...options, store: 'folder' });
    const start = hub.engine.start({ name: 'main', instanceId: 'x' });
    await Promise.all([start, hub.engine.stop(), hub.engine.stop()]);
    assert.throws(() => hub.store.instance('x'), { code: 'Stopped' });
    await hub.dispose();
  });
});

describe('a crash at any commit', () => {
  const minute = 60_000;
  const scripts: Record<string, Script> = {
    *sequence(context) {
      const all: unknown[] = [];
      for (const n of [1, 2, 3]) all.push(yield context.activity('a', n));
      context.setStatus('nearly');
      all.push(yield context.waitEvent('Go'));
      return all;
    },
    *fan(context) {
      return yield context.all([1, 2, 3].map((n) => context.activity('a', n)));
    },
    *family(context) {
      const kids = ['one', 'two'].map((id) => context.child('sequence', null, { instanceId: `kid-${id}` }));
      context.sendEvent('eternal', 'Go', null);
      return yield context.all(kids);
    },
    *eternal(context) {
      const round = Number(context.input);
      yield context.waitEvent('Go');
      yield context.timer(context.nowMs + minute);
      if (round < 3) context.continueAsNew(round + 1);
      return round;
    },
    *retries(context) {
      try {
        yield context.activityWithRetry('fails', { firstRetryIntervalMs: 1000, maxNumberOfAttempts: 3 });
      } catch {
        return yield context.childWithRetry('throws', { firstRetryIntervalMs: 1000, maxNumberOfAttempts: 2 }, null, {
          instanceId: 'thrown',
        });
      }
    },
    *throws() {
      yield* [];
      throw new Error('no');
    },
  };
  const roots = ['eternal', 'sequence', 'fan', 'family', 'retries'];
  const app: TestHubOptions = {
    scripts,
    activities: {
      a: (n) => n,
      fails: () => {
        throw new Error('boom');
      },
    },
  };

  /** Does what the users of these instances do, until all have ended: starts what is not there, raises what is waited for. */
  async function drive(hub: TestHub): Promise<void> {
    for (const root of roots) {
      if (hub.store.instance(root) === undefined) await hub.engine.start({ name: root, instanceId: root, input: '0' });
    }
    for (let round = 0; round < 100; round++) {
      await hub.quiet();
      const running = hub.store.query({}).instances.filter((row) => row.completedTime === null);
      if (running.length === 0) return;
      const waiting = running.filter((row) => row.awaitedEvents.includes('Go'));
      for (const row of waiting) await hub.engine.raiseEvent(row.instanceId, 'Go', 'null');
      if (waiting.length === 0) hub.clock.advance(minute);
    }
    assert.fail('instances do not end');
  }

  function results(hub: TestHub): Record<string, unknown> {
    return Object.fromEntries(
      hub.store
        .query({})
        .instances.map((row) => [row.instanceId, [hub.sequence(row.instanceId), hub.outcome(row.instanceId), row.customStatus]]),
    );
  }

  it('ends in the history of the run that never crashed', async () => {
    const whole = new MemoryStore();
    const commits: number[] = [];
    const hub = await TestHub.open({ ...app, store: whole });
    hub.beforeCommit = (checkpoints: readonly Checkpoint[]) => {
      commits.push(whole.committed.length + checkpoints.length);
      return undefined;
    };
    await drive(hub);
    const expected = results(hub);
    await hub.dispose();
    assert.ok(Object.keys(expected).length === 8 && commits.length > 30, `${commits.length} commits`);

    for (const count of [0, ...commits]) {
      const image = new MemoryStore(structuredClone(whole.committed.slice(0, count)));
      const again = await TestHub.open({ ...app, store: image });
      await drive(again);
      assert.deepEqual(results(again), expected, `after ${count} of ${whole.committed.length} checkpoints`);
      const work = await image.open();
      assert.deepEqual([work.inbox, work.activities, work.timers], [[], [], []], `nothing is left over after ${count}`);
      await again.dispose();
    }
  });
});
