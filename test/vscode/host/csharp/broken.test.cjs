'use strict';
// An app in C# that does not compile at its first start.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { answering, durascope, run, until } = require('../support.cjs');

describe('an app in C# that does not compile', function () {
  this.timeout(300_000);

  it('leads to the line from the notification, the functions view and the palette, and runs once that is mended', async () => {
    const { apps, emulators, functions } = await durascope();
    const file = path.join(apps.current.appDir, 'HelloCities.cs');
    const text = fs.readFileSync(file, 'utf8');
    const line = text.split('\n').findIndex((each) => each.includes('return outputs;'));
    fs.writeFileSync(file, text.replace('return outputs;', 'return outputz;'));
    const emulator = emulators.of(apps.current);
    const atLine = async (act) => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await act();
      await until('the file', () => vscode.window.activeTextEditor?.document.fileName.endsWith('HelloCities.cs'));
      const { active } = vscode.window.activeTextEditor.selection;
      assert.deepEqual([active.line, active.character], [line, 15]);
    };
    let offered;
    await atLine(() =>
      answering(
        'showErrorMessage',
        (message, ...buttons) => ((offered = [message, ...buttons]), 'Go to Line'),
        async () => {
          await run('startEmulator');
          await until('the notification', () => offered !== undefined);
        },
      ),
    );
    assert.match(offered[0], /HelloCities\.cs:\d+:16: CS0103/);
    assert.deepEqual(offered.slice(1), ['Go to Line', 'Show Log']);
    await atLine(() => run('goToLoadError'));

    const [row] = await functions.getChildren();
    const item = await functions.getTreeItem(row);
    assert.equal(item.label, `HelloCities.cs:${line + 1}`);
    assert.match(item.description, /^CS0103: The name 'outputz' does not exist/);
    await atLine(() => vscode.commands.executeCommand(item.command.command, ...item.command.arguments));

    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    fs.writeFileSync(file, text);
    await until('the mended app', () => emulator.status.worker?.type === 'ready', 240_000);
    const groups = (await functions.getChildren()).map(({ label }) => label);
    assert.deepEqual(groups, ['Orchestrators', 'Activities', 'HTTP']);
    await run('stopEmulator');
  });
});
