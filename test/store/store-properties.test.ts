import { instanceOrders, orderValueOf, searchTextOf } from '../../src/core/instances/instance-search';
import type { CustomStatusChange } from '../../src/core/instances/instance';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import type { HistoryEvent } from '../../src/core/history/history';
import {
  workKey,
  type InboxMessage,
  type InstanceRow,
  type PendingActivity,
  type PendingTimer,
} from '../../src/core/instances/instance';
import type { HistoryStore, InstanceQuery } from '../../src/core/ports/history-store';
import type { SqlJsHistoryStore } from '../../src/store/sql-js-history-store';
import { toTimestamp } from '../../src/core/values/time';
import { activityOf, at, eventsOf, messageOf, rowOf, StoreBench, timerOf } from './store-builders';

interface ModelInstance {
  row: InstanceRow | undefined;
  history: HistoryEvent[];
  customStatus: { executionId: string; changes: CustomStatusChange[] };
}

/** The port's promises in the most naive way; also makes up checkpoints that an engine could commit next. */
class Model {
  readonly instances = new Map<string, ModelInstance>();
  messages: InboxMessage[] = [];
  activities: PendingActivity[] = [];
  timers: PendingTimer[] = [];
  #nextSeq = 1;
  #nextTask = 0;
  #nextExecution = 0;
  #now = 0;

  apply(step: Step): Checkpoint {
    const { id } = step;
    const checkpoint: Checkpoint = { instanceId: id };
    if (step.purge) {
      checkpoint.purged = true;
      this.instances.delete(id);
      this.messages = this.messages.filter((message) => message.instanceId !== id);
      this.activities = this.activities.filter((activity) => activity.instanceId !== id);
      this.timers = this.timers.filter((timer) => timer.instanceId !== id);
    }
    this.#applyHistoryAndRow(step, checkpoint);
    if (step.child !== undefined) {
      const child = rowOf(step.child, {
        executionId: `x${this.#nextExecution++}-${step.child}`,
        parentInstanceId: id,
        runtimeStatus: 'Pending',
        lastUpdatedTime: at(this.#now),
      });
      checkpoint.children = [child];
      this.#putRow(child);
    }
    this.#applyQueues(step, checkpoint);
    return checkpoint;
  }

  #applyHistoryAndRow(step: Step, checkpoint: Checkpoint): void {
    const { id } = step;
    const existing = this.#instance(id);
    const executionId = step.newGeneration
      ? `x${this.#nextExecution++}-${id}`
      : (existing.row?.executionId ?? existing.customStatus.executionId);
    if (step.events > 0 || step.newGeneration) {
      const from = step.newGeneration ? 0 : existing.history.length;
      const events = eventsOf(this.#now, step.events);
      checkpoint.history = { executionId, mode: step.newGeneration ? 'replace' : 'append', from, events };
      if (step.newGeneration) existing.history = [];
      existing.history.push(...events);
    }
    this.#now += 1;
    if (step.row !== undefined || step.newGeneration) {
      const row = rowOf(id, {
        ...step.row,
        executionId,
        createdTime: at(step.createdAt),
        lastUpdatedTime: at(this.#now),
        historyLength: existing.history.length,
      });
      checkpoint.instance = row;
      this.#putRow(row);
    }
  }

  #applyQueues(step: Step, checkpoint: Checkpoint): void {
    const { id } = step;
    const consumed = pick(
      this.messages.filter((message) => message.instanceId === id),
      step.consume,
    );
    const finished = pick(
      this.activities.filter((activity) => activity.instanceId === id),
      step.consume,
    );
    const fired = pick(
      this.timers.filter((timer) => timer.instanceId === id),
      step.consume,
    );
    checkpoint.consumedMessages = consumed.map((message) => message.seq);
    checkpoint.finishedActivities = finished.map((activity) => workKey(activity.executionId, activity.taskId));
    checkpoint.finishedTimers = fired.map((timer) => workKey(timer.executionId, timer.timerId));
    checkpoint.messages = step.messagesTo.map((to) => messageOf(this.#nextSeq++, to));
    checkpoint.activities = Array.from({ length: step.work }, () => activityOf(id, this.#nextTask++));
    // What was just finished may be scheduled again under its old key.
    if (step.again) checkpoint.activities = [...checkpoint.activities, ...finished];
    checkpoint.timers = Array.from({ length: step.work }, () => timerOf(id, this.#nextTask++, at(this.#nextTask % 7)));
    this.messages = [...this.messages.filter((message) => !consumed.includes(message)), ...checkpoint.messages];
    this.activities = [...this.activities.filter((activity) => !finished.includes(activity)), ...checkpoint.activities];
    this.timers = [...this.timers.filter((timer) => !fired.includes(timer)), ...checkpoint.timers];
  }

  #instance(id: string): ModelInstance {
    let instance = this.instances.get(id);
    if (instance === undefined) {
      instance = { row: undefined, history: [], customStatus: { executionId: `x-${id}`, changes: [] } };
      this.instances.set(id, instance);
    }
    return instance;
  }

  #putRow(row: InstanceRow): void {
    const instance = this.#instance(row.instanceId);
    instance.row = row;
    if (instance.customStatus.executionId !== row.executionId) {
      instance.customStatus = { executionId: row.executionId, changes: [] };
    }
    const { changes } = instance.customStatus;
    if ((changes.at(-1)?.value ?? null) !== row.customStatus) changes.push({ at: row.lastUpdatedTime, value: row.customStatus });
  }

  check(store: HistoryStore): void {
    for (const id of allIds) {
      const instance = this.instances.get(id);
      assert.deepEqual(store.instance(id), instance?.row, `row of ${id}`);
      assert.deepEqual(store.history(id), instance?.history ?? [], `history of ${id}`);
      assert.deepEqual(store.history(id, 2, 3), (instance?.history ?? []).slice(2, 5), `part of the history of ${id}`);
      assert.deepEqual(
        store.customStatusChanges(id),
        instance?.row ? instance.customStatus.changes : [],
        `custom status of ${id}`,
      );
      assert.deepEqual(
        store.inbox(id),
        this.messages.filter((message) => message.instanceId === id),
      );
      assert.deepEqual(
        byKey(store.pendingActivities(id), 'taskId'),
        byKey(
          this.activities.filter((activity) => activity.instanceId === id),
          'taskId',
        ),
      );
      assert.deepEqual(
        byKey(store.pendingTimers(id), 'timerId'),
        byKey(
          this.timers.filter((timer) => timer.instanceId === id),
          'timerId',
        ),
      );
    }
  }

  rows(): InstanceRow[] {
    return [...this.instances.values()].flatMap((instance) => instance.row ?? []);
  }

  /** All that the query's filters let through, in its order. */
  query(query: InstanceQuery): InstanceRow[] {
    const value = (row: InstanceRow) => orderValueOf(row, query.orderBy ?? 'instanceId', query.now ?? toTimestamp(Date.now()));
    const direction = query.descending ? -1 : 1;
    const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -direction : a > b ? direction : 0);
    return this.rows()
      .filter((row) => matches(row, query))
      .sort((a, b) => compare(value(a), value(b)) || compare(a.instanceId, b.instanceId));
  }
}

function matches(row: InstanceRow, query: InstanceQuery): boolean {
  const isEntity = row.instanceId.startsWith('@');
  const isIn = <T>(values: readonly T[] | undefined, value: T): boolean => values === undefined || values.includes(value);
  return (
    row.instanceId.startsWith(query.instanceIdPrefix ?? '') &&
    (query.text === undefined || searchTextOf(row).includes(query.text.toLowerCase())) &&
    isIn(query.names, row.name) &&
    isIn(query.statuses, row.runtimeStatus) &&
    (query.parentInstanceId === undefined || row.parentInstanceId === query.parentInstanceId) &&
    (!query.rootsOnly || row.parentInstanceId === null) &&
    (query.entities === 'only' ? isEntity : query.entities === 'exclude' ? !isEntity : true) &&
    row.createdTime >= (query.createdTimeFrom ?? '') &&
    row.createdTime <= (query.createdTimeTo ?? '\uffff') &&
    row.lastUpdatedTime >= (query.lastUpdatedFrom ?? '') &&
    row.lastUpdatedTime <= (query.lastUpdatedTo ?? '\uffff')
  );
}

function byKey<T>(items: readonly T[], key: keyof T): T[] {
  return [...items].sort((a, b) => Number(a[key]) - Number(b[key]));
}

function pick<T>(items: readonly T[], which: number): T[] {
  return items.filter((_, index) => (which >> (index % 4)) % 2 === 1);
}

const allIds = ['a', 'B', 'order:1', 'order:2', '@counter@k', 'é😀'];
const names = ['HelloCities', 'Réserver', 'order_1%'];
const statuses = ['Running', 'Completed', 'Failed', 'Pending'] as const;

interface Step {
  id: string;
  purge: boolean;
  newGeneration: boolean;
  events: number;
  row: Partial<InstanceRow> | undefined;
  createdAt: number;
  child: string | undefined;
  messagesTo: string[];
  work: number;
  consume: number;
  again: boolean;
}

const anId = fc.constantFrom(...allIds);
const rarely = fc.nat(7).map((n) => n === 0);
const aStep: fc.Arbitrary<Step> = fc.record({
  id: anId,
  purge: rarely,
  newGeneration: rarely,
  events: fc.nat(4),
  row: fc.option(
    fc.record({
      name: fc.constantFrom(...names),
      runtimeStatus: fc.constantFrom(...statuses),
      customStatus: fc.constantFrom(null, '"1"', '"2"', '"é\\n"'),
      output: fc.option(fc.string({ unit: 'binary' }), { nil: null }),
      parentInstanceId: fc.option(anId, { nil: null }),
      awaitedEvents: fc.array(fc.string(), { maxLength: 2 }),
    }),
    { nil: undefined },
  ),
  createdAt: fc.nat(5),
  child: fc.option(anId, { nil: undefined, freq: 8 }),
  messagesTo: fc.array(anId, { maxLength: 2 }),
  work: fc.nat(2),
  consume: fc.nat(15),
  again: rarely,
});

type Move =
  | { type: 'commit'; steps: Step[] }
  | { type: 'reopen'; inPlace: boolean }
  | { type: 'query' | 'counts' | 'queues' | 'statuses' | 'compact' | 'idle' | 'prepare' };
const aMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('commit' as const), steps: fc.array(aStep, { minLength: 1, maxLength: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('reopen' as const), inPlace: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('query', 'counts', 'queues', 'statuses', 'compact', 'idle', 'prepare'),
    }),
  },
);

const aQuery: fc.Arbitrary<InstanceQuery> = fc.record(
  {
    instanceIdPrefix: fc.constantFrom('', 'o', 'order:', 'é', '@'),
    text: fc.constantFrom('O', 'order', '1', '%', '_', 'RÉ', 'é', '😀', 'zzz'),
    names: fc.subarray(names),
    statuses: fc.subarray([...statuses]),
    parentInstanceId: anId,
    rootsOnly: fc.boolean(),
    entities: fc.constantFrom('include', 'exclude', 'only'),
    createdTimeFrom: fc.nat(5).map(at),
    createdTimeTo: fc.nat(5).map(at),
    lastUpdatedFrom: fc.nat(20).map(at),
    lastUpdatedTo: fc.nat(20).map(at),
    orderBy: fc.constantFrom(...instanceOrders),
    now: fc.constant(at(30)),
    descending: fc.boolean(),
    pageSize: fc.integer({ min: 1, max: 4 }),
  },
  { requiredKeys: [] },
);

function checkQuery(model: Model, store: HistoryStore, query: InstanceQuery): void {
  const expected = model.query(query);
  const found: InstanceRow[] = [];
  let continuationToken: string | undefined;
  do {
    const page = store.query({ ...query, ...(continuationToken === undefined ? {} : { continuationToken }) });
    found.push(...page.instances);
    continuationToken = page.continuationToken;
  } while (continuationToken !== undefined);
  assert.deepEqual(found, expected);
  assert.equal(store.count(query), expected.length);
  assert.deepEqual(store.countByStatus(query), countsOf(expected));
}

function countsOf(rows: readonly InstanceRow[]): Partial<Record<string, number>> {
  const byStatus: Partial<Record<string, number>> = {};
  for (const row of rows) byStatus[row.runtimeStatus] = (byStatus[row.runtimeStatus] ?? 0) + 1;
  return byStatus;
}

async function play(bench: StoreBench, moves: readonly Move[], queries: readonly InstanceQuery[]): Promise<void> {
  const model = new Model();
  // Each look at the clock ends a slice: one instance a turn.
  let now = 0;
  const clock = (): number => (now += 1000);
  let store: SqlJsHistoryStore = await bench.open({ clock });
  for (const move of moves) {
    switch (move.type) {
      case 'commit':
        await store.commit(move.steps.map((step) => model.apply(step)));
        break;
      case 'counts':
        for (const entities of ['include', 'exclude', 'only'] as const) {
          assert.deepEqual(
            store.countByStatus({ entities }),
            countsOf(model.query({ entities })),
            `counts, entities: ${entities}`,
          );
        }
        break;
      case 'query':
        store.query({});
        break;
      case 'queues':
        store.inbox('a');
        break;
      case 'statuses':
        store.customStatusChanges('a');
        break;
      case 'compact':
        await store.compact();
        break;
      case 'idle':
        await new Promise((resolve) => setImmediate(resolve));
        break;
      case 'reopen':
        if (bench.kind === 'memory') break;
        await store.close();
        store = await bench.open({ clock, ...(move.inPlace ? { readWholeBytes: 0 } : {}) });
        break;
      case 'prepare':
        // Goes on while the next moves are made; refused when one of them closes the store.
        void store.prepare({ text: 'o' })?.catch(() => undefined);
        break;
    }
  }
  model.check(store);
  for (const query of queries) checkQuery(model, store, query);
  if (bench.kind === 'disk') {
    await store.close();
    store = await bench.open();
    model.check(store);
    for (const query of queries) checkQuery(model, store, query);
  }
  await store.close();
}

for (const [kind, numRuns] of [
  ['memory', 150],
  ['disk', 100],
] as const) {
  describe(`history store, any sequence of checkpoints (${kind})`, () => {
    it('gives what a naive model gives, whatever was written or reopened in between', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(aMove, { minLength: 1, maxLength: 20 }),
          fc.array(aQuery, { minLength: 1, maxLength: 8 }),
          async (moves, queries) => {
            const bench = new StoreBench(kind);
            try {
              await play(bench, moves, queries);
            } finally {
              await bench.cleanUp();
            }
          },
        ),
        { numRuns },
      );
    });
  });
}
