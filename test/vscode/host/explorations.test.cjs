'use strict';
// Explorations in the editor: what they find shows in the Test view, opens in Step through Replay, becomes a test, or is allowed.
const assert = require('node:assert/strict');
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
});
