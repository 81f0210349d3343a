'use strict';
// Findings in orchestrator code, while it is typed.
const assert = require('node:assert/strict');
const path = require('node:path');
const vscode = require('vscode');
const { until, durascope, run } = require('./support.cjs');

const folder = () => vscode.workspace.workspaceFolders[0].uri.fsPath;
const source = (name) => vscode.Uri.file(path.join(folder(), 'src', 'functions', name));
const problems = (uri) => vscode.languages.getDiagnostics(uri).filter((each) => each.source === 'Durascope');
const codes = (uri) => problems(uri).map((each) => each.code.value);

async function write(uri, text) {
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(uri, { overwrite: true, contents: Buffer.from(text) });
  await vscode.workspace.applyEdit(edit);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

async function type(document, find, put) {
  const edit = new vscode.WorkspaceEdit();
  const start = document.getText().indexOf(find);
  assert.ok(start >= 0, find);
  edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(start + find.length)), put);
  await vscode.workspace.applyEdit(edit);
}

const actionsAt = (document, range) =>
  vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, range, vscode.CodeActionKind.QuickFix.value);

describe('findings in orchestrator code', () => {
  const clock = source('clock.js');
  const helper = source('clock-helper.js');
  const text = [
    "const df = require('durable-functions');",
    "const { stamp } = require('./clock-helper');",
    "df.app.orchestration('Clock', function* (ctx) {",
    '  return stamp();',
    '});',
    '',
  ].join('\n');

  before(async () => {
    await durascope();
    await write(helper, 'exports.stamp = () => 1;\n');
    await write(clock, text);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(clock);
    await vscode.workspace.fs.delete(helper);
  });

  it('are none in the app as it is', () => {
    assert.deepEqual(problems(source('app.js')), []);
  });

  it('appear while typing, with nothing saved, and a quick fix puts them right', async () => {
    const document = await vscode.workspace.openTextDocument(clock);
    await type(document, 'return stamp();', 'const due = Date.now() + 5;\n  return stamp();');
    await until('the problem', () => codes(clock).includes('currentTime'));
    const [problem] = problems(clock);
    assert.equal(document.getText(problem.range), 'Date.now()');
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Warning);
    assert.match(problem.code.target.toString(), /^command:durascope\.explainCause/);
    const actions = await actionsAt(document, problem.range);
    const fix = actions.find((each) => each.title === 'Replace with ctx.df.currentUtcDateTime.getTime()');
    assert.ok(fix?.isPreferred, JSON.stringify(actions.map((each) => each.title)));
    await vscode.workspace.applyEdit(fix.edit);
    assert.match(document.getText(), /const due = ctx\.df\.currentUtcDateTime\.getTime\(\) \+ 5;/);
    await until('no problem', () => problems(clock).length === 0);
  });

  it('stay where they are while the text is half typed', async () => {
    const document = await vscode.workspace.openTextDocument(clock);
    await type(document, 'return stamp();', 'Math.random();\n  return stamp();');
    await until('the problem', () => codes(clock).includes('random'));
    await type(document, 'return stamp();', 'return stamp(((;');
    const { determinism } = await durascope();
    await determinism.settled();
    assert.deepEqual(codes(clock), ['random']);
    await type(document, 'Math.random();\n', '');
    await type(document, 'return stamp(((;', 'return stamp();');
    await until('no problem', () => problems(clock).length === 0);
  });

  it('are placed in a helper in another file, unsaved too, with the way there', async () => {
    const document = await vscode.workspace.openTextDocument(helper);
    await type(document, '1;', 'Math.random();');
    await until('the problem', () => codes(helper).includes('random'));
    const [problem] = problems(helper);
    assert.equal(problem.relatedInformation[0].location.uri.fsPath, clock.fsPath);
    assert.equal(problem.relatedInformation[0].message, "called from orchestrator 'Clock'");
  });

  it('are silenced by a comment that a quick fix writes', async () => {
    const document = await vscode.workspace.openTextDocument(helper);
    const actions = await actionsAt(document, problems(helper)[0].range);
    await vscode.workspace.applyEdit(actions.find((each) => each.title === 'Ignore here: random value').edit);
    assert.match(document.getText(), /^\/\/ durascope-ignore-next-line random\nexports/);
    await until('no problem', () => problems(helper).length === 0);
    await type(document, '// durascope-ignore-next-line random\n', '');
    await until('the problem', () => codes(helper).includes('random'));
  });

  it('have the severity of the setting, and are off where it says so', async () => {
    const section = vscode.workspace.getConfiguration('durascope', helper);
    await section.update('diagnostics.severity', { random: 'hint' }, vscode.ConfigurationTarget.Workspace);
    await until('the hint', () => problems(helper)[0]?.severity === vscode.DiagnosticSeverity.Hint);
    await section.update('diagnostics.severity', { random: 'off' }, vscode.ConfigurationTarget.Workspace);
    await until('no problem', () => problems(helper).length === 0);
    await section.update('diagnostics.severity', undefined, vscode.ConfigurationTarget.Workspace);
    await until('the problem', () => problems(helper)[0]?.severity === vscode.DiagnosticSeverity.Warning);
    await section.update('diagnostics.enabled', false, vscode.ConfigurationTarget.Workspace);
    await until('no problem', () => problems(helper).length === 0);
    await section.update('diagnostics.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    await until('the problem', () => codes(helper).includes('random'));
  });

  it('open the page that explains them', async () => {
    await run('explainCause', 'random');
    await until('the preview', () =>
      vscode.window.tabGroups.all.some((group) => group.tabs.some((tab) => tab.label.includes('determinism.md'))),
    );
  });
});

describe('findings in orchestrators in C# and PowerShell', () => {
  const written = [];
  const put = async (name, text) => {
    const uri = vscode.Uri.file(path.join(folder(), name));
    written.push(uri);
    return write(uri, text);
  };
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const uri of written) await vscode.workspace.fs.delete(uri).then(undefined, () => undefined);
  });

  it('come as the text is typed, and go', async () => {
    const document = await put(
      'Story.cs',
      'class A {\n  [Function("Story")]\n  static string Run([OrchestrationTrigger] Context context) => DateTime.UtcNow.ToString();\n}\n',
    );
    await until('the problem', () => codes(document.uri).includes('currentTime'));
    const [problem] = problems(document.uri);
    const actions = await actionsAt(document, problem.range);
    assert.ok(actions.some(({ title }) => title === 'Use context.CurrentUtcDateTime'));
    await type(document, 'DateTime.UtcNow', 'context.CurrentUtcDateTime');
    await until('no problem', () => codes(document.uri).length === 0);
  });

  it('have their quick fixes in a file that is opened after they were found', async () => {
    const uri = vscode.Uri.file(path.join(folder(), 'Later.cs'));
    written.push(uri);
    const text =
      'class B {\n  [Function("Later")]\n  static string Run([OrchestrationTrigger] Context context) => DateTime.UtcNow.ToString();\n}\n';
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
    await until('the problem', () => codes(uri).includes('currentTime'));
    const document = await vscode.workspace.openTextDocument(uri);
    const actions = await actionsAt(document, problems(uri)[0].range);
    assert.ok(actions.some(({ title }) => title === 'Use context.CurrentUtcDateTime'));
  });

  it('are looked for in the scripts of orchestrators', async () => {
    await put(
      'Story/function.json',
      '{ "bindings": [{ "name": "Context", "type": "orchestrationTrigger", "direction": "in" }] }',
    );
    const document = await put('Story/run.ps1', 'param($Context)\n$now = Get-Date\n');
    await until('the problem', () => codes(document.uri).includes('currentTime'));
  });
});
