'use strict';
// F5: the app's process under the editor's own JavaScript debugger.
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { until, durascope, run, stopsAt } = require('./support.cjs');

describe('debugging with the type durascope', () => {
  it('stops in an orchestrator and in an activity, and ends the emulator with the session', async () => {
    const { apps, emulators } = await durascope();
    const emulator = emulators.of(apps.current);
    await run('stopEmulator');
    const [folder] = vscode.workspace.workspaceFolders;
    const file = vscode.Uri.joinPath(folder.uri, 'src', 'functions', 'app.js');
    const config = { type: 'durascope', request: 'launch', name: 'Durascope: debug function app', appDir: '${workspaceFolder}' };
    const { lines, seen } = await stopsAt(folder, config, file, [/callActivity\('SayHello'/, /Hello \$\{city\}/], () => {
      assert.equal(emulator.status.isDebugging, true);
      return run('startInstance', { name: 'HelloCities', input: null });
    });
    assert.deepEqual(seen, lines);
    await until('the emulator stops', () => emulator.status.type === 'stopped');
  });

  it('asks where the emulator runs, stops nothing on a no, and attaches without an end of what runs', async () => {
    const { apps, dialogs, emulators } = await durascope();
    await run('startEmulator');
    const emulator = emulators.of(apps.current);
    const { running } = emulator;
    const waiting = await run('startInstance', { name: 'ReserveTicket', input: null });
    const [folder] = vscode.workspace.workspaceFolders;
    const file = vscode.Uri.joinPath(folder.uri, 'src', 'functions', 'app.js');
    const config = { type: 'durascope', request: 'launch', name: 'Durascope: debug function app', appDir: '${workspaceFolder}' };
    const { choose } = dialogs;
    try {
      let asked;
      dialogs.choose = (question, _detail, answers) =>
        Promise.resolve(void (asked = [question, ...answers.map((each) => each.label)]));
      assert.equal(await vscode.debug.startDebugging(folder, config), false);
      assert.deepEqual([asked[0].endsWith('is running.'), ...asked.slice(1)], [true, 'Attach', 'Restart']);
      assert.equal(emulator.running, running);
      dialogs.choose = (_question, _detail, answers) => Promise.resolve(answers[0].value);
      const { lines, seen } = await stopsAt(folder, config, file, [/callActivity\('SayHello'/, /Hello \$\{city\}/], () => {
        assert.equal(emulator.status.isDebugging, true);
        return run('startInstance', { name: 'HelloCities', input: null });
      });
      assert.deepEqual(seen, lines);
      await until('the end of the session', () => emulator.status.isDebugging === false);
    } finally {
      dialogs.choose = choose;
    }
    // The same emulator, with what it had.
    assert.equal(emulator.running, running);
    await run('raiseEvent', { instanceIds: [waiting], name: 'BookingConfirmed', data: '1' });
    assert.equal((await running.hub.waitForCompletion(waiting, 60_000)).output, '1');
  });
});
