'use strict';
// Recorded runs in the editor's Test view: saved, run, failed with the divergence at its line, with coverage.
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { durascope, until, debugSessions, run, startedHub, statusOf } = require('./support.cjs');

const none = new vscode.CancellationTokenSource().token;

/** Runs what the Test view would run, and answers what it would show. */
async function results(tests, isCovered = false) {
  const told = { passed: [], failed: [], errored: [], coverage: [], output: '' };
  const original = tests.controller.createTestRun;
  tests.controller.createTestRun = (request) => {
    const real = original.call(tests.controller, request);
    return {
      enqueued: (item) => real.enqueued(item),
      started: (item) => real.started(item),
      skipped: (item) => real.skipped(item),
      passed: (item, ms) => (told.passed.push(item.label), real.passed(item, ms)),
      failed: (item, messages, ms) => (told.failed.push([item.label, messages]), real.failed(item, messages, ms)),
      errored: (item, message, ms) => (told.errored.push([item.label, message.message]), real.errored(item, message, ms)),
      appendOutput: (text, place, item) => ((told.output += text), real.appendOutput(text, place, item)),
      addCoverage: (coverage) => (told.coverage.push(coverage), real.addCoverage(coverage)),
      end: () => real.end(),
    };
  };
  try {
    await tests.run(new vscode.TestRunRequest(), none, isCovered);
  } finally {
    tests.controller.createTestRun = original;
  }
  return told;
}

describe('recorded runs', () => {
  const app = () => vscode.workspace.workspaceFolders[0].uri;
  let tests;
  let id;

  before(async () => {
    ({ recordedTests: tests } = await durascope());
    const hub = await startedHub();
    id = await run('startInstance', { name: 'HelloCities', input: null });
    await until('the instance ends', async () => (await statusOf(hub, id)) === 'Completed');
  });
  after(() => vscode.workspace.fs.delete(vscode.Uri.joinPath(app(), 'test'), { recursive: true }));
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.debug.stopDebugging();
    await until('the sessions end', () => debugSessions.size === 0);
  });

  it('are saved with a test of the project, which opens', async () => {
    const saved = await run('saveRunAsTest', id);
    assert.equal(saved.framework, 'node:test');
    assert.equal(vscode.window.activeTextEditor.document.uri.fsPath, saved.testFile);
    assert.match(vscode.window.activeTextEditor.document.getText(), /replayRecording\(/);
  });

  it('show in the Test view, and pass', async () => {
    await tests.find();
    assert.equal(tests.controller.items.size, 1);
    const { passed, failed, errored, output } = await results(tests);
    assert.deepEqual([passed.length, failed, errored], [1, [], []]);
    assert.equal([...tests.controller.items][0][1].description, 'HelloCities');
    assert.equal(output, `HelloCities '${id}' goes the way that was recorded.\r\n`);
  });

  it('open in Step through Replay when they are debugged', async () => {
    await tests.debug(new vscode.TestRunRequest(), none);
    await until('the debugger', () => debugSessions.size === 1);
  });

  it('tell which yields they have reached', async () => {
    const file = vscode.Uri.joinPath(app(), 'src', 'functions', 'app.js').fsPath;
    const { coverage } = await results(tests, true);
    const found = coverage.find(({ uri }) => uri.fsPath === file);
    assert.ok(found !== undefined, coverage.map(({ uri }) => uri.fsPath).join());
    assert.ok(found.statementCoverage.covered >= 1 && found.statementCoverage.covered < found.statementCoverage.total);
  });

  it('fail with the divergence at its line as soon as the code is saved that goes another way', async () => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(app(), 'src', 'functions', 'app.js'));
    const before = document.getText();
    const saved = async (text) => {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
      await vscode.workspace.applyEdit(edit);
      await document.save();
    };
    try {
      await saved(before.replaceAll("callActivity('SayHello'", "callActivity('SayHi'"));
      const { failed } = await results(tests);
      const [message] = failed[0][1];
      assert.match(message.message, /no longer goes the way that was recorded/);
      assert.equal(message.location.uri.fsPath, document.uri.fsPath);
      assert.match(message.expectedOutput, /SayHello/);
      assert.match(message.actualOutput, /SayHi/);
    } finally {
      await saved(before);
    }
    assert.equal((await results(tests)).passed.length, 1);
    // The emulator has read the code that was saved in between, and this one a little later.
    const hub = await startedHub();
    await until('the emulator has the code as it was', async () => {
      const id = await run('startInstance', { name: 'HelloCities', input: null });
      return (await hub.waitForCompletion(id, 60_000)).runtimeStatus === 'Completed';
    });
  });
});
