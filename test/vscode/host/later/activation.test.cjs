'use strict';
// What is loaded, and when: nothing of the extension before there is something for it to do.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { answering, run, until } = require('../support.cjs');

const folder = () => vscode.workspace.workspaceFolders[0].uri.fsPath;
const loaded = (name) => Object.keys(require.cache).some((file) => path.basename(file) === name);
const extension = () => vscode.extensions.getExtension('durascope.durascope');

describe('the extension in a folder without durable functions', () => {
  it('is not even activated', () => {
    assert.equal(extension().isActive, false);
    assert.equal(loaded('extension.js') && loaded('durascope.js'), false);
  });

  it('reads its small file only, in a function app without durable functions', async () => {
    fs.writeFileSync(path.join(folder(), 'host.json'), '{ "version": "2.0" }');
    fs.writeFileSync(path.join(folder(), 'package.json'), '{ "dependencies": { "@azure/functions": "^4.0.0" } }');
    await extension().activate();
    assert.deepEqual([loaded('extension.js'), loaded('durascope.js')], [true, false]);
    assert.ok(fs.statSync(path.join(extension().extensionPath, 'dist', 'extension.js')).size < 60_000);
  });

  it('loads the rest once the app depends on durable functions', async () => {
    fs.writeFileSync(path.join(folder(), 'package.json'), '{ "dependencies": { "durable-functions": "^3.0.0" } }');
    await until('the rest is loaded', () => loaded('durascope.js'));
    const { apps } = await (await extension().activate()).load();
    await until('the app is found', () => apps.all.length === 1);
  });

  it('gets a sample app into a folder, never over a file of the user', async () => {
    const { apps } = await (await extension().activate()).load();
    const target = vscode.Uri.file(path.join(folder(), 'my-sample'));
    assert.equal(await run('createSampleApp', 'TypeScript', target), target.fsPath);
    assert.equal(apps.current.appDir, target.fsPath);
    assert.match(vscode.window.activeTextEditor.document.fileName, /hello-cities\.ts$/);
    assert.equal(JSON.parse(fs.readFileSync(path.join(target.fsPath, 'package.json'), 'utf8')).name, 'my-sample');
    let refusal;
    const showing = (message) => void (refusal = message);
    assert.equal(await answering('showErrorMessage', showing, () => run('createSampleApp', 'C#', target)), undefined);
    assert.match(refusal, /my-sample has .*host\.json.* already, and nothing is written over/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('gets any of the examples, the one that is picked', async () => {
    const target = vscode.Uri.file(path.join(folder(), 'bank'));
    const { dialogs } = await (await extension().activate()).load();
    dialogs.openFolder = () => Promise.resolve(target);
    const pick = (items) => items.find(({ label }) => label === 'Entities');
    assert.equal(await answering('showQuickPick', pick, () => run('openExample')), target.fsPath);
    assert.ok(fs.existsSync(path.join(target.fsPath, 'src', 'functions', 'bank.js')));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('knows the scripts of an app in PowerShell: lenses above what function.json calls an orchestrator, and its code by name', async () => {
    const target = vscode.Uri.file(path.join(folder(), 'scripts'));
    await run('createSampleApp', 'PowerShell', target);
    const script = vscode.Uri.joinPath(target, 'E1_HelloSequence', 'run.ps1');
    const lensesOf = async (file) => {
      await vscode.workspace.openTextDocument(file);
      const found = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', file, 100);
      return found.filter((lens) => lens.command?.command.startsWith('durascope.'));
    };
    await vscode.window.showTextDocument(script);
    const [start, ...others] = await until('a lens', async () => {
      const lenses = await lensesOf(script);
      return lenses.length > 0 && lenses;
    });
    assert.deepEqual([start.command.title, start.command.arguments, others.length], ['$(play) Start', ['E1_HelloSequence'], 0]);
    const lineOf = (document, line) => document.lineAt(line).text;
    assert.match(lineOf(await vscode.workspace.openTextDocument(script), start.range.start.line), /^param\(\$Context/i);
    assert.deepEqual(await lensesOf(vscode.Uri.joinPath(target, 'E1_SayHello', 'run.ps1')), []);
    for (const name of ['E1_SayHello', 'E1_HelloSequence']) {
      await run('goToCode', { name });
      const { fsPath } = vscode.Uri.joinPath(target, name, 'run.ps1');
      const { document, selection } = await until(`the code of ${name}`, () => {
        const editor = vscode.window.activeTextEditor;
        return editor?.document.uri.fsPath === fsPath && editor;
      });
      assert.match(lineOf(document, selection.active.line), /^param\(/i);
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
