/** What one entity may hold, and what becomes of it when something cannot be worked into it. */
import assert from 'node:assert/strict';
import type { EntityBatchOutcome } from '../../src/core/ports/function-worker';
import type { EntityScript } from '../support/entity-script';
import type { Script } from '../support/script-types';
import { TestHub, type TestHubOptions, withTestHub } from '../support/test-hub';

/** Keeps the lengths of what it was told. */
const ears: EntityScript = (context) => {
  const heard = Array.isArray(context.state) ? (context.state as number[]) : [];
  if (context.operation === 'hear') context.state = [...heard, String(context.input).length];
  return heard.length;
};

const scripts: Record<string, Script> = {
  *section(context) {
    yield context.lock('@ears@a');
    yield context.waitEvent('Go');
    const heard = yield context.callEntity('@ears@a', 'count');
    context.release();
    return heard;
  },
  *asks(context) {
    return yield context.callEntity('@ears@a', String(context.input));
  },
};

const withHub = (options: Partial<TestHubOptions>, test: (hub: TestHub) => Promise<void>): Promise<void> =>
  withTestHub({ scripts, entities: { ears }, ...options }, test);

for (const profile of ['A', 'G'] as const) {
  describe(`the limit of an entity's row (profile ${profile})`, () => {
    const small: Partial<TestHubOptions> = { profile, engine: { maxEntityChars: 20_000 } };

    it('is not met by many messages that run', () =>
      withHub(small, async (hub) => {
        await hub.together(async () => {
          for (let n = 0; n < 20; n++)
            await hub.engine.signalEntity('@ears@a', 'hear', { input: JSON.stringify('x'.repeat(2000)) });
        });
        assert.equal(((await hub.state('@ears@a')) as number[]).length, 20);
      }));

    it('lets messages wait before a locked entity: none is lost or refused, and their order stays', () =>
      withHub(small, async (hub) => {
        await hub.start('section', { instanceId: 'holder' });
        const lengths = Array.from({ length: 30 }, (_, n) => 2000 + n);
        for (const length of lengths) await hub.signal('@ears@a', 'hear', 'x'.repeat(length));
        assert.ok((hub.row('@ears@a').input ?? '').length < 20_000);
        const waits = hub.store.inbox('@ears@a').length;
        assert.ok(waits > 15 && waits < 30, `${waits} in the inbox`);
        await hub.raise('holder', 'Go');
        assert.equal(hub.row('holder').runtimeStatus, 'Completed');
        assert.deepEqual(await hub.state('@ears@a'), lengths);
        assert.deepEqual(hub.store.inbox('@ears@a'), []);
      }));

    it('holds after a kill', async () => {
      let hub = await TestHub.open({ scripts, entities: { ears }, ...small, store: 'folder' });
      await hub.start('section', { instanceId: 'holder' });
      for (let n = 0; n < 30; n++) await hub.signal('@ears@a', 'hear', 'x'.repeat(2000 + n));
      hub = await hub.kill();
      await hub.raise('holder', 'Go');
      assert.deepEqual(
        await hub.state('@ears@a'),
        Array.from({ length: 30 }, (_, n) => 2000 + n),
      );
      await hub.dispose();
    });

    it('fails what would make the entity larger, by name, and keeps the state', () =>
      withHub({ profile, engine: { maxEntityChars: 20_000 }, entities: { ears: grows } }, async (hub) => {
        await hub.signal('@ears@a', 'set', 'fine');
        await hub.start('asks', { instanceId: 'asks', json: 'grow' });
        assert.equal(hub.row('asks').runtimeStatus, 'Failed');
        assert.match(hub.row('asks').output ?? '', /has [\d,]+ characters, and one entity has at most 20,000/);
        assert.equal(await hub.state('@ears@a'), 'fine');
        await hub.start('asks', { instanceId: 'again', json: 'get' });
        assert.equal(hub.outcome('again'), 'Completed "fine"');
      }));
  });

  describe(`what an entity did and cannot be kept (profile ${profile})`, () => {
    const cannotBe: Record<string, Partial<EntityBatchOutcome>> = {
      'no results at all': { results: null as never },
      'results that are none': { results: [null as never] },
      'actions that are none': { actions: [null as never] },
      'a child whose id is an entity': {
        actions: [{ type: 'StartOrchestration', name: 'asks', instanceId: '@ears@b', input: null }],
      },
      'a child whose id is half a character': {
        actions: [{ type: 'StartOrchestration', name: 'asks', instanceId: 'a\ud800', input: null }],
      },
    };
    for (const [what, answer] of Object.entries(cannotBe)) {
      it(`fails the operations and nothing else: ${what}`, () =>
        withHub({ profile }, async (hub) => {
          await hub.signal('@ears@a', 'hear', 'x');
          hub.worker.interceptBatch = () => {
            hub.worker.interceptBatch = () => undefined;
            const fine = { state: '[]', results: [{ ok: true as const, result: null }], actions: [] };
            return Promise.resolve({ ...fine, ...answer });
          };
          await hub.start('asks', { instanceId: 'asks', json: 'hear' });
          assert.equal(hub.row('asks').runtimeStatus, 'Failed', hub.outcome('asks'));
          assert.deepEqual(await hub.state('@ears@a'), [1]);
          assert.equal((await hub.engine.query({ entities: 'exclude' })).instances.length, 1);
          await hub.start('asks', { instanceId: 'again', json: 'count' });
          assert.equal(hub.outcome('again'), 'Completed 1');
        }));
    }

    it('a start at a time that is none begins at once', () =>
      withHub({ profile }, async (hub) => {
        hub.worker.interceptBatch = () => {
          hub.worker.interceptBatch = () => undefined;
          const start = {
            type: 'StartOrchestration' as const,
            name: 'asks',
            instanceId: 'kid',
            input: '"count"',
            scheduledTime: 'soon',
          };
          return Promise.resolve({ state: '[]', results: [{ ok: true as const, result: null }], actions: [start] });
        };
        await hub.signal('@ears@a', 'hear', 'x');
        assert.equal(hub.outcome('kid'), 'Completed 0');
      }));

    it('a long text of a failure is not kept, and said', () =>
      withHub({ profile, engine: { maxValueChars: 400 } }, async (hub) => {
        hub.worker.interceptBatch = () => {
          hub.worker.interceptBatch = () => undefined;
          const result = { ok: false as const, result: null, message: 'x'.repeat(500) };
          return Promise.resolve({ state: null, results: [result], actions: [] });
        };
        await hub.start('asks', { instanceId: 'asks', json: 'count' });
        assert.match(hub.row('asks').output ?? '', /The failure of an operation has 500 characters, .* room for 400/);
      }));
  });
}

const grows: EntityScript = (context) => {
  if (context.operation === 'set') context.state = context.input;
  if (context.operation === 'grow') context.state = 'x'.repeat(30_000);
  return context.state ?? null;
};

describe('messages to an entity that nobody would send', () => {
  const raise = (hub: TestHub, name: string, data: unknown): Promise<void> => hub.raise('@ears@a', name, data);

  for (const [what, name, data] of [
    ['a time of sending that is none', 'op', { id: '1', op: 'hear', input: '"x"', parent: 'p', Timestamp: 'soon' }],
    [
      'a time of sending at the end of time',
      'op',
      { id: '1', op: 'hear', input: '"x"', parent: 'p', Timestamp: '+275760-09-13T00:00:00' },
    ],
    [
      'a time of sending before all time',
      'op',
      { id: '1', op: 'hear', input: '"x"', parent: 'p', Timestamp: '-271821-04-20T00:00:00' },
    ],
    ['a due time that is none', 'op@soon', { id: '1', op: 'hear', input: '"x"', due: 'soon' }],
    ['a lock that begins nowhere', 'op', { id: '1', parent: 'p', lockset: [{ name: 'ears', key: 'b' }], pos: -1.5 }],
    [
      'a lock of an entity with a key that is none',
      'op',
      {
        id: '1',
        parent: 'p',
        lockset: [
          { name: 'a', key: 'b' },
          { name: 'a', key: '\ud800' },
        ],
      },
    ],
    ['a caller that is no entity id', 'op', { id: '1', op: 'count', parent: `@x@${'k'.repeat(2000)}` }],
    ['numbers for texts', 'op', { id: 1, op: 2, input: 3 }],
    ['a release of nothing', 'release', { parent: 5 }],
    ['null', 'op', null],
  ] as const) {
    it(`break nothing: ${what}`, () =>
      withHub({}, async (hub) => {
        await hub.signal('@ears@a', 'hear', 'x');
        await raise(hub, name, data);
        await raise(hub, 'release', { parent: 'p', id: '1' });
        await hub.start('asks', { instanceId: 'asks', json: 'count' });
        assert.equal(hub.row('asks').runtimeStatus, 'Completed', hub.outcome('asks'));
      }));
  }

  for (const [what, input] of [
    ['a queue of nulls', { state: '[1]', exists: true, queue: [null, 5, { op: 'x' }] }],
    [
      'a sorter of numbers',
      { state: '[1]', exists: true, sorter: { ReceiveHorizon: 5, ReceivedFromInstance: { a: 1 }, LastSentToInstance: { b: 2 } } },
    ],
    ['a sorter of other texts', { state: '[1]', exists: true, sorter: { SendHorizon: 'soon' } }],
    ['a list', [1]],
    ['a state of its own', { state: { a: 1 } }],
  ] as const) {
    it(`nor does an entity that was imported with ${what}`, () =>
      withHub({}, async (hub) => {
        await hub.signal('@ears@a', 'hear', 'x');
        const row = hub.row('@ears@a');
        const odd = { ...row, instanceId: '@ears@odd', name: '@ears@odd', input: JSON.stringify(input), historyLength: 0 };
        await hub.engine.importInstances([{ instance: odd, history: [], customStatusChanges: [] }], 'refuse');
        await hub.signal('@ears@odd', 'hear', 'xyz');
        assert.deepEqual(((await hub.state('@ears@odd')) as number[]).at(-1), 3);
      }));
  }
});
