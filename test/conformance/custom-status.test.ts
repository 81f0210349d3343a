import assert from 'node:assert/strict';
import { toSequence } from '../support/sequence';
import type { Script } from '../support/script-types';
import { conforms, withActivities } from './conforms';

const cities: Script = function* (context) {
  yield context.activity('a');
  context.setStatus('Tokyo');
  yield context.activity('b');
  context.setStatus('Seattle');
  return 'done';
};

const sets = (value: unknown): Script =>
  function* (context) {
    yield* [];
    context.setStatus(value);
    return 'done';
  };

describe('conformance 8.9, custom status', () => {
  conforms('CS1: visible with the commit of the episode that set it', withActivities(cities), async (hub) => {
    const id = await hub.start('main');
    assert.equal(hub.row(id).customStatus, null);
    await hub.complete('a', 1);
    assert.equal(hub.row(id).customStatus, '"Tokyo"');
    await hub.complete('b', 1);
    assert.equal(hub.row(id).customStatus, '"Seattle"');
    assert.equal(hub.row(id).runtimeStatus, 'Completed');
    const changes = await hub.engine.customStatusChanges(id);
    assert.deepEqual(
      changes.map((change) => change.value),
      ['"Tokyo"', '"Seattle"'],
    );
  });

  conforms(
    'CS2: of two sets in one turn only the last is ever seen',
    withActivities(function* (context) {
      context.setStatus('first');
      context.setStatus('second');
      yield context.activity('a');
    }),
    async (hub) => {
      const id = await hub.start('main');
      assert.deepEqual(
        (await hub.engine.customStatusChanges(id)).map((change) => change.value),
        ['"second"'],
      );
    },
  );

  conforms(
    'CS3: set to null before completing',
    withActivities(function* (context) {
      context.setStatus('something');
      yield context.activity('a');
      context.setStatus(null);
    }),
    async (hub) => {
      const id = await hub.start('main');
      await hub.complete('a', 1);
      assert.equal(hub.row(id).customStatus, null);
    },
  );

  // The JSON text has two quotes more than the value has characters.
  conforms('CS4: JSON text of 8,703 UTF-16 units is accepted', sets('x'.repeat(8701)), async (hub) => {
    const id = await hub.start('main');
    assert.equal(hub.outcome(id), 'Completed "done"');
    assert.equal(hub.row(id).customStatus?.length, 8703);
  });

  for (const [profile, first] of [
    ['A', 0],
    ['G', 1],
  ] as const) {
    conforms(
      `CS5: 8,704 units fail the orchestration, profile ${profile}`,
      { scripts: { main: sets('x'.repeat(8702)) }, profile },
      async (hub) => {
        const id = await hub.start('main');
        hub.expect(
          id,
          `OS ES EC#${first}[Failed] OC`,
          "Failed Orchestrator function 'main' failed: The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. The current payload size is 17 KB.",
        );
        assert.equal(hub.row(id).customStatus, null);
      },
    );
  }

  conforms(
    'CS5: what else the turn scheduled is kept',
    withActivities(function* (context) {
      context.setStatus('x'.repeat(9000));
      yield context.activity('a');
    }),
    async (hub) => {
      const id = await hub.start('main');
      hub.expect(id, 'OS ES TS#0 EC#1[Failed] OC');
    },
  );

  conforms(
    'CS6: set, then throws in the same turn',
    function* (context) {
      yield* [];
      context.setStatus('last words');
      throw new Error('no');
    },
    async (hub) => {
      const id = await hub.start('main');
      assert.equal(hub.row(id).runtimeStatus, 'Failed');
      assert.equal(hub.row(id).customStatus, '"last words"');
    },
  );

  conforms(
    'CS7: the history is the same with and without',
    withActivities(cities, {
      scripts: {
        *plain(context) {
          yield context.activity('a');
          yield context.activity('b');
          return 'done';
        },
      },
    }),
    async (hub) => {
      const ids = [await hub.start('main'), await hub.start('plain')];
      for (const name of ['a', 'a', 'b', 'b']) await hub.complete(name, 1);
      const [one, other] = ids.map((id) => toSequence(hub.history(id)));
      assert.equal(one, other);
      assert.equal(one, 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 EC#2[Completed] OC');
    },
  );
});
