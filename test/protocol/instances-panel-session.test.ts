import assert from 'node:assert/strict';
import { toInstancesPanel, type ToInstancesPanel } from '../../src/protocol/instances-panel';
import { InstancesPanelSession, changedEveryMs } from '../../src/protocol/instances-panel-session';
import type { InstanceQuery } from '../../src/core/ports/history-store';
import { DurascopeError } from '../../src/core/values/errors';
import type { CountsByStatus, CountWatch, TaskHubClient } from '../../src/core/ports/task-hub-client';
import type { Script } from '../support/script-types';
import { TestHub } from '../support/test-hub';
import { RecordingHost, sessionClock, settle } from './recording-host';

const waits: Script = function* (context) {
  return yield context.waitEvent('Go');
};
const returns: Script = function* () {
  return 'at once';
};

describe('the session behind the instances panel', () => {
  let hub: TestHub;
  let host: RecordingHost;
  let posted: ToInstancesPanel[];
  let session: InstancesPanelSession;

  beforeEach(async () => {
    hub = await TestHub.open({ scripts: { waits, returns } });
    host = new RecordingHost();
    posted = [];
    session = new InstancesPanelSession({
      post: (message) => posted.push(toInstancesPanel.parse(message)),
      host,
      clock: sessionClock(hub.clock),
      hubName: 'shop',
      names: () => Promise.resolve(['waits', 'returns']),
      onError: (error) => {
        throw error;
      },
    });
    session.connect(hub.engine);
    await session.receive({ type: 'ready' });
  });
  afterEach(async () => {
    session.dispose();
    await hub.dispose();
  });

  const order = { orderBy: 'createdTime', descending: true };
  const answers = () => posted.filter((message) => message.type === 'actionResult');

  async function nextChanges(): Promise<void> {
    await settle();
    hub.clock.advance(changedEveryMs);
    await settle();
  }

  it('introduces the hub, with a filter to begin with when one was asked for', async () => {
    const hello = posted.find((message) => message.type === 'hello');
    assert.deepEqual([hello?.hub, hello?.names, hello?.filter], ['shop', ['waits', 'returns'], undefined]);
    session.showFilter({ names: ['waits'] });
    await settle();
    assert.deepEqual(posted.filter((message) => message.type === 'hello').at(-1)?.filter, { names: ['waits'] });
  });

  it('counts a hub of a real engine as it comes, until it is stopped, and says when another order was not to be had', async () => {
    let watch: CountWatch = {};
    let end: (counts: CountsByStatus) => void = () => undefined;
    const attached: TaskHubClient = Object.assign(Object.create(hub.engine) as TaskHubClient, {
      capabilities: { ...hub.engine.capabilities, counts: 'onRequest' },
      subscribe: () => ({ dispose: () => undefined }),
      query: () => Promise.resolve({ instances: [], orderedBy: 'instanceId' }),
      countByStatus: (_: unknown, given: CountWatch) => {
        watch = given;
        return new Promise<CountsByStatus>((resolve, reject) => {
          end = resolve;
          given.signal?.addEventListener('abort', () => reject(new Error('off')));
        });
      },
    });
    session.connect(attached);
    const counts = () => posted.filter((message) => message.type === 'counts').map(({ byStatus, part }) => [byStatus, part]);
    const counting = session.receive({ type: 'queryCounts', requestId: 1, filter: { statuses: ['Failed'] } });
    hub.clock.advance(300);
    watch.progress?.({ Running: 1000 });
    watch.progress?.({ Running: 1500 });
    await session.receive({ type: 'stopCounting' });
    await counting;
    assert.deepEqual(counts(), [
      [{ Running: 1000 }, 'counting'],
      [{ Running: 1500 }, 'stopped'],
    ]);
    assert.deepEqual(answers(), []);
    const again = session.receive({ type: 'queryCounts', requestId: 2, filter: {} });
    end({ Running: 2000 });
    await again;
    assert.deepEqual(counts().at(-1), [{ Running: 2000 }, undefined]);
    await session.receive({ type: 'queryPage', requestId: 3, filter: {}, order, pageSize: 3 });
    assert.equal(posted.filter((message) => message.type === 'page').at(-1)?.orderedBy, 'instanceId');
  });

  it('shows the rows of what was typed last before it counts and draws the chart, and asks nothing that was overtaken', async () => {
    await hub.start('returns', { instanceId: 'a' });
    hub.clock.advance(50);
    await hub.start('returns', { instanceId: 'b' });
    const asked: string[] = [];
    const open: (() => void)[] = [];
    const slow: TaskHubClient = Object.assign(Object.create(hub.engine) as TaskHubClient, {
      capabilities: hub.engine.capabilities,
      subscribe: () => ({ dispose: () => undefined }),
      query: async (query: InstanceQuery) => {
        asked.push(`rows ${query.text ?? ''} ${String(query.pageSize)}`);
        if (query.pageSize === 200) await new Promise<void>((resolve) => open.push(resolve));
        return hub.engine.query(query);
      },
      countByStatus: (query: InstanceQuery) => {
        asked.push(`${query.createdTimeFrom === undefined ? 'counts' : 'bucket'} ${query.text ?? ''}`);
        return hub.engine.countByStatus(query);
      },
    });
    session.connect(slow);
    const typed: Promise<unknown>[] = [];
    for (const [index, text] of ['a', 'at', 'ato'].entries()) {
      const requestId = index * 3;
      typed.push(
        Promise.all([
          session.receive({ type: 'queryPage', requestId, filter: { text }, order, pageSize: 200 }),
          session.receive({ type: 'queryCounts', requestId: requestId + 1, filter: { text } }),
          session.receive({ type: 'queryHistogram', requestId: requestId + 2, filter: { text }, buckets: 5 }),
        ]),
      );
      await settle();
    }
    assert.deepEqual(asked, ['rows a 200']);
    open[0]?.();
    await settle();
    assert.deepEqual(asked, ['rows a 200', 'rows ato 200']);
    open[1]?.();
    await Promise.all(typed);
    assert.deepEqual(asked.slice(2), ['counts ato', 'rows ato 1', 'rows ato 1']);
    assert.deepEqual(
      posted
        .filter(({ type }) => ['page', 'counts', 'histogram'].includes(type))
        .map((message) => 'requestId' in message && message.requestId),
      [0, 6, 7, 8],
    );
    assert.deepEqual(answers(), []);
  });

  it('leaves a chart unfinished once another one is asked for, and goes on after a refusal', async () => {
    for (const instanceId of ['a', 'b']) {
      await hub.start('returns', { instanceId });
      hub.clock.advance(1000);
    }
    let buckets = 0;
    let then: (() => void) | undefined;
    const counting: TaskHubClient = Object.assign(Object.create(hub.engine) as TaskHubClient, {
      capabilities: hub.engine.capabilities,
      subscribe: () => ({ dispose: () => undefined }),
      countByStatus: (query: InstanceQuery) => {
        buckets++;
        then?.();
        return hub.engine.countByStatus(query);
      },
      query: (query: InstanceQuery) =>
        query.text === 'refused' ? Promise.reject(new DurascopeError('Stopped', 'No.')) : hub.engine.query(query),
    });
    session.connect(counting);
    const second = new Promise<void>((resolve, reject) => {
      then = () => {
        then = undefined;
        session.receive({ type: 'queryHistogram', requestId: 2, filter: {}, buckets: 10 }).then(resolve, reject);
      };
    });
    await session.receive({ type: 'queryHistogram', requestId: 1, filter: {}, buckets: 100 });
    assert.ok(buckets < 100, String(buckets));
    await second;
    assert.deepEqual(
      posted.filter((message) => message.type === 'histogram').map(({ requestId }) => requestId),
      [2],
    );
    await session.receive({ type: 'queryPage', requestId: 3, filter: { text: 'refused' }, order, pageSize: 3 });
    await session.receive({ type: 'queryPage', requestId: 4, filter: {}, order, pageSize: 3 });
    assert.deepEqual(
      answers().map(({ requestId, ok }) => [requestId, ok]),
      [[3, false]],
    );
    assert.equal(posted.filter((message) => message.type === 'page').at(-1)?.requestId, 4);
  });

  it('answers with pages, sorted and filtered, under the number of the question', async () => {
    for (let at = 0; at < 5; at++) {
      await hub.start('waits', { instanceId: `i${String(at)}` });
      hub.clock.advance(1000);
    }
    await session.receive({ type: 'queryPage', requestId: 3, filter: { text: 'i' }, order, pageSize: 3 });
    const first = posted.filter((message) => message.type === 'page').at(-1);
    assert.deepEqual(
      first?.instances.map((row) => row.instanceId),
      ['i4', 'i3', 'i2'],
    );
    await session.receive({
      type: 'queryPage',
      requestId: 4,
      filter: { text: 'i' },
      order,
      pageSize: 3,
      continuationToken: first.continuationToken,
    });
    const second = posted.filter((message) => message.type === 'page').at(-1);
    assert.deepEqual([second?.requestId, second?.instances.map((row) => row.instanceId)], [4, ['i1', 'i0']]);
  });

  it('counts every status, the chosen ones aside', async () => {
    await hub.start('waits');
    await hub.start('returns');
    await session.receive({ type: 'queryCounts', requestId: 1, filter: { statuses: ['Running'] } });
    assert.deepEqual(posted.filter((message) => message.type === 'counts').at(-1)?.byStatus, { Running: 1, Completed: 1 });
  });

  it('counts every instance in exactly one bucket of the histogram', async () => {
    for (let at = 0; at < 20; at++) {
      await hub.start(at % 2 === 0 ? 'waits' : 'returns');
      hub.clock.advance(137);
    }
    await session.receive({ type: 'queryHistogram', requestId: 1, filter: {}, buckets: 7 });
    const histogram = posted.filter((message) => message.type === 'histogram').at(-1);
    const sums = histogram?.buckets.map((bucket) => Object.values(bucket).reduce((sum, each) => sum + each, 0));
    assert.equal(
      sums?.reduce((sum, each) => sum + each, 0),
      20,
    );
    assert.ok(sums.length <= 7 && sums.length >= 5);
  });

  it('has an empty histogram when there is nothing', async () => {
    await session.receive({ type: 'queryHistogram', requestId: 1, filter: {}, buckets: 7 });
    assert.deepEqual(posted.filter((message) => message.type === 'histogram').at(-1)?.buckets, []);
  });

  it('announces the rows that changed, merged, and what was purged', async () => {
    const one = await hub.start('waits');
    await hub.raise(one, 'Go', 1);
    const two = await hub.start('returns');
    await hub.engine.purge(two);
    await nextChanges();
    const changed = posted.filter((message) => message.type === 'changed');
    assert.equal(changed.length, 1);
    assert.deepEqual(
      changed[0]?.rows.map((row) => [row.instanceId, row.runtimeStatus]),
      [[one, 'Completed']],
    );
    assert.deepEqual([changed[0].purged, changed[0].stale], [[two], false]);
  });

  it('says that everything is stale when much changed', async () => {
    await Promise.all(Array.from({ length: 300 }, () => hub.engine.start({ name: 'waits' })));
    await hub.quiet();
    await nextChanges();
    const changed = posted.filter((message) => message.type === 'changed');
    assert.deepEqual([changed.length, changed[0]?.rows.length, changed[0]?.stale], [1, 0, true]);
  });

  it('acts on all that a filter lets through, where the action applies', async () => {
    for (let at = 0; at < 30; at++) await hub.start(at % 3 === 0 ? 'returns' : 'waits');
    const target = { type: 'filter', filter: {} };
    await session.receive({ type: 'act', requestId: 1, action: 'suspend', target, reason: 'pause' });
    await hub.quiet();
    assert.deepEqual([answers()[0]?.ok, answers()[0]?.done, answers()[0]?.failed], [true, 20, []]);
    assert.deepEqual(await hub.engine.countByStatus(), { Completed: 10, Suspended: 20 });
  });

  it('tries every chosen instance and says which ones refused and why', async () => {
    const ended = await hub.start('returns');
    const running = await hub.start('waits');
    const target = { type: 'ids', instanceIds: [ended, running, 'nobody'] };
    await session.receive({ type: 'act', requestId: 1, action: 'suspend', target, reason: null });
    const [answer] = answers();
    assert.deepEqual(
      [answer?.ok, answer?.done, answer?.failed?.map((each) => each.instanceId).sort()],
      [false, 1, [ended, 'nobody'].sort()],
    );
    assert.match(answer?.message ?? '', /Suspended .*; 2 refused/);
  });

  it('asks before purging, does nothing on a no, and asks nothing that the panel has asked', async () => {
    host.agrees = false;
    for (let at = 0; at < 3; at++) await hub.start('waits');
    const target = { type: 'filter', filter: {} };
    await session.receive({ type: 'act', requestId: 1, action: 'terminate', target, reason: null });
    await hub.quiet();
    assert.deepEqual(host.calls, []);
    assert.deepEqual(await hub.engine.countByStatus(), { Terminated: 3 });
    await session.receive({ type: 'act', requestId: 2, action: 'purge', target, reason: null });
    assert.deepEqual(host.calls, [['confirm', 'Purge 3 instances? This cannot be undone.', 'Purge']]);
    assert.deepEqual(await hub.engine.countByStatus(), { Terminated: 3 });
    assert.equal(answers().at(-1)?.ok, false);
  });

  it('says why nothing can be asked while the emulator is stopped', async () => {
    session.disconnect('The emulator is stopped.');
    await session.receive({ type: 'queryPage', requestId: 9, filter: {}, order, pageSize: 3 });
    assert.deepEqual(answers().at(-1), { type: 'actionResult', requestId: 9, ok: false, message: 'The emulator is stopped.' });
  });
});
