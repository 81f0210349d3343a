'use strict';
// Every command, through the editor's own command service.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { until, durascope, run, startedHub, statusOf, answering, answeringPick, panelOpenedBy } = require('./support.cjs');

const folder = () => vscode.workspace.workspaceFolders[0].uri.fsPath;
const lineAtCursor = () => {
  const editor = vscode.window.activeTextEditor;
  return editor === undefined ? '' : editor.document.lineAt(editor.selection.active.line).text;
};
const ids = (...instanceIds) => ({ instanceIds, reason: 'because' });

describe('the emulator', () => {
  it('is found as the app of the workspace, stopped at first', async () => {
    const { apps, emulators } = await durascope();
    assert.deepEqual(
      apps.all.map((app) => app.appDir),
      [folder()],
    );
    assert.equal(emulators.of(apps.current).status.type, 'stopped');
  });

  it('starts, answers over HTTP, and a second start is the same one', async () => {
    const url = await run('startEmulator');
    assert.match(url, /^http:\/\/localhost:\d+$/);
    assert.equal(await run('startEmulator'), url);
    assert.equal(await (await fetch(`${url}/api/ping`)).text(), 'pong');
  });

  it('keeps its instances over a restart', async () => {
    await startedHub();
    const id = await run('startInstance', { name: 'ReserveTicket', input: null });
    await run('restartEmulator');
    const hub = await startedHub();
    await until('it goes on', async () => (await statusOf(hub, id)) === 'Running');
    await run('terminate', ids(id));
  });

  it('stops, and may be stopped again', async () => {
    const { apps, emulators } = await durascope();
    await startedHub();
    await run('stopEmulator');
    assert.equal(emulators.of(apps.current).status.type, 'stopped');
    await run('stopEmulator');
  });

  it('says at its first start that the app cannot be loaded, where, and what helps', async () => {
    const { apps, emulators, functions } = await durascope();
    const file = path.join(folder(), 'src', 'functions', 'half-written.js');
    await run('stopEmulator');
    fs.writeFileSync(file, "'use strict';\nconst = 1;\n");
    try {
      let offered;
      await answering(
        'showErrorMessage',
        (message, ...buttons) => ((offered = [message, ...buttons]), 'Go to Line'),
        () => run('startEmulator'),
      );
      assert.equal(emulators.of(apps.current).status.worker.type, 'broken');
      assert.match(offered[0], /half-written\.js/);
      assert.deepEqual(offered.slice(1), ['Go to Line', 'Show Log']);
      await until('the line', () => vscode.window.activeTextEditor?.document.fileName.endsWith('half-written.js'));
      assert.equal(vscode.window.activeTextEditor.selection.active.line, 1);
      const problems = vscode.languages.getDiagnostics(vscode.Uri.file(file)).filter(({ source }) => source === 'Durascope');
      assert.deepEqual(
        problems.map(({ range }) => range.start.line),
        [1],
      );
      // The same from the views and the palette, for as long as it is broken.
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await run('goToLoadError');
      assert.ok(vscode.window.activeTextEditor.document.fileName.endsWith('half-written.js'));
      assert.equal(vscode.window.activeTextEditor.selection.active.line, 1);
      // Who starts an instance all the same is told the same, and led there.
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      offered = undefined;
      await answering(
        'showErrorMessage',
        (message, ...buttons) => ((offered = [message, ...buttons]), 'Go to Line'),
        () => run('startInstance'),
      );
      assert.match(offered[0], /half-written\.js/);
      assert.equal(vscode.window.activeTextEditor.selection.active.line, 1);
      // So is whoever asks for something else that needs the app.
      for (const command of ['sendRequest', 'runFunction', 'exploreSchedules']) {
        await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
        offered = undefined;
        await answering(
          'showErrorMessage',
          (message, ...buttons) => ((offered = [command, message, ...buttons]), 'Go to Line'),
          () => run(command),
        );
        assert.match(offered.join(), /half-written\.js.*Go to Line/s);
        await until('the line', () => vscode.window.activeTextEditor?.selection.active.line === 1);
      }
      const [row] = await functions.getChildren();
      assert.deepEqual([row.label, row.description], ['half-written.js:2', "SyntaxError: Unexpected token '='."]);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      fs.rmSync(file);
    }
    await until('the mended app', () => emulators.of(apps.current).status.worker?.type === 'ready');
    // The editor's own, about the file that is gone, may stay a moment longer.
    const left = vscode.languages.getDiagnostics(vscode.Uri.file(file)).filter(({ source }) => source === 'Durascope');
    assert.deepEqual(left, []);
  });

  it('leads to where a script in PowerShell can no longer be read, of which its worker tells the file only', async () => {
    const file = path.join(folder(), 'run.ps1');
    fs.writeFileSync(file, 'param($Context)\n\nif ($Context) {\n  "Tokyo"\n');
    try {
      await run('goToLoadError', { place: { file } });
      assert.equal(vscode.window.activeTextEditor.document.fileName, file);
      assert.deepEqual({ ...vscode.window.activeTextEditor.selection.active }, { ...new vscode.Position(2, 14) });
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      fs.rmSync(file);
    }
  });

  it('runs npm install for an app whose packages are missing, and its build where that was not made', async () => {
    const { emulators, apps } = await durascope();
    const emulator = emulators.of(apps.current);
    const file = path.join(folder(), 'src', 'functions', 'unpacked.js');
    const manifest = path.join(folder(), 'package.json');
    const tsconfig = path.join(folder(), 'tsconfig.json');
    const original = fs.readFileSync(manifest, 'utf8');
    const { executeTask } = vscode.tasks;
    const tasks = [];
    vscode.tasks.executeTask = (task) => {
      tasks.push([task.execution.command, ...task.execution.args].join(' '));
      task.execution = new vscode.ShellExecution('node', ['-e', '0']);
      return executeTask(task);
    };
    try {
      await startedHub();
      const { dependencies } = JSON.parse(original);
      fs.writeFileSync(
        manifest,
        JSON.stringify({ ...JSON.parse(original), dependencies: { ...dependencies, 'not-to-be-had': '1' } }),
      );
      fs.writeFileSync(file, "require('not-to-be-had');\n");
      await until('the missing package', () => emulator.loadError?.message.includes('npm install'));
      await run('installPackages');
      fs.writeFileSync(tsconfig, '{}');
      fs.writeFileSync(manifest, JSON.stringify({ ...JSON.parse(original), main: 'built/*.js', scripts: { build: 'tsc' } }));
      await until('the missing build', () => emulator.loadError?.message.includes('npm run build'));
      await run('buildApp');
      assert.deepEqual(tasks, ['npm install', 'npm run build']);
    } finally {
      vscode.tasks.executeTask = executeTask;
      fs.writeFileSync(manifest, original);
      for (const each of [file, tsconfig]) fs.rmSync(each, { force: true });
    }
    await until('the mended app', () => emulator.status.worker?.type === 'ready');
    assert.equal(emulator.loadError, undefined);
    let refused;
    await answering(
      'showErrorMessage',
      (message) => void (refused = message),
      () => run('buildApp'),
    );
    assert.match(refused, /^Nothing keeps .+ from being loaded\.$/);
  });

  it('says when the process of the app was killed that a new one is started', async () => {
    const { emulators, apps } = await durascope();
    const emulator = emulators.of(apps.current);
    await startedHub();
    const pid = emulator.running.workerPid;
    let said;
    await answering(
      'showWarningMessage',
      (message) => void (said = message),
      async () => {
        process.kill(pid, 'SIGKILL');
        await until('the word', () => said !== undefined);
      },
    );
    assert.match(said, /^The process that runs the app ended .*A new one is started now, and the app goes on in it\./);
    await until('the new process', () => emulator.status.worker?.type === 'ready' && emulator.status.worker.pid !== pid);
  });

  it('chooses the app of a path', async () => {
    const { apps } = await durascope();
    await run('selectApp', folder());
    assert.equal(apps.current.appDir, folder());
  });

  it('has a menu behind its place in the status bar', async () => {
    await startedHub();
    let offered;
    await answering(
      'showQuickPick',
      (items) => ((offered = items.map((item) => item.label)), items.find((item) => item.label.endsWith('Copy URL'))),
      () => run('emulatorMenu'),
    );
    assert.ok(offered.includes('$(debug-stop) Stop Emulator'));
    assert.match(await vscode.env.clipboard.readText(), /^http:/);
  });

  it('has a clock that is set by an argument or a choice, and seen in the status', async () => {
    const { apps, emulators } = await durascope();
    const hub = await startedHub();
    const emulator = emulators.of(apps.current);
    try {
      await run('setClock', 'pause');
      await until('it stands still', () => emulator.clock?.mode === 'paused');
      const tomorrow = new Date(emulator.now() + 86_400_000).toISOString();
      const { instanceId } = await hub.start({ name: 'ReserveTicket', input: null, scheduledStartTime: tomorrow });
      assert.equal(await statusOf(hub, instanceId), 'Pending');
      let title;
      const choose = (items, options) => ((title = options.title), items.find((item) => item.change === 'next'));
      const state = await answering('showQuickPick', choose, () => run('setClock'));
      assert.match(title, /paused, \d{4}-\d\d-\d\d/);
      assert.ok(Date.parse(state.now) >= Date.parse(tomorrow));
      await until('it begins', async () => (await statusOf(hub, instanceId)) === 'Running');
      await run('terminate', ids(instanceId));
    } finally {
      await run('setClock', 'real');
    }
    assert.ok(Math.abs(emulator.now() - Date.now()) < 5000);
  });

  it('opens an HTTP trigger in the browser', async () => {
    const url = await run('startEmulator');
    const { openExternal } = vscode.env;
    let opened;
    vscode.env.openExternal = (uri) => Promise.resolve(void (opened = uri.toString(true)));
    await run('openRoute', { url: `${url}/api/ping` });
    vscode.env.openExternal = openExternal;
    assert.match(opened, /\/api\/ping$/);
  });

  it('opens the dashboard in the browser, with the key that it needs', async () => {
    const { apps, emulators } = await durascope();
    await startedHub();
    const { openExternal } = vscode.env;
    let opened;
    vscode.env.openExternal = (uri) => Promise.resolve((opened = uri) !== undefined);
    const address = await run('openDashboard');
    vscode.env.openExternal = openExternal;
    assert.ok(opened.toString().startsWith(address));
    assert.equal(opened.fragment, `code=${emulators.of(apps.current).running.key}`);
  });

  it('copies its address', async () => {
    await startedHub();
    const url = await run('copyUrl');
    assert.equal(await vscode.env.clipboard.readText(), url);
    await run('copyText', { copies: 'a fact' });
    assert.equal(await vscode.env.clipboard.readText(), 'a fact');
  });
});

describe('commands on instances', () => {
  let hub;
  before(async () => {
    hub = await startedHub();
  });
  const waiting = async () => {
    const id = await run('startInstance', { name: 'ReserveTicket', input: null });
    await until('it waits', async () => (await hub.waitingFor(id)).events.length > 0);
    return id;
  };
  const ended = async (id) => (await hub.waitForCompletion(id, 60_000)).runtimeStatus;

  it('start one with an id and an input', async () => {
    const id = await run('startInstance', { name: 'EchoInput', instanceId: 'chosen', input: '{"a":1}' });
    assert.equal(id, 'chosen');
    assert.equal((await hub.waitForCompletion(id, 60_000)).output, '{"a":1}');
  });

  it('start one again with the input of another, offered first', async () => {
    const id = await run('startInstance', { name: 'EchoInput', input: '{"again":true}' });
    await ended(id);
    await run('startInstance', { name: 'EchoInput', input: '"later"' });
    const again = await answering(
      'showQuickPick',
      (items) => items[0],
      () => run('startAgain', id),
    );
    assert.notEqual(again, id);
    assert.equal((await hub.waitForCompletion(again, 60_000)).output, '{"again":true}');
  });

  it('start one later', async () => {
    const id = await run('startInstance', { name: 'EchoInput', input: null, scheduledStartTime: '2099-01-01T00:00:00.0000000Z' });
    assert.equal(await statusOf(hub, id), 'Pending');
    await run('terminate', ids(id));
  });

  it('raise an event to several', async () => {
    const chosen = [await waiting(), await waiting()];
    await run('raiseEvent', { instanceIds: chosen, name: 'BookingConfirmed', data: '"A7"' });
    for (const id of chosen) assert.equal((await hub.waitForCompletion(id, 60_000)).output, '"A7"');
  });

  it('signal an entity, open its panel, clean up after it', async () => {
    const signal = (operation, input) => run('signalEntity', { instanceId: '@counter@a', operation, input });
    assert.equal(await signal('add', '5'), 'Sent add to @counter@a');
    await until('it has its state', async () => (await hub.getEntity('@counter@a'))?.state === '5');
    const { apps, panels, entities } = await durascope();
    await run('openEntity', '@counter@a');
    assert.equal(panels.find(apps.current, '@counter@a').viewType, 'durascope.entity');
    const [name] = await entities.model.children();
    assert.deepEqual(
      (await entities.model.children(name)).map((node) => [node.label, node.description]),
      [['a', '5']],
    );
    await signal('delete', null);
    await until('it is gone', async () => (await hub.getEntity('@counter@a'))?.state === null);
    assert.equal(await run('cleanEntities'), 'Removed 1 empty entity, released 0 orphaned locks');
    assert.equal(await hub.getEntity('@counter@a'), undefined);
    panels.find(apps.current, '@counter@a').dispose();
  });

  it('suspend and resume', async () => {
    const id = await waiting();
    await run('suspend', ids(id));
    await until('it is suspended', async () => (await statusOf(hub, id)) === 'Suspended');
    await run('resume', ids(id));
    await until('it runs', async () => (await statusOf(hub, id)) === 'Running');
    await run('terminate', ids(id));
  });

  it('terminate several with a reason', async () => {
    const chosen = [await waiting(), await waiting()];
    assert.equal(await run('terminate', ids(...chosen)), 'Terminated 2 instances');
    for (const id of chosen) {
      assert.equal(await ended(id), 'Terminated');
      assert.match((await hub.get(id)).output, /because/);
    }
  });

  it('say so when an instance has already ended', async () => {
    const id = await waiting();
    await run('terminate', ids(id));
    await ended(id);
    assert.equal(await run('suspend', ids(id)), undefined);
    assert.equal(await statusOf(hub, id), 'Terminated');
  });

  it('rewind a failed one, or say that the hub cannot', async () => {
    const id = await run('startInstance', { name: 'OutOfStock', input: null });
    assert.equal(await ended(id), 'Failed');
    await run('rewind', ids(id));
    // The orchestrator fails again whether or not it was rewound.
    assert.equal(await ended(id), 'Failed');
  });

  it('run a function by hand, whose refusal is shown', async () => {
    assert.equal(await run('runFunction', { name: 'SayHello', input: '"Oslo"' }), '"Hello Oslo!"');
    assert.equal(await run('runFunction', { name: 'TakeFromStock', input: null }), undefined);
  });

  it('send a request to an HTTP function, follow what it starts, and hand it to other tools', async () => {
    const parts = await durascope();
    assert.equal(await run('sendRequest', { name: 'Ping', method: 'GET' }), 'pong');
    assert.match(vscode.window.activeTextEditor.document.getText(), /^HTTP\/1\.1 200[^]*\n\npong$/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const start = { name: 'StartOf', method: 'POST', values: { name: 'EchoInput' }, body: '{"a":2}' };
    const id = await run('sendRequest', start);
    assert.equal((await hub.waitForCompletion(id, 60_000)).output, '{"a":2}');
    assert.ok(parts.panels.find(parts.apps.current, id));
    assert.match(await run('sendRequest', { ...start, as: 'curl' }), /^curl -i -X POST '.*\/api\/start\/EchoInput'/);
    let offered;
    const asking = (items) => ((offered = items), items.find((item) => item.as === 'http'));
    await answering(
      'showInputBox',
      ({ title }) => (/Body/.test(title) ? '5' : 'EchoInput'),
      () => answering('showQuickPick', asking, () => run('sendRequest', { name: 'StartOf' })),
    );
    assert.deepEqual(
      offered.map(({ as }) => as),
      ['send', 'curl', 'http'],
    );
    assert.match(vscode.window.activeTextEditor.document.getText(), /^### POST \/api\/start\/EchoInput\nPOST http/);
    // Both answers are there again the next time.
    const values = [];
    await answering(
      'showInputBox',
      ({ value }) => (values.push(value), value),
      () =>
        answering(
          'showQuickPick',
          () => undefined,
          () => run('sendRequest', { name: 'StartOf' }),
        ),
    );
    assert.deepEqual(values, ['EchoInput', '5']);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    assert.equal(await run('sendRequest', { name: 'Nobody', method: 'GET' }), undefined);
  });

  it('remember what was raised under a name, and offer only what can take it', async () => {
    const id = await waiting();
    await run('raiseEvent', { instanceIds: [id], name: 'BookingConfirmed', data: '{"seat":3}' });
    await ended(id);
    const next = await waiting();
    let asked;
    await answering(
      'showInputBox',
      (options) => void (asked = options),
      () => run('raiseEvent', { instanceIds: [next], name: 'BookingConfirmed' }),
    );
    assert.equal(asked.value, '{"seat":3}');
    assert.match(asked.title, new RegExp(`for ${next}$`));
    await run('signalEntity', { instanceId: '@counter@kept', operation: 'add', input: '5' });
    await until('the entity', async () => (await hub.getEntity('@counter@kept'))?.state === '5');
    let offered = [];
    await answeringPick(
      async (pick) => {
        await until('the instances', () => pick.items.length > 0);
        offered = pick.items.map(({ label }) => label);
        return undefined;
      },
      () => run('terminate'),
    );
    assert.ok(offered.includes(next) && !offered.includes(id));
    assert.deepEqual(
      offered.filter((each) => each.startsWith('@')),
      [],
    );
    await run('signalEntity', { instanceId: '@counter@kept', operation: 'delete', input: null });
    await until('it is gone', async () => (await hub.getEntity('@counter@kept'))?.state === null);
    await run('cleanEntities');
    await run('terminate', ids(next));
    // Where there is none it says so.
    let said;
    await answeringPick(
      async (pick) => {
        await until('the words', () => /^There is no instance that can take it/.test((said = pick.placeholder)));
        return undefined;
      },
      () => run('resume'),
    );
    assert.match(said, /: start one, or type an id$/);
  });

  it('lead to an app where none is open', async () => {
    const { apps } = await durascope();
    Object.defineProperty(apps, 'current', { value: undefined, configurable: true });
    try {
      let asked;
      await answering(
        'showErrorMessage',
        (message, ...buttons) => void (asked = { message, buttons }),
        () => run('startInstance'),
      );
      assert.match(asked.message, /^No function app with durable functions is open/);
      assert.deepEqual(asked.buttons, ['Open Folder…', 'Create a Sample App…']);
    } finally {
      delete apps.current;
    }
  });

  it('ask which instance is meant where nothing says so, and for a failure offer those that have failed', async () => {
    const { instances } = await durascope();
    assert.deepEqual(instances.selection, []);
    const failed = [];
    for (const command of ['copyId', 'copyLink', 'goToCode', 'goToFailure']) {
      const shown = await answeringPick(
        async (pick) => {
          await until('what is offered', () => pick.items.length > 0 || /^There is no instance/.test(pick.placeholder));
          if (command === 'goToFailure') failed.push(...pick.items.map(({ description }) => description));
          return undefined;
        },
        () => run(command),
      );
      assert.equal(shown, 1, command);
    }
    assert.ok(
      failed.every((description) => description.endsWith('· Failed')),
      failed.join(),
    );
  });

  it('restart under a new id, and show that one', async () => {
    const parts = await durascope();
    const id = await run('startInstance', { name: 'EchoInput', input: '5' });
    await ended(id);
    await run('restart', ids(id));
    const restarted = await until('another of the same input', async () =>
      (await hub.query({ names: ['EchoInput'] })).instances.find((row) => row.instanceId !== id && row.input === '5'),
    );
    assert.ok(parts.panels.find(parts.apps.current, restarted.instanceId));
  });

  it('start a copy of one that runs, which goes on', async () => {
    const parts = await durascope();
    const id = await waiting();
    await run('startCopy', ids(id));
    const copy = await until('another one', async () =>
      (await hub.query({ names: ['ReserveTicket'], statuses: ['Running'] })).instances.find((row) => row.instanceId !== id),
    );
    assert.ok(parts.panels.find(parts.apps.current, copy.instanceId));
    assert.equal(await statusOf(hub, id), 'Running');
    await run('terminate', ids(id, copy.instanceId));
    const asked = [];
    for (const command of ['startCopy', 'restart'])
      await answeringPick(
        ({ title }) => void asked.push(title),
        () => run(command),
      );
    assert.deepEqual(asked, ['Start a copy of which instance?', 'Restart which instance?']);
  });

  it('purge after asking, and not on a no', async () => {
    const parts = await durascope();
    const id = await run('startInstance', { name: 'EchoInput', input: null });
    await ended(id);
    parts.dialogs.confirm = () => Promise.resolve(false);
    await run('purge', ids(id));
    assert.ok(await hub.get(id));
    parts.dialogs.confirm = () => Promise.resolve(true);
    await run('purge', ids(id));
    assert.equal(await hub.get(id), undefined);
  });

  it('notice a failed one: in the badge, in a list, and no longer once it was opened', async () => {
    const { failures } = await durascope();
    failures.seeAll();
    const id = await run('startInstance', { name: 'OutOfStock', input: null });
    await ended(id);
    const listed = await until('it is listed', async () => {
      let items = [];
      await answering(
        'showQuickPick',
        (all) => void (items = all),
        () =>
          answering(
            'showInformationMessage',
            () => undefined,
            () => run('showFailed'),
          ),
      );
      return items.length > 0 && items;
    });
    assert.deepEqual([listed[0].description, listed.at(-1).label], [id, '$(check-all) Mark all as seen']);
    const { badge } = failures.view;
    assert.deepEqual([badge.value, badge.tooltip], [listed.length - 1, '1 instance failed']);
    assert.match(listed[0].detail, /no stock/);
    await answering(
      'showQuickPick',
      (all) => all[0],
      () => run('showFailed'),
    );
    let said;
    await answering(
      'showInformationMessage',
      (message) => void (said = message),
      () => run('showFailed'),
    );
    assert.match(said, /No instance has failed since/);
    assert.equal(failures.view.badge, undefined);
  });

  it('tell in a notification that one failed, where the setting says so, and lead to the line', async () => {
    const settings = vscode.workspace.getConfiguration('durascope');
    await settings.update('notifyFailures', true, vscode.ConfigurationTarget.Global);
    try {
      let news;
      await answering(
        'showErrorMessage',
        (message, ...buttons) => ((news = [message, ...buttons]), 'Go to Failure'),
        async () => {
          await run('startInstance', { name: 'OutOfStock', input: null });
          await until('the news', () => news !== undefined);
        },
      );
      assert.match(news[0], /^OutOfStock failed: .*no stock/);
      assert.deepEqual(news.slice(1), ['Open', 'Go to Failure']);
      await until('the line', () => /throw new Error/.test(lineAtCursor()));
    } finally {
      await settings.update('notifyFailures', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('have addresses that lead back to them', async () => {
    const parts = await durascope();
    const id = await run('startInstance', { name: 'EchoInput', instanceId: 'linked 1', input: null });
    await ended(id);
    const [link] = await run('copyLink', [id]);
    assert.equal(await vscode.env.clipboard.readText(), link);
    const uri = vscode.Uri.parse(link);
    assert.deepEqual([uri.scheme, uri.authority], [vscode.env.uriScheme, 'durascope.durascope']);
    await parts.openLink(uri);
    assert.ok(parts.panels.find(parts.apps.current, id));
    let refused;
    await answering(
      'showErrorMessage',
      (message) => void (refused = message),
      () => parts.openLink(uri.with({ path: '/elsewhere' })),
    );
    assert.match(refused, /would end in \/instance\/ID/);
  });

  it('replay or import a file of the explorer, as the user says', async () => {
    const parts = await durascope();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await ended(id);
    const file = vscode.Uri.file(path.join(folder(), 'dropped.durascope.json'));
    parts.dialogs.saveFile = () => Promise.resolve(file);
    await run('exportInstances', [id]);
    await hub.purge(id);
    const choose = (items) => items.find(({ command }) => command === 'durascope.importInstances');
    const report = await answering('showQuickPick', choose, () => run('replayFile', file));
    assert.deepEqual(report.imported, [id]);
    assert.equal(
      await answering(
        'showQuickPick',
        () => undefined,
        () => run('replayFile', file),
      ),
      undefined,
    );
  });

  it('compare an instance with a history file, with an imported tab, or with the other one that is selected', async () => {
    const parts = await durascope();
    const [one, two] = [
      await run('startInstance', { name: 'HelloCities', input: null }),
      await run('startInstance', { name: 'HelloCities', input: null }),
    ];
    await ended(one);
    await ended(two);
    const file = vscode.Uri.file(path.join(folder(), 'other-hub.durascope.json'));
    parts.dialogs.saveFile = () => Promise.resolve(file);
    await run('exportInstances', [one]);
    parts.dialogs.openFile = () => Promise.resolve(file);
    const { openInstance } = parts.panels;
    const shown = [];
    parts.panels.openInstance = (app, id, how) => void shown.push([id, how.compareWith]);
    const pick = (wanted) => (items) => items.find(({ label }) => label.includes(wanted));
    try {
      await answering('showQuickPick', pick('A History File'), () => run('compareWith', { instanceId: two }));
      const [, other] = shown[0];
      assert.deepEqual([shown[0][0], other.instanceId, other.isImported], [two, one, true]);
      assert.equal((await other.hub.get(one)).runtimeStatus, 'Completed');
      await answering('showQuickPick', pick(one), () => run('compareWith', { instanceId: two }));
      assert.deepEqual(shown[1], [two, { instanceId: one }]);
      const node = (instanceId) => ({ type: 'instance', row: { instanceId } });
      await run('compareWith', node(one), [node(one), node(two)]);
      assert.deepEqual(shown[2], [two, { instanceId: one }]);
      const listed = [];
      await answering(
        'showQuickPick',
        (items) => void listed.push(...items),
        () => run('compareWith', { instanceId: two }),
      );
      assert.equal(shown.length, 3);
      assert.ok(!listed.some(({ label }) => label === two));
    } finally {
      parts.panels.openInstance = openInstance;
    }
    // The tab of an imported history, and from it.
    const replay = { close: () => undefined, onStep: () => undefined, onLine: () => undefined };
    const { say, panel } = await panelOpenedBy(() => parts.panels.openImported(parts.apps.current, 'elsewhere', hub, replay));
    let items;
    await answering(
      'showQuickPick',
      (all) => void (items = all),
      () => run('compareWith', { instanceId: two }),
    );
    assert.ok(
      items.some(({ other }) => other?.instanceId === 'elsewhere' && other.isImported),
      JSON.stringify(items),
    );
    items = undefined;
    await answering(
      'showQuickPick',
      (all) => void (items = all),
      () => {
        say({ type: 'compareWith' });
        return until('the choices', () => items !== undefined);
      },
    );
    assert.ok(!items.some(({ other }) => other?.instanceId === 'elsewhere'));
    assert.ok(items.some(({ other }) => other?.instanceId === two && other.hub !== undefined));
    panel.dispose();
  });

  it('compare a history of the explorer with what the emulator does, beside the one that runs', async () => {
    const parts = await durascope();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await ended(id);
    const file = vscode.Uri.file(path.join(folder(), 'compared.durascope.json'));
    parts.dialogs.saveFile = () => Promise.resolve(file);
    await run('exportInstances', [id]);
    const compared = await run('compareWithEmulator', file);
    assert.equal(compared.originId, id);
    assert.notEqual(compared.instanceId, id);
    // What runs here knows nothing of it.
    assert.equal(await hub.get(compared.instanceId), undefined);
    assert.equal(compared.isSame, true);
    const labels = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    await until('the panel of the comparison', () => labels().some((label) => label.startsWith('HelloCities')));
    const file2 = vscode.Uri.file(path.join(folder(), 'no-history.json'));
    await fs.promises.writeFile(file2.fsPath, '{}');
    let refused;
    await answering(
      'showErrorMessage',
      (message) => void (refused = message),
      () => run('compareWithEmulator', file2),
    );
    assert.match(refused, /history/i);
  });

  it('copy ids', async () => {
    await run('copyId', ['x', 'y']);
    assert.equal(await vscode.env.clipboard.readText(), 'x\ny');
  });

  it('export what was chosen', async () => {
    const parts = await durascope();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await ended(id);
    const file = path.join(folder(), 'out.durascope.json');
    parts.dialogs.saveFile = () => Promise.resolve(vscode.Uri.file(file));
    assert.equal(await run('exportInstances', [id]), 1);
    const { format, instances } = JSON.parse(fs.readFileSync(file, 'utf8'));
    assert.equal(format, 'durascope/1');
    assert.equal(instances[0].history.length, 16);
  });

  it('import what was exported, and ask about ids that are there', async () => {
    const parts = await durascope();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await ended(id);
    const file = vscode.Uri.file(path.join(folder(), 'in.durascope.json'));
    parts.dialogs.saveFile = () => Promise.resolve(file);
    await run('exportInstances', [id]);
    const history = await hub.history(id);
    await hub.purge(id);
    parts.dialogs.openFile = () => Promise.resolve(file);
    assert.deepEqual(await run('importInstances'), { imported: [id], skipped: [], unfinished: [] });
    assert.deepEqual(await hub.history(id), history);
    const asked = [];
    const answer = (value) => (parts.dialogs.choose = (question) => Promise.resolve(asked.push(question) && value));
    answer(undefined);
    assert.equal(await run('importInstances', file), undefined);
    answer('skip');
    assert.deepEqual((await run('importInstances', file)).skipped, [id]);
    answer('rename');
    assert.deepEqual((await run('importInstances', file)).imported, [`${id}-imported`]);
    assert.equal((await hub.get(`${id}-imported`)).historyLength, 16);
    assert.deepEqual(new Set(asked), new Set([`There is an instance '${id}' already.`]));
  });

  it('clear the hub', async () => {
    const parts = await durascope();
    parts.dialogs.confirm = () => Promise.resolve(true);
    await run('clearHub');
    hub = await startedHub();
    assert.deepEqual(await hub.countByStatus(), {});
  });
});

describe('what is shown', () => {
  let hub;
  before(async () => {
    hub = await startedHub();
  });

  it('the tree follows what happens, children under their parents', async () => {
    const { instances } = await durascope();
    await run('instances.focus');
    const id = await run('startInstance', { name: 'Parent', instanceId: 'p1', input: null });
    const running = await until('a group Running', async () =>
      (await instances.getChildren()).find((node) => node.label === 'Running'),
    );
    const node = await until('the parent with its child', async () =>
      (await instances.getChildren(running)).find((each) => each.row?.instanceId === id && each.mayHaveChildren),
    );
    assert.deepEqual(
      (await instances.getChildren(node)).map((each) => each.row.instanceId),
      ['p1-child'],
    );
    await run('raiseEvent', { instanceIds: ['p1-child'], name: 'BookingConfirmed', data: 'null' });
    await until('it moves to Completed', async () => {
      const group = (await instances.getChildren()).find((each) => each.label === 'Completed');
      return group !== undefined && (await instances.getChildren(group)).some((each) => each.row?.instanceId === id);
    });
  });

  it('the tree is grouped, flattened, filtered, refreshed and paged', async () => {
    const { instances } = await durascope();
    await run('groupByOrchestrator');
    assert.ok((await instances.getChildren()).some((node) => node.label === 'HelloCities'));
    await run('groupFlat');
    assert.ok((await instances.getChildren()).every((node) => node.type === 'instance'));
    await run('groupByStatus');
    instances.setFilter({ text: 'nothing has this', statuses: [], names: [], sinceMs: null });
    assert.deepEqual(await instances.getChildren(), []);
    await run('clearFilter');
    await run('refresh');
    await run('loadMore', { type: 'more', id: 'more:x', listId: 'x', opens: 'page' });
    assert.ok((await instances.getChildren()).length > 0);
  });

  it('a click opens the panel of an instance, titled with its name', async () => {
    const parts = await durascope();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await run('openInstance', id);
    const panel = parts.panels.find(parts.apps.current, id);
    await until('its title', () => panel.title.startsWith('HelloCities'));
    await run('goToInstance', id);
    assert.equal(parts.panels.find(parts.apps.current, id), panel);
    panel.dispose();
    assert.equal(parts.panels.find(parts.apps.current, id), undefined);
  });

  it('clicks on instances share one tab, until it is kept', async () => {
    const parts = await durascope();
    const app = parts.apps.current;
    const ids = [];
    for (let index = 0; index < 4; index++) {
      ids.push(await run('startInstance', { name: 'HelloCities', input: null }));
      parts.panels.find(app, ids[index])?.dispose();
    }
    const [first, second, third, fourth] = ids;
    const click = (id) => run('openInstance', { type: 'instance', row: { instanceId: id } }, undefined, 'clicked');
    await click(first);
    const preview = parts.panels.find(app, first);
    // A double click.
    await click(second);
    await click(second);
    assert.equal(parts.panels.find(app, first), undefined);
    assert.equal(parts.panels.find(app, second), preview);
    await until('what is in it now', () => preview.title.startsWith('HelloCities'));
    await click(third);
    assert.equal(parts.panels.find(app, second), preview);
    const next = parts.panels.find(app, third);
    assert.notEqual(next, preview);
    await run('keepOpen');
    await click(fourth);
    assert.notEqual(parts.panels.find(app, fourth), next);
    // What is opened by other means is no preview, and neither is one with the setting off.
    await run('openInstance', fourth);
    const settings = vscode.workspace.getConfiguration('durascope');
    await settings.update('previewPanels', 'off', vscode.ConfigurationTarget.Global);
    await click(first);
    await click(second);
    assert.notEqual(parts.panels.find(app, first), undefined);
    await settings.update('previewPanels', undefined, vscode.ConfigurationTarget.Global);
    for (const id of ids) parts.panels.find(app, id)?.dispose();
    assert.equal(parts.panels.find(app, first), undefined);
  });

  it('the instances panel, also of one orchestrator', async () => {
    const parts = await durascope();
    await run('openInstances');
    assert.ok(parts.panels.find(parts.apps.current));
    await run('showInstancesOf', 'HelloCities', 'running');
    parts.panels.find(parts.apps.current).dispose();
  });

  it('which function calls which, out of the code and of what has run', async () => {
    const parts = await durascope();
    const panel = await run('showFunctionsGraph');
    assert.equal(panel, undefined);
    const { called } = parts.panels.options;
    const calling = await called.of(parts.apps.current);
    const hello = calling.find(({ name }) => name === 'HelloCities');
    assert.deepEqual([...new Set(hello.calls.map(({ kind, name }) => `${kind} ${name}`))], ['call SayHello']);
    const tab = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label.startsWith('Functions: '));
    assert.ok(tab);
    await vscode.window.tabGroups.close(tab);
  });

  it('at the lines on screen how many instances wait there, and the last result; nothing where the setting says so', async () => {
    const { waitingHints } = await durascope();
    assert.deepEqual(waitingHints.shown, []);
    const file = path.join(folder(), 'src', 'functions', 'app.js');
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    const greeted = await run('startInstance', { name: 'HelloCities', input: null });
    await hub.waitForCompletion(greeted, 60_000);
    const waiting = [];
    for (let each = 0; each < 2; each++) waiting.push(await run('startInstance', { name: 'ReserveTicket', input: null }));
    // Its panel has taken the place of the file.
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    const at = (line1) => waitingHints.shown.find((hint) => hint.line1 === line1);
    await until('two wait', () => at(19)?.waiting === '2 here');
    assert.deepEqual(at(19).instanceIds.toSorted(), waiting.toSorted());
    assert.match(at(7).last.text, /^"Hello London!" · .* \(3×\)$/);
    await hub.raiseEvent(waiting[0], 'BookingConfirmed', 'true');
    await until('one waits, and what came is there', () => at(19)?.waiting === '1 here' && /^true/.test(at(19).last?.text ?? ''));
    const settings = vscode.workspace.getConfiguration('durascope', vscode.Uri.file(file));
    await settings.update('waitingHints', false, vscode.ConfigurationTarget.Global);
    try {
      await until('nothing stands there', () => waitingHints.shown.length === 0);
    } finally {
      await settings.update('waitingHints', undefined, vscode.ConfigurationTarget.Global);
    }
    await run('terminate', ids(waiting[1]));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('a history as a document', async () => {
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await hub.waitForCompletion(id, 60_000);
    await run('openHistory', id);
    const { instance, history } = JSON.parse(vscode.window.activeTextEditor.document.getText());
    assert.deepEqual(instance.output, ['Hello Tokyo!', 'Hello Seattle!', 'Hello London!']);
    assert.equal(history.length, 16);
  });

  it('the code of a function, and the line of a failure', async () => {
    await run('goToCode', 'ReserveTicket');
    const editor = vscode.window.activeTextEditor;
    assert.match(editor.document.lineAt(editor.selection.active.line).text, /'ReserveTicket'/);
    const id = await run('startInstance', { name: 'OutOfStock', input: null });
    await hub.waitForCompletion(id, 60_000);
    await run('goToFailure', id);
    const failed = vscode.window.activeTextEditor;
    assert.match(failed.document.lineAt(failed.selection.active.line).text, /no stock/);
  });

  it('lenses above each orchestrator', async () => {
    const file = vscode.Uri.file(path.join(folder(), 'src', 'functions', 'app.js'));
    await vscode.window.showTextDocument(file);
    const lenses = await until('lenses', async () => {
      const found = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', file, 100);
      return found.filter((lens) => lens.command?.command.startsWith('durascope.')).length >= 15 && found;
    });
    const titles = lenses.map((lens) => lens.command.title);
    assert.equal(titles.filter((title) => title === '$(play) Start').length, 5);
    assert.ok(titles.some((title) => /^\d+ running$/.test(title)));
  });

  it('an app that cannot be loaded is a problem in its file, gone when it is mended', async () => {
    const file = path.join(folder(), 'src', 'functions', 'broken.js');
    fs.writeFileSync(file, 'const x = ;\n');
    const problems = () => vscode.languages.getDiagnostics(vscode.Uri.file(file)).filter((each) => each.source === 'Durascope');
    await until('a problem', () => problems().length > 0);
    fs.rmSync(file);
    await until('no problem', () => problems().length === 0);
    assert.equal((await fetch(`${await run('startEmulator')}/api/ping`)).status, 200);
  });

  it('log, settings and walkthrough', async () => {
    await run('showOutput');
    await run('openSettings');
    await run('openWalkthrough');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});

describe('an input written as a document', () => {
  it('is not started while it is no JSON, and starts when it is', async () => {
    const hub = await startedHub();
    const before = (await hub.query({ names: ['EchoInput'] })).instances.length;
    // Pick the entry by its words, as a user would; the list is the editor's own, and says which one is in focus.
    const { showQuickPick } = vscode.window;
    let focused;
    vscode.window.showQuickPick = (items, options) =>
      showQuickPick.call(vscode.window, items, { ...options, onDidSelectItem: ({ label }) => (focused = label) });
    const asked = run('startInstance', 'EchoInput');
    try {
      await until('the list', () => focused);
      while (!focused.includes('as a document')) {
        const last = focused;
        await vscode.commands.executeCommand('workbench.action.quickOpenSelectPrevious');
        await until('the entry before', () => focused !== last);
      }
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    } finally {
      vscode.window.showQuickPick = showQuickPick;
    }
    await asked;
    const editor = await until('the document', () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.isUntitled === true && active;
    });
    const all = () => new vscode.Range(0, 0, editor.document.lineCount, 0);
    await editor.edit((edit) => edit.replace(all(), '{ "a": }'));
    assert.equal(await run('startFromEditor'), undefined);
    assert.equal(editor.selection.start.character, 7);
    await editor.edit((edit) => edit.replace(all(), '{ "a": 41 }'));
    const id = await run('startFromEditor');
    assert.equal((await hub.waitForCompletion(id, 60_000)).output, '{"a":41}');
    assert.equal((await hub.query({ names: ['EchoInput'] })).instances.length, before + 1);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});

describe('what if', () => {
  it('runs on from a row with one thing changed, and shows the fork beside the editor', async () => {
    const hub = await startedHub();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await hub.waitForCompletion(id, 60_000);
    const before = await hub.history(id);
    const row = before.findIndex(({ EventType }) => EventType === 'TaskCompleted') + 1;
    const forked = await run('whatIf', { instanceId: id, row, set: 'result="Bye"', dry: true });
    const { output, forkedFrom } = await hub.waitForCompletion(forked, 60_000);
    assert.equal(JSON.parse(output)[0], 'Bye');
    assert.equal(forkedFrom.instanceId, id);
    assert.deepEqual(await hub.history(id), before);
    let refusal;
    const refused = () => run('whatIf', { instanceId: id, row: 1, set: 'result=1' });
    assert.equal(await answering('showErrorMessage', (text) => void (refusal = text), refused), undefined);
    assert.match(refusal, /is no result/);
  });

  it('runs on from a row of the panel of an imported history, which comes into the hub with it and not before', async () => {
    const parts = await durascope();
    const hub = await startedHub();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await hub.waitForCompletion(id, 60_000);
    const history = await hub.history(id);
    const file = vscode.Uri.file(path.join(folder(), 'what-if.durascope.json'));
    parts.dialogs.saveFile = () => Promise.resolve(file);
    await run('exportInstances', [id]);
    await hub.purge(id);
    const { say, sent } = await panelOpenedBy(() => run('importHistory', file));
    const { canFork, canSaveTest, isImported, capabilities } = sent.get('instance');
    assert.deepEqual([canFork, canSaveTest, isImported], [true, true, true]);
    // Restart, Purge and the like are not offered.
    assert.match(capabilities.readOnly, /imported to be looked at/);
    const row = history.findIndex(({ EventType }) => EventType === 'TaskCompleted') + 1;
    const forks = async () => (await hub.query({})).instances.filter(({ forkedFrom }) => forkedFrom?.instanceId === id);
    const asked = [];
    const answer =
      (last) =>
      (items, { title }) => {
        asked.push(title);
        return items.find(({ label }) => label === 'Another result…') ?? items.find(({ label }) => label === last);
      };
    const fork = (last, done) =>
      answering('showQuickPick', answer(last), () =>
        answering(
          'showInputBox',
          () => '"Bye"',
          () => {
            say({ type: 'whatIf', row });
            return done();
          },
        ),
      );
    await fork(undefined, () => until('the last question', () => asked.includes('What if… how?')));
    assert.equal(await hub.get(id), undefined);
    await fork('Dry', () => until('the fork', async () => (await forks()).length === 1));
    const [{ instanceId }] = await forks();
    const { output } = await hub.waitForCompletion(instanceId, 60_000);
    assert.equal(JSON.parse(output)[0], 'Bye');
    assert.deepEqual(await hub.history(id), history);
    await vscode.debug.stopDebugging();
    say({ type: 'saveTest' });
    await until('the test', () => vscode.window.activeTextEditor?.document.getText().includes('replayRecording('));
  });
});

describe('agents of the editor', () => {
  const ask = async (name, input) => {
    const { content } = await vscode.lm.invokeTool(`durascope_${name}`, { input, toolInvocationToken: undefined });
    return JSON.parse(content[0].value);
  };

  it('find instances, read their histories and step through their replays', async () => {
    const hub = await startedHub();
    const id = await run('startInstance', { name: 'HelloCities', input: null });
    await hub.waitForCompletion(id, 60_000);
    const { instances } = await ask('list_instances', { statuses: ['Completed'] });
    assert.ok(instances.some(({ instanceId }) => instanceId === id));
    assert.equal((await ask('get_history', { instanceId: id })).total, (await hub.history(id)).length);
    const { replays, steps } = await ask('step_through_replay', { instanceId: id });
    assert.equal(replays, true);
    assert.ok(steps.length > 1);
    await assert.rejects(ask('get_instance', { instanceId: 'none' }), /There is no instance 'none'/);
  });

  it('may look, and act only where the setting lets them', async () => {
    const hub = await startedHub();
    assert.ok(vscode.lm.tools.some(({ name }) => name === 'durascope_explain_failure'));
    const input = { name: 'EchoInput', instanceId: 'by-an-agent' };
    await assert.rejects(ask('start_orchestration', input), /durascope\.agentActions/);
    assert.equal(await hub.get('by-an-agent'), undefined);
    const settings = vscode.workspace.getConfiguration('durascope');
    await settings.update('agentActions', true, vscode.ConfigurationTarget.Global);
    try {
      // Asked by the editor itself there is a question to the user first.
      const { agentTools } = await durascope();
      assert.match(agentTools.prepare('start_orchestration', input).confirmationMessages.title, /Start an orchestration\?$/);
      await agentTools.invoke('start_orchestration', input);
      assert.ok(await hub.get('by-an-agent'));
    } finally {
      await settings.update('agentActions', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
