/** Replays for panels in a browser, over the emulator's own endpoints as the dashboard asks. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Emulator } from '../../src/emulator/emulator-types';
import { startEmulator } from '../../src/emulator/emulator';
import { SystemClock } from '../../src/emulator/time/system-clock';
import { HttpTaskHubClient } from '../../src/http/client/http-task-hub-client';
import { replayMoment, replayOverview, replayVariable } from '../../src/protocol/replay-values';
import { DurascopeError } from '../../src/core/values/errors';
import { useHome } from '../support/use-home';

const appDir = path.resolve('test/fixtures/apps/tour');

describe('replays for a panel in a browser', () => {
  let home: string;
  let emulator: Emulator;
  let client: HttpTaskHubClient;
  let leaveHome: () => void;
  before(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'durascope-replays-'));
    leaveHome = useHome(home);
    emulator = await startEmulator({ appDir, dataDir: path.join(home, 'data'), port: 0, logger: () => undefined });
    client = await HttpTaskHubClient.connect({ url: emulator.url, key: emulator.key, clock: new SystemClock() });
    const { instanceId } = await emulator.hub.start({ name: 'HelloCities', instanceId: 'a', input: '"oslo"' });
    assert.equal((await emulator.hub.waitForCompletion(instanceId, 30_000)).runtimeStatus, 'Completed');
  });
  after(async () => {
    client.dispose();
    await emulator.stop();
    leaveHome();
    await rm(home, { recursive: true, force: true });
  });
  const code = (wanted: string) => (error: unknown) => DurascopeError.is(error, wanted as never);

  it('have moments with the code around them, and variables', async () => {
    const { id, overview } = await client.instanceReplays.open('a');
    const { steps, files, divergence, functionName } = replayOverview.parse(overview);
    assert.equal(functionName, 'HelloCities');
    assert.equal(divergence, null);
    assert.match(files[0] ?? '', /app\.js$/);
    const moment = replayMoment.parse(await client.instanceReplays.moment(id, 1));
    assert.match(moment.snippet?.lines.join('\n') ?? '', /yield/);
    const [local] = moment.scopes;
    assert.ok(local !== undefined && local.variables.length > 0);
    const list = local.variables.find(({ reference }) => reference !== null);
    const inside = await client.instanceReplays.variables(id, list?.reference ?? '', 0, 10);
    assert.ok(replayVariable.array().parse(inside).length > 0);
    assert.match(replayMoment.parse(await client.instanceReplays.moment(id, steps.length - 1)).output ?? '', /Hello/);
    await assert.rejects(client.instanceReplays.moment(id, steps.length), code('InvalidArgument'));
    await client.instanceReplays.close(id);
    await assert.rejects(client.instanceReplays.moment(id, 0), code('Stopped'));
    await client.instanceReplays.close(id);
  });

  it('say what is not there, and are given to nobody without the key', async () => {
    await assert.rejects(client.instanceReplays.open('none'), code('InstanceNotFound'));
    for (const route of [
      '/durascope/instances/a/replay',
      '/durascope/instance-replays/x/moment',
      '/durascope/instance-replays/x/variables',
    ]) {
      const reply = await fetch(`${emulator.url}${route}`, { method: 'POST', body: '{}' });
      assert.equal(reply.status, 401, route);
    }
  });

  it('close the one that was looked at longest ago where there are many', async () => {
    const first = await client.instanceReplays.open('a');
    for (let more = 0; more < 20; more++) await client.instanceReplays.open('a');
    await assert.rejects(client.instanceReplays.moment(first.id, 0), code('Stopped'));
  });
});
