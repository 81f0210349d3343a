import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { until } from '../../support/vscode/workbench.mjs';
import { instanceRow, openInstance, panelFrame, screenshot, startEmulator, startInstance, useEditor } from './editor-window.mjs';

const approval = `
df.app.orchestration('Approval', function* (context) {
  yield context.df.callActivity('SayHello', 'Paris');
  const due = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 72 * 3600 * 1000));
  const answer = context.df.waitForExternalEvent('ApprovalEvent');
  if ((yield context.df.Task.any([answer, due])) === due) return 'escalated';
  due.cancel();
  return answer.result;
});
`;

// One window, one story: each part goes on where the one before it ended.
describe('a user who does not wait three days, in a real VS Code', function () {
  this.timeout(900_000);
  const window = useEditor({
    story: true,
    prepare: (app) => fs.appendFileSync(path.join(app, ...'src/app.js'.split('/')), approval),
  });
  const clockText = (text) => window.page.locator('[id="durascope.durascope.durascope.emulator"]', { hasText: text });

  async function setClock(choice) {
    const { bench } = window;
    await bench.command('Durascope: Set Clock…');
    await bench.take(bench.quickInput.locator('.monaco-list-row', { hasText: choice }).first());
  }

  it('pauses the clock, and sees it stand in the status bar and beside the timer', async () => {
    const { bench } = window;
    await startEmulator(window);
    await clockText(/Durascope :\d+/).waitFor();
    await setClock('Pause');
    await clockText('paused').waitFor();
    await startInstance(window, 'Approval');
    const frame = await openInstance(window, 'Approval, Running', '[data-action="moveClockTo"]');
    assert.match(await frame.locator('.waiting-timer').innerText(), /2 d 23 h|3 d 0 h/);
    await screenshot(window, 'clock-paused');
  });

  it('is told what is wrong with a time that is none', async () => {
    const { bench } = window;
    await setClock('Another time');
    await bench.quickField.fill('next week');
    await bench.quickInput.locator('.quick-input-message', { hasText: 'Say one of' }).waitFor();
    await screenshot(window, 'clock-mistake');
    await bench.page.keyboard.press('Escape');
    await bench.quickInput.waitFor({ state: 'hidden' });
  });

  it('loses nothing when the process of the app is killed meanwhile, and fires the timer from the panel', async () => {
    const { bench } = window;
    const notes = path.join(window.app, '.durascope', 'emulator.json');
    const { url } = JSON.parse(fs.readFileSync(notes, 'utf8'));
    const workerPid = async () => (await (await fetch(`${url}/durascope/info`)).json()).workerPid;
    const before = await workerPid();
    process.kill(before, 'SIGKILL');
    await until('another process', async () => ![undefined, before].includes(await workerPid()));
    const frame = await panelFrame(window, '[data-action="moveClockTo"]');
    await frame.locator('[data-action="moveClockTo"]').click();
    await frame.locator('.status-badge.status-Completed').waitFor();
    assert.match(await frame.locator('.payload-output .json').innerText(), /escalated/);
    await instanceRow(window, 'Approval, Completed, created 3 d ago').waitFor();
    await screenshot(window, 'clock-fired');
    await setClock("Back to the computer's time");
    await until('the clock to be ordinary', async () => (await clockText('paused').count()) === 0);
    assert.equal(await bench.pane('Instances').locator('[role=treeitem][aria-label^="Approval, Completed"]').count(), 1);
  });
});
