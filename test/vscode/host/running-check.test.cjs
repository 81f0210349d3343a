'use strict';
// After a reload of the app: which running instances the new code would break.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { until, durascope, run, startedHub, answering } = require('./support.cjs');

const folder = () => vscode.workspace.workspaceFolders[0].uri.fsPath;
const file = () => path.join(folder(), 'src', 'functions', 'waits.js');
const problems = () =>
  vscode.languages.getDiagnostics(vscode.Uri.file(file())).filter((each) => /would fail with this code/.test(each.message));
const text = (first) =>
  [
    "const df = require('durable-functions');",
    "df.app.activity('Weigh', { handler: () => 1 });",
    "df.app.activity('Measure', { handler: () => 2 });",
    "df.app.orchestration('Waits', function* (context) {",
    `  yield context.df.callActivity('${first}');`,
    "  yield context.df.waitForExternalEvent('Go');",
    '});',
    '',
  ].join('\n');

describe('running instances that an edit would break', () => {
  let parts;
  let id;
  /** Resolves with the next check that has looked at anything. */
  const checked = () =>
    new Promise((resolve) => {
      const subscription = parts.runningChecks.onChecked(({ result }) => {
        if (result.checked === 0) return;
        subscription.dispose();
        resolve(result);
      });
    });
  const waits = async (hub) => until('the instance waits', async () => (await hub.get(id))?.awaitedEvents.includes('Go'));

  before(async () => {
    parts = await durascope();
    fs.writeFileSync(file(), text('Weigh'));
    const hub = await startedHub();
    await until('the function', () =>
      parts.emulators
        .of(parts.apps.current)
        .running.functions()
        .some((each) => each.name === 'Waits'),
    );
    id = await run('startInstance', { name: 'Waits', input: null });
    await waits(hub);
  });
  after(async () => {
    const { hub } = parts.emulators.of(parts.apps.current).running;
    await hub.terminate(id, 'the test is over');
    fs.rmSync(file());
  });

  it('are a problem on the line once it is saved, before anything happens to them', async () => {
    const next = checked();
    fs.writeFileSync(file(), text('Measure'));
    const { broken } = await next;
    assert.deepEqual(
      broken.map((each) => each.instanceId),
      [id],
    );
    const [problem] = await until('the problem', () => problems().length === 1 && problems());
    assert.equal(problem.range.start.line, 4);
    assert.match(problem.message, new RegExp(`^The running instance ${id} would fail`));
    assert.equal(problem.code.value, 'renamedCall');
    const { hub } = parts.emulators.of(parts.apps.current).running;
    assert.equal((await hub.get(id)).runtimeStatus, 'Running');
    let listed;
    const pickFirst = (items) => ((listed = items), items[0]);
    await answering('showQuickPick', pickFirst, () => run('showBroken'));
    assert.deepEqual(
      listed.map(({ label, description }) => [label, description]),
      [[id, 'Waits']],
    );
    assert.match(listed[0].detail, /Weigh.*Measure/s);
    // Nothing lets it run on unasked.
    const { choose } = parts.dialogs;
    let asked;
    parts.dialogs.choose = (question) => Promise.resolve(void (asked = question));
    await run('raiseEvent', [id]);
    parts.dialogs.choose = choose;
    assert.match(asked, new RegExp(`${id} would fail with the code as it is now`));
    assert.equal((await hub.get(id)).runtimeStatus, 'Running');
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await until('the panel of the instance that was chosen', () =>
      tabs().some(({ input, label }) => /durascope/.test(input?.viewType) && label.startsWith('Waits')),
    );
  });

  it('are none any more when the edit is taken back', async () => {
    const next = checked();
    fs.writeFileSync(file(), text('Weigh'));
    assert.deepEqual((await next).broken, []);
    await until('no problem', () => problems().length === 0);
    let said;
    const note = (message) => void (said = message);
    await answering('showInformationMessage', note, () => run('showBroken'));
    assert.match(said, /replay with the code as it is now/);
  });

  it('are not looked for when the setting is off', async () => {
    const section = vscode.workspace.getConfiguration('durascope', vscode.Uri.file(folder()));
    await section.update('diagnostics.checkOnSave', false, vscode.ConfigurationTarget.Workspace);
    let isChecked = false;
    const subscription = parts.runningChecks.onChecked(() => (isChecked = true));
    const ready = new Promise((resolve) => {
      const events = parts.emulators.of(parts.apps.current).onEvent((event) => {
        if (event.type !== 'workerReady') return;
        events.dispose();
        resolve();
      });
    });
    fs.writeFileSync(file(), text('Measure'));
    await ready;
    const next = checked();
    await section.update('diagnostics.checkOnSave', undefined, vscode.ConfigurationTarget.Workspace);
    assert.equal(isChecked, false);
    fs.writeFileSync(file(), text('Weigh'));
    await next;
    subscription.dispose();
  });
});
