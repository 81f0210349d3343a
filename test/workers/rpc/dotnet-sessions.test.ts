/** Extended sessions, as host.json turns them on: an orchestrator in C# is not replayed while its process keeps it. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dotnetAppOrSkip, RunningEmulator } from './dotnet-app';

describe('a C# function app with extended sessions', () => {
  let folder: string | null = null;
  let app: RunningEmulator;
  let plain: RunningEmulator;

  before(async function () {
    const dir = await dotnetAppOrSkip(this);
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-dotnet-sessions-'));
    await cp(path.join(dir, 'bin/Debug/net10.0'), folder, { recursive: true });
    const durableTask = { defaultVersion: '1.0', extendedSessionsEnabled: true };
    await writeFile(path.join(folder, 'host.json'), JSON.stringify({ version: '2.0', extensions: { durableTask } }));
    [app, plain] = await Promise.all([RunningEmulator.start(folder), RunningEmulator.start(dir)]);
  });
  after(async () => {
    for (const each of [app, plain] as (RunningEmulator | undefined)[]) await each?.stop();
    if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('writes the rows that it writes without them', async () => {
    const inputs: [string, unknown][] = [
      ...[
        'HelloCities',
        'Kinds',
        'Failing',
        'Catching',
        'Retrying',
        'Parent',
        'Sleeping',
        'Banking',
        'CallsClasses',
        'Versioned',
      ].map((name): [string, unknown] => [name, undefined]),
      ['FanOut', 20],
      ['Counting', 0],
    ];
    for (const [name, input] of inputs) {
      const [one, other] = await Promise.all(
        [app, plain].map(async (each) => {
          const id = await each.start(name, input, { instanceId: name.toLowerCase() });
          const { runtimeStatus, output, customStatus } = await each.ended(id);
          return { runtimeStatus, output, customStatus, rows: name === 'FanOut' ? [] : await each.rows(id) };
        }),
      );
      assert.deepEqual(one, other, name);
    }
  });

  it('does not replay: code that goes another way each time is not found out', async () => {
    for (const [each, status] of [
      [app, 'Completed'],
      [plain, 'Failed'],
    ] as const) {
      // The first run of a process calls an activity with what it does not take.
      await each.ended(await each.start('Fickle'));
      assert.equal((await each.ended(await each.start('Fickle'))).runtimeStatus, status);
    }
  });

  it('goes on after its process was killed, from the whole history', async () => {
    const id = await app.start('Approval');
    await app.until(id, (row) => row.runtimeStatus === 'Running');
    const before = app.emulator.workerPid ?? 0;
    process.kill(before, 'SIGKILL');
    await app.eventually(() => (app.emulator.workerPid === before ? undefined : app.emulator.workerPid));
    await app.emulator.hub.suspend(id, 'why not');
    await app.until(id, (row) => row.runtimeStatus === 'Suspended');
    await app.emulator.hub.raiseEvent(id, 'Approval', 'true');
    await app.emulator.hub.resume(id, 'why');
    assert.equal((await app.ended(id)).output, '"approved"');
    assert.equal((await app.rows(id)).filter((type) => type === 'TimerCreated').length, 1);
  });

  it('begins anew with each instance of an id', async () => {
    for (const approved of ['true', 'false']) {
      const id = await app.start('Approval', undefined, { instanceId: 'again' });
      await app.until(id, (row) => row.runtimeStatus === 'Running');
      await app.emulator.hub.raiseEvent(id, 'Approval', approved);
      assert.equal((await app.ended(id)).output, approved === 'true' ? '"approved"' : '"refused"');
    }
    const id = await app.start('Approval', undefined, { instanceId: 'again' });
    await app.until(id, (row) => row.runtimeStatus === 'Running');
    await app.emulator.hub.terminate(id, 'enough');
    assert.equal((await app.ended(id)).runtimeStatus, 'Terminated');
    assert.equal(await app.outputOf('FanOut', 3), 14);
  });
});
