/** Checkpoints a second of the store alone: `npx tsx bench/store.bench.ts`. One JSON line a mode. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Checkpoint } from '../src/core/instances/checkpoint';
import type { HistoryEvent } from '../src/core/history/history';
import type { InstanceRow } from '../src/core/instances/instance';
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

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 5000);
  await measure('warm-up', 500, {});
  await measure('memory', count, { dir: null });
  await measure('interval', count, {});
  await measure('strict', count, { durability: 'strict' });
}

if (require.main === module) void main();
