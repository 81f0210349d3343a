/** Code that waits for what has come already: the hub says so, since nothing in the history does. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SqlJsHistoryStore } from '../../../src/store/sql-js-history-store';
import { withSdkHub, type SdkHub } from '../orchestrations/sdk-hub';
import { sdk2, sdk3, type Orchestrator, type Sdk } from '../orchestrations/sdks';

const orchestrators: Record<string, Orchestrator> = {
  *Early({ df }) {
    yield df.callActivity('Slow');
    return yield df.waitForExternalEvent('Go');
  },
  *Finished({ df }) {
    const task = df.callActivity('Slow');
    yield task;
    yield df.Task.any([task]);
  },
  *TwoGroups({ df }) {
    const shared = df.callActivity('Slow');
    const first = df.Task.all([shared, df.waitForExternalEvent('Go')]);
    df.Task.all([shared, df.waitForExternalEvent('Never')]);
    yield first;
  },
  *Fine({ df }) {
    const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 10 * 24 * 3600 * 1000));
    yield df.Task.any([df.Task.all([df.waitForExternalEvent('A'), df.waitForExternalEvent('B')]), timer]);
  },
  *Retries({ df }) {
    yield df.callActivityWithRetry('Fails', (df.getInput() as { retry: unknown }).retry);
  },
};

/** Starts one, lets its activity end after `meanwhile`, and hands over what it comes to. */
async function run(sdk: Sdk, name: string, check: (hub: SdkHub) => Promise<void>, meanwhile?: (hub: SdkHub) => Promise<void>) {
  let end: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    end = resolve;
  });
  const activities = {
    Slow: () => slow,
    Fails: () => {
      throw new Error('always');
    },
  };
  await withSdkHub(sdk, orchestrators, activities, async (hub) => {
    await hub.engine.start({ name, instanceId: 'i', input: JSON.stringify({ retry: sdk.retry(60_000, 3) }) });
    await meanwhile?.(hub);
    end();
    await hub.engine.whenQuiet();
    await check(hub);
  });
}

describe('code that waits for what has come already', () => {
  it('2.x: an event that came early: the panel is told that anything else lets the code go on', () =>
    run(
      sdk2,
      'Early',
      async ({ engine, store }) => {
        const { events, stuck } = await engine.waitingFor('i');
        assert.deepEqual(events, []);
        assert.match(stuck ?? '', /^The event 'Go' came before the code waited for it\..* 2\.x .*any event, a result, a timer/);
        assert.equal(store.instance('i')?.runtimeStatus, 'Running');
        await engine.raiseEvent('i', 'Anything', null);
        await engine.whenQuiet();
        assert.equal(store.instance('i')?.output, '1');
        assert.equal(store.instance('i')?.stuck, undefined);
        assert.equal((await engine.waitingFor('i')).stuck, undefined);
      },
      async ({ engine }) => {
        await engine.raiseEvent('i', 'Go', '1');
      },
    ));

  it('3.x: a group of tasks that have all ended', () =>
    run(sdk3, 'Finished', async ({ engine }) => {
      assert.match((await engine.waitingFor('i')).stuck ?? '', /Task\.any that nothing can end/);
    }));

  for (const sdk of [sdk2, sdk3]) {
    it(`${sdk.version}: a group whose task counts in a later one`, () =>
      run(
        sdk,
        'TwoGroups',
        async ({ engine }) => {
          assert.match((await engine.waitingFor('i')).stuck ?? '', /Task\.all that nothing can end/);
        },
        ({ engine }) => engine.raiseEvent('i', 'Go', null),
      ));

    it(`${sdk.version}: nothing is said of groups in groups, long timers, retries`, async () => {
      await run(sdk, 'Fine', async ({ engine }) => {
        assert.equal((await engine.waitingFor('i')).stuck, undefined);
        await engine.raiseEvent('i', 'A', null);
        await engine.whenQuiet();
        assert.equal((await engine.waitingFor('i')).stuck, undefined);
      });
      await run(sdk, 'Retries', async ({ engine, clock, store }) => {
        assert.equal((await engine.waitingFor('i')).stuck, undefined);
        clock.advance(60_000);
        await engine.whenQuiet();
        assert.equal((await engine.waitingFor('i')).timers.length, 1);
        assert.equal(store.instance('i')?.stuck, undefined);
      });
    });
  }

  it('is kept by the store', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'durascope-stuck-'));
    try {
      const log = (): void => undefined;
      await run(sdk3, 'Finished', async ({ store }) => {
        const row = store.instance('i');
        assert.ok(row?.stuck);
        const kept = new SqlJsHistoryStore({ dir, log });
        await kept.open();
        await kept.commit([{ instanceId: 'i', instance: row }]);
        await kept.close();
        const again = new SqlJsHistoryStore({ dir, log });
        await again.open();
        assert.deepEqual(again.instance('i'), row);
        await again.close();
      });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
