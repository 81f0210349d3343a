import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import type { Script } from '../support/script-types';
import { type TestHub, type TestHubOptions, withTestHub } from '../support/test-hub';

const one: Script = function* (context) {
  return yield context.activity('a');
};

const exited = (): DurascopeError => new DurascopeError('WorkerExited', 'The worker process ended with code 1.');
const hung = (): DurascopeError => new DurascopeError('WorkerHung', "The orchestrator 'main' blocked the event loop for 30 s.");

const withHub = (test: (hub: TestHub) => Promise<void>, more: Partial<TestHubOptions> = {}): Promise<void> =>
  withTestHub({ scripts: { main: one }, activities: { a: 'manual' }, ...more }, test);

/** The next `times` episodes end so; after that the script runs again. */
function failEpisodes(hub: TestHub, error: () => Error, times = Infinity): void {
  let left = times;
  hub.worker.intercept = () => (left-- > 0 ? Promise.reject(error()) : undefined);
}

describe('a worker that fails', () => {
  it('an episode whose worker went away runs again, and the history does not show it', () =>
    withHub(async (hub) => {
      failEpisodes(hub, exited, 1);
      const id = await hub.start('main');
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
      assert.deepEqual(
        hub.logs.map((entry) => entry.message),
        ["An episode of 'main' got no answer: The worker process ended with code 1. It runs again."],
      );
    }));

  it('one that keeps going away is asked again at growing distances', () =>
    withHub(async (hub) => {
      failEpisodes(hub, exited);
      await hub.start('main');
      const asked = () => hub.worker.episodes.length;
      assert.equal(asked(), 2, 'again at once');
      for (const [seconds, expected] of [
        [0.9, 2],
        [0.1, 3],
        [2, 4],
        [4, 5],
      ] as const) {
        await hub.advance(seconds * 1000);
        assert.equal(asked(), expected, `after ${seconds} s more`);
      }
      assert.match(hub.logs.at(-1)?.message ?? '', /runs again in 8 s \(5 times in a row now\)/);
    }));

  it('an instance whose code takes the process down can be terminated', () =>
    withHub(async (hub) => {
      failEpisodes(hub, exited);
      await hub.start('main', { instanceId: 'x' });
      await hub.terminate('x');
      hub.expect('x', 'OS ES ET EC#0[Terminated] OC', 'Terminated enough');
    }));

  it('also when it has a history', () =>
    withHub(
      async (hub) => {
        await hub.start('main', { instanceId: 'x' });
        failEpisodes(hub, exited);
        await hub.complete('a', 1);
        await hub.terminate('x');
        hub.expect('x', 'OS ES TS#0 OC | OS TC→0 ET EC#1[Terminated] OC', 'Terminated enough');
      },
      { engine: { oneMessagePerEpisode: false } },
    ));

  it('an orchestrator that hangs once gets another try; twice in a row fails the instance by name', () =>
    withHub(async (hub) => {
      failEpisodes(hub, hung, 1);
      const survivor = await hub.start('main');
      hub.expect(survivor, 'OS ES TS#0 OC', 'Running');
      failEpisodes(hub, hung, 2);
      const id = await hub.start('main');
      hub.expect(
        id,
        'OS ES EC#0[Failed] OC',
        "Failed Orchestrator function 'main' failed: The orchestrator 'main' blocked the event loop for 30 s.",
      );
    }));

  it('an activity whose worker went away runs again', () =>
    withHub(async (hub) => {
      const id = await hub.start('main');
      hub.worker.call('a').reject(exited());
      await hub.quiet();
      assert.match(hub.logs.at(-1)?.message ?? '', /Activity 'a' got no answer.*It runs again\.$/);
      hub.worker.call('a').reject(exited());
      await hub.quiet();
      assert.deepEqual(hub.worker.calls, []);
      await hub.advance(1000);
      await hub.complete('a', 1);
      hub.expect(id, 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
    }));

  it('an activity that hangs has failed', () =>
    withHub(async (hub) => {
      const id = await hub.start('main');
      hub.worker.call('a').reject(hung());
      await hub.quiet();
      hub.expect(id, 'OS ES TS#0 OC | OS TF→0 EC#1[Failed] OC');
      assert.match(hub.row(id).output ?? '', /Activity function 'a' failed: The orchestrator 'main' blocked/);
    }));

  it('one that goes away under many of them is one line in the log', () =>
    withHub(async (hub) => {
      for (const id of ['x', 'y']) await hub.start('main', { instanceId: id });
      for (const call of [...hub.worker.calls]) call.reject(exited());
      await hub.quiet();
      assert.deepEqual(
        hub.logs.map((entry) => entry.message),
        ["The worker process ended with code 1. 0 episodes and 2 activities got no answer ('a'). They run again."],
      );
      assert.equal(hub.worker.calls.length, 1, 'one at a time: each may be the one that ends it');
      await hub.complete('a', 1);
      assert.equal(hub.worker.calls.length, 1);
    }));

  const poisoned: Script = function* (context) {
    return yield context.activity(context.instanceId.startsWith('poison') ? 'poison' : 'a');
  };
  /** Everything that the process had comes back, as it does when it dies. */
  async function crash(hub: TestHub, more: { running?: unknown } = {}): Promise<void> {
    const error = new DurascopeError('WorkerExited', 'The worker process ended with code 1.', { details: more });
    for (const call of [...hub.worker.calls]) call.reject(error);
    await hub.quiet();
  }
  const inWork = (hub: TestHub): string[] => hub.worker.calls.map((call) => call.name).sort();
  const withPoison = (body: (hub: TestHub) => Promise<void>): Promise<void> =>
    withHub(body, { scripts: { main: poisoned }, activities: { a: 'manual', poison: 'manual' } });

  it('an activity that ends it is found among those in flight, named, and backed off alone', () =>
    withPoison(async (hub) => {
      for (const id of ['x', 'poison', 'y']) await hub.start('main', { instanceId: id });
      await crash(hub);
      assert.deepEqual(inWork(hub), ['a'], 'the first suspect');
      await hub.complete('a', 1);
      assert.deepEqual(inWork(hub), ['poison'], 'the second');
      // Work of no suspicion goes on beside it, and is innocent.
      for (const id of ['new-1', 'new-2']) await hub.start('main', { instanceId: id });
      assert.deepEqual(inWork(hub), ['a', 'a', 'poison']);
      await crash(hub);
      assert.deepEqual(inWork(hub), ['a', 'a', 'a'], 'the innocents run again at once, and the last suspect gets its turn');
      assert(
        hub.logs.some(
          ({ message, instanceId }) => instanceId === 'poison' && /'poison' ends the process of the app when/.test(message),
        ),
      );
      for (let count = 0; count < 3; count++) await hub.complete('a', 1);
      for (const id of ['x', 'y', 'new-1', 'new-2']) assert.equal(hub.row(id).runtimeStatus, 'Completed');
      await hub.advance(1000);
      assert.deepEqual(inWork(hub), ['poison']);
      await crash(hub);
      await hub.advance(1000);
      assert.deepEqual(inWork(hub), [], 'not before two seconds');
      await hub.start('main', { instanceId: 'z' });
      await hub.complete('a', 1);
      assert.equal(hub.row('z').runtimeStatus, 'Completed');
      await hub.advance(1000);
      await hub.complete('poison', 'mended');
      assert.equal(hub.row('poison').runtimeStatus, 'Completed');
    }));

  it('one that the dying process could name is guilty at once, the others lose nothing', () =>
    withPoison(async (hub) => {
      for (const id of ['x', 'poison', 'y']) await hub.start('main', { instanceId: id });
      await crash(hub, { running: [{ functionName: 'Poison', instanceId: 'poison' }] });
      assert.deepEqual(inWork(hub), ['a', 'a', 'poison']);
      await crash(hub, { running: [{ functionName: 'Poison', instanceId: 'poison' }] });
      assert.deepEqual(inWork(hub), ['a', 'a']);
    }));

  it('suspects that only take long do not hold each other up', () =>
    withPoison(async (hub) => {
      for (const id of ['x', 'y', 'z']) await hub.start('main', { instanceId: id });
      await hub.advance(100);
      await crash(hub);
      assert.equal(inWork(hub).length, 1);
      await hub.advance(500);
      assert.equal(inWork(hub).length, 2);
      await hub.advance(500);
      assert.equal(inWork(hub).length, 3);
    }));

  it('an orchestrator that ends it is found likewise', () =>
    withHub(
      async (hub) => {
        const underWay: ((error: Error) => void)[] = [];
        let isFirst = true;
        const asked: string[] = [];
        hub.worker.intercept = ({ instanceId }) => {
          asked.push(instanceId);
          if (isFirst) return new Promise((_, reject) => underWay.push(reject));
          return instanceId === 'poison' ? Promise.reject(exited()) : undefined;
        };
        const starts = ['x', 'poison', 'y'].map((id) => hub.start('main', { instanceId: id }));
        while (underWay.length < 3) await new Promise((resolve) => setImmediate(resolve));
        isFirst = false;
        const death = exited();
        for (const reject of underWay) reject(death);
        await Promise.all(starts);
        await hub.quiet();
        assert.deepEqual(asked, ['x', 'poison', 'y', 'x', 'poison', 'y']);
        assert.equal(hub.row('x').runtimeStatus, 'Running');
        assert.equal(hub.row('y').runtimeStatus, 'Running');
        assert.equal(hub.row('poison').runtimeStatus, 'Pending');
        await hub.start('main', { instanceId: 'later' });
        assert.equal(hub.row('later').runtimeStatus, 'Running');
        await hub.advance(1000);
        assert.equal(asked.filter((id) => id === 'poison').length, 3);
      },
      { scripts: { main: one }, activities: { a: 'manual' } },
    ));

  it('what comes back after the engine has stopped changes nothing', () =>
    withHub(async (hub) => {
      await hub.start('main', { instanceId: 'x' });
      await hub.start('main', { instanceId: 'y' });
      failEpisodes(hub, exited, 5);
      await hub.complete('a', 1);
      assert(hub.clock.armed > 0);
      const call = hub.worker.call('a');
      await hub.engine.stop();
      assert.equal(hub.clock.armed, 0);
      call.complete(1);
      await new Promise((resolve) => setImmediate(resolve));
      await assert.rejects(hub.engine.get('x'), { code: 'Stopped' });
    }));

  it('without a worker work waits, and goes on when there is one', () =>
    withHub(async (hub) => {
      const id = await hub.start('main');
      const call = hub.worker.call('a');
      hub.engine.setWorker(null);
      call.complete(1);
      await hub.quiet();
      const other = await hub.start('main');
      hub.expect(id, 'OS ES TS#0 OC', 'Running');
      hub.expect(other, '', 'Pending');
      hub.engine.setWorker(hub.worker);
      await hub.quiet();
      hub.expect(id, 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC');
      hub.expect(other, 'OS ES TS#0 OC', 'Running');
    }));

  it('without a worker an instance can be terminated, with the history that it would have had', () =>
    withHub(async (hub) => {
      const id = await hub.start('main');
      hub.engine.setWorker(null);
      await hub.terminate(id);
      hub.expect(id, 'OS ES TS#0 OC | OS ET EC#1[Terminated] OC', 'Terminated enough');
    }));

  it('results that come while the worker restarts are kept and taken together', () =>
    withHub(
      async (hub) => {
        const id = await hub.start('main');
        hub.engine.setWorker(null);
        hub.worker.call('a').complete(1);
        hub.worker.call('b').complete(2);
        await hub.quiet();
        hub.engine.setWorker(hub.worker);
        await hub.quiet();
        hub.expect(id, 'OS ES TS#0 TS#1 OC | OS TC→0 TC→1 EC#2[Completed] OC');
      },
      {
        scripts: {
          *main(context) {
            yield context.all([context.activity('a'), context.activity('b')]);
          },
        },
        activities: { a: 'manual', b: 'manual' },
        engine: { oneMessagePerEpisode: false },
      },
    ));

  it('no more activities run at once than configured', () =>
    withHub(
      async (hub) => {
        await hub.start('main');
        assert.equal(hub.worker.calls.length, 2);
        await hub.complete('a', 1);
        assert.equal(hub.worker.calls.length, 2);
        assert.equal(hub.worker.callCounts['a'], 3);
      },
      {
        scripts: {
          *main(context) {
            yield context.all([1, 2, 3, 4, 5].map(() => context.activity('a')));
          },
        },
        engine: { maxConcurrentActivities: 2 },
      },
    ));

  it('the worker is told when a generation is over', () =>
    withHub(async (hub) => {
      const id = await hub.start('main');
      assert.deepEqual(hub.worker.forgotten, []);
      await hub.complete('a', 1);
      assert.deepEqual(hub.worker.forgotten, [id]);
    }));
});
