import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { axeViolations } from '../../support/vscode/axe.mjs';
import { until } from '../../support/vscode/workbench.mjs';
import {
  instanceRow,
  openInstance,
  openPanelOf,
  panelFrame,
  saveAsSuggested,
  screenshot,
  startEmulator,
  startInstance,
  useEditor,
} from './editor-window.mjs';

/** Rows on screen, top to bottom: texts of one column. */
const rowTexts = (frame, column) =>
  frame
    .locator('.history-grid .grid-row')
    .evaluateAll(
      (rows, id) =>
        rows
          .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
          .map((row) => row.querySelector(`[data-column=${id}]`).textContent),
      column,
    );

// One window, one story: each part goes on where the one before it ended.
describe('a user in a real VS Code', function () {
  this.timeout(900_000);
  const picture = Buffer.from([0x89, 0, 0xff]);
  const window = useEditor({
    story: true,
    prepare: (app) => {
      fs.appendFileSync(
        path.join(app, 'src', 'app.js'),
        `require('@azure/functions').app.storageBlob('Thumbnail', { path: 'in/{name}', connection: '', handler: (blob) => blob.toString('hex') });\n`,
      );
      fs.writeFileSync(path.join(app, 'picture.png'), picture);
    },
  });

  it('starts the emulator from the view, and sees the functions of the app', async () => {
    const { bench, page } = window;
    await startEmulator(window);
    await bench.treeItem('HelloCities', bench.pane('Functions')).waitFor();
    await page.locator('.statusbar-item', { hasText: /Durascope :\d+/ }).waitFor();
    await screenshot(window, 'emulator-started');
  });

  it('starts HelloCities with an input, after a mistake in it was pointed out, and sees it complete in the tree', async () => {
    const { bench } = window;
    await startInstance(window, 'HelloCities', '{"to": tokyo}');
    await bench.quickInput.locator('.quick-input-message', { hasText: /not JSON|JSON/ }).waitFor();
    await screenshot(window, 'input-mistake');
    await bench.quickField.fill('{"to": "tokyo"}');
    await bench.page.keyboard.press('Enter');
    await instanceRow(window, 'HelloCities, Completed').waitFor();
    await screenshot(window, 'tree-completed');
  });

  it('opens its panel and reads the sixteen rows of the document', async () => {
    const frame = await openInstance(window, 'HelloCities, Completed', 'h1');
    await frame.locator('.status-badge.status-Completed').waitFor();
    assert.match(await frame.locator('.payload-input .json').innerText(), /"to": "tokyo"/);
    await screenshot(window, 'panel-overview');
    await frame.locator('#tab-history').click();
    // One row an operation at first: the start, three calls, the end.
    await frame.locator('.compact-grid [aria-rowindex="6"]').waitFor();
    await screenshot(window, 'panel-compact');
    await frame.getByRole('radio', { name: 'As stored' }).click();
    await frame.locator('[aria-rowindex="17"]').waitFor();
    assert.deepEqual(await rowTexts(frame, 'EventType'), [
      'ExecutionStarted',
      ...['OrchestratorStarted', 'TaskScheduled', 'OrchestratorCompleted', 'TaskCompleted'],
      ...['OrchestratorStarted', 'TaskScheduled', 'OrchestratorCompleted', 'TaskCompleted'],
      ...['OrchestratorStarted', 'TaskScheduled', 'OrchestratorCompleted', 'TaskCompleted'],
      ...['OrchestratorStarted', 'OrchestratorCompleted', 'ExecutionCompleted'],
    ]);
    assert.deepEqual(
      (await rowTexts(frame, 'Result')).filter((text) => text !== ''),
      ['"Hello Tokyo!"', '"Hello Seattle!"', '"Hello London!"', '["Hello Tokyo!","Hello Seattle!","Hello London!"]'],
    );
    await screenshot(window, 'panel-history');
  });

  it('filters the rows and saves them as CSV', async () => {
    const frame = await panelFrame(window, '.history-grid');
    await frame.locator('vscode-textfield.filter input').fill('SayHello');
    await frame.locator('.row-count', { hasText: '6 of 16 rows' }).waitFor();
    await frame.getByRole('button', { name: 'Export the rows shown' }).click();
    await frame.getByRole('menuitem', { name: 'Export as CSV' }).click();
    // The editor's own dialog, with the name that the panel suggests.
    const csv = await saveAsSuggested(window, '-history.csv');
    assert.equal(csv.trimEnd().split('\r\n').length, 7);
    assert.match(csv, /^EventType,Timestamp/);
    await frame.locator('vscode-textfield.filter input').fill('');
  });

  it('watches the custom status change: Tokyo, Seattle, London', async () => {
    const { page } = window;
    await startInstance(window, 'SlowCities');
    // On a busy machine it may have ended by now.
    const frame = await openInstance(window, 'SlowCities, ', '.custom-status .status-now');
    const seen = [];
    await until(
      'all three',
      async () => {
        const text = (await frame.locator('[data-testid=custom-status]').innerText()).replaceAll('"', '').trim();
        if (text !== '' && seen.at(-1) !== text) {
          seen.push(text);
          await screenshot(window, `custom-status-${text}`);
        }
        return text === 'London';
      },
      180_000,
      50,
    );
    assert.deepEqual(seen.slice(-3), ['Tokyo', 'Seattle', 'London'].slice(-Math.min(3, seen.length)));
    await frame.locator('.status-badge.status-Completed').waitFor();
    assert.deepEqual(await frame.locator('.step-value').allInnerTexts(), ['London', 'Seattle', 'Tokyo']);
    await frame.locator('#tab-timeline').click();
    await frame.locator('.timeline-row[role=treeitem]').nth(2).waitFor();
    await screenshot(window, 'panel-timeline');
    await frame.locator('#tab-sequence').click();
    await frame.locator('.sequence-row').nth(7).waitFor();
    await screenshot(window, 'panel-sequence');
    await page.keyboard.press('Escape');
  });

  it('raises BookingConfirmed on ReserveTicket from the panel', async () => {
    await startInstance(window, 'ReserveTicket', '"vip-1"');
    const frame = await openInstance(window, 'ReserveTicket, Running', '[data-raise="BookingConfirmed"]');
    await screenshot(window, 'panel-waiting');
    await frame.locator('[data-raise="BookingConfirmed"]').click();
    await frame.locator('.raise-event textarea').fill('true');
    await frame.locator('[data-action=raise]').click();
    await frame.locator('.status-badge.status-Completed').waitFor();
    assert.equal((await frame.locator('.payload-output .json').innerText()).trim(), 'true');
    await instanceRow(window, 'ReserveTicket, Completed').waitFor();
  });

  it('terminates another one with a reason', async () => {
    await startInstance(window, 'ReserveTicket', '"user-2"');
    const frame = await openInstance(window, 'ReserveTicket, Running', '[data-raise="BookingConfirmed"]');
    await frame.locator('[data-action=terminate]').click();
    await frame.locator('dialog .ask-reason input').fill('sold out');
    await screenshot(window, 'terminate');
    await frame.locator('dialog .ask-verb').click();
    await frame.locator('.status-badge.status-Terminated').waitFor();
    assert.match(await frame.locator('.payload-output .json').innerText(), /sold out/);
    await instanceRow(window, 'ReserveTicket, Terminated').waitFor();
  });

  it('runs a function that a blob would trigger, with a file', async () => {
    const { bench, page } = window;
    await bench.command('Durascope: Run Function…');
    const choose = (text) => bench.take(bench.quickInput.locator('.monaco-list-row', { hasText: text }).first());
    await choose('Thumbnail');
    await choose('Choose a File…');
    await choose('picture.png');
    await page.locator('.statusbar-item', { hasText: `Thumbnail returned "${picture.toString('hex')}"` }).waitFor();
  });

  it('reads why an instance failed, and goes to its code', async () => {
    const { page } = window;
    await startInstance(window, 'Fails');
    const frame = await openInstance(window, 'Fails, Failed', '.failure-message');
    assert.match(await frame.locator('.failure-message').first().innerText(), /No such city: Atlantis/);
    await screenshot(window, 'panel-failure');
    await frame.locator('.failure-actions .link', { hasText: 'Go to app.js:' }).click();
    await page.locator('.tab.active[data-resource-name="app.js"]').waitFor();
    await page.locator('.view-line', { hasText: 'No such city: Atlantis' }).waitFor();
    const cursor = await page.locator('.right-items .statusbar-item', { hasText: /Ln \d+/ }).innerText();
    assert.match(
      fs.readFileSync(path.join(window.app, 'src', 'app.js'), 'utf8').split('\n')[Number(/\d+/.exec(cursor)[0]) - 1],
      /throw new TypeError/,
    );
  });

  it('looks at one instance after the other in one tab, and keeps it by a double click', async () => {
    const { bench, page } = window;
    const tabs = () => page.locator('.tabs-container .tab').allInnerTexts();
    const title = (name) => `.instance-panel h1:has-text("${name}")`;
    await bench.command('View: Close All Editors');
    await openInstance(window, 'Fails, Failed', title('Fails'));
    await openInstance(window, 'HelloCities, Completed', title('HelloCities'));
    await until('one tab', async () => (await tabs()).length === 1);
    await screenshot(window, 'preview-tab');
    await instanceRow(window, 'HelloCities, Completed').dblclick();
    await openInstance(window, 'Fails, Failed', title('Fails'));
    await until('two tabs', async () => (await tabs()).length === 2);
    const keepOpen = page.locator('.editor-actions .action-label[aria-label^="Keep Open"]');
    await keepOpen.waitFor();
    // The buttons of the editor are drawn anew with what the panel is: a click may meet one that goes.
    await until('the tab to be kept', async () => {
      if ((await keepOpen.count()) > 0) await keepOpen.click({ timeout: 1000 }).catch(() => undefined);
      await page.waitForTimeout(300);
      return (await keepOpen.count()) === 0;
    });
    await openInstance(window, 'SlowCities, Completed', title('SlowCities'));
    await until('three tabs', async () => (await tabs()).length === 3);
  });

  it('filters the tree while typing, and takes the filter back', async () => {
    const { bench, page } = window;
    await bench.command('Durascope: Filter Instances…');
    await bench.quickInput.getByText('Filter instances').waitFor();
    await bench.quickField.fill('status:nonsense');
    await bench.quickInput.locator('.quick-input-message', { hasText: 'nonsense' }).waitFor();
    await bench.quickField.fill('status:failed');
    await instanceRow(window, 'HelloCities, Completed').waitFor({ state: 'detached' });
    await instanceRow(window, 'Fails, Failed').waitFor();
    await page.keyboard.press('Enter');
    await screenshot(window, 'tree-filtered');
    await bench.command('Durascope: Clear Filter');
    await instanceRow(window, 'HelloCities, Completed').waitFor();
  });

  it('sorts and filters all instances in their own panel', async () => {
    const { bench } = window;
    await bench.command('Durascope: Open Instances Panel');
    const frame = await panelFrame(window, '.instances-panel');
    await frame.locator('.row-count', { hasText: '5 instances' }).waitFor();
    await frame.getByRole('button', { name: 'Name' }).click();
    await until('the order', async () => (await frame.locator('[aria-rowindex="2"] .cell-name').innerText()) === 'Fails');
    await screenshot(window, 'instances-panel');
    await frame.locator('[data-status=Terminated]').click();
    await frame.locator('.row-count', { hasText: '1 instance' }).waitFor();
    await frame.getByRole('button', { name: /^All/ }).first().click();
    await frame.locator('.row-count', { hasText: '5 instances' }).waitFor();
  });

  it('finds panels without accessibility mistakes in dark, light and high contrast', async () => {
    const { bench } = window;
    let onlyColours = false;
    for (const [theme, kind] of [
      ['Light Modern', 'vscode-light'],
      ['Dark High Contrast', 'vscode-high-contrast'],
      ['Light High Contrast', 'vscode-high-contrast-light'],
      ['Dark Modern', 'vscode-dark'],
    ]) {
      await bench.command('Preferences: Color Theme');
      await bench.quickField.fill(theme);
      await bench.pick(theme);
      const list = await panelFrame(window, `body[data-vscode-theme-kind=${kind}] .instances-panel`);
      assert.deepEqual(await axeViolations(list, { onlyColours }), [], `instances, ${theme}`);
      await screenshot(window, `instances-${kind}`);
      const panel = await openInstance(
        window,
        'HelloCities, Completed',
        `body[data-vscode-theme-kind=${kind}] .instance-panel h1:has-text("HelloCities")`,
      );
      for (const tab of ['overview', 'history', 'timeline', 'sequence']) {
        await panel.locator(`#tab-${tab}`).click();
        await panel.locator(`#tabpanel-${tab}`).waitFor();
        assert.deepEqual(await axeViolations(panel, { onlyColours }), [], `${tab}, ${theme}`);
        await screenshot(window, `${tab}-${kind}`);
      }
      await bench.command('Durascope: Open Instances Panel');
      await panelFrame(window, '.instances-panel');
      // In the next theme they are the same but for that.
      onlyColours = true;
    }
  });

  it('finds everything again after the window was reloaded', async () => {
    const { bench, page } = window;
    const before = await openInstance(window, 'HelloCities, Completed', '.instance-panel h1:has-text("HelloCities")');
    await before.locator('#tab-history').click();
    await before.locator('[aria-rowindex="17"]').waitFor();
    // The editor's own reload: the browser's leaves it no time to write down which tab was in front.
    const reloaded = page.waitForEvent('domcontentloaded');
    await bench.command('Developer: Reload Window');
    await reloaded;
    await page.waitForSelector('.monaco-workbench');
    // The emulator ran before, so it comes back with its instances, and nothing is asked.
    const again = await openPanelOf(
      window,
      page.locator('.tab', { hasText: 'HelloCities' }).first(),
      '.history-grid [aria-rowindex="17"]',
    );
    assert.equal((await rowTexts(again, 'EventType')).length, 16);
    await bench.activity('Durascope');
    await instanceRow(window, 'HelloCities, Completed').waitFor();
    await screenshot(window, 'after-reload');
  });
});
