'use strict';
// F5: the app's process under the editor's own JavaScript debugger.
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { until, durascope, run, stopsAt } = require('./support.cjs');

describe('debugging with the type durascope', () => {
  it('stops in an orchestrator and in an activity, and ends the emulator with the session', async () => {
    const { apps, emulators } = await durascope();
    const emulator = emulators.of(apps.current);
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
});
