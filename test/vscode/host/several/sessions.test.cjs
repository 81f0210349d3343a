'use strict';
// How an emulator starts: on which port, with which instances, and beside a window that has the same data.
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const vscode = require('vscode');
const { until, durascope, run, answering, statusOf } = require('../support.cjs');

const appDir = () => vscode.workspace.workspaceFolders.find(({ name }) => name === 'plain').uri.fsPath;
const settings = () => vscode.workspace.getConfiguration('durascope', vscode.Uri.file(appDir()));
const set = (name, value) => settings().update(name, value, vscode.ConfigurationTarget.WorkspaceFolder);

describe('the start of an emulator', () => {
  let parts;
  before(async () => {
    parts = await durascope();
    await run('selectApp', appDir());
    await run('stopEmulator');
  });
  afterEach(() => run('stopEmulator'));
  const hub = () => parts.emulators.of(parts.apps.current).hub;

  it('offers another port where the one of the settings is taken', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address();
    await set('port', port);
    let said = '';
    const url = await answering(
      'showErrorMessage',
      (message, use) => ((said = message), use),
      () => run('startEmulator'),
    );
    assert.equal(said, `Port ${port} is in use by another program.`);
    assert.match(url, /^http:\/\/localhost:\d+$/);
    assert.notEqual(new URL(url).port, String(port));
    await set('port', 0);
    other.close();
  });

  describe('with instances of an earlier session', () => {
    const start = (label) =>
      answering(
        'showQuickPick',
        (items) => items.find((item) => item.label === label),
        () => run('startEmulator'),
      );
    const leaveOne = async () => {
      await set('sessionStart', 'keep');
      await run('startEmulator');
      const id = await run('startInstance', { name: 'ReserveTicket', input: null });
      await run('stopEmulator');
      await set('sessionStart', undefined);
      await run('askAboutEarlier');
      return id;
    };
    after(() => set('sessionStart', 'keep'));

    it('keeps them', async () => {
      const id = await leaveOne();
      assert.ok(await start('Keep them'));
      // It may have been stopped before its first episode.
      await until('it goes on', async () => (await statusOf(hub(), id)) === 'Running');
      // The answer is the user's own: no setting of the workspace, which may be the repository's.
      assert.equal(settings().get('sessionStart'), 'ask');
      await run('stopEmulator');
      const nothing = () => assert.fail('It is asked again.');
      assert.ok(await answering('showQuickPick', nothing, () => run('startEmulator')));
    });

    it('says how many there are, and lets them be read while the emulator is stopped', async () => {
      const id = await leaveOne();
      let title;
      const choose = (items, options) => ((title = options.title), items.find((item) => item.value === 'look'));
      assert.equal(await answering('showQuickPick', choose, () => run('startEmulator')), undefined);
      assert.match(title, /of the \d+ instances? of earlier sessions/);
      const emulator = parts.emulators.of(parts.apps.current);
      assert.deepEqual([emulator.status.type, emulator.isLookedAt], ['stopped', true]);
      assert.ok((await run('lookAtEarlier')) >= 1);
      const groups = await parts.instances.getChildren();
      const rows = (await Promise.all(groups.map((group) => parts.instances.getChildren(group)))).flat();
      assert.ok(rows.some((node) => node.row.instanceId === id));
      await run('openHistory', id);
      assert.match(vscode.window.activeTextEditor.document.getText(), /ReserveTicket/);
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      assert.ok(await start('Keep them'));
      assert.equal(emulator.isLookedAt, false);
      assert.equal((await hub().get(id)).instanceId, id);
    });

    it('sets them aside, where they can be found', async () => {
      const id = await leaveOne();
      assert.ok(await start('Set them aside'));
      assert.equal(await hub().get(id), undefined);
      const { dataDir } = parts.emulators.of(parts.apps.current).running;
      const beside = fs.readdirSync(path.dirname(dataDir)).filter((name) => name !== path.basename(dataDir));
      assert.ok(beside.some((name) => fs.statSync(path.join(path.dirname(dataDir), name)).isDirectory()));
    });

    it('discards them', async () => {
      const id = await leaveOne();
      assert.ok(await start('Discard them'));
      assert.equal(await hub().get(id), undefined);
    });

    it('does not start when the question is dismissed, and asks again', async () => {
      await leaveOne();
      assert.equal(await start('no such answer'), undefined);
      assert.equal(parts.emulators.of(parts.apps.current).status.type, 'stopped');
      assert.ok(await start('Keep them'));
    });
  });

  it('uses the emulator that another program runs on the same data, and takes over when that has ended', async () => {
    const said = [];
    const { setStatusBarMessage } = vscode.window;
    vscode.window.setStatusBarMessage = (text, ...rest) => (said.push(text), setStatusBarMessage(text, ...rest));
    const cli = path.join(vscode.extensions.getExtension('durascope.durascope').extensionPath, 'dist', 'cli.js');
    const other = spawn('node', [cli, 'start', appDir(), '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise((resolve) => other.once('exit', resolve));
    let [id, waiting] = [];
    try {
      const note = path.join(appDir(), '.durascope', 'emulator.json');
      const theirs = await until(
        'the other one runs',
        () => other.exitCode ?? (fs.existsSync(note) && JSON.parse(fs.readFileSync(note))),
      );
      const url = await run('startEmulator');
      assert.equal(url, theirs.url);
      id = await run('startInstance', { name: 'HelloCities', input: null });
      assert.equal((await hub().waitForCompletion(id, 60_000)).runtimeStatus, 'Completed');
      const node = await until('it is in the view', async () => {
        const groups = await parts.instances.getChildren();
        const rows = await Promise.all(groups.map((group) => parts.instances.getChildren(group)));
        return rows.flat().find((each) => each.row?.instanceId === id);
      });
      assert.equal(node.row.runtimeStatus, 'Completed');
      waiting = await run('startInstance', { name: 'ReserveTicket', input: null });
      await until('it waits', async () => (await hub().get(waiting)).awaitedEvents.length > 0);
    } finally {
      other.kill();
      await ended;
    }
    const emulator = parts.emulators.of(parts.apps.current);
    await until('it runs here', () => emulator.running !== undefined && !emulator.running.isAttached);
    await until('the words', () => said.some((text) => /has ended; its instances go on in this window/.test(text)));
    vscode.window.setStatusBarMessage = setStatusBarMessage;
    assert.equal((await hub().get(id)).runtimeStatus, 'Completed');
    await run('raiseEvent', { instanceIds: [waiting], name: 'BookingConfirmed', data: '"A7"' });
    assert.equal((await hub().waitForCompletion(waiting, 60_000)).output, '"A7"');
    const after = await run('startInstance', { name: 'HelloCities', input: null });
    assert.equal((await hub().waitForCompletion(after, 60_000)).runtimeStatus, 'Completed');
  });

  it('says how a process of the app ended, with a way to the log, and the instances go on', async () => {
    await run('startEmulator');
    const waiting = await run('startInstance', { name: 'ReserveTicket', input: null });
    const { running } = parts.emulators.of(parts.apps.current);
    const { workerPid } = running;
    let said;
    await answering(
      'showWarningMessage',
      (message, ...buttons) => void (said = [message, ...buttons]),
      async () => {
        process.kill(workerPid, 'SIGKILL');
        await until('the user is told', () => said);
      },
    );
    assert.equal(said[1], 'Show Log');
    await until('a new process', () => running.workerPid !== undefined && running.workerPid !== workerPid);
    await run('raiseEvent', { instanceIds: [waiting], name: 'BookingConfirmed', data: '1' });
    assert.equal((await hub().waitForCompletion(waiting, 60_000)).output, '1');
  });
});
