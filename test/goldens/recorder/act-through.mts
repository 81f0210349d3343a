/**
 * Acts on a hub in Azure Storage through the real engine's own host, as `--act HUB --through HOST` does, and compares what the reader shows of each
 * instance after each action, while the worker runs and once it has stopped, with what the engine's management API says: `npx tsx act-through.mts`.
 * It is no part of CI.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { SystemClock } from '../../../src/emulator/time/system-clock';
import type { AttachedHub } from '../../../src/hubs/attached-hub';
import { segmentOf } from '../../../src/hubs/functions-host/path-segment';
import { hubTarget, type HubTarget } from '../../../src/hubs/hub-target';
import { openHub } from '../../../src/hubs/open-hub';
import { merged, mergedOfApi, type Status, statusOf, statusOfApi } from './lib/as-the-api-says.mjs';
import { call } from './lib/play.mjs';
import { prepare, startAzurite, startHost } from './lib/processes.mjs';

const app = path.resolve(import.meta.dirname, '../meetings/app/app.cjs');
const hubName = 'GoldenHub';
const clock = new SystemClock();
const waitMs = 30_000;

prepare();
const azurite = await startAzurite();
let host = await startHost({ app, hub: hubName, connection: azurite.connection });
const target = hubTarget(azurite.connection, hubName);
const through = (): Extract<HubTarget, { kind: 'functionsHost' }> => {
  const found = hubTarget(`${new URL(host.base).origin}/?code=KEY`);
  assert.ok(found.kind === 'functionsHost');
  return found;
};
const totals = { actions: 0, refusals: 0, comparisons: 0, rows: 0 };

async function api(id: string): Promise<Status | null> {
  const query = 'showHistory=true&showHistoryOutput=true&showInput=true';
  const { status, body } = await call(host.base, 'GET', `instances/${segmentOf(id)}?${query}`);
  return status === 404 ? null : (body as Status);
}

/** Asks both until nothing changes between two reads around an answer; fails where they differ then. */
async function compare(hub: AttachedHub, id: string, when: string): Promise<void> {
  for (let n = 0; n < 20; n++) {
    const ours = async (): Promise<unknown> => {
      const row = await hub.get(id);
      return row === undefined ? null : { status: statusOf(row), history: merged(await hub.history(id)) };
    };
    const before = await ours();
    const said = await api(id);
    if (!isDeepStrictEqual(before, await ours())) continue;
    const theirs = said === null ? null : { status: statusOfApi(said), history: mergedOfApi(said.historyEvents ?? []) };
    assert.deepEqual(before, theirs, `${id}, ${when}`);
    totals.comparisons += 1;
    totals.rows += theirs?.history.length ?? 0;
    return;
  }
  throw new Error(`${id} goes on changing.`);
}

async function until(hub: AttachedHub, id: string, status: string): Promise<void> {
  const endMs = Date.now() + waitMs;
  while (Date.now() < endMs) {
    if ((await hub.get(id))?.runtimeStatus === status) return;
    await pause(100);
  }
  throw new Error(`${id} is ${(await hub.get(id))?.runtimeStatus ?? 'gone'}, and was to be ${status}.`);
}

async function refused(promise: Promise<unknown>, code: string): Promise<void> {
  totals.refusals += 1;
  await assert.rejects(promise, (error) => (error as { code?: unknown }).code === code);
}

try {
  await refused(openHub(target, { clock, mayAct: true }), 'NotSupported');
  const looking = await openHub(target, { clock });
  await refused(looking.terminate('w', null), 'NotSupported');
  await refused(openHub(target, { clock, mayAct: true, actThrough: through() }), 'InvalidArgument');
  await call(host.base, 'POST', 'orchestrators/Wait/first');
  await until(looking, 'first', 'Running');
  const hub = await openHub(target, { clock, mayAct: true, actThrough: through() });
  const ids = new Set<string>();
  const step = async (id: string, what: string, act: () => Promise<unknown>, status: string | null): Promise<void> => {
    ids.add(id);
    await act();
    totals.actions += 1;
    if (status !== null) await until(hub, id, status);
    await compare(hub, id, `after ${what}`);
    console.log(`${what.padEnd(34)} ${id}: ${(await hub.get(id))?.runtimeStatus ?? 'gone'}, as the engine says`);
  };
  const start = (name: string, instanceId: string, input?: string): Promise<unknown> =>
    hub.start({ name, instanceId, ...(input === undefined ? {} : { input }) });

  await step('w', 'start', () => start('Wait', 'w'), 'Running');
  await refused(hub.start({ name: 'Wait', instanceId: 'w' }), 'InstanceExists');
  await step('w', 'suspend', () => hub.suspend('w', 'hold'), 'Suspended');
  await step('w', 'raise an event while suspended', () => hub.raiseEvent('w', 'go', '{"a":[1,"é"]}'), 'Suspended');
  await step('w', 'resume', () => hub.resume('w', 'go on'), 'Completed');
  await refused(hub.raiseEvent('w', 'go', null), 'InstanceTerminal');
  await refused(hub.raiseEvent('nobody', 'go', null), 'InstanceNotFound');
  await step('two words ü+1%', 'start, an odd id', () => start('Wait', 'two words ü+1%'), 'Running');
  await step('two words ü+1%', 'terminate, an odd id', () => hub.terminate('two words ü+1%', 'é & ü'), 'Terminated');
  await step('t', 'start', () => start('ParentOfWait', 't'), 'Running');
  await until(hub, 't-child', 'Running');
  await step('t-child', 'terminate a child', () => hub.terminate('t-child', 'enough'), 'Terminated');
  // Nobody can catch that.
  await step('t', 'its parent fails', () => Promise.resolve(), 'Failed');
  await step('f', 'start, and it fails', () => start('FailThenEcho', 'f', '1'), 'Failed');
  await step('f', 'rewind', () => hub.rewind('f', 'once more'), 'Completed');
  await step('g', 'start, and a grandchild fails', () => start('Grandparent', 'g', '{"key":"g","times":1}'), 'Failed');
  await step('g', 'rewind through children', () => hub.rewind('g', null), 'Completed');
  await refused(hub.rewind('w', null), 'InstanceWrongState');
  await step('e', 'start with an entity', () => start('ManySignals', 'e', '3'), 'Completed');
  const [entity] = (await hub.queryEntities({ includeState: true })).entities;
  assert.ok(entity);
  const before = entity.state;
  await hub.signalEntity(entity.instanceId, 'add', { input: '5' });
  for (let n = 0; n < 100 && (await hub.getEntity(entity.instanceId))?.state === before; n++) await pause(100);
  const state = (await hub.getEntity(entity.instanceId))?.state ?? '';
  const [, name = '', key = ''] = entity.instanceId.split('@');
  assert.deepEqual(JSON.parse(state), (await call(host.base, 'GET', `entities/${name}/${encodeURIComponent(key)}`)).body);
  assert.notEqual(state, before);
  totals.actions += 1;
  console.log(`signal an entity                   ${entity.instanceId}: ${before} -> ${state}, as the engine says`);
  const again = await hub.restart('w', { newInstanceId: true });
  await step(again.instanceId, 'restart as a new instance', () => Promise.resolve(), 'Running');
  await refused(hub.purge(again.instanceId), 'InstanceNotTerminal').catch((error: unknown) =>
    console.log(`purging what runs: ${String(error)}`),
  );
  await step(again.instanceId, 'terminate', () => hub.terminate(again.instanceId, null), 'Terminated');
  await step(again.instanceId, 'purge', () => hub.purge(again.instanceId), null);
  assert.equal(await hub.get(again.instanceId), undefined);
  const purged = await hub.purgeBy({ statuses: ['Terminated'] });
  assert.ok(purged >= 1, `${purged}`);
  await compare(hub, 't-child', 'after purging all that were terminated');

  // Another host of the same hub, begun after the first has stopped: what was left is the same.
  await host.stop();
  host = await startHost({ app, hub: hubName, connection: azurite.connection });
  for (const id of ids) await compare(hub, id, 'once another host has begun');
  console.log(JSON.stringify(totals));
  hub.dispose();
  looking.dispose();
} finally {
  await host.stop();
  await azurite.stop();
}
