'use strict';
// Attached task hubs of the real engines: Azurite with what the real engine has left in it.
const assert = require('node:assert/strict');
const { createServer } = require('node:http');
const path = require('node:path');
const vscode = require('vscode');
const { until, durascope, run, startedHub, answering, panelOpenedBy } = require('./support.cjs');
const { startGoldenAzurite } = require('../../hubs/for-the-editor.cjs');

describe('an attached task hub', () => {
  let azurite;
  let panel;
  let parts;
  before(async () => {
    azurite = await startGoldenAzurite();
    parts = await durascope();
  });
  after(async () => {
    for (const { id } of [...parts.hubs.all]) await run('detachHub', { type: 'hub', hubId: id });
    await azurite.stop();
  });
  const tree = () => parts.hubsView.model;
  const childrenOf = async (label) => {
    const [hub] = await tree().children();
    const groups = await tree().children(hub);
    return tree().children(groups.find((group) => group.label === label));
  };

  it('says why it cannot be attached, and keeps nothing of it', async () => {
    const shown = [];
    await answering(
      'showErrorMessage',
      (text) => void shown.push(text),
      () => run('attachHub', `${azurite.connection};TaskHub=Missing`.replace(azurite.ports.table, '1')),
    );
    await until('the message', () => shown.length > 0);
    assert.match(shown[0], /Nothing answers at .*Start Azurite/);
    assert.equal(parts.hubs.all.length, 0);
  });

  it('is asked for again with the reason, and with what was typed, until it opens', async () => {
    const asked = [];
    const typed = ['UseDevelopment', azurite.connection.replace(azurite.ports.table, '1'), azurite.connection];
    const label = await answering(
      'showQuickPick',
      (items) => items.find(({ label }) => label === 'Another one…'),
      () =>
        answering(
          'showInputBox',
          ({ prompt, value, password }) => {
            asked.push({ prompt, value, password });
            return typed[asked.length - 1];
          },
          () => run('attachHub'),
        ),
    );
    assert.match(label, /^GoldenHub in Azurite/);
    assert.deepEqual(
      asked.map(({ value }) => value),
      ['', ...typed.slice(0, 2)],
    );
    assert.match(asked[1].prompt, /^A task hub is given as/);
    assert.match(asked[2].prompt, /Nothing answers at .*Start Azurite/);
    assert.ok(asked.every(({ password }) => password));
    await run('detachHub', { type: 'hub', hubId: parts.hubs.all[0].id });
  });

  it('whose name is mistyped is chosen out of those that there are', async () => {
    const label = await answering(
      'showQuickPick',
      (items, { placeHolder }) =>
        /^There is no task hub 'GoldenHup' in devstoreaccount1$/.test(placeHolder) ? items[0] : undefined,
      () => run('attachHub', `${azurite.connection};TaskHub=GoldenHup`),
    );
    assert.match(label, /^GoldenHub in Azurite/);
    await run('detachHub', { type: 'hub', hubId: parts.hubs.all[0].id });
  });

  it('of an app that has none of its name yet is chosen out of those that its connection has, and stays chosen', async () => {
    const before = process.env.AzureWebJobsStorage;
    process.env.AzureWebJobsStorage = azurite.connection;
    try {
      const { appDir } = parts.apps.current;
      const label = await answering(
        'showQuickPick',
        (items, { placeHolder }) => (/^There is no task hub '\w+' in devstoreaccount1$/.test(placeHolder) ? items[0] : undefined),
        () => run('attachHub', appDir),
      );
      assert.match(label, /^GoldenHub in Azurite/);
      const [{ id }] = parts.hubs.all;
      const shown = [];
      // It is opened anew, as in the next window: only then is there nobody at the address.
      await answering(
        'showErrorMessage',
        (text) => void shown.push(text),
        () => run('actOnHub', { type: 'hub', hubId: id }, 'GoldenHub', 'http://localhost:1'),
      );
      await until('the message', () => shown.length > 0);
      assert.match(shown[0], /localhost:1\b/);
      await run('detachHub', { type: 'hub', hubId: id });
    } finally {
      if (before === undefined) delete process.env.AzureWebJobsStorage;
      else process.env.AzureWebJobsStorage = before;
    }
  });

  it('of a storage account by its name is opened with the sign-in of the editor', async () => {
    const seen = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'application/json');
      response.end('{"value":[{"PartitionKey":"a","RowKey":"","RuntimeStatus":"Running","Name":"A"}]}');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const original = vscode.authentication.getSession;
    const asked = [];
    vscode.authentication.getSession = async (...args) => {
      asked.push(args);
      return { accessToken: 'of-the-editor' };
    };
    try {
      const { port } = server.address();
      const account = `AccountName=devstoreaccount1;TableEndpoint=http://127.0.0.1:${port}/devstoreaccount1;Authentication=DefaultAzure`;
      assert.match(await run('attachHub', account, 'SignedIn'), /^SignedIn in Azurite/);
      assert.deepEqual(asked[0], ['microsoft', ['https://storage.azure.com/.default'], { createIfNone: true }]);
      assert.ok(seen.every((each) => each === 'Bearer of-the-editor'));
      const [{ id }] = parts.hubs.all;
      await run('detachHub', { type: 'hub', hubId: id });
    } finally {
      vscode.authentication.getSession = original;
      server.close();
    }
  });

  it('of a storage account is asked for by its name, or the address of a service', async () => {
    const asked = [];
    await answering(
      'showQuickPick',
      (items) => items.find(({ label }) => label === 'Sign in to a storage account…'),
      () =>
        answering(
          'showInputBox',
          ({ validateInput }) => {
            for (const text of ['myaccount', 'https://shop.table.core.chinacloudapi.cn', 'My Account', 'https://shop.example'])
              asked.push(validateInput(text) === undefined);
            return undefined;
          },
          () => run('attachHub'),
        ),
    );
    assert.deepEqual(asked, [true, true, false, false]);
  });

  it('stands in the tree as read only, with its pace, its instances, hosts and queues', async () => {
    assert.match(await run('attachHub', azurite.connection), /^GoldenHub in Azurite/);
    const [hub] = await tree().children();
    assert.equal(hub.icon, 'lock');
    assert.match(hub.description, /^read only · every 5 s · Azurite at /);
    assert.deepEqual(
      (await tree().children(hub)).map(({ label }) => label),
      ['Not finished', 'Failed in the last 24 hours', 'All instances', 'Entities', 'Hosts and queues'],
    );
    assert.equal((await childrenOf('All instances')).length, 25);
    assert.equal((await childrenOf('Entities')).length, 1);
    assert.ok((await childrenOf('Hosts and queues')).some(({ description }) => description === 'vm, lease run out'));
    await run('refreshHubs');
  });

  it('is filtered, paused and goes on', async () => {
    const [hub] = await tree().children();
    await run('filterHub', hub, 'status:terminated');
    const found = await childrenOf('Filter: status:Terminated');
    assert.deepEqual(
      found.map(({ row }) => row.instanceId),
      ['terminate'],
    );
    await run('filterHub', hub, '');
    assert.equal(await run('pauseHub', hub), true);
    assert.match((await tree().children())[0].description, /^read only · paused · /);
    assert.equal(await run('pauseHub', hub), false);
  });

  it('shows its instances in a panel, those of a group as well', async () => {
    const [hub] = await tree().children();
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
    await run('showHubInstances', hub);
    await until('the panel', () => tabs().includes('Instances: GoldenHub'));
    const groups = await tree().children(hub);
    await run(
      'showHubInstances',
      groups.find(({ label }) => label === 'Failed in the last 24 hours'),
    );
    assert.equal(tabs().filter((label) => label === 'Instances: GoldenHub').length, 1);
  });

  it('opens an instance in a panel with its replay', async () => {
    const node = (await childrenOf('All instances')).find(({ row }) => row.instanceId === 'hello');
    panel = await panelOpenedBy(() => run('openHubInstance', node));
    await until('the panel', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.includes('hello'))),
    );
    await run('loadMoreOfHub', { type: 'hubMore', groupId: 'x' });
  });

  it('lets a run of it be taken up again in the emulator, from a row of its panel', async () => {
    const hub = await startedHub();
    assert.equal(await hub.get('hello'), undefined);
    const choices = ['Another result…', 'Dry'];
    const choose = (items) => items.find(({ label }) => choices.includes(label));
    const row = (await parts.hubs.all[0].open().then((from) => from.history('hello'))).findIndex(
      ({ EventType }) => EventType === 'TaskCompleted',
    );
    await answering('showQuickPick', choose, () =>
      answering(
        'showInputBox',
        () => '"Bye"',
        () => {
          panel.say({ type: 'whatIf', row: row + 1 });
          return until('the fork', () => hub.get('hello-fork'));
        },
      ),
    );
    assert.equal((await hub.get('hello-fork')).forkedFrom.instanceId, 'hello');
    await hub.terminate('hello-fork', null).catch(() => undefined);
  });

  it('offers for a comparison what is in the same hub', async () => {
    let items;
    await answering(
      'showQuickPick',
      (all) => void (items = all),
      () => {
        panel.say({ type: 'compareWith' });
        return until('the choices', () => items !== undefined);
      },
    );
    assert.ok(
      items.some(({ label }) => label === 'parent-child'),
      JSON.stringify(items),
    );
  });

  it('gives an instance with its family to the emulator', async () => {
    const hub = await startedHub();
    const node = (await childrenOf('All instances')).find(({ row }) => row.instanceId === 'parent');
    const copied = await run('copyToEmulator', node);
    assert.deepEqual([...copied].sort(), ['parent', 'parent-child']);
    assert.equal((await hub.get('parent-child')).parentInstanceId, 'parent');
  });

  it('keeps its connection in the secret storage only', async () => {
    const [{ id }] = parts.hubs.all;
    await run('detachHub', { type: 'hub', hubId: id });
    assert.equal(parts.hubs.all.length, 0);
    assert.ok(path.isAbsolute(__dirname));
  });
});
