'use strict';
// A workspace of several folders, each with a function app.
const assert = require('node:assert/strict');
const path = require('node:path');
const vscode = require('vscode');
const { until, durascope, run, statusOf } = require('../support.cjs');

const folderOf = (name) => vscode.workspace.workspaceFolders.find((folder) => folder.name === name).uri.fsPath;

describe('two function apps', () => {
  it('are both found, each named by its folder', async () => {
    const { apps } = await durascope();
    assert.deepEqual(
      apps.all.map((app) => [app.name, app.appDir]),
      [
        ['plain', folderOf('plain')],
        ['typed', folderOf('typed')],
      ],
    );
  });

  it('run side by side, and the views show the one that was chosen', async () => {
    const { apps, emulators, instances } = await durascope();
    const urls = [];
    const ids = [];
    for (const [folder, name] of [
      ['plain', 'ReserveTicket'],
      ['typed', 'HelloTypes'],
    ]) {
      await run('selectApp', folderOf(folder));
      urls.push(await run('startEmulator'));
      ids.push(await run('startInstance', { name, input: null }));
    }
    assert.notEqual(urls[0], urls[1]);
    const [plain, typed] = apps.all.map((app) => emulators.of(app));
    await until('it waits for its event', async () => (await statusOf(plain.hub, ids[0])) === 'Running');
    assert.equal((await typed.hub.waitForCompletion(ids[1], 60_000)).output, '"order 7"');
    assert.equal(await typed.hub.get(ids[0]), undefined);

    await run('groupFlat');
    const shown = async () => (await instances.getChildren()).map((node) => node.row.instanceId);
    await until('the second app in the view', async () => (await shown()).join() === ids[1]);
    await run('selectApp', folderOf('plain'));
    await until('the first app in the view', async () => (await shown()).join() === ids[0]);
    await run('groupByStatus');
  });

  it('keep their panels apart', async () => {
    const { apps, emulators, panels } = await durascope();
    await run('selectApp', folderOf('typed'));
    const hub = emulators.of(apps.current).hub;
    const id = await run('startInstance', { name: 'HelloTypes', input: null });
    await hub.waitForCompletion(id, 60_000);
    await run('openInstance', id);
    const panel = panels.find(apps.current, id);
    await until('its title', () => panel.title.startsWith('HelloTypes'));
    await run('selectApp', folderOf('plain'));
    assert.equal(panels.find(apps.current, id), undefined);
    assert.equal(panels.find(apps.find(folderOf('typed')), id), panel);
    panel.dispose();
  });

  it('debug each in its own folder', async () => {
    const { debugging } = await durascope();
    assert.deepEqual(
      debugging.provide().map((config) => [config.name, config.appDir]),
      [
        ['Durascope: debug plain', folderOf('plain')],
        ['Durascope: debug typed', folderOf('typed')],
      ],
    );
  });

  it('stop one by one', async () => {
    const { apps, emulators } = await durascope();
    await run('selectApp', folderOf('plain'));
    await run('stopEmulator');
    assert.deepEqual(
      apps.all.map((app) => emulators.of(app).status.type),
      ['stopped', 'running'],
    );
    await run('selectApp', folderOf('typed'));
    await run('stopEmulator');
    assert.ok(path.isAbsolute(apps.current.appDir));
  });
});
