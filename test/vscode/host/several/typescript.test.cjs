'use strict';
// TypeScript: breakpoints and failures in the lines that the user wrote, not in what was built from them.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { until, durascope, run, answering, stopsAt } = require('../support.cjs');

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    module: 'node16',
    rootDir: 'src',
    outDir: 'dist',
    sourceMap: true,
    strict: true,
    noEmitOnError: true,
    skipLibCheck: true,
    types: ['node'],
  },
  include: ['src'],
};

describe('an app in TypeScript', () => {
  let folder;
  let file;
  before(async () => {
    folder = vscode.workspace.workspaceFolders.find(({ name }) => name === 'typed');
    file = vscode.Uri.joinPath(folder.uri, 'src', 'functions', 'app.ts');
    await run('selectApp', folder.uri.fsPath);
    const settings = vscode.workspace.getConfiguration('durascope', folder.uri);
    await settings.update('sessionStart', 'keep', vscode.ConfigurationTarget.WorkspaceFolder);
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

  it('is built when it starts; what the compiler says stands among the problems, and nothing starts', async () => {
    const { apps, emulators } = await durascope();
    const at = (name) => path.join(folder.uri.fsPath, name);
    const manifest = fs.readFileSync(at('package.json'), 'utf8');
    const source = fs.readFileSync(file.fsPath, 'utf8');
    fs.writeFileSync(at('package.json'), JSON.stringify({ ...JSON.parse(manifest), scripts: { build: 'tsc -p .' } }));
    fs.writeFileSync(at('tsconfig.json'), JSON.stringify(tsconfig));
    fs.writeFileSync(file.fsPath, source.replace('{ id: 7 }', "{ id: 'seven' }"));
    let said;
    const start = () =>
      answering(
        'showErrorMessage',
        (message, ...buttons) => {
          said = message;
          return buttons.find((each) => each === 'Go to Line');
        },
        () => run('startEmulator'),
      );
    assert.equal(await start(), undefined);
    assert.match(said, /build failed \(npm run build ended with \d+\)/);
    assert.equal(emulators.of(apps.current).status.type, 'failed');
    const { activeTextEditor: shown } = vscode.window;
    assert.equal(shown.document.uri.fsPath, file.fsPath);
    const at7 = source.split('\n').findIndex((line) => line.includes('{ id: 7 }'));
    assert.equal(shown.selection.active.line, at7);
    // The views lead there too.
    shown.selection = new vscode.Selection(0, 0, 0, 0);
    await run('goToLoadError');
    assert.equal(vscode.window.activeTextEditor.selection.active.line, at7);
    const problem = await until('the problem', () =>
      vscode.languages.getDiagnostics(file).find((each) => /is not assignable/.test(each.message)),
    );
    assert.equal(problem.range.start.line, at7);

    fs.writeFileSync(file.fsPath, source.replace('order ${order.id}', 'built anew ${order.id}'));
    assert.ok(await start(), said);
    const id = await run('startInstance', { name: 'HelloTypes', input: null });
    assert.equal((await emulators.of(apps.current).hub.waitForCompletion(id, 60_000)).output, '"built anew 7"');
    await run('stopEmulator');
    fs.writeFileSync(file.fsPath, source);
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
