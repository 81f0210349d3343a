import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { until } from '../../support/vscode/workbench.mjs';
import {
  dropOn,
  exportedHistory,
  instanceRow,
  openInstance,
  panelFrame,
  screenshot,
  startEmulator,
  startInstance,
  useEditor,
} from './editor-window.mjs';

const checkout = `
df.app.orchestration('Checkout', function* (context) {
  const paid = yield context.df.callActivity('SayHello', 'card');
  const news = yield context.df.callActivity('SayHello', 'stock');
  return [paid, news];
});
`;

const quote = `
df.app.orchestration('Quote', function* (context) {
  const inTime = context.df.callActivity('SayHello', 'quote');
  const timeOut = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60000));
  const first = yield context.df.Task.any([inTime, timeOut]);
  if (first === timeOut) return 'too late';
  timeOut.cancel();
  return 'in time';
});
`;

// One window, one story: each part goes on where the one before it ended.
describe('a user who asks what if, in a real VS Code', function () {
  this.timeout(900_000);
  const window = useEditor({
    story: true,
    prepare: (app) => fs.appendFileSync(path.join(app, ...'src/app.js'.split('/')), checkout + quote),
  });
  const choose = (text) => window.bench.take(window.bench.quickInput.locator('.monaco-list-row', { hasText: text }).first());

  async function answerQuestions(change, value) {
    await choose(change);
    await window.bench.quickField.fill(value);
    await window.bench.page.keyboard.press('Enter');
    await choose('Run for Real');
  }

  it('lets an activity of a finished run have given something else, from its row in the panel', async () => {
    const { bench } = window;
    await startEmulator(window);
    await bench.page.locator('[id="durascope.durascope.durascope.emulator"]', { hasText: /:\d+/ }).waitFor();
    await startInstance(window, 'Checkout');
    const frame = await openInstance(window, 'Checkout, Completed', '#tab-history');
    await frame.locator('#tab-history').click();
    await frame.locator('.compact-grid .grid-row', { hasText: 'Hello card' }).first().click();
    await frame.getByRole('button', { name: /^What if/ }).click();
    await bench.quickInput.locator('.monaco-list-row', { hasText: 'Another result' }).waitFor();
    await screenshot(window, 'what-if-choices');
    await answerQuestions('Another result', '"refused"');
    const forked = await panelFrame(window, '.compare-table');
    await forked.locator('.compare-first', { hasText: 'another result' }).waitFor();
    await forked.locator('.compare-value', { hasText: 'Output' }).waitFor();
    assert.match(await forked.locator('.fact', { hasText: 'Fork of' }).innerText(), /row \d+: result = "refused"/);
    await screenshot(window, 'what-if-compared');
  });

  it('asks for the row when the tree is where the question comes from', async () => {
    const { bench } = window;
    await bench.contextMenu(instanceRow(window, 'Checkout, Completed'), 'What If');
    await bench.quickInput.locator('.monaco-list-row', { hasText: 'Hello stock' }).first().waitFor();
    await screenshot(window, 'what-if-rows');
    await bench.page.keyboard.press('Escape');
    await bench.quickInput.waitFor({ state: 'hidden' });
  });

  it('changes something at the moment at which the replay debugger stands', async () => {
    const { bench } = window;
    await bench.contextMenu(instanceRow(window, 'Checkout, Completed'), 'Step through Replay');
    await bench.page.locator('.debug-toolbar').waitFor();
    const lines = fs.readFileSync(path.join(window.app, 'src', 'app.js'), 'utf8').split('\n');
    const lineOf = (text) => lines.findIndex((line) => line.includes(text)) + 1;
    await bench.debug.untilLine(lineOf("'card')"));
    await bench.debug.press('Step Over');
    await bench.debug.untilLine(lineOf("'stock')"));
    await bench.command('Durascope: What If… at This Moment');
    await choose('TaskCompleted');
    await bench.quickInput.locator('.monaco-list-row', { hasText: 'It failed' }).waitFor();
    await answerQuestions('It failed', 'CardError: declined');
    const forked = await panelFrame(window, '.compare-table');
    await forked.locator('.fact', { hasText: 'CardError: declined' }).waitFor();
    await screenshot(window, 'what-if-debugger');
    await bench.command('Preferences: Toggle between Light/Dark Themes');
    await forked.locator('body.vscode-light').waitFor();
    await screenshot(window, 'what-if-debugger-light');
    await bench.debug.stop();
  });

  it('runs on from a history that falls on the view, from its row in the panel, which brings it into the hub', async () => {
    const { bench } = window;
    await bench.activity('Durascope');
    const frame = await openInstance(window, 'Checkout, Completed', '.status-badge.status-Completed');
    await frame.locator('#tab-history').click();
    const rows = JSON.parse(await exportedHistory(window, frame));
    const [{ OrchestrationInstance }] = rows.filter(({ EventType }) => EventType === 'ExecutionStarted');
    OrchestrationInstance.InstanceId = 'from-elsewhere';
    fs.writeFileSync(path.join(window.app, 'elsewhere.json'), JSON.stringify(rows));
    await dropOn(window, instanceRow(window, 'Checkout, Completed'), 'elsewhere.json');
    await bench.debug.toolbar.waitFor();
    const imported = await panelFrame(window, '.pill:text("imported")');
    await imported.locator('#tab-history').click();
    await imported.getByRole('radio', { name: 'Compact' }).click();
    await imported.locator('.compact-grid .grid-row', { hasText: 'Hello stock' }).first().click();
    await screenshot(window, 'what-if-imported');
    await imported.getByRole('button', { name: /^What if/ }).click();
    await answerQuestions('Another result', '"sold out"');
    const forked = await panelFrame(window, '.fact:has-text("from-elsewhere")');
    await forked.locator('.compare-first', { hasText: 'another result' }).waitFor();
    await screenshot(window, 'what-if-imported-compared');
    await bench.debug.stop();
  });

  it('goes from row to row of the Test view by the keys alone, to the moment at which an exploration went wrong', async () => {
    const { bench } = window;
    const { page } = bench;
    const focused = page.locator('.test-explorer .monaco-list:focus .monaco-list-row.focused');
    const toRow = (label) =>
      until(`the row ${label}`, async () => {
        await bench.command('Testing: Focus on Test Explorer View');
        await page.keyboard.press('Control+ArrowDown');
        await page.keyboard.press('Home');
        await until('a row in focus', () => focused.isVisible(), 5000);
        for (let rows = 0; rows < 6; rows++) {
          if ((await focused.innerText()).includes(label)) return true;
          // Opens what is closed, and goes into what is open.
          await page.keyboard.press('ArrowRight');
        }
        return false;
      });
    const choose = (label) =>
      until(`${label} to be taken`, async () => {
        await page.keyboard.press('Shift+F10');
        const item = page.locator('.monaco-menu .action-item.focused');
        await page.locator('.monaco-menu').waitFor({ timeout: 5000 });
        for (let items = 0; items < 20; items++) {
          if ((await item.count()) > 0 && (await item.first().innerText()).startsWith(label)) {
            await page.keyboard.press('Enter');
            return true;
          }
          await page.keyboard.press('ArrowDown');
        }
        await page.keyboard.press('Escape');
        return false;
      });
    await bench.command('Durascope: Explore Schedules…');
    await bench.quickField.fill('Quote');
    for (const text of ['Quote', 'its input', 'Run Another One Beside']) {
      await bench.quickInput.getByText(text).first().waitFor();
      await page.keyboard.press('Enter');
    }
    await bench.notification('Quote goes wrong');
    await toRow('too late');
    await screenshot(window, 'test-view-keyboard');
    await choose('Debug Test');
    await bench.debug.toolbar.waitFor();
    await page.keyboard.press('Shift+F5');
    await bench.debug.toolbar.waitFor({ state: 'hidden' });
    await toRow('too late');
    await choose('Allow This Output');
    await page.locator('.test-explorer .monaco-list-row[aria-label$="(Passed)"]', { hasText: 'Quote' }).waitFor();
  });
});
