'use strict';
// Explorations in the editor: what they find shows in the Test view, opens in Step through Replay, becomes a test, or is allowed.
const assert = require('node:assert/strict');
const path = require('node:path');
const vscode = require('vscode');
const { answering, durascope, until, debugSessions, run } = require('./support.cjs');

const twoBookings = [
  { name: 'BookingConfirmed', data: '1' },
  { name: 'BookingConfirmed', data: '2' },
];
const none = new vscode.CancellationTokenSource().token;

describe('explorations', () => {
  let explorations;
  const items = () => [...explorations.controller.items].map(([, item]) => item);

  before(async () => {
    ({ explorations } = await durascope());
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.debug.stopDebugging();
    await until('the sessions end', () => debugSessions.size === 0);
  });

  it('ask for the input, the number, the seed and what is waited for, and show what goes wrong', async () => {
    const answers = ['', '50', '7', 'true'];
    const held = await answering(
      'showInputBox',
      () => answers.shift(),
      () => run('exploreSchedules', 'ReserveTicket'),
    );
    assert.deepEqual(
      [held.findings, held.events, held.runs, held.seed, answers],
      [[], [{ name: 'BookingConfirmed', data: 'true' }], 50, 7, []],
    );
    const found = await run('exploreSchedules', { name: 'ReserveTicket', input: null, events: twoBookings });
    assert.deepEqual(found.findings, [{ schedule: 'e:BookingConfirmed#2', problem: 'its output is 2, not 1', output: '2' }]);
    const [ok, bad] = items();
    assert.deepEqual([items().length, ok.children.size, bad.children.size], [2, 0, 1]);
    assert.match(bad.description, /^all \d+ schedules$/);
    // As the Test view asks when it is opened.
    await explorations.controller.resolveHandler(undefined);
    assert.equal(items()[1], bad);
    assert.match(bad.uri.fsPath, /app\.js$/);
  });

  it('are there again in a window that knows nothing but what the workspace has kept', async () => {
    const shown = () => items().map((item) => [item.label, [...item.children].map(([, each]) => each.label)]);
    const before = shown();
    explorations.controller.items.replace([]);
    await explorations.controller.resolveHandler(undefined);
    assert.deepEqual(shown(), before);
    assert.equal(before.length, 2);
  });

  it('open the schedule in Step through Replay', async () => {
    assert.equal(await run('stepThroughSchedule', [...items()[1].children][0][1]), true);
    await until('the debugger', () => debugSessions.size === 1);
  });

  it('keep the schedule as a test', async () => {
    const saved = await run('saveScheduleAsTest', items()[1]);
    const text = vscode.window.activeTextEditor.document.getText();
    await vscode.workspace.fs.delete(vscode.Uri.file(saved.folder), { recursive: true });
    assert.match(text, /explore\('ReserveTicket', \{[^]*schedule: 'e:BookingConfirmed#2'/);
  });

  it('are run again from the Test view, with an output that is allowed', async () => {
    const allowed = await run('allowOutput', items()[1]);
    assert.deepEqual([allowed.expect, allowed.findings], [['1', '2'], []]);
    await explorations.run(new vscode.TestRunRequest([items()[1]]), none);
    assert.equal(items()[1].children.size, 0);
    for (const item of items()) await run('removeExploration', item);
    assert.equal(items().length, 0);
  });

  it('end when they are cancelled, with what was gone through by then', async () => {
    const { appDir } = (await durascope()).apps.current;
    // Thousands of orders.
    const events = ['A', 'B', 'C', 'D', 'E', 'F', 'BookingConfirmed'].map((name) => ({ name, data: '1' }));
    const exploration = { appDir, name: 'ReserveTicket', input: null, events, expect: null, runs: 1000, seed: 1, findings: [] };
    const controller = new AbortController();
    const heard = [];
    const found = await explorations.explore(exploration, controller.signal, (schedules) => {
      heard.push(schedules);
      controller.abort();
    });
    assert.deepEqual([found.isComplete, heard], [false, [200]]);
    assert.ok(found.schedules < 1000, String(found.schedules));
    const [item] = items();
    assert.match(item.description, /^\d+ schedules, seed 1$/);
    const source = new vscode.CancellationTokenSource();
    const running = explorations.run(new vscode.TestRunRequest([item]), source.token);
    source.cancel();
    await running;
    assert.equal(items()[0].description, '1 schedule, seed 1');
    assert.equal(items()[0].busy, false);
    await run('removeExploration', items()[0]);
  });

  it('are asked for above the orchestrator', async () => {
    const { appDir } = (await durascope()).apps.current;
    const file = vscode.Uri.file(path.join(appDir, 'src', 'functions', 'app.js'));
    await vscode.window.showTextDocument(file);
    const lens = await until('the lens', async () => {
      const found = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', file, 100);
      return found.find(({ command }) => command?.title === 'Explore Schedules…' && command.arguments[0] === 'HelloCities');
    });
    const answers = ['', '50', '1'];
    const found = await answering(
      'showInputBox',
      () => answers.shift(),
      () => vscode.commands.executeCommand(lens.command.command, ...lens.command.arguments),
    );
    assert.deepEqual([found.name, found.findings, answers], ['HelloCities', [], []]);
    await run('removeExploration', items()[0]);
  });
});
