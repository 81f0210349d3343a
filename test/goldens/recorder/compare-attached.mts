/**
 * Whether an attached hub shows what the real engine says of itself, while its worker runs and after: `npx tsx compare-attached.mts`. Plays the
 * scenarios of test/goldens/meetings on the real engine and asks its management API and the reader of the same hub in turns. It is no part of CI.
 * Two reads of the tables around one answer of the API have to be the same for that answer to count: instances change meanwhile.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { InstanceRow } from '../../../src/core/instances/instance';
import { isEntityId } from '../../../src/core/values/instance-id';
import { SystemClock } from '../../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../../src/hubs/attached-hub';
import { hubTarget } from '../../../src/hubs/hub-target';
import { openHub } from '../../../src/hubs/open-hub';
import { merged, mergedOfApi, type Status, statusOf, statusOfApi, toSeconds, value } from './lib/as-the-api-says.mjs';
import { call, play } from './lib/play.mjs';
import { prepare, startAzurite, startHost, startPage } from './lib/processes.mjs';

const { values: flags } = parseArgs({ options: { scenarios: { type: 'string', default: '30' } } });
const folder = path.resolve(import.meta.dirname, '../meetings');
const scenarios = (JSON.parse(readFileSync(path.join(folder, 'scenarios.json'), 'utf8')) as { name: string }[]).slice(
  0,
  Number(flags.scenarios),
);
const hubName = 'GoldenHub';

const totals = { lists: 0, listed: 0, statuses: 0, histories: 0, rows: 0, changing: 0 };
const differences: string[] = [];

/** False: it went on changing. */
async function sameNow<T>(what: string, ours: () => Promise<T>, theirs: () => Promise<T>, tries = 8): Promise<boolean> {
  for (let n = 0; n < tries; n++) {
    const before = await ours();
    const api = await theirs();
    const after = await ours();
    if (!isDeepStrictEqual(before, after)) continue;
    if (!isDeepStrictEqual(before, api)) {
      differences.push(`${what}\n  reader ${JSON.stringify(before)}\n  engine ${JSON.stringify(api)}`);
    }
    return true;
  }
  totals.changing += 1;
  return false;
}

async function apiList(base: string): Promise<unknown[]> {
  const found: Status[] = [];
  let token: string | undefined;
  do {
    const response = await fetch(`${base}/instances?showInput=false&code=KEY`, {
      headers: token === undefined ? {} : { 'x-ms-continuation-token': token },
    });
    found.push(...((await response.json()) as Status[]));
    const next = response.headers.get('x-ms-continuation-token');
    token = next === null || next === '' || next === 'null' ? undefined : next;
  } while (token !== undefined);
  return found
    .map(({ instanceId, name, runtimeStatus, createdTime, customStatus }) =>
      JSON.stringify([instanceId, name, runtimeStatus, toSeconds(createdTime), customStatus ?? null]),
    )
    .sort();
}
async function ownList(hub: AttachedHub): Promise<unknown[]> {
  const found: InstanceRow[] = [];
  let continuationToken: string | undefined;
  do {
    const page = await hub.query({ pageSize: 100, ...(continuationToken === undefined ? {} : { continuationToken }) });
    found.push(...page.instances);
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  return found
    .map(({ instanceId, name, runtimeStatus, createdTime, customStatus }) =>
      JSON.stringify([instanceId, name, runtimeStatus, toSeconds(createdTime), value(customStatus)]),
    )
    .sort();
}

async function compareAll(hub: AttachedHub, base: string, when: string): Promise<void> {
  const isSame = await sameNow(
    `list ${when}`,
    () => ownList(hub),
    () => apiList(base),
  );
  if (isSame) totals.lists += 1;
  const rows = (await ownList(hub)).map((line) => (JSON.parse(String(line)) as string[])[0] ?? '');
  totals.listed = Math.max(totals.listed, rows.length);
  for (const id of rows) {
    const api = async (): Promise<Status> => {
      const query = 'showHistory=true&showHistoryOutput=true&showInput=true';
      return (await call(base, 'GET', `instances/${encodeURIComponent(id)}?${query}`)).body as Status;
    };
    const status = await sameNow(
      `${when}: status of ${id}`,
      async () => {
        const row = await hub.get(id);
        return row === undefined ? null : statusOf(row);
      },
      async () => statusOfApi(await api()),
    );
    if (status) totals.statuses += 1;
    if (isEntityId(id)) continue;
    let count = 0;
    const history = await sameNow(
      `${when}: history of ${id}`,
      async () => {
        const events = merged(await hub.history(id));
        count = events.length;
        return events;
      },
      async () => mergedOfApi((await api()).historyEvents ?? []),
    );
    if (!history) continue;
    totals.histories += 1;
    totals.rows += count;
  }
}

prepare();
const azurite = await startAzurite();
const page = await startPage();
const host = await startHost({ app: path.join(folder, 'app', 'app.cjs'), hub: hubName, connection: azurite.connection });
try {
  const hub = await openHub(hubTarget(azurite.connection, hubName), { clock: new SystemClock() });
  const playingState = { isOver: false };
  const queue = [...scenarios];
  const worker = async (): Promise<void> => {
    for (let scenario = queue.shift(); scenario !== undefined; scenario = queue.shift())
      await play(host.base, scenario, page.port);
  };
  const playing = Promise.all([worker(), worker(), worker()]).then(() => (playingState.isOver = true));
  while (!playingState.isOver) await compareAll(hub, host.base, 'while it runs');
  await playing;
  const during = { ...totals };
  await compareAll(hub, host.base, 'after');
  console.log(JSON.stringify({ during, all: totals, differences: differences.length, requests: hub.requests }));
  for (const difference of differences.slice(0, 40)) console.log(difference);
  process.exitCode = differences.length === 0 ? 0 : 1;
  hub.dispose();
} finally {
  await host.stop();
  await page.stop();
  await azurite.stop();
}
