/**
 * How fast a large task hub in Azurite is looked at: `npx tsx bench/attached/main.ts [--instances N] [--histories N] [--rows N]`. Fills an Azurite
 * in memory with rows in the form that the real engine has left in the goldens, opens the hub as the editor does, and prints a table and JSON.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { InstanceQuery } from '../../src/core/ports/history-store';
import { toTimestamp } from '../../src/core/values/time';
import { SystemClock } from '../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../src/hubs/attached-hub';
import { hubTarget } from '../../src/hubs/hub-target';
import { openAzureStorageHub } from '../../src/hubs/azure-storage/open-azure-storage-hub';
import { Azurite } from '../../test/hubs/azurite';
import { goldenRows } from '../../test/hubs/golden-hub';

const { values: given } = parseArgs({
  options: {
    instances: { type: 'string', default: '100000' },
    /** Instances that have a history of 16 rows. */
    histories: { type: 'string', default: '2000' },
    /** Of the one long history. */
    rows: { type: 'string', default: '10000' },
  },
});
const instances = Number(given.instances);
const histories = Number(given.histories);
const longRows = Number(given.rows);

const batch = 10_000;
const dayMs = 24 * 3_600_000;
const newestMs = Date.parse('2026-11-29T12:00:00Z');
const names = ['HelloCities', 'CheckOut', 'Ship', 'Invoice', 'Nightly'];
const longId = 'long-history';

interface Row {
  partitionKey: string;
  rowKey: string;
  values: Record<string, string | number | boolean | null>;
}

/** Ids as they are made: 32 hexadecimal digits that lie anywhere, the same in each run. */
function idOf(n: number): string {
  let state = (n + 1) * 2_654_435_761;
  let id = '';
  while (id.length < 32) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + n) >>> 0;
    id += state.toString(16).padStart(8, '0');
  }
  return id.slice(0, 32);
}

function instanceRow(n: number): Row {
  const status = n % 25 === 0 ? 'Failed' : n % 50 === 1 ? 'Running' : n % 100 === 2 ? 'Pending' : 'Completed';
  const createdMs = newestMs - Math.floor((n / instances) * 30 * dayMs);
  const isOver = status === 'Completed' || status === 'Failed';
  return {
    partitionKey: n === 0 ? longId : idOf(n),
    rowKey: '',
    values: {
      Name: names[n % names.length] ?? '',
      RuntimeStatus: status,
      CreatedTime: toTimestamp(createdMs),
      LastUpdatedTime: toTimestamp(createdMs + 5000),
      CompletedTime: isOver ? toTimestamp(createdMs + 5000) : null,
      ...(isOver ? {} : { Output: null }),
    },
  };
}

/** 4 rows at the start, 4 each for an activity after the other, as a sequence leaves them. */
function historyRows(partitionKey: string, rows: number, executionId: string): Row[] {
  const made: Row[] = [];
  const base = {
    ExecutionId: executionId,
    EventId: -1,
    Name: null,
    Version: null,
    Input: null,
    Result: null,
    TaskScheduledId: null,
  };
  const add = (EventType: string, values: Row['values'] = {}): void => {
    const rowKey = made.length.toString(16).toUpperCase().padStart(16, '0');
    const _Timestamp = toTimestamp(newestMs - 10_000_000 + made.length);
    made.push({ partitionKey, rowKey, values: { ...empty, ...base, EventType, _Timestamp, ...values } });
  };
  add('OrchestratorStarted');
  add('ExecutionStarted', {
    Name: 'HelloCities',
    Version: '',
    Input: 'null',
    OrchestrationInstance: JSON.stringify({ InstanceId: partitionKey, ExecutionId: executionId }),
  });
  for (let task = 0; made.length < rows; task++) {
    add('TaskScheduled', { EventId: task, Name: 'SayHello', Version: '' });
    add('OrchestratorCompleted');
    add('OrchestratorStarted');
    add('TaskCompleted', { TaskScheduledId: task, Result: '"Hello Tokyo!"' });
  }
  const whole = made.slice(0, rows);
  return [
    ...whole,
    {
      partitionKey,
      rowKey: 'sentinel',
      values: { ...empty, ExecutionId: executionId, EventId: null, EventType: null, IsCheckpointComplete: true },
    },
  ];
}

/** Columns of the first row of the History table that are not of every row. */
const empty: Row['values'] = Object.fromEntries(
  Object.keys(goldenRows('History')[0] ?? {})
    .filter(
      (name) =>
        ![
          'partitionKey',
          'rowKey',
          'timestamp',
          'etag',
          'ExecutionId',
          'EventType',
          'EventId',
          'IsPlayed',
          '_Timestamp',
        ].includes(name),
    )
    .map((name) => [name, null]),
);

async function send(child: ChildProcess, table: string, rows: readonly Row[]): Promise<void> {
  for (let at = 0; at < rows.length; at += batch) {
    child.send({ table, rows: rows.slice(at, at + batch) });
    await once(child, 'message');
  }
}

async function fill(azurite: Azurite): Promise<void> {
  const child = azurite.process;
  const [golden] = goldenRows('Instances').filter(({ partitionKey }) => partitionKey === 'hello');
  if (golden === undefined) throw new Error('The goldens have no instance hello.');
  // The forms come from rows of the real engine.
  await azurite.put('BenchHubInstances', [golden]);
  await azurite.put('BenchHubHistory', goldenRows('History').slice(0, 1));
  for (let at = 0; at < instances; at += batch) {
    const count = Math.min(batch, instances - at);
    await send(
      child,
      'BenchHubInstances',
      Array.from({ length: count }, (_, n) => instanceRow(at + n)),
    );
  }
  const executionId = (golden['ExecutionId'] as { value: string }).value;
  for (let n = 1; n <= histories; n += 500) {
    const part = Array.from({ length: Math.min(500, histories - n + 1) }, (_, each) =>
      historyRows(idOf(n + each), 16, executionId),
    );
    await send(child, 'BenchHubHistory', part.flat());
  }
  await send(child, 'BenchHubHistory', historyRows(longId, longRows, executionId));
}

/** Above what it is idle, in MiB; looked at between the turns. */
class MemoryWatch {
  readonly #idle: number;
  #most: number;
  readonly #timer: NodeJS.Timeout;
  constructor() {
    global.gc?.();
    this.#idle = this.#most = used();
    this.#timer = setInterval(() => (this.#most = Math.max(this.#most, used())), 20);
  }
  stop(): number {
    clearInterval(this.#timer);
    return Math.round(Math.max(this.#most, used()) - this.#idle);
  }
}

function used(): number {
  const { rss } = process.memoryUsage();
  return rss / 1024 / 1024;
}

const results: { what: string; ms: string; ownCpuMs: number; serverCpuMs: number; requests: number; memoryMiB: number }[] = [];

/** Of the processor, in ms: what a machine that does something else as well does not change. */
async function processorTime(server: ChildProcess): Promise<{ own: number; server: number }> {
  const answer = once(server, 'message');
  server.send('cpu');
  const [its] = (await answer) as [NodeJS.CpuUsage];
  const ms = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;
  return { own: ms(process.cpuUsage()), server: ms(its) };
}

async function measure(
  { hub, server }: { hub: AttachedHub; server: ChildProcess },
  what: string,
  times: number,
  run: () => Promise<unknown>,
): Promise<void> {
  const took: number[] = [];
  const before = hub.requests;
  const cpuBefore = await processorTime(server);
  const watch = new MemoryWatch();
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    await run();
    took.push(performance.now() - began);
  }
  const cpu = await processorTime(server);
  took.sort((a, b) => a - b);
  const middle = took[Math.floor(took.length / 2)] ?? 0;
  const row = {
    what,
    ms: times === 1 ? middle.toFixed(0) : `${middle.toFixed(0)} (${(took[0] ?? 0).toFixed(0)}-${(took.at(-1) ?? 0).toFixed(0)})`,
    ownCpuMs: Math.round((cpu.own - cpuBefore.own) / times),
    serverCpuMs: Math.round((cpu.server - cpuBefore.server) / times),
    requests: Math.round((hub.requests - before) / times),
    memoryMiB: watch.stop(),
  };
  results.push(row);
  console.error(
    `${row.ms.padStart(19)} ms  ${String(row.ownCpuMs).padStart(6)} + ${String(row.serverCpuMs).padStart(6)} ms of processor  ${String(row.requests).padStart(5)} requests  ${String(row.memoryMiB).padStart(4)} MiB  ${what}`,
  );
}

/** As the editor does, but that it waits for ever: Azurite makes its indices anew with the first question. */
function attach(azurite: Azurite): Promise<AttachedHub> {
  const target = hubTarget(azurite.connection, 'BenchHub');
  if (target.kind !== 'azureStorage') throw new Error('Azurite is a storage.');
  return openAzureStorageHub(target.connection, { clock: new SystemClock(), hubName: target.hubName, timeoutMs: 3_600_000 });
}

async function main(): Promise<void> {
  const azurite = await Azurite.start('', {
    node: ['--max-old-space-size=12000', '--require', path.resolve('bench/attached/azurite-filler.cjs')],
  });
  try {
    const began = performance.now();
    await fill(azurite);
    console.error(`filled with ${instances} instances in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const hub = await attach(azurite);
    const at = { hub, server: azurite.process };
    const newest: InstanceQuery = { orderBy: 'createdTime', descending: true, pageSize: 100, entities: 'exclude' };
    const open: InstanceQuery = { ...newest, statuses: ['Running', 'Pending', 'Suspended', 'ContinuedAsNew'] };
    const recent = { createdTimeFrom: toTimestamp(newestMs - dayMs) };
    await hub.query({ pageSize: 100 });
    await measure(at, 'attached', 3, async () => (await attach(azurite)).dispose());
    await measure(at, 'first page in the order of ids, 100 of all', 5, () => hub.query({ pageSize: 100, entities: 'exclude' }));
    await measure(at, 'first page of the tree, newest of all', 5, () => hub.query(newest));
    await measure(at, 'tree: not finished', 5, () => hub.query(open));
    await measure(at, 'tree: failed in the last 24 hours', 5, () => hub.query({ ...newest, ...recent, statuses: ['Failed'] }));
    await measure(at, 'filtered page: status Failed', 5, () =>
      hub.query({ pageSize: 100, statuses: ['Failed'], entities: 'exclude' }),
    );
    await measure(at, 'filtered page: prefix', 5, () => hub.query({ pageSize: 100, instanceIdPrefix: 'ab1' }));
    await measure(at, 'filtered page: created in the last day', 5, () => hub.query({ pageSize: 100, ...recent }));
    await measure(at, 'filtered page: nothing found', 5, () => hub.query({ pageSize: 100, names: ['Nobody'] }));
    const last = await hub.query({ pageSize: 1000 });
    await measure(at, 'second page', 5, () => hub.query({ pageSize: 100, continuationToken: last.continuationToken ?? '' }));
    await measure(at, 'one instance', 9, () => hub.get(idOf(7)));
    await measure(at, 'its history, 16 rows', 9, () => hub.history(idOf(8)));
    await measure(at, `one instance of ${longRows} rows`, 5, () => hub.get(longId));
    await measure(at, `first 100 of ${longRows} rows`, 5, () => hub.history(longId, 0, 100));
    await measure(at, `all ${longRows} rows`, 2, async () => {
      // One that remembers nothing.
      const other = await attach(azurite);
      const { length } = await other.history(longId);
      other.dispose();
      if (length !== longRows) throw new Error(`${length} rows`);
    });
    const stopped = new AbortController();
    await measure(at, 'counts, called off with the first that is told', 1, () =>
      hub.count({}, { progress: () => stopped.abort(), signal: stopped.signal }).catch(() => undefined),
    );
    let told = 0;
    await measure(at, 'counts', 1, () => hub.count({}, { progress: () => (told += 1) }));
    console.error(`counts were told ${told} times on the way`);
    console.log(JSON.stringify({ instances, histories, longRows, results }));
    hub.dispose();
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    // It does not end while somebody may send it messages.
    azurite.process.disconnect();
    await azurite.stop();
  }
}

void main();
