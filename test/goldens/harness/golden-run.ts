/** Recordings of a folder, played on one emulator of the built program that runs the app beside them. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryEvent } from '../../../src/core/history/history';
import type { InstanceRow } from '../../../src/core/instances/instance';
import { DurascopePrograms, type Ready } from '../../support/durascope-program';
import { startPage } from './page';
import { play } from './player';
import type { InstanceTables, Played, Recording } from './recording';
import { tablesOf } from './table-rows';

/** As many scenarios at once. */
const inParallel = 24;

export async function readRecordings(folder: string): Promise<Recording[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(files.map(async (file) => JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Recording));
}

/** What is under way, to be ended by who began it. */
const underWay = new Set<() => Promise<void>>();

/** For `after`: a test that ran into its limit leaves nothing running. */
export async function endPlays(): Promise<void> {
  await Promise.all([...underWay].map((end) => end()));
}

/** By name; an error where a scenario could not be played. `more`: arguments of the start. `storageMs`: what `Echo` of the app and the page of durable HTTP calls take, where the real engine's storage is what a recording was made by. `patience`: as in `ServedHub`. */
export async function playAll(
  app: string,
  recordings: readonly Recording[],
  storageMs = 0,
  more: readonly string[] = [],
  patience = 1,
): Promise<Map<string, Played | Error>> {
  const home = await mkdtemp(path.join(tmpdir(), 'durascope-goldens-'));
  const programs = new DurascopePrograms({
    env: { DURASCOPE_HOME: path.join(home, 'home'), GOLDENS_STORAGE_MS: String(storageMs) },
  });
  const page = await startPage(storageMs);
  const end = async (): Promise<void> => {
    if (!underWay.delete(end)) return;
    await page.stop();
    await programs.endAll();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  underWay.add(end);
  try {
    const { ready } = await programs.start([app, '--data', path.join(home, 'data'), ...more]);
    const played = new Map<string, Played | Error>();
    const queue = [...recordings];
    const names = recordings.map(({ name }) => name);
    await Promise.all(
      Array.from({ length: inParallel }, async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const { name } = next;
          played.set(
            name,
            await playOne(ready, { pagePort: page.port, patience }, next, names).catch((error: unknown) => error as Error),
          );
        }
      }),
    );
    return played;
  } finally {
    await end();
  }
}

async function playOne(
  ready: Ready,
  client: { pagePort: number; patience: number },
  recording: Recording,
  names: readonly string[],
): Promise<Played> {
  const { calls, status } = await play({ managementUrl: ready.managementUrl, key: ready.key, ...client }, recording);
  const rows: Record<string, InstanceTables> = {};
  const others = names.filter((name) => name.startsWith(`${recording.name}-`));
  for (const id of new Set([...Object.keys(recording.rows), ...(await ownInstances(ready, recording.name, others))])) {
    const url = `${ready.url}/durascope/instances/${encodeURIComponent(id)}`;
    const hasToEnd = isOver(String(recording.rows[id]?.Instances[0]?.['RuntimeStatus']));
    let row = await get<InstanceRow>(ready, url);
    // Nobody of the scenario waited for it; on a busy machine it may still be under way.
    for (let turn = 0; hasToEnd && row !== undefined && !isOver(row.runtimeStatus) && turn < 50 * client.patience; turn++) {
      await pause(100);
      row = await get<InstanceRow>(ready, url);
    }
    rows[id] = tablesOf(row, row === undefined ? [] : ((await get<HistoryEvent[]>(ready, `${url}/history`)) ?? []));
  }
  return { calls, status, rows };
}

const isOver = (status: string): boolean => ['Completed', 'Failed', 'Terminated'].includes(status);

async function ownInstances(ready: Ready, name: string, others: readonly string[]): Promise<string[]> {
  const page = await get<{ instances: InstanceRow[] }>(
    ready,
    `${ready.url}/durascope/instances?query=${encodeURIComponent(JSON.stringify({ instanceIdPrefix: name }))}`,
  );
  return (page?.instances ?? [])
    .map(({ instanceId }) => instanceId)
    .filter((id) => id === name || id.startsWith(`${name}-`))
    .filter((id) => !others.some((other) => id === other || id.startsWith(`${other}-`)));
}

async function get<T>(ready: Ready, url: string): Promise<T | undefined> {
  const response = await fetch(`${url}${url.includes('?') ? '&' : '?'}code=${ready.key}`);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
