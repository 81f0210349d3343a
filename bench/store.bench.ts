/**
 * Checkpoints a second of the store alone: `npx tsx bench/store.bench.ts`. One JSON line a mode. `npx tsx bench/store.bench.ts search 100000`:
 * questions of the list of instances, with the first search made in slices and at once.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Checkpoint } from '../src/core/instances/checkpoint';
import type { HistoryEvent } from '../src/core/history/history';
import type { InstanceRow } from '../src/core/instances/instance';
import type { InstanceQuery } from '../src/core/ports/history-store';
import { toTimestamp } from '../src/core/values/time';
import { SqlJsHistoryStore, type SqlJsHistoryStoreOptions } from '../src/store/sql-js-history-store';

const activities = 5;
const perBatch = 20;

/** The checkpoints of one run of five activities in a row: the start, then one an episode. */
export function* helloCities(index: number, nextSeq: () => number): Generator<Checkpoint> {
  const instanceId = createHash('md5').update(`i${index}`).digest('hex');
  const executionId = createHash('md5').update(`x${index}`).digest('hex');
  let now = 1_700_000_000_000 + index;
  const row: InstanceRow = {
    instanceId,
    executionId,
    name: 'HelloCities5',
    version: '',
    runtimeStatus: 'Pending',
    input: null,
    output: null,
    customStatus: null,
    createdTime: toTimestamp(now),
    lastUpdatedTime: toTimestamp(now),
    completedTime: null,
    scheduledStartTime: null,
    parentInstanceId: null,
    generation: 0,
    tags: null,
    failureDetails: null,
    awaitedEvents: [],
    historyLength: 0,
  };
  const started: HistoryEvent = {
    EventType: 'ExecutionStarted',
    EventId: -1,
    IsPlayed: true,
    Timestamp: toTimestamp(now),
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    Name: row.name,
    Version: '',
    Input: null,
  };
  let seq = nextSeq();
  yield { instanceId, instance: row, messages: [{ seq, instanceId, executionId, event: started, visibleAt: null }] };
  let from = 0;
  for (let step = 0; step <= activities; step++) {
    now += 3;
    const at = toTimestamp(now);
    const events: HistoryEvent[] = [
      { EventType: 'OrchestratorStarted', EventId: -1, IsPlayed: false, Timestamp: at },
      step === 0
        ? started
        : {
            EventType: 'TaskCompleted',
            EventId: -1,
            IsPlayed: true,
            Timestamp: toTimestamp(now - 1),
            TaskScheduledId: step - 1,
            Result: '"Hello Tokyo!"',
          },
    ];
    const isLast = step === activities;
    if (isLast) {
      events.push({
        EventType: 'ExecutionCompleted',
        EventId: step,
        IsPlayed: false,
        Timestamp: at,
        OrchestrationStatus: 'Completed',
        Result: '["Hello Tokyo!"]',
      });
    } else {
      events.push({
        EventType: 'TaskScheduled',
        EventId: step,
        IsPlayed: false,
        Timestamp: at,
        Name: 'SayHello',
        Version: '',
        Input: null,
      });
    }
    events.push({ EventType: 'OrchestratorCompleted', EventId: -1, IsPlayed: false, Timestamp: at });
    const length = from + events.length;
    const checkpoint: Checkpoint = {
      instanceId,
      instance: {
        ...row,
        runtimeStatus: isLast ? 'Completed' : 'Running',
        lastUpdatedTime: at,
        completedTime: isLast ? at : null,
        output: isLast ? '["Hello Tokyo!"]' : null,
        historyLength: length,
      },
      history: { executionId, mode: 'append', from, events },
    };
    if (step === 0) checkpoint.consumedMessages = [seq];
    else checkpoint.finishedActivities = [`${executionId}:${step - 1}`];
    if (!isLast) {
      checkpoint.activities = [
        { instanceId, executionId, taskId: step, name: 'SayHello', version: '', input: '["Tokyo"]', scheduledAt: at },
      ];
    }
    yield checkpoint;
    from = length;
    seq = 0;
  }
}

async function measure(mode: string, count: number, options: Partial<SqlJsHistoryStoreOptions>): Promise<void> {
  const dir = options.dir === null ? null : mkdtempSync(path.join(tmpdir(), 'durascope-bench-'));
  const log = (): void => undefined;
  const store = new SqlJsHistoryStore({ ...options, dir, log });
  await store.open();
  let lastSeq = 0;
  // All instances at once, one step of each in turn: the hardest order for a store that writes behind.
  const running = Array.from({ length: count }, (_, i) => [...helloCities(i, () => ++lastSeq)]);
  const steps = running[0]?.length ?? 0;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  let commitMs = 0;
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < count; i += perBatch) {
      const batch = running.slice(i, i + perBatch).map((checkpoints) => checkpoints[step] as Checkpoint);
      const at = performance.now();
      await store.commit(batch);
      commitMs += performance.now() - at;
      if (i % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const total = count * steps;
  store.query({ pageSize: 1 });
  const firstPageMs = performance.now();
  const committedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  store.query({ pageSize: 100, orderBy: 'lastUpdatedTime', descending: true });
  const queryMs = performance.now() - firstPageMs;
  const bytes = store.bytesOnDisk();
  const beforeClose = performance.now();
  await store.close();
  const closeMs = performance.now() - beforeClose;
  let openMs: number | undefined;
  if (dir !== null) {
    const again = new SqlJsHistoryStore({ ...options, dir, log });
    const at = performance.now();
    await again.open();
    openMs = performance.now() - at;
    await again.close();
    rmSync(dir, { recursive: true });
  }
  const round = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : Math.round(value * 100) / 100;
  console.log(
    JSON.stringify({
      bench: 'store',
      mode,
      instances: count,
      checkpoints: total,
      usPerCheckpoint: round((committedMs * 1000) / total),
      cpuUsPerCheckpoint: round((user + system) / total),
      usPerCommittedCheckpoint: round((commitMs * 1000) / total),
      checkpointsPerSecond: Math.round((total / committedMs) * 1000),
      bytesPerInstance: Math.round(bytes / count),
      firstPageMs: round(queryMs),
      closeMs: round(closeMs),
      openMs: round(openMs),
      rssMb: Math.round(process.memoryUsage().rss / 1024 / 1024),
    }),
  );
}

function busyMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Runs it, and tells how long it took and how long nobody else had a turn, at most; of that the processor time, which does not depend on what
 * else the machine does. (It counts the threads of the garbage collector as well.)
 */
async function watched(work: () => unknown): Promise<{ ms: number; longestTurnMs: number }> {
  const watch = { isOver: false, longestTurnMs: 0 };
  const turns = (async () => {
    for (let last = busyMs(); !watch.isOver;) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = busyMs();
      watch.longestTurnMs = Math.max(watch.longestTurnMs, now - last);
      last = now;
    }
  })();
  await new Promise((resolve) => setImmediate(resolve));
  const startedMs = busyMs();
  await work();
  const ms = busyMs() - startedMs;
  watch.isOver = true;
  await turns;
  return { ms, longestTurnMs: watch.longestTurnMs };
}

/** A hub of finished instances, asked as the list of all instances asks it. */
async function measureSearch(count: number): Promise<void> {
  const open = async (): Promise<SqlJsHistoryStore> => {
    const store = new SqlJsHistoryStore({ dir: null, log: () => undefined });
    await store.open();
    for (let i = 0; i < count; i++) {
      const last = [...helloCities(i, () => 1)].at(-1);
      if (last?.instance === undefined) throw new Error('The last step has a row.');
      const output = `{"receipt":"r-${i}","items":["book","pen","${'x'.repeat(i % 200)}"]}`;
      await store.commit([{ instanceId: last.instanceId, instance: { ...last.instance, output } }]);
    }
    store.query({ orderBy: 'createdTime', descending: true });
    return store;
  };
  const ask = async (store: SqlJsHistoryStore, query: InstanceQuery, isPrepared: boolean): Promise<void> => {
    const descending = { ...query, descending: true };
    const first = isPrepared ? store.firstPage(descending) : undefined;
    const counts = isPrepared ? store.firstCounts(query) : undefined;
    if (first !== undefined && counts !== undefined) {
      const began = busyMs();
      await first;
      firstPageMs = busyMs() - began;
      await counts;
      return;
    }
    if (isPrepared) await store.prepare(query);
    store.query(descending);
    if (query.text === undefined) return;
    await new Promise((resolve) => setImmediate(resolve));
    store.countByStatus(query);
  };
  let firstPageMs = 0;
  const first: InstanceQuery = { text: 'r-17123"', orderBy: 'createdTime' };
  const stores = [await open(), await open()] as const;
  const atOnce = await watched(() => ask(stores[0], first, false));
  await stores[0].close();
  const store = stores[1];
  const sliced = await watched(() => ask(store, first, true));
  const pageMs = firstPageMs;
  await watched(() => ask(store, { text: 'book', orderBy: 'createdTime' }, true));
  const fullPageMs = firstPageMs;
  // Made ahead while the list is looked at.
  const third = await open();
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const ahead = await watched(() => ask(third, first, true));
  await third.close();
  await store.prepare(first);
  const later: Record<string, unknown> = {};
  const questions: Record<string, InstanceQuery> = {
    one: { text: 'r-777"', orderBy: 'createdTime' },
    none: { text: 'zzz', orderBy: 'createdTime' },
    all: { text: 'book', orderBy: 'createdTime' },
    byDuration: { orderBy: 'duration' },
  };
  for (const [name, query] of Object.entries(questions)) {
    const rounds: number[] = [];
    for (let round = 0; round < 5; round++) rounds.push((await watched(() => ask(store, query, true))).longestTurnMs);
    later[name] = Math.round(rounds.sort((a, b) => a - b)[2] ?? 0);
  }
  await store.close();
  console.log(
    JSON.stringify({
      bench: 'store search',
      instances: count,
      firstPageMs: Math.round(pageMs),
      fullPageMs: Math.round(fullPageMs),
      firstMs: Math.round(sliced.ms),
      firstLongestTurnMs: Math.round(sliced.longestTurnMs),
      madeAheadMs: Math.round(ahead.ms),
      madeAheadLongestTurnMs: Math.round(ahead.longestTurnMs),
      firstToAtOnce: Math.round((sliced.ms / atOnce.ms) * 100) / 100,
      longestTurnToAtOnce: Math.round((sliced.longestTurnMs / atOnce.longestTurnMs) * 1000) / 1000,
      laterLongestTurnMs: later,
    }),
  );
}

async function main(): Promise<void> {
  if (process.argv[2] === 'search') return measureSearch(Number(process.argv[3] ?? 100_000));
  const count = Number(process.argv[2] ?? 5000);
  await measure('warm-up', 500, {});
  await measure('memory', count, { dir: null });
  await measure('interval', count, {});
  await measure('strict', count, { durability: 'strict' });
}

if (require.main === module) void main();
