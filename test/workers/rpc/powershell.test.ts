/**
 * PowerShell apps with the real worker (spec/functionrpc-workers.md 5), whose folder the environment variable DURASCOPE_POWERSHELL_WORKER
 * names; without it these tests are skipped.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HistoryEvent } from '../../../src/core/history/history';
import { powerShellWaits } from '../../../src/analysis/waits/powershell-waits';
import { waitPlaces } from '../../../src/analysis/waits/wait-places';
import { createReplays } from '../../../src/emulator/replays/replays';
import { findPowerShellWorker, workerVariable } from '../../../src/workers/rpc/powershell/find-powershell-worker';
import { treesOf } from '../../analysis/grammars/load-trees';
import { RunningEmulator } from './dotnet-app';

const fixture = path.resolve(import.meta.dirname, '../../fixtures/apps/powershell');

describe('a PowerShell function app', () => {
  let app: RunningEmulator;

  before(async function () {
    if (process.env[workerVariable] === undefined) {
      console.log(`      PowerShell: skipped, ${workerVariable} does not name the folder of its worker`);
      this.skip();
    }
    app = await RunningEmulator.start(fixture);
  });
  after(async () => {
    // Absent where it was skipped.
    await (app as RunningEmulator | undefined)?.stop();
  });

  it('runs HelloCities with its custom status, its rows and its log', async () => {
    const id = await app.start('HelloCities');
    const row = await app.ended(id);
    assert.deepEqual(
      [row.runtimeStatus, row.output, row.customStatus],
      ['Completed', '["Hello Tokyo","Hello Seattle","Hello London"]', '"London"'],
    );
    const scheduled = (await app.emulator.hub.history(id)).filter((each) => each.EventType === 'TaskScheduled');
    assert.deepEqual(
      scheduled.map(({ EventId, Name }) => [EventId, Name]),
      [
        [0, 'SayHello'],
        [1, 'SayHello'],
        [2, 'SayHello'],
      ],
    );
    const line = app.logs.find(({ instanceId, message }) => instanceId === id && message.includes('greeting Tokyo'));
    assert.equal(line?.functionName, 'SayHello');
  });

  it('fans out, more at a time than the worker takes', async () => {
    assert.equal(await app.outputOf('FanOut', 12), 650);
  });

  it('fails after its retries with what was thrown', async () => {
    const id = await app.start('Retrying');
    const row = await app.ended(id);
    assert.equal(row.runtimeStatus, 'Failed');
    assert.match(row.output ?? '', /no stock: again/);
    assert.equal((await app.rows(id)).filter((each) => each === 'TaskFailed').length, 3);
    const told = await app.eventually(() => app.logs.find(({ instanceId, place }) => instanceId === id && place !== undefined));
    assert.match(told.place?.file ?? '', /[\\/]Throw[\\/]run\.ps1$/);
    assert.equal(told.place?.line, 3);
  });

  it('waits for an event or a timer, whichever is first', async () => {
    const id = await app.start('Approval');
    await app.until(id, (row) => row.runtimeStatus === 'Running');
    await app.emulator.hub.raiseEvent(id, 'Approval', 'true');
    assert.equal((await app.ended(id)).output, '"approved"');
  });

  it('is stepped through: what it asked for at each moment and its custom status, in a process of its own', async () => {
    const replays = createReplays({ appDir: fixture, log: () => undefined });
    try {
      const id = await app.start('HelloCities');
      await app.ended(id);
      const timeline = await replays.openInstance(app.emulator.hub, id);
      assert.deepEqual(
        timeline.steps.map(({ customStatus }) => customStatus),
        [null, '"Tokyo"', '"Seattle"', '"London"'],
      );
      assert.deepEqual(
        timeline.steps.map(({ decisions }) => decisions.map(({ type }) => type)),
        [['ScheduleTask'], ['ScheduleTask'], ['ScheduleTask'], ['CompleteOrchestration']],
      );
      assert.equal(timeline.steps.at(-1)?.output, '["Hello Tokyo","Hello Seattle","Hello London"]');
      assert.equal(timeline.steps[1]?.frames[0]?.place?.file, path.join(fixture, 'HelloCities', 'run.ps1'));
      assert.equal(timeline.divergence, null);
      const waiting = await app.start('Approval');
      await app.until(waiting, (row) => row.runtimeStatus === 'Running');
      const open = await replays.openInstance(app.emulator.hub, waiting);
      assert.deepEqual(open.steps.at(-1)?.pending.length, 1);
      const history = (await app.emulator.hub.history(id)).map((row): HistoryEvent =>
        row.EventType === 'TaskScheduled' && row.EventId === 1 ? { ...row, Name: 'Throw' } : row,
      );
      const parted = await replays.open({ instanceId: id, executionId: 'e', functionName: 'hellocities', history });
      assert.deepEqual([parted.divergence?.recorded, parted.divergence?.actual], ['activity Throw #1', 'activity SayHello #1']);
    } finally {
      await replays.dispose();
    }
  });

  it('is stepped through with its lines: in functions of the script, switch, if and ForEach-Object', async () => {
    const replays = createReplays({ appDir: fixture, log: () => undefined });
    try {
      const id = await app.start('Ways', { kind: 'parcel' });
      assert.equal((await app.ended(id)).output, '"9 Hello Tokyo, Hello Oslo, Hello Rome, Hello Bern, Hello Kyiv, Hello Riga"');
      const { steps } = await replays.openInstance(app.emulator.hub, id);
      const file = path.join(fixture, 'Ways', 'run.ps1');
      const graph = powerShellWaits(await treesOf('powershell'), file, await readFile(file, 'utf8'), 'Ways');
      assert.ok(graph !== null);
      const moments = steps.map(({ rows, decisions }) => ({ rows: rows.to, decisions }));
      assert.deepEqual(
        waitPlaces(graph, await app.emulator.hub.history(id), moments).map((frames) =>
          frames?.map(({ name, place }) => `${name} ${place.line}`),
        ),
        [
          ['Get-Hello 5', 'Ways 14'],
          ['Ways 17'],
          // Both ways ask for the same, with inputs that are no texts.
          undefined,
          ['Get-Hello 5', 'Ways 25'],
          ['Get-Hello 5', 'Ways 25'],
          ['Ways 28'],
          ['Ways 28'],
          undefined,
        ],
      );
    } finally {
      await replays.dispose();
    }
  });

  it('starts orchestrations over HTTP with the links of the management API', async () => {
    const response = await fetch(`${app.emulator.url}/api/start/FanOut`, {
      method: 'POST',
      body: '3',
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(response.status, 202);
    const urls = (await response.json()) as { id: string; statusQueryGetUri: string };
    assert.equal((await app.ended(urls.id)).output, '14');
    assert.equal((await fetch(urls.statusQueryGetUri)).status, 200);
  });
});

describe('the PowerShell worker', () => {
  it('that is nowhere is said with what to install, one that is not where it was named with the name', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'durascope-powershell-'));
    try {
      await assert.rejects(findPowerShellWorker({ PATH: dir }), /npm install -g azure-functions-core-tools@4/);
      await assert.rejects(
        findPowerShellWorker({ [workerVariable]: dir }),
        new RegExp(`does not hold .* Correct ${workerVariable}`),
      );
    } finally {
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
