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

  /** Answers what is typed and what is picked, in their orders; what is left over of both is returned too. */
  async function asked(name, typed, picked) {
    const titles = [];
    const exploration = await answering(
      'showInputBox',
      ({ title, value, validateInput }) => {
        const text = typed.shift() ?? value;
        titles.push(title, ...(validateInput?.(text) ? [`refused: ${text}`] : []));
        return text;
      },
      () =>
        answering(
          'showQuickPick',
          (items) => {
            const label = picked.shift();
            return items.find((item) => item === label || item.label === label);
          },
          () => run('exploreSchedules', name),
        ),
    );
    return { exploration, titles, left: [...typed, ...picked] };
  }

  it('ask for the input, the number, the seed and what is waited for, and show what goes wrong', async () => {
    const {
      exploration: held,
      titles,
      left: answers,
    } = await asked('ReserveTicket', ['', '50', '7', 'true'], ['Choose How Many…', 'Explore']);
    assert.equal(titles.at(-1), 'ReserveTicket waits for the event BookingConfirmed: what does it bring?');
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

  it('are chosen from where the Test view is not at hand and several are known', async () => {
    const other = { name: 'ReserveTicket', input: '"other"', events: twoBookings };
    await run('exploreSchedules', other);
    let listed;
    const opened = await answering(
      'showQuickPick',
      (all) => ((listed = all), all[1]),
      () => run('stepThroughSchedule'),
    );
    assert.equal(opened, true);
    assert.deepEqual(
      listed.map(({ label, detail }) => [label, detail.includes('other')]),
      [
        ['e:BookingConfirmed#2', true],
        ['e:BookingConfirmed#2', false],
      ],
    );
    await run('removeExploration', items()[2] ?? items()[1]);
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

  it('run another orchestrator beside, as often as that is chosen', async () => {
    const { exploration, titles, left } = await asked(
      'HelloCities',
      ['', undefined, '', 'seats', '"b"', '1', '2'],
      ['Run Another One Beside…', 'ReserveTicket', 'Run Another One Beside…', 'ReserveTicket', 'Explore'],
    );
    assert.deepEqual(left, []);
    assert.deepEqual(titles.slice(1), [
      'The instance id of ReserveTicket',
      'Explore ReserveTicket: its input',
      'The instance id of ReserveTicket',
      'Explore ReserveTicket: its input',
      'ReserveTicket waits for the event 2.BookingConfirmed: what does it bring?',
      'ReserveTicket waits for the event 3.BookingConfirmed: what does it bring?',
    ]);
    assert.deepEqual(exploration.others, [
      { name: 'ReserveTicket', id: 'explored-2', input: null },
      { name: 'ReserveTicket', id: 'seats', input: '"b"' },
    ]);
    assert.deepEqual(exploration.findings, []);
    await run('removeExploration', items()[0]);
  });

  it('say which of several goes wrong, in the line that does it again and in the replay that opens', async () => {
    const events = twoBookings.map((event) => ({ ...event, name: `2.${event.name}` }));
    const others = [{ name: 'ReserveTicket', id: 'seats', input: '"b"' }];
    const found = await run('exploreSchedules', { name: 'HelloCities', input: null, events, others });
    assert.deepEqual(
      found.findings.map(({ schedule, problem }) => [schedule, problem.replace(/not .*/, '')]),
      [['2.s 2.e:BookingConfirmed#2', 'their outputs are [["Hello Tokyo!","Hello Seattle!","Hello London!"],2], ']],
    );
    const [item] = items();
    assert.equal(item.label, 'HelloCities (2.BookingConfirmed, 2.BookingConfirmed, beside ReserveTicket)');
    const saved = await run('saveScheduleAsTest', item);
    assert.match(
      vscode.window.activeTextEditor.document.getText(),
      /others: \[\{ orchestrator: 'ReserveTicket', input: "b", id: 'seats' \}\]/,
    );
    await vscode.workspace.fs.delete(vscode.Uri.file(saved.folder), { recursive: true });
    assert.equal(await run('stepThroughSchedule', [...item.children][0][1]), true);
    await until('the debugger', () => vscode.debug.activeDebugSession?.name.includes('ReserveTicket seats'));
    await run('removeExploration', item);
  });

  it('end when they are cancelled, with what was gone through by then', async () => {
    const { appDir } = (await durascope()).apps.current;
    // Thousands of orders.
    const events = ['A', 'B', 'C', 'D', 'E', 'F', 'BookingConfirmed'].map((name) => ({ name, data: '1' }));
    const exploration = {
      appDir,
      name: 'ReserveTicket',
      input: null,
      events,
      others: [],
      expect: null,
      runs: 1000,
      seed: 1,
      findings: [],
    };
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
    const found = await asked(lens.command.arguments[0], [''], ['Explore']);
    assert.deepEqual([lens.command.command, lens.command.arguments.length], ['durascope.exploreSchedules', 1]);
    assert.deepEqual([found.exploration.name, found.exploration.findings, found.left], ['HelloCities', [], []]);
    await run('removeExploration', items()[0]);
  });
});
