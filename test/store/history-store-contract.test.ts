import { instanceOrders, orderValueOf } from '../../src/core/instances/instance-search';
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import type { HistoryStore, InstanceQuery } from '../../src/core/ports/history-store';
import type { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { activityOf, at, eventsOf, messageOf, rowOf, stepOf, StoreBench, timerOf } from './store-builders';

/** Every promise of the port, kept right after the commit, after the index was written, and after a close and open. */
const moments = {
  'in memory, at once': { kind: 'memory', settle: (store: HistoryStore) => Promise.resolve(store) },
  'in memory, once the index is written': {
    kind: 'memory',
    settle: (store: HistoryStore) => {
      store.query({});
      store.inbox('nobody');
      return Promise.resolve(store);
    },
  },
  'on disk, at once': { kind: 'disk', settle: (store: HistoryStore) => Promise.resolve(store) },
  'on disk, after it was closed and opened': {
    kind: 'disk',
    settle: async (store: HistoryStore, bench: StoreBench) => {
      await store.close();
      return bench.open();
    },
  },
  'on disk, from a snapshot': {
    kind: 'disk',
    settle: async (store: HistoryStore, bench: StoreBench) => {
      await store.close();
      const compacting = await bench.open({ compactAtBytes: 0 });
      await compacting.compact();
      await compacting.close();
      return bench.open();
    },
  },
} as const;

for (const [moment, { kind, settle }] of Object.entries(moments)) {
  describe(`history store ${moment}`, () => {
    let bench: StoreBench;
    let store: SqlJsHistoryStore;
    const settled = (): Promise<HistoryStore> => settle(store, bench);

    beforeEach(async () => {
      bench = new StoreBench(kind);
      store = await bench.open();
    });
    afterEach(() => bench.cleanUp());

    it('starts empty', async () => {
      const now = await settled();
      assert.equal(now.instance('a'), undefined);
      assert.deepEqual(now.history('a'), []);
      assert.deepEqual(now.query({}), { instances: [] });
      assert.equal(now.count({}), 0);
      assert.deepEqual(now.countByStatus(), {});
    });

    it('gives back an instance row with all its fields', async () => {
      const row = rowOf('a', {
        runtimeStatus: 'Failed',
        input: '{"city":"Zürich \u2028 \\u0000 😀"}',
        output: 'Error: no',
        customStatus: '{"step":"done"}',
        completedTime: at(9),
        scheduledStartTime: at(3),
        parentInstanceId: 'parent',
        generation: 4,
        version: '1.2',
        tags: { team: 'blue' },
        failureDetails: {
          ErrorType: 'Error',
          ErrorMessage: 'no',
          StackTrace: null,
          InnerFailure: { ErrorType: 'E', ErrorMessage: 'inner', IsNonRetriable: true },
          IsNonRetriable: false,
          Properties: { a: [1, null] },
        },
        awaitedEvents: ['Approve', 'Reject'],
        historyLength: 12,
      });
      await store.commit([{ instanceId: 'a', instance: row }]);
      assert.deepEqual((await settled()).instance('a'), row);
    });

    it('keeps the last of several rows and inserts the rows of children', async () => {
      await store.commit([
        { instanceId: 'a', instance: rowOf('a'), children: [rowOf('b', { runtimeStatus: 'Pending', parentInstanceId: 'a' })] },
        { instanceId: 'a', instance: rowOf('a', { runtimeStatus: 'Completed', output: '1' }) },
      ]);
      const now = await settled();
      assert.equal(now.instance('a')?.output, '1');
      assert.equal(now.instance('b')?.parentInstanceId, 'a');
    });

    it('gives history in commit order, whole and in ranges', async () => {
      await store.commit([stepOf('a', 0, 3)]);
      await store.commit([stepOf('a', 3, 2), stepOf('b', 0, 1)]);
      store.query({});
      await store.commit([stepOf('a', 5, 4)]);
      const now = await settled();
      assert.deepEqual(now.history('a'), eventsOf(0, 9));
      assert.deepEqual(now.history('b'), eventsOf(0, 1));
      for (let from = 0; from <= 10; from++) {
        for (let count = 0; count <= 10; count++) {
          assert.deepEqual(now.history('a', from, count), eventsOf(0, 9).slice(from, from + count), `${from} ${count}`);
        }
      }
    });

    it('gives any part of a history of thousands of events, however many came at a time', async () => {
      const sizes = [2600, 1, 999, 1000, ...Array.from({ length: 700 }, () => 1)];
      let length = 0;
      for (const size of sizes) {
        await store.commit([stepOf('a', length, size)]);
        length += size;
        if (length === 3600) store.instance('a');
      }
      const now = await settled();
      const all = eventsOf(0, length);
      assert.deepEqual(now.history('a'), all);
      for (const from of [0, 499, 500, 999, 1000, 2599, 2600, 3600, 4599, 4600, 4601, 5299, 5300]) {
        for (const count of [1, 2, 1000, 1500]) {
          assert.deepEqual(now.history('a', from, count), all.slice(from, from + count), `${from} ${count}`);
        }
      }
      await now.commit([
        { ...stepOf('a', 0, 2), history: { executionId: 'x2', mode: 'replace', from: 0, events: eventsOf(7, 1500) } },
      ]);
      assert.deepEqual(now.history('a', 1000, 600), eventsOf(1007, 500));
    });

    it('gives back every kind of history event field by field, and unknown fields too', async () => {
      const base = { EventId: -1, IsPlayed: false, Timestamp: at(1) };
      const instance = { InstanceId: 'a', ExecutionId: 'x' };
      const failure = { ErrorType: 'E', ErrorMessage: 'm', IsNonRetriable: false };
      const events: HistoryEvent[] = [
        { ...base, EventType: 'OrchestratorStarted' },
        { ...base, EventType: 'ExecutionStarted', OrchestrationInstance: instance, Name: 'N', Version: '', Input: null },
        {
          ...base,
          EventType: 'ExecutionStarted',
          OrchestrationInstance: instance,
          ParentInstance: { Name: 'P', Version: '', TaskScheduleId: 0, OrchestrationInstance: instance },
          Name: 'N',
          Version: '',
          Input: '1',
          Tags: { a: 'b' },
          ScheduledStartTime: null,
          Generation: 0,
        },
        { ...base, EventType: 'TaskScheduled', EventId: 0, Name: 'A', Version: '', Input: null, Tags: null },
        { ...base, EventType: 'TaskCompleted', IsPlayed: true, TaskScheduledId: 0, Result: '"r"' },
        { ...base, EventType: 'TaskFailed', TaskScheduledId: 0, Reason: 'r', Details: 'd', FailureDetails: failure },
        {
          ...base,
          EventType: 'SubOrchestrationInstanceCreated',
          EventId: 1,
          Name: 'C',
          Version: '',
          InstanceId: 'c',
          Input: null,
        },
        { ...base, EventType: 'SubOrchestrationInstanceCompleted', TaskScheduledId: 1, Result: null },
        { ...base, EventType: 'SubOrchestrationInstanceFailed', TaskScheduledId: 1, Reason: 'r', Details: '' },
        { ...base, EventType: 'TimerCreated', EventId: 2, FireAt: at(5) },
        { ...base, EventType: 'TimerFired', TimerId: 2, FireAt: at(5), Timestamp: at(6) },
        { ...base, EventType: 'EventSent', EventId: 3, InstanceId: '@e@k', Name: 'op', Input: '{}' },
        { ...base, EventType: 'EventRaised', Name: 'n', Input: null },
        { ...base, EventType: 'GenericEvent', Data: 'd', Reason: 'r' },
        { ...base, EventType: 'ExecutionSuspended', Reason: null },
        { ...base, EventType: 'ExecutionResumed', Reason: 'go' },
        { ...base, EventType: 'ExecutionRewound', Reason: null, ParentExecutionId: 'p' },
        { ...base, EventType: 'ExecutionTerminated', Input: 'why', Recurse: true },
        { ...base, EventType: 'ContinueAsNew', EventId: 4, OrchestrationStatus: 'ContinuedAsNew', Result: '1' },
        {
          ...base,
          EventType: 'ExecutionCompleted',
          EventId: 5,
          OrchestrationStatus: 'Failed',
          Result: 'm',
          FailureDetails: null,
        },
        { ...base, EventType: 'OrchestratorCompleted' },
        { ...base, EventType: 'TaskCompleted', TaskScheduledId: 7 } as unknown as HistoryEvent,
        { ...base, EventType: 'FromTheFuture', Shape: { of: ['things'] } } as unknown as HistoryEvent,
        { ...base, EventType: 'OrchestratorStarted', Extra: 1 } as unknown as HistoryEvent,
        { EventType: 'OrchestratorStarted' } as unknown as HistoryEvent,
        { ...base, EventType: 'OrchestratorCompleted' },
      ];
      await store.commit([{ instanceId: 'a', history: { executionId: 'x', mode: 'append', from: 0, events } }]);
      assert.deepEqual((await settled()).history('a'), events);
    });

    it('replaces the history when a new generation begins', async () => {
      await store.commit([stepOf('a', 0, 5)]);
      store.query({});
      await store.commit([
        {
          instanceId: 'a',
          instance: rowOf('a', { executionId: 'x2' }),
          history: { executionId: 'x2', mode: 'replace', from: 0, events: eventsOf(100, 2) },
        },
      ]);
      await store.commit([
        { instanceId: 'a', history: { executionId: 'x2', mode: 'append', from: 2, events: eventsOf(102, 1) } },
      ]);
      assert.deepEqual((await settled()).history('a'), eventsOf(100, 3));
    });

    it('replaces the history with nothing', async () => {
      await store.commit([stepOf('a', 0, 5)]);
      store.query({});
      await store.commit([{ instanceId: 'a', history: { executionId: 'x2', mode: 'replace', from: 0, events: [] } }]);
      assert.deepEqual((await settled()).history('a'), []);
    });

    it('keeps queued work until it is named as done, and hands it out on opening', async () => {
      await store.commit([
        {
          instanceId: 'a',
          messages: [messageOf(1, 'a'), messageOf(2, 'b', { executionId: 'x-b', visibleAt: at(5) }), messageOf(3, 'a')],
          activities: [activityOf('a', 0), activityOf('a', 1, { input: null })],
          timers: [timerOf('a', 2), timerOf('a', 3, at(30))],
        },
      ]);
      store.inbox('a');
      await store.commit([
        {
          instanceId: 'a',
          consumedMessages: [1],
          finishedActivities: ['x-a:0'],
          finishedTimers: ['x-a:2'],
          messages: [messageOf(4, 'a')],
          activities: [activityOf('a', 5)],
          timers: [timerOf('a', 6, at(10))],
        },
      ]);
      await store.commit([{ instanceId: 'a', consumedMessages: [4], finishedActivities: ['x-a:5'] }]);
      const now = await settled();
      assert.deepEqual(now.inbox('a'), [messageOf(3, 'a')]);
      assert.deepEqual(now.inbox('b'), [messageOf(2, 'b', { executionId: 'x-b', visibleAt: at(5) })]);
      assert.deepEqual(now.pendingActivities('a'), [activityOf('a', 1, { input: null })]);
      assert.deepEqual(now.pendingTimers('a'), [timerOf('a', 6, at(10)), timerOf('a', 3, at(30))]);
    });

    it('takes an activity again under the key of one that was finished', async () => {
      await store.commit([{ instanceId: 'a', activities: [activityOf('a', 0)] }]);
      store.inbox('a');
      await store.commit([{ instanceId: 'a', finishedActivities: ['x-a:0'] }]);
      await store.commit([{ instanceId: 'a', activities: [activityOf('a', 0, { name: 'Again' })] }]);
      assert.deepEqual((await settled()).pendingActivities('a'), [activityOf('a', 0, { name: 'Again' })]);
    });

    it('L9: forgets everything about a purged instance, and only about that one', async () => {
      const everything = (id: string, seq: number): Parameters<HistoryStore['commit']>[0] => [
        {
          ...stepOf(id, 0, 2, { customStatus: '1' }),
          messages: [messageOf(seq, id)],
          activities: [activityOf(id, 0)],
          timers: [timerOf(id, 1)],
        },
      ];
      await store.commit(everything('a', 1));
      await store.commit(everything('b', 2));
      store.query({});
      store.inbox('a');
      await store.commit(everything('c', 3));
      await store.commit([
        { instanceId: 'a', purged: true },
        { instanceId: 'c', purged: true },
      ]);
      assert.equal(store.instance('a'), undefined);
      const now = await settled();
      for (const id of ['a', 'c']) {
        assert.equal(now.instance(id), undefined);
        assert.deepEqual(now.history(id), []);
        assert.deepEqual(now.inbox(id), []);
        assert.deepEqual(now.pendingActivities(id), []);
        assert.deepEqual(now.pendingTimers(id), []);
        assert.deepEqual(now.customStatusChanges(id), []);
      }
      assert.deepEqual(now.history('b'), eventsOf(0, 2));
      assert.equal(now.inbox('b').length, 1);
      assert.deepEqual(
        now.query({}).instances.map((row) => row.instanceId),
        ['b'],
      );
    });

    it('L1: takes a purge and the next life of the id in one checkpoint', async () => {
      await store.commit([{ ...stepOf('a', 0, 4), messages: [messageOf(1, 'a')] }]);
      store.query({});
      store.inbox('a');
      await store.commit([
        { ...stepOf('a', 0, 1, { executionId: 'x2', generation: 1 }), purged: true, messages: [messageOf(2, 'a')] },
      ]);
      const now = await settled();
      assert.equal(now.instance('a')?.generation, 1);
      assert.deepEqual(now.history('a'), eventsOf(0, 1));
      assert.deepEqual(now.inbox('a'), [messageOf(2, 'a')]);
    });

    it('CS1: keeps every value the custom status of the current generation had', async () => {
      const set = (second: number, customStatus: string | null, executionId = 'x'): Promise<void> =>
        store.commit([{ instanceId: 'a', instance: rowOf('a', { executionId, customStatus, lastUpdatedTime: at(second) }) }]);
      await set(0, null);
      await set(1, '"Tokyo"');
      await set(2, '"Tokyo"');
      store.customStatusChanges('a');
      await set(3, '"Tokyo"');
      await set(4, '"Seattle"');
      store.query({});
      store.customStatusChanges('a');
      await set(5, null);
      await set(6, null);
      const now = await settled();
      assert.deepEqual(now.customStatusChanges('a'), [
        { at: at(1), value: '"Tokyo"' },
        { at: at(4), value: '"Seattle"' },
        { at: at(5), value: null },
      ]);
      await now.commit([
        { instanceId: 'a', instance: rowOf('a', { executionId: 'x2', customStatus: '"Next"', lastUpdatedTime: at(7) }) },
      ]);
      assert.deepEqual(now.customStatusChanges('a'), [{ at: at(7), value: '"Next"' }]);
    });

    it('CS1: a generation without a custom status has none, though the one before had, and sets it as any other', async () => {
      const set = (second: number, customStatus: string | null, executionId: string): Promise<void> =>
        store.commit([{ instanceId: 'a', instance: rowOf('a', { executionId, customStatus, lastUpdatedTime: at(second) }) }]);
      await set(1, '"Tokyo"', 'x1');
      await set(2, null, 'x2');
      store.query({});
      await set(3, null, 'x2');
      await set(4, '"Seattle"', 'x2');
      store.query({});
      await set(5, '"Seattle"', 'x2');
      const now = await settled();
      assert.deepEqual(now.customStatusChanges('a'), [{ at: at(4), value: '"Seattle"' }]);
    });

    it('accepts a checkpoint that changes nothing', async () => {
      await store.commit([]);
      await store.commit([{ instanceId: 'a' }]);
      await store.commit([{ instanceId: 'a', messages: [], consumedMessages: [] }]);
      assert.equal((await settled()).count({}), 0);
    });

    describe('queries', () => {
      const ids = (query: InstanceQuery, now: HistoryStore): string[] => now.query(query).instances.map((row) => row.instanceId);

      beforeEach(async () => {
        const rows = [
          rowOf('order-1', { name: 'Order', createdTime: at(1), lastUpdatedTime: at(9), runtimeStatus: 'Completed' }),
          rowOf('order-2', { name: 'Order', createdTime: at(2), lastUpdatedTime: at(8), runtimeStatus: 'Failed' }),
          rowOf('order-2:child', { name: 'Ship', createdTime: at(3), lastUpdatedTime: at(7), parentInstanceId: 'order-2' }),
          rowOf('Ticket%1', { name: 'ReserveTicket', createdTime: at(4), lastUpdatedTime: at(6), runtimeStatus: 'Pending' }),
          rowOf('ticket_2', { name: 'Réserver', createdTime: at(5), lastUpdatedTime: at(5) }),
          rowOf('@counter@a', { name: '@counter@a', createdTime: at(6), lastUpdatedTime: at(4) }),
          rowOf('@counter@b', { name: '@counter@b', createdTime: at(7), lastUpdatedTime: at(3) }),
        ];
        await store.commit(rows.map((row) => ({ instanceId: row.instanceId, instance: row })));
      });

      it('order by id by default', async () => {
        assert.deepEqual(ids({}, await settled()), [
          '@counter@a',
          '@counter@b',
          'Ticket%1',
          'order-1',
          'order-2',
          'order-2:child',
          'ticket_2',
        ]);
      });

      const cases: readonly [title: string, query: InstanceQuery, expected: readonly string[]][] = [
        ['by ids', { instanceIds: ['order-2', 'nobody', 'order-1'] }, ['order-1', 'order-2']],
        ['by one id', { instanceIds: ['order-2'] }, ['order-2']],
        ['by no ids', { instanceIds: [] }, []],
        ['by id prefix', { instanceIdPrefix: 'order-2' }, ['order-2', 'order-2:child']],
        ['by status', { statuses: ['Failed'] }, ['order-2']],
        ['by several statuses', { statuses: ['Failed', 'Pending'] }, ['Ticket%1', 'order-2']],
        ['by no status at all', { statuses: [] }, []],
        ['by name', { names: ['Order'] }, ['order-1', 'order-2']],
        ['by several names', { names: ['Ship', 'ReserveTicket'] }, ['Ticket%1', 'order-2:child']],
        ['by parent', { parentInstanceId: 'order-2' }, ['order-2:child']],
        ['without children', { rootsOnly: true, instanceIdPrefix: 'order' }, ['order-1', 'order-2']],
        ['only entities', { entities: 'only' }, ['@counter@a', '@counter@b']],
        ['without entities', { entities: 'exclude', instanceIdPrefix: 'o' }, ['order-1', 'order-2', 'order-2:child']],
        [
          'by creation time, bounds included',
          { createdTimeFrom: at(2), createdTimeTo: at(4) },
          ['Ticket%1', 'order-2', 'order-2:child'],
        ],
        ['by last update, bounds included', { lastUpdatedFrom: at(8), lastUpdatedTo: at(9) }, ['order-1', 'order-2']],
        ['by a part of the id, ignoring case', { text: 'TICKET' }, ['Ticket%1', 'ticket_2']],
        ['by a part of the name, ignoring case', { text: 'serv' }, ['Ticket%1', 'ticket_2']],
        ['by a part of the name beyond ASCII', { text: 'RÉS' }, ['ticket_2']],
        ['by a text with a percent sign', { text: 't%1' }, ['Ticket%1']],
        ['by a text with an underscore', { text: 't_' }, ['ticket_2']],
        ['by a text with a backslash', { text: '\\' }, []],
        ['by filters that exclude each other', { statuses: ['Failed'], names: ['Ship'] }, []],
      ];
      for (const [title, query, expected] of cases) {
        it(`select ${title}`, async () => {
          const now = await settled();
          assert.deepEqual(ids(query, now), expected);
          assert.deepEqual(ids({ ...query, descending: true }, now), [...expected].reverse());
          assert.equal(now.count(query), expected.length);
          const byStatus = now.countByStatus(query);
          assert.equal(
            Object.values(byStatus).reduce((sum, count) => sum + count, 0),
            expected.length,
          );
        });
      }

      it('order by each column, with ties by id, both ways', async () => {
        const now = await settled();
        const all = now.query({}).instances;
        for (const orderBy of instanceOrders) {
          const until = at(50);
          const expected = [...all]
            .sort((a, b) => {
              const [one, two] = [orderValueOf(a, orderBy, until), orderValueOf(b, orderBy, until)];
              const order = one < two ? -1 : one > two ? 1 : 0;
              return order !== 0 ? order : a.instanceId < b.instanceId ? -1 : 1;
            })
            .map((row) => row.instanceId);
          assert.deepEqual(ids({ orderBy, now: until }, now), expected, orderBy);
          assert.deepEqual(ids({ orderBy, now: until, descending: true }, now), expected.reverse(), `${orderBy} descending`);
        }
      });

      it('count by status', async () => {
        assert.deepEqual((await settled()).countByStatus({ instanceIdPrefix: 'order' }), { Completed: 1, Failed: 1, Running: 1 });
      });

      it('give the same rows page by page, with ties in the order, and no empty last page', async () => {
        const now = await settled();
        for (const orderBy of ['instanceId', 'name', 'runtimeStatus', 'createdTime', 'historyLength', 'customStatus'] as const) {
          for (const descending of [false, true]) {
            for (let pageSize = 1; pageSize <= 8; pageSize++) {
              const found: string[] = [];
              let continuationToken: string | undefined;
              let pages = 0;
              do {
                const page = now.query({
                  orderBy,
                  descending,
                  pageSize,
                  ...(continuationToken === undefined ? {} : { continuationToken }),
                });
                assert.notEqual(page.instances.length, 0);
                found.push(...page.instances.map((row) => row.instanceId));
                continuationToken = page.continuationToken;
                pages += 1;
              } while (continuationToken !== undefined);
              assert.deepEqual(found, ids({ orderBy, descending }, now));
              assert.equal(pages, Math.ceil(7 / pageSize));
            }
          }
        }
      });

      it('refuse a token that is no token, or one of another query', async () => {
        const now = await settled();
        const { continuationToken } = now.query({ pageSize: 2 });
        assert.ok(continuationToken !== undefined);
        const refused = (query: InstanceQuery): void => {
          assert.throws(() => now.query(query), { name: 'DurascopeError', code: 'InvalidArgument' });
        };
        for (const token of ['', 'nonsense', '%%%', 'bnVsbA', 'WzFd', `${continuationToken}x`.slice(3)]) {
          refused({ continuationToken: token });
        }
        refused({ continuationToken, statuses: ['Failed'] });
        refused({ continuationToken, orderBy: 'createdTime' });
        refused({ continuationToken, descending: true });
        assert.equal(now.query({ continuationToken, pageSize: 100 }).instances.length, 5);
      });

      it('refuse a page size or an order that does not exist', async () => {
        const now = await settled();
        for (const pageSize of [0, -1, 1.5, Number.NaN, 10_001]) {
          assert.throws(() => now.query({ pageSize }), { code: 'InvalidArgument', message: /1 to 10000/ });
        }
        assert.throws(() => now.query({ orderBy: 'toString' as never }), {
          code: 'InvalidArgument',
          message: /toString.*instanceId/,
        });
      });
    });
  });
}
