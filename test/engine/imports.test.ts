import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ExportedInstance } from '../../src/core/instances/exported-instance';
import { renamedInstances } from '../../src/core/instances/renamed-instances';
import { DurascopeError } from '../../src/core/values/errors';
import type { HistoryEvent } from '../../src/core/history/history';
import type { HubChange, TaskHubClient } from '../../src/core/ports/task-hub-client';
import { toTimestamp } from '../../src/core/values/time';
import { counter } from '../support/entity-script';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';

const scripts: Record<string, Script> = {
  *Tells(context) {
    for (const city of ['Tokyo', 'Seattle', 'Tokyo']) {
      context.setStatus({ city });
      yield context.activity('Hello', city);
    }
    return context.input;
  },
  *Fails(context) {
    context.setStatus('about to');
    yield context.activity('Breaks');
    return null;
  },
  *Waits(context) {
    context.setStatus('waiting');
    return yield context.waitEvent('Go');
  },
  *Calls(context) {
    const timer = context.timer(context.nowMs + 60_000);
    yield context.any([context.activity('Manual', 'x'), timer, context.waitEvent('Skip')]);
    timer.cancel();
    return 'mine';
  },
  *Parent(context) {
    const child = yield context.child('Tells', 'mine', { instanceId: `${context.instanceId}-child` });
    context.sendEvent('elsewhere', 'Hi', child);
    return child;
  },
  *Again(context) {
    context.setStatus({ round: context.input });
    yield context.activity('Hello', 'again');
    if ((context.input as number) > 0) context.continueAsNew((context.input as number) - 1);
    return 'enough';
  },
};

function openHub(more: { store?: 'folder' } = {}): Promise<TestHub> {
  return TestHub.open({
    scripts,
    entities: { counter },
    activities: {
      Hello: (city) => `Hello ${String(city)}!`,
      Manual: 'manual',
      Breaks: () => {
        throw new Error('boom');
      },
    },
    ...more,
  });
}

/** Everything that a hub says of an instance that is at rest. */
async function readAll(hub: TaskHubClient, instanceId: string): Promise<ExportedInstance> {
  const instance = await hub.get(instanceId);
  assert.ok(instance !== undefined, instanceId);
  return {
    instance,
    history: await hub.history(instanceId),
    customStatusChanges: await hub.customStatusChanges(instanceId),
  };
}

/** Through JSON: what a file does to it. */
function carried<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

async function exported(hub: TestHub): Promise<ExportedInstance[]> {
  const { instances } = await hub.engine.query({ pageSize: 1000 });
  return carried(await Promise.all(instances.map((row) => readAll(hub.engine, row.instanceId))));
}

const refuses = (act: Promise<unknown>, code: string, message: RegExp) =>
  assert.rejects(act, (error) => DurascopeError.is(error) && error.code === code && message.test(error.message));

describe('importing instances', () => {
  let from: TestHub;
  let to: TestHub;
  beforeEach(async () => {
    from = await openHub();
    to = await openHub();
  });
  afterEach(async () => {
    await from.dispose();
    await to.dispose();
  });

  it('gives what was exported: every kind of end, custom statuses, families, generations, and unfinished ones', async () => {
    await from.start('Tells', { instanceId: 'tells', json: { ü: ['\u2028', null] } });
    await from.start('Fails', { instanceId: 'fails' });
    await from.start('Waits', { instanceId: 'waits' });
    await from.start('Calls', { instanceId: 'calls' });
    await from.start('Parent', { instanceId: 'parent', tags: { team: 'a' } });
    await from.start('Again', { instanceId: 'again', json: 2 });
    await from.start('Waits', { instanceId: 'stopped' });
    await from.terminate('stopped');
    await from.start('Waits', { instanceId: 'paused' });
    await from.suspend('paused');
    await from.start('Tells', { instanceId: 'later', scheduledStartTime: '2030-01-01T00:00:00.0000000Z' });
    const all = await exported(from);
    assert.equal(all.length, 10);
    const outcome = await to.engine.importInstances(all, 'refuse');
    await to.quiet();
    assert.deepEqual(outcome, { imported: all.map((each) => each.instance.instanceId), skipped: [] });
    assert.deepEqual(await exported(to), all);
    assert.deepEqual(await to.engine.countByStatus(), await from.engine.countByStatus());
    assert.deepEqual(to.logs, []);
  });

  it('any instance comes back as it was given', async () => {
    const time = fc.integer({ min: 1e12, max: 2e12 }).map(toTimestamp);
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const json = fc.json({ maxDepth: 1 });
    const event: fc.Arbitrary<HistoryEvent> = fc.oneof(
      fc.record({
        EventType: fc.constant('TaskScheduled'),
        EventId: fc.nat(),
        IsPlayed: fc.boolean(),
        Timestamp: time,
        Name: text,
        Version: text,
        Input: fc.option(json),
      }),
      fc.record({
        EventType: fc.constant('EventRaised'),
        EventId: fc.constant(-1),
        IsPlayed: fc.boolean(),
        Timestamp: time,
        Name: text,
        Input: fc.option(text),
      }),
      fc.record({
        EventType: fc.constant('TimerFired'),
        EventId: fc.constant(-1),
        IsPlayed: fc.boolean(),
        Timestamp: time,
        TimerId: fc.nat(),
        FireAt: time,
      }),
      // Of a later version, or of another backend.
      fc.record({
        EventType: fc.constant('Novelty'),
        EventId: fc.integer(),
        IsPlayed: fc.boolean(),
        Timestamp: time,
        Anything: fc.jsonValue(),
      }),
    ) as unknown as fc.Arbitrary<HistoryEvent>;
    const changes = fc
      .array(fc.record({ at: time, value: text.map((value) => JSON.stringify(value)) }), { maxLength: 5 })
      // A custom status that is set to what it is already is no change.
      .map((list) => list.filter((change, index) => change.value !== list[index - 1]?.value));
    const instance = fc
      .record({
        instanceId: text.filter((id) => id.trim() !== '' && !id.startsWith('@')),
        executionId: text.filter((id) => id !== ''),
        name: text,
        runtimeStatus: fc.constantFrom('Completed', 'Failed', 'Running', 'Suspended', 'Pending', 'Terminated', 'Canceled'),
        input: fc.option(json),
        output: fc.option(json),
        createdTime: time,
        lastUpdatedTime: time,
        history: fc.array(event, { maxLength: 8 }),
        changes,
      })
      .map(({ history, changes: customStatusChanges, ...row }) => ({
        instance: {
          version: '',
          completedTime: null,
          scheduledStartTime: null,
          parentInstanceId: null,
          generation: 3,
          tags: { ä: 'b' },
          failureDetails: null,
          awaitedEvents: ['x'],
          historyLength: history.length,
          customStatus: customStatusChanges.at(-1)?.value ?? null,
          ...row,
        },
        history,
        customStatusChanges,
      })) as unknown as fc.Arbitrary<ExportedInstance>;
    const instances = fc.uniqueArray(instance, { selector: (each) => each.instance.instanceId, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(instances, async (given) => {
        const hub = await openHub();
        try {
          await hub.engine.importInstances(carried(given), 'refuse');
          for (const each of given) assert.deepEqual(await readAll(hub.engine, each.instance.instanceId), carried(each));
        } finally {
          await hub.dispose();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('of an entity brings its state, and the entity goes on from there', async () => {
    await from.signal('@counter@a', 'add', 5);
    const all = await exported(from);
    assert.deepEqual(
      all.map((each) => each.instance.instanceId),
      ['@counter@a'],
    );
    await to.signal('@counter@a', 'add', 100);
    await to.engine.importInstances(all, 'replace');
    assert.deepEqual(await exported(to), all);
    assert.equal(await to.state('@counter@a'), 5);
    await to.signal('@counter@a', 'add', 2);
    assert.equal(await to.state('@counter@a'), 7);
  });

  it('renamed, speaks of renamed entities wherever it does', () => {
    const at = { EventId: 1, IsPlayed: false, Timestamp: toTimestamp(1e12) };
    const history: HistoryEvent[] = [
      { ...at, EventType: 'EntityOperationCalled', RequestId: 'r', Operation: 'add', Input: null, TargetInstanceId: '@c@a' },
      { ...at, EventType: 'EntityOperationSignaled', RequestId: 'r', Operation: 'add', Input: null, TargetInstanceId: '@c@b' },
      { ...at, EventType: 'EntityLockRequested', CriticalSectionId: 's', LockSet: ['@c@a', '@c@b'], Position: 0 },
      { ...at, EventType: 'EntityUnlockSent', CriticalSectionId: 's', TargetInstanceId: '@c@a' },
    ];
    const instance = { instanceId: 'i', executionId: 'x', parentInstanceId: null } as ExportedInstance['instance'];
    const identities = new Map([['@c@a', { instanceId: '@c@new', executionId: 'y' }]]);
    const [renamed] = renamedInstances([{ instance, history, customStatusChanges: [] }], identities);
    assert.deepEqual(
      renamed?.history.map((event) =>
        'LockSet' in event ? event.LockSet : 'TargetInstanceId' in event && event.TargetInstanceId,
      ),
      ['@c@new', '@c@b', ['@c@new', '@c@b'], '@c@new'],
    );
  });

  it('is in the journal when it is acknowledged', async () => {
    await from.start('Tells', { instanceId: 'tells', json: 1 });
    await from.start('Waits', { instanceId: 'waits' });
    const all = await exported(from);
    const first = await openHub({ store: 'folder' });
    await first.engine.importInstances(all, 'refuse');
    const second = await first.kill();
    assert.deepEqual(await exported(second), all);
    await second.dispose();
  });

  it('is announced with the whole history', async () => {
    await from.start('Tells', { instanceId: 'tells', json: 1 });
    const [tells] = await exported(from);
    const seen: HubChange[] = [];
    to.engine.subscribe((changes) => seen.push(...changes));
    await to.engine.importInstances([tells ?? assert.fail()], 'refuse');
    assert.deepEqual(seen, [{ type: 'instance', row: tells?.instance, newEvents: tells?.history, historyReplaced: true }]);
  });

  describe('of ids that are there already', () => {
    let all: ExportedInstance[];
    beforeEach(async () => {
      await from.start('Tells', { instanceId: 'one', json: 'foreign' });
      await from.start('Tells', { instanceId: 'two', json: 'foreign' });
      all = await exported(from);
      await to.start('Calls', { instanceId: 'one' });
    });

    it('is refused with all of them, and nothing is imported', async () => {
      await assert.rejects(to.engine.importInstances(all, 'refuse'), (error) => {
        assert.ok(DurascopeError.is(error, 'InstanceExists'));
        assert.deepEqual(error.details, { instanceIds: ['one'] });
        return /'one'/.test(error.message);
      });
      assert.equal(await to.engine.get('two'), undefined);
    });

    it('leaves these out with skip', async () => {
      assert.deepEqual(await to.engine.importInstances(all, 'skip'), { imported: ['two'], skipped: ['one'] });
      assert.equal(to.outcome('one'), 'Running');
      assert.equal(to.outcome('two'), 'Completed "foreign"');
      await to.complete('Manual', 'still mine');
      assert.equal(to.outcome('one'), 'Completed "mine"');
    });

    it('puts the imported in place of what is there with replace, though it runs: what its work answers is void', async () => {
      const { customStatusChanges } = all[0] ?? assert.fail();
      assert.deepEqual(await to.engine.importInstances(all, 'replace'), { imported: ['one', 'two'], skipped: [] });
      await to.complete('Manual', 'too late');
      await to.advance(120_000);
      assert.deepEqual(await exported(to), all);
      assert.deepEqual(await to.engine.customStatusChanges('one'), customStatusChanges);
      assert.deepEqual(to.store.pendingTimers('one'), []);
    });

    it('goes under new ids once these are renamed, references among them included', async () => {
      await from.start('Parent', { instanceId: 'p' });
      const renamed = renamedInstances(
        await exported(from),
        new Map([
          ['p', { instanceId: 'q', executionId: 'e'.repeat(32) }],
          ['p-child', { instanceId: 'q-child', executionId: 'f'.repeat(32) }],
          ['one', { instanceId: 'other', executionId: 'd'.repeat(32) }],
        ]),
      );
      await to.engine.importInstances(renamed, 'refuse');
      assert.equal(to.outcome('one'), 'Running');
      assert.equal(to.outcome('other'), 'Completed "foreign"');
      const child = to.row('q-child');
      assert.deepEqual([child.parentInstanceId, child.executionId], ['q', 'f'.repeat(32)]);
      const started = to.history('q-child').find((event) => event.EventType === 'ExecutionStarted');
      assert.deepEqual(started?.OrchestrationInstance, { InstanceId: 'q-child', ExecutionId: 'f'.repeat(32) });
      assert.deepEqual(started.ParentInstance?.OrchestrationInstance, { InstanceId: 'q', ExecutionId: 'e'.repeat(32) });
      const created = to.history('q').find((event) => event.EventType === 'SubOrchestrationInstanceCreated');
      assert.equal(created?.InstanceId, 'q-child');
      const sent = to.history('q').find((event) => event.EventType === 'EventSent');
      assert.equal(sent?.InstanceId, 'elsewhere');
    });
  });

  describe('that have not ended', () => {
    it('stands still: no activity is given out and no timer fires, also after a restart', async () => {
      await from.start('Calls', { instanceId: 'calls' });
      const all = await exported(from);
      const first = await openHub({ store: 'folder' });
      await first.engine.importInstances(all, 'refuse');
      const second = await first.kill();
      await second.advance(600_000);
      assert.deepEqual(second.worker.calls, []);
      assert.deepEqual(await exported(second), all);
      assert.deepEqual(await second.engine.waitingFor('calls'), { activities: [], timers: [], events: ['Skip'], children: [] });
      await second.dispose();
    });

    it('goes on with an event, from where it stood', async () => {
      await from.start('Waits', { instanceId: 'waits' });
      await to.engine.importInstances(await exported(from), 'refuse');
      await to.raise('waits', 'Go', 'now');
      assert.equal(to.outcome('waits'), 'Completed "now"');
      assert.equal(to.history('waits').length, to.row('waits').historyLength);
    });

    it('is resumed, terminated, restarted and purged as others are', async () => {
      await from.start('Waits', { instanceId: 'paused' });
      await from.suspend('paused');
      await from.start('Calls', { instanceId: 'calls' });
      await from.start('Tells', { instanceId: 'later', scheduledStartTime: '2030-01-01T00:00:00.0000000Z', json: 5 });
      await to.engine.importInstances(await exported(from), 'refuse');
      await to.resume('paused');
      assert.equal(to.row('paused').runtimeStatus, 'Running');
      await to.terminate('calls');
      await to.terminate('later');
      assert.deepEqual([to.outcome('calls'), to.outcome('later')], ['Terminated enough', 'Terminated enough']);
      const { instanceId } = await to.engine.restart('later');
      await to.quiet();
      assert.equal(to.outcome(instanceId), 'Completed 5');
      assert.equal(await to.engine.purge('calls'), 1);
      assert.deepEqual([await to.engine.get('calls'), await to.engine.history('calls')], [undefined, []]);
    });
  });

  it('of what cannot be is refused with the instance and the place, and nothing is imported', async () => {
    await from.start('Parent', { instanceId: 'p' });
    const all = await exported(from);
    const [child, parent] = all;
    assert.ok(child !== undefined && parent !== undefined);
    const changed = (
      change: (copy: {
        instance: Record<string, unknown>;
        history: Record<string, unknown>[];
        customStatusChanges: Record<string, unknown>[];
      }) => void,
    ) => {
      const copy = carried(child);
      change(copy as never);
      return [parent, copy];
    };
    const row = (index: number, field: string, value: unknown) => changed((copy) => ((copy.history[index] ?? {})[field] = value));
    for (const [given, what] of [
      [[parent, parent], /comes twice/],
      [changed((copy) => copy.history.pop()), /'p' says that it has \d+ history rows, and there are \d+/],
      [changed((copy) => (copy.instance['instanceId'] = '')), /id cannot be empty/],
      [changed((copy) => (copy.instance['executionId'] = '')), /executionId cannot be empty/],
      [changed((copy) => (copy.instance['instanceId'] = 'a\ud800b')), /half a surrogate pair/],
      [changed((copy) => (copy.instance['instanceId'] = 'a'.repeat(1025))), /at most 1024 characters/],
      [changed((copy) => (copy.instance['instanceId'] = '@a')), /reserved for entities/],
      [changed((copy) => (copy.instance['parentInstanceId'] = '\udc00')), /its parent: .*half a surrogate/],
      [changed((copy) => (copy.instance['generation'] = -1)), /has the generation -1/],
      [changed((copy) => (copy.instance['generation'] = 0.5)), /has the generation 0.5/],
      [changed((copy) => (copy.instance['input'] = '{')), /its input is not JSON/],
      [changed((copy) => (copy.instance['customStatus'] = 'x')), /its custom status is not JSON/],
      [changed((copy) => (copy.instance['output'] = 'x')), /its output is not JSON/],
      [changed((copy) => (copy.instance['parentInstanceId'] = copy.instance['instanceId'])), /is its own ancestor/],
      [row(1, 'Input', 'no JSON'), /history row 1 \(ExecutionStarted\): Input is not JSON/],
      [changed((copy) => (copy.instance['createdTime'] = 'today')), /createdTime is 'today'/],
      [changed((copy) => copy.customStatusChanges.push({ at: 'x', value: '1' })), /custom status: at is 'x'/],
      [row(0, 'Timestamp', '2024-01-01'), /history row 0 \(\w+\): Timestamp is '2024-01-01'/],
    ] as const) {
      await refuses(to.engine.importInstances(given, 'replace'), 'InvalidArgument', what);
    }
    for (const [type, field, value, what] of [
      ['TaskScheduled', 'Name', 7, /Name is not a text/],
      ['TaskScheduled', 'Input', undefined, /Input is neither a text nor null/],
      ['TaskCompleted', 'TaskScheduledId', 'x', /TaskScheduledId is not a whole number/],
    ] as const) {
      const given = [parent, child].map(carried);
      for (const event of given.flatMap((each) => each.history)) {
        if (event.EventType === type) (event as unknown as Record<string, unknown>)[field] = value;
      }
      await refuses(to.engine.importInstances(given, 'replace'), 'InvalidArgument', what);
    }
    assert.deepEqual(await to.engine.countByStatus(), {});
  });

  it('of parents that lead in a circle is refused, also where the hub has a part of it', async () => {
    await from.start('Parent', { instanceId: 'p' });
    const [child] = await exported(from);
    assert.ok(child !== undefined);
    const named = (instanceId: string, parentInstanceId: string | null): ExportedInstance => ({
      ...child,
      instance: { ...child.instance, instanceId, parentInstanceId },
    });
    const circle = [named('a', 'b'), named('b', 'c'), named('c', 'a')];
    await refuses(to.engine.importInstances(circle, 'refuse'), 'InvalidArgument', /is its own ancestor/);
    await to.engine.importInstances([named('b', 'c'), named('x', 'b')], 'refuse');
    await refuses(to.engine.importInstances([named('c', 'b')], 'refuse'), 'InvalidArgument', /is its own ancestor/);
    await to.engine.importInstances([named('c', 'x/y#?')], 'refuse');
    assert.equal((await to.engine.get('c'))?.parentInstanceId, 'x/y#?');
  });
});
