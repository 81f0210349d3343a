'use strict';
// "Save Run as Test" on a run of an app in C#. That the tests hold and fail is of test/e2e/save-test-csharp.test.ts.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { answering, durascope, run, startedHub } = require('../support.cjs');

describe('a run of an app in C#', function () {
  this.timeout(300_000);

  it('is saved as a test of xunit beside the app, which opens, and whose file is replaced only if the user says so', async () => {
    const { apps, dialogs } = await durascope();
    const hub = await startedHub();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    assert.equal((await hub.waitForCompletion(id, 240_000)).runtimeStatus, 'Completed');

    const told = [];
    const saved = await answering(
      'showInformationMessage',
      (text) => void told.push(text),
      () => run('saveRunAsTest', id),
    );
    const project = path.join(path.dirname(apps.current.appDir), 'hello-cities.Tests');
    assert.deepEqual([saved.framework, saved.folder], ['xunit', project]);
    assert.match(told[0], /^Saved as a test of xunit\. It is in a new project: dotnet test .*hello-cities\.Tests\.csproj$/);
    const { document } = vscode.window.activeTextEditor;
    assert.equal(document.uri.fsPath, saved.testFile);
    assert.match(document.getText(), new RegExp(`HelloCities still goes the way of '${id}'`));
    const { orchestrator, instanceId, end, rows } = JSON.parse(fs.readFileSync(saved.recording, 'utf8'));
    assert.deepEqual([orchestrator, instanceId, end, rows[0].row], ['HelloCities', id, 'Completed', 'OrchestratorStarted']);

    const asked = [];
    const { confirm } = dialogs;
    const answers = [false, true];
    dialogs.confirm = (question) => (asked.push(question), Promise.resolve(answers.shift()));
    try {
      fs.writeFileSync(saved.testFile, '// mine');
      assert.equal(await run('saveRunAsTest', id), undefined);
      assert.equal(fs.readFileSync(saved.testFile, 'utf8'), '// mine');
      assert.match(asked[0], /There is such a test already \(.*RecordedRun_.*Replace it\?/);
      assert.equal((await run('saveRunAsTest', id)).testFile, saved.testFile);
      assert.match(fs.readFileSync(saved.testFile, 'utf8'), /still goes the way of/);
    } finally {
      dialogs.confirm = confirm;
    }
    await run('stopEmulator');
  });
});
