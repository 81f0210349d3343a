'use strict';
// TypeScript: breakpoints and failures in the lines that the user wrote, not in what was built from them.
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { until, durascope, run, stopsAt } = require('../support.cjs');

describe('an app in TypeScript', () => {
  let folder;
  let file;
  before(async () => {
    folder = vscode.workspace.workspaceFolders.find(({ name }) => name === 'typed');
    file = vscode.Uri.joinPath(folder.uri, 'src', 'functions', 'app.ts');
    await run('selectApp', folder.uri.fsPath);
  });

  it('stops at breakpoints in an orchestrator and in an activity', async () => {
    const { apps, emulators } = await durascope();
    const emulator = emulators.of(apps.current);
    const config = { type: 'durascope', request: 'launch', name: 'typed', appDir: folder.uri.fsPath };
    const { lines, seen } = await stopsAt(folder, config, file, [/callActivity\('Describe', order/, /return text/], () =>
      run('startInstance', { name: 'HelloTypes', input: null }),
    );
    assert.deepEqual(seen, lines);
    await until('the emulator stops', () => emulator.status.type === 'stopped');
  });

  it('goes to the line in which an orchestrator threw', async () => {
    const { apps, emulators } = await durascope();
    await run('startEmulator');
    const id = await run('startInstance', { name: 'Refuses', input: null });
    await emulators.of(apps.current).hub.waitForCompletion(id, 60_000);
    await run('goToFailure', id);
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor.document.uri.fsPath, file.fsPath);
    assert.match(editor.document.lineAt(editor.selection.active.line).text, /throw new RangeError/);
    await run('stopEmulator');
  });
});
