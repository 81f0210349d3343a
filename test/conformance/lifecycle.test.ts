import assert from 'node:assert/strict';
import type { Script } from '../support/script-types';
import type { TestHub } from '../support/test-hub';
import { conforms, withActivities } from './conforms';

const second = 1000;

const byInput: Script = function* (context) {
  context.setStatus('seen');
  if (context.input === 'throw') throw new Error('no');
  if (context.input === 'wait') yield context.waitEvent('Go');
  return 'done';
};

const inline: Script = function* () {
  yield* [];
  return 'done';
};

const one: Script = function* (context) {
  return yield context.activity('a');
};

async function anew(hub: TestHub, old: string): Promise<void> {
  const before = hub.row('x');
  assert.equal(before.runtimeStatus, old);
  await hub.start('inline', { instanceId: 'x' });
  const after = hub.row('x');
  hub.expect('x', 'OS ES EC#0[Completed] OC', 'Completed "done"');
  assert.notEqual(after.executionId, before.executionId);
  assert.equal(after.customStatus, null);
  assert.equal(after.generation, 1);
  assert.equal(hub.history('x').find((event) => event.EventType === 'ExecutionStarted')?.Generation, 1);
}

describe('conformance 8.10, lifecycle', () => {
  const all = { scripts: { main: byInput, inline } };

  conforms('L1: start with the id of a Completed instance', all, async (hub) => {
    await hub.start('main', { instanceId: 'x' });
    await anew(hub, 'Completed');
  });

  conforms('L2: start with the id of a Failed instance', all, async (hub) => {
    await hub.start('main', { instanceId: 'x', json: 'throw' });
    await anew(hub, 'Failed');
  });

  conforms('L2: start with the id of a Terminated instance', all, async (hub) => {
    await hub.start('main', { instanceId: 'x', json: 'wait' });
    await hub.terminate('x');
    await anew(hub, 'Terminated');
  });

  conforms('L3: start with the id of a Running, Pending or Suspended instance is refused', all, async (hub) => {
    await hub.start('main', { instanceId: 'running', json: 'wait' });
    await hub.start('main', { instanceId: 'suspended', json: 'wait' });
    await hub.suspend('suspended');
    await hub.start('main', { instanceId: 'pending', scheduledStartTime: '2030-01-01T00:00:00Z' });
    for (const [id, status] of [
      ['running', 'Running'],
      ['suspended', 'Suspended'],
      ['pending', 'Pending'],
    ] as const) {
      const before = [hub.row(id), hub.history(id)];
      await assert.rejects(hub.engine.start({ name: 'inline', instanceId: id }), {
        code: 'InstanceExists',
        message: new RegExp(`'${id}' and the status ${status} already exists`),
      });
      assert.deepEqual([hub.row(id), hub.history(id)], before);
    }
  });

  conforms(
    'L4: while Running, with AnyState: replaced; results of the old execution leave no row',
    withActivities(one, { engine: { overridableStates: 'AnyState' } }),
    async (hub) => {
      await hub.start('main', { instanceId: 'x' });
      const old = hub.row('x');
      const [oldCall] = hub.worker.calls;
      await hub.start('main', { instanceId: 'x' });
      oldCall?.complete('old');
      await hub.quiet();
      hub.expect('x', 'OS ES TS#0 OC', 'Running');
      await hub.complete('a', 'new');
      hub.expect('x', 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC', 'Completed "new"');
      assert.notEqual(hub.row('x').executionId, old.executionId);
    },
  );

  conforms('L5: a scheduled start in five seconds', inline, async (hub) => {
    const startMs = hub.clock.now();
    const due = new Date(startMs + 5 * second).toISOString();
    const id = await hub.start('main', { scheduledStartTime: due });
    await hub.advance(5 * second - 1);
    hub.expect(id, '', 'Pending');
    assert.equal(hub.row(id).scheduledStartTime, '2024-01-01T00:00:05.0000000Z');
    await hub.advance(1);
    hub.expect(id, 'OS ES EC#0[Completed] OC', 'Completed "done"');
    const [started, execution] = hub.history(id);
    assert.equal(started?.Timestamp, '2024-01-01T00:00:05.0000000Z');
    assert.equal(execution?.Timestamp, '2024-01-01T00:00:00.0000000Z');
    assert.equal(hub.row(id).createdTime, '2024-01-01T00:00:00.0000000Z');
  });

  conforms('L6: an event before the scheduled start is kept', byInput, async (hub) => {
    const due = new Date(hub.clock.now() + 5 * second).toISOString();
    const id = await hub.start('main', { json: 'wait', scheduledStartTime: due });
    await hub.raise(id, 'Go', 1);
    hub.expect(id, '', 'Pending');
    await hub.together(async () => hub.advance(5 * second));
    hub.expect(id, 'OS ES ER EC#0[Completed] OC', 'Completed "done"');
  });

  conforms('L7: restart under a new id and under the same', all, async (hub) => {
    const id = await hub.start('main', { json: { a: 1 }, tags: { team: 'x' } });
    const before = hub.row(id);
    const again = await hub.engine.restart(id);
    await hub.quiet();
    assert.notEqual(again.instanceId, id);
    assert.deepEqual([hub.row(again.instanceId).name, hub.row(again.instanceId).input], [before.name, before.input]);
    assert.deepEqual(hub.row(id), before);
    const same = await hub.engine.restart(id, { newInstanceId: false });
    await hub.quiet();
    assert.equal(same.instanceId, id);
    assert.notEqual(hub.row(id).executionId, before.executionId);
    hub.expect(id, 'OS ES EC#0[Completed] OC');
  });

  conforms('L8: restart of an unknown id', all, async (hub) => {
    await assert.rejects(hub.engine.restart('nobody'), { code: 'InstanceNotFound' });
  });

  conforms('L9: purge a Completed id', all, async (hub) => {
    const id = await hub.start('main');
    assert.equal(await hub.engine.purge(id), 1);
    assert.equal(await hub.engine.get(id), undefined);
    assert.deepEqual(hub.history(id), []);
    assert.equal(await hub.engine.purge(id), 0);
  });

  conforms('L10: purge of a Running id is refused', all, async (hub) => {
    const id = await hub.start('main', { json: 'wait' });
    await assert.rejects(hub.engine.purge(id), { code: 'InstanceNotTerminal', message: /is Running.*Terminate it first/ });
    assert.equal(hub.row(id).runtimeStatus, 'Running');
  });

  conforms('L11: purge by time and status takes only terminal ones that match', all, async (hub) => {
    const id = (name: string) => ({ instanceId: name });
    await hub.start('main', id('early'));
    hub.clock.advance(10 * second);
    await hub.start('main', id('completed'));
    await hub.start('main', { ...id('failed'), json: 'throw' });
    await hub.start('main', { ...id('running'), json: 'wait' });
    const createdTimeFrom = '2024-01-01T00:00:05.0000000Z';
    assert.equal(await hub.engine.purgeBy({ createdTimeFrom, statuses: ['Failed', 'Running'] }), 1);
    assert.equal(hub.store.instance('failed'), undefined);
    assert.equal(await hub.engine.purgeBy({ createdTimeFrom }), 1);
    assert.equal(hub.store.instance('completed'), undefined);
    assert.equal(await hub.engine.purgeBy({ statuses: ['Running'] }), 0);
    assert.deepEqual(
      hub.store.query({}).instances.map((row) => row.instanceId),
      ['early', 'running'],
    );
  });

  const strict = { workerVersion: '2.0', match: 'Strict', failure: 'Fail' } as const;

  conforms('L12: a version mismatch under Fail', { scripts: { main: inline }, engine: { versions: strict } }, async (hub) => {
    const id = await hub.start('main', { version: '1.0' });
    hub.expect(id, 'OS ES EC#0[Failed] OC');
    assert.equal(hub.row(id).failureDetails?.ErrorType, 'VersionMismatch');
    assert.equal(hub.row(id).failureDetails?.IsNonRetriable, true);
    assert.match(hub.row(id).output ?? '', /^VersionMismatch: .*'1.0'.*'2.0'/);
    assert.deepEqual(hub.worker.episodes, []);
  });

  conforms(
    'L13: a version mismatch under Reject: it waits for a worker that matches',
    { scripts: { main: inline }, engine: { versions: { ...strict, failure: 'Reject' } } },
    async (hub) => {
      const id = await hub.start('main', { version: '1.0' });
      hub.expect(id, '', 'Pending');
      assert.match(hub.logs.at(-1)?.message ?? '', /waits for a worker whose version matches/);
      hub.engine.configure({ versions: { ...strict, workerVersion: '1.0' } });
      await hub.quiet();
      hub.expect(id, 'OS ES EC#0[Completed] OC');
    },
  );

  conforms('an instance whose version no worker runs can be terminated', withActivities(one), async (hub) => {
    const id = await hub.start('main', { version: '1.0' });
    hub.engine.configure({ versions: { ...strict, failure: 'Reject' } });
    await hub.complete('a', 1);
    hub.expect(id, 'OS ES TS#0 OC', 'Running');
    hub.engine.configure({ oneMessagePerEpisode: false });
    await hub.terminate(id);
    hub.expect(id, 'OS ES TS#0 OC | OS TC→0 ET EC#1[Terminated] OC', 'Terminated enough');
  });

  conforms(
    'L14: CurrentOrOlder runs the same and older versions',
    { scripts: { main: inline }, engine: { versions: { ...strict, match: 'CurrentOrOlder' } } },
    async (hub) => {
      const statuses: string[] = [];
      for (const version of ['1.0', '2.0', '2.1']) statuses.push(hub.row(await hub.start('main', { version })).runtimeStatus);
      assert.deepEqual(statuses, ['Completed', 'Completed', 'Failed']);
    },
  );

  conforms(
    'L14: an instance that is started without a version gets the default, and so do its children',
    {
      scripts: {
        *main(context) {
          return yield context.child('inline', null, { instanceId: 'kid' });
        },
        inline,
      },
      engine: { defaultVersion: '2.0' },
    },
    async (hub) => {
      const id = await hub.start('main', { version: '1.5' });
      assert.equal(hub.row(id).version, '1.5');
      assert.equal(hub.row('kid').version, '2.0');
      assert.equal(hub.row(await hub.start('main')).version, '2.0');
    },
  );

  conforms(
    'L15: tags at the start: in ExecutionStarted and the row, inherited by children, not by a restart',
    {
      scripts: {
        *main(context) {
          return yield context.child('inline', null, { instanceId: 'kid', tags: { own: '1' } });
        },
        inline,
      },
    },
    async (hub) => {
      const id = await hub.start('main', { tags: { team: 'x' } });
      const tags = (of: string) => hub.history(of).find((event) => event.EventType === 'ExecutionStarted')?.Tags;
      assert.deepEqual([tags(id), hub.row(id).tags], [{ team: 'x' }, { team: 'x' }]);
      assert.deepEqual(
        [tags('kid'), hub.row('kid').tags],
        [
          { team: 'x', own: '1' },
          { team: 'x', own: '1' },
        ],
      );
      assert.deepEqual(
        hub.history(id).flatMap((event) => (event.EventType === 'SubOrchestrationInstanceCreated' ? [event.Tags] : [])),
        [{ team: 'x', own: '1' }],
      );
      const again = await hub.engine.restart(id);
      assert.equal(hub.row(again.instanceId).tags, null);
    },
  );

  conforms('L16: ids that break the rules are refused, and nothing is stored', inline, async (hub) => {
    for (const id of ['x'.repeat(101), '@a', 'a/b', 'a\\b', 'a#b', 'a?b', 'a\u0000b', 'a\u0085b']) {
      await assert.rejects(hub.engine.start({ name: 'main', instanceId: id }), { code: 'InvalidInstanceId' }, id);
    }
    assert.equal(hub.store.count({}), 0);
    await hub.start('main', { instanceId: 'x'.repeat(100) });
    assert.match(await hub.start('main', { instanceId: '' }), /^[0-9a-f]{32}$/);
    assert.equal(hub.store.count({}), 2);
  });
});
