'use strict';
// The folder that the user opened is a link to where the app is: what the app's process says is about the other path.
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { until, debugSessions, run, startedHub, statusOf, stopsAt, durascope } = require('../support.cjs');

const folder = () => vscode.workspace.workspaceFolders[0];
const file = () => vscode.Uri.joinPath(folder().uri, 'src', 'functions', 'app.js');

async function lineOf(pattern) {
  const text = (await vscode.workspace.openTextDocument(file())).getText();
  return text.split('\n').findIndex((line) => pattern.test(line)) + 1;
}

async function ended(name) {
  const hub = await startedHub();
  const id = await run('startInstance', { name, input: null });
  await until('the instance ends', async () => ['Completed', 'Failed'].includes(await statusOf(hub, id)));
  return id;
}

describe('an app behind a symbolic link', () => {
  afterEach(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    await until('the sessions end', () => debugSessions.size === 0);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('a replay stands in the file that the user has open, and stops at its breakpoints', async () => {
    const waits = await lineOf(/callActivity\('SayHello'/);
    const id = await ended('HelloCities');
    await run('stepThroughReplay', id);
    const item = await until('a stop', () => vscode.debug.activeStackItem?.frameId !== undefined && vscode.debug.activeStackItem);
    const { stackFrames } = await item.session.customRequest('stackTrace', { threadId: 1 });
    assert.match(stackFrames[0].source.path, /[\\/]linked[\\/]src[\\/]functions[\\/]app\.js$/);
    assert.equal(stackFrames[0].line, waits);
    await until('the file on screen', () => vscode.window.activeTextEditor?.document.uri.fsPath === file().fsPath);
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(new vscode.Location(file(), new vscode.Position(waits - 1, 0)))]);
    const position = async () => (await item.session.customRequest('durascope/position')).step;
    await until('the breakpoint to be taken', async () => {
      const breakpoint = await item.session.getDebugProtocolBreakpoint(vscode.debug.breakpoints[0]);
      return breakpoint?.verified === true;
    });
    await item.session.customRequest('continue', { threadId: 1 });
    await until('the next stop at the breakpoint', async () => (await position()) === 1);
  });

  it('the functions lead to the file in the folder that the user opened', async () => {
    await startedHub();
    const { apps, emulators } = await durascope();
    const found = emulators
      .of(apps.current)
      .running.functions()
      .find(({ name }) => name === 'HelloCities');
    if (found.file !== undefined) assert.equal(found.file, file().fsPath);
    await run('goToCode', { name: 'HelloCities' });
    await until('the file on screen', () => vscode.window.activeTextEditor?.document.uri.fsPath === file().fsPath);
  });

  it('a failure leads to its line in that file', async () => {
    const id = await ended('OutOfStock');
    await run('goToFailure', id);
    const line = await lineOf(/new Error\('no stock'\)/);
    await until('the line', () => {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.uri.fsPath === file().fsPath && editor.selection.active.line === line - 1;
    });
  });

  it('stops at breakpoints in an orchestrator and in an activity', async () => {
    await run('stopEmulator');
    const config = { type: 'durascope', request: 'launch', name: 'linked', appDir: folder().uri.fsPath };
    const patterns = [/callActivity\('SayHello'/, /Hello \$\{city\}/];
    // The debugger calls breakpoints behind a link set only once it stops at one.
    const act = () => run('startInstance', { name: 'HelloCities', input: null });
    const { lines, seen } = await stopsAt(folder(), config, file(), patterns, act, true);
    assert.deepEqual(seen, lines);
  });
});
