'use strict';
// A folder without a function app, whose program connects to the emulator as it would to the Durable Task Scheduler.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { TaskHubGrpcWorker } = require('@microsoft/durabletask-js');
const vscode = require('vscode');
const { answering, durascope, run, statusOf, until } = require('../support.cjs');

const folder = () => vscode.workspace.workspaceFolders[0].uri.fsPath;
const manifest = () => path.join(folder(), 'requirements.txt');

async function current() {
  const { apps, emulators } = await durascope();
  return { app: apps.current, emulator: apps.current && emulators.of(apps.current) };
}

/** A program that runs one orchestrator, connected while `act` runs. */
async function withProgram(port, act) {
  const silent = { error: console.error, warn: () => {}, info: () => {}, debug: () => {} };
  const worker = new TaskHubGrpcWorker({ hostAddress: `localhost:${port}`, logger: silent });
  worker.addNamedOrchestrator('Greeting', async function* (_context, name) {
    return `Hello ${name}!`;
  });
  await worker.start();
  try {
    return await act();
  } finally {
    await worker.stop();
  }
}

describe('a folder of Durable Task programs', () => {
  after(async () => {
    for (const emulator of (await durascope()).emulators.all) await emulator.stop();
  });

  it('is found by what its program depends on, and named by its folder', async () => {
    const { apps } = await durascope();
    assert.deepEqual(
      apps.all.map(({ kind, appDir, name }) => ({ kind, appDir, name })),
      [{ kind: 'programs', appDir: folder(), name: 'greetings' }],
    );
  });

  it('runs an emulator without an app, and instances in the program that connects', async () => {
    const url = await run('startEmulator');
    assert.match(url, /^http:\/\/localhost:\d+/);
    const { emulator } = await current();
    assert.equal(emulator.status.worker.type, 'none');
    const { grpc, hub } = emulator.running;
    assert.equal(await run('copyConnectionString'), grpc.connectionString);
    assert.equal(await vscode.env.clipboard.readText(), grpc.connectionString);
    assert.match(grpc.connectionString, /^Endpoint=http:\/\/localhost:\d+;Authentication=None;TaskHub=default$/);
    await withProgram(grpc.port, async () => {
      await until('the program is connected', () => emulator.running.connectedWorkers().length === 1);
      const instanceId = await run('startInstance', { name: 'Greeting', input: '"Lima"' });
      await until('the instance ends', async () => (await statusOf(hub, instanceId)) === 'Completed');
      assert.equal((await hub.get(instanceId)).output, '"Hello Lima!"');
    });
  });

  it('offers what its programs have run, and takes any other name', async () => {
    const { emulator } = await current();
    await withProgram(emulator.running.grpc.port, async () => {
      const instanceId = await run('startInstance', { name: 'Greeting', input: '"Oslo"' });
      await until('the instance ends', async () => (await statusOf(emulator.hub, instanceId)) === 'Completed');
      await until('the orchestrator is known', () => emulator.running.connectedWorkers()[0].orchestrators.includes('Greeting'));
      const original = vscode.window.createQuickPick;
      const lists = [];
      vscode.window.createQuickPick = () => {
        const real = original.call(vscode.window);
        const show = real.show.bind(real);
        real.show = () => {
          show();
          lists.push(real.items.map(({ label }) => label));
          real.hide();
        };
        return real;
      };
      try {
        await run('startInstance');
      } finally {
        vscode.window.createQuickPick = original;
      }
      assert.deepEqual(lists, [['Greeting']]);
    });
  });

  it('has nothing to debug, and says so', async () => {
    const said = [];
    await answering(
      'showErrorMessage',
      (message) => void said.push(message),
      () => vscode.debug.startDebugging(vscode.workspace.workspaceFolders[0], { type: 'durascope', request: 'launch', name: '' }),
    );
    assert.match(said[0], /no function app with durable functions here/);
  });

  it('says what to change when the settings keep programs away', async () => {
    await run('stopEmulator');
    const settings = vscode.workspace.getConfiguration('durascope');
    await settings.update('grpc', 'off', vscode.ConfigurationTarget.Workspace);
    const said = [];
    try {
      await answering(
        'showErrorMessage',
        async (message) => void said.push(message),
        () => run('startEmulator'),
      );
    } finally {
      await settings.update('grpc', undefined, vscode.ConfigurationTarget.Workspace);
    }
    assert.match(said[0], /durascope\.grpc/);
  });

  it('may be any folder, once the user has said so', async () => {
    fs.rmSync(manifest());
    const { apps, emulators } = await durascope();
    await until('the program is not there any more', () => apps.all.length === 0);
    const start = (answer) =>
      answering(
        'showInformationMessage',
        async () => answer,
        () => run('startEmulator'),
      );
    assert.equal(await start(undefined), undefined);
    assert.equal(apps.all.length, 0);
    assert.match(await start('Start Emulator'), /^http:\/\/localhost:\d+/);
    assert.equal(apps.current.kind, 'programs');
    await apps.search();
    assert.equal(apps.all.length, 1);
    await emulators.of(apps.current).stop();
  });
});
