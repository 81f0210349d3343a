'use strict';
// F5: the app's process under the editor's own JavaScript debugger.
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { until, durascope, run } = require('./support.cjs');

describe('debugging with the type durascope', () => {
  it('stops in an orchestrator and in an activity, and ends the emulator with the session', async () => {
    const { apps, emulators } = await durascope();
    const emulator = emulators.of(apps.current);
    const [folder] = vscode.workspace.workspaceFolders;
    const file = vscode.Uri.joinPath(folder.uri, 'src', 'functions', 'app.js');
    const lines = (await vscode.workspace.openTextDocument(file)).getText().split('\n');
    const places = [/callActivity\('SayHello'/, /Hello \$\{city\}/].map((pattern) =>
      lines.findIndex((line) => pattern.test(line)),
    );
    vscode.debug.addBreakpoints(
      places.map((line) => new vscode.SourceBreakpoint(new vscode.Location(file, new vscode.Position(line, 0)))),
    );
    const config = { type: 'durascope', request: 'launch', name: 'Durascope: debug function app', appDir: '${workspaceFolder}' };
    assert.ok(await vscode.debug.startDebugging(folder, config));
    assert.equal(emulator.status.isDebugging, true);
    await until('the debugger attaches', () => vscode.debug.activeDebugSession?.parentSession);
    await run('startInstance', { name: 'HelloCities', input: null });
    const seen = new Set();
    while (seen.size < 2) {
      const item = await until(
        'a stop',
        () => vscode.debug.activeStackItem?.frameId !== undefined && vscode.debug.activeStackItem,
      );
      const { session, threadId } = item;
      const { stackFrames } = await session.customRequest('stackTrace', { threadId, levels: 1 });
      seen.add(stackFrames[0].line - 1);
      await session.customRequest('continue', { threadId });
      await until('it goes on', () => vscode.debug.activeStackItem !== item);
    }
    assert.deepEqual([...seen].sort(), places.toSorted());
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    await until('the emulator stops', () => emulator.status.type === 'stopped');
  });
});
