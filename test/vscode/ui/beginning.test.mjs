import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { until } from '../../support/vscode/workbench.mjs';
import { panelFrame, screenshot, useEditor } from './editor-window.mjs';

// Somebody who has nothing but a folder: from there to the first instance that has completed.
describe('a user with a folder and no app', function () {
  this.timeout(900_000);
  const window = useEditor({ story: true, prepare: (app) => fs.rmSync(path.join(app, 'host.json')) });

  it('is offered a sample app and the examples, and only the view that helps', async () => {
    const { bench } = window;
    await bench.activity('Durascope');
    const pane = bench.pane('Instances');
    await pane.locator('.monaco-button', { hasText: 'Create a Sample App' }).waitFor();
    await pane.locator('.monaco-button', { hasText: 'Open an Example' }).waitFor();
    assert.equal(await bench.pane('Functions').count(), 0);
    await screenshot(window, 'welcome-no-app');
  });

  it('creates one in a folder of its own, and finds it opened', async () => {
    const { bench, page } = window;
    const target = path.join(window.app, 'first');
    fs.mkdirSync(target);
    await bench.pane('Instances').locator('.monaco-button', { hasText: 'Create a Sample App' }).click();
    await bench.pick('JavaScript');
    await until('the dialog for the folder', async () => (await bench.quickField.inputValue({ timeout: 1000 })).startsWith('/'));
    // The dialog puts its own folder back over a text that comes while it still lists that one, and drops an answer given while it
    // compares: both are given until it has listed the new folder, which has nothing but the way up, and has gone.
    await until(
      'the dialog to take its answer',
      async () => {
        if (!(await bench.quickField.isVisible())) return true;
        if ((await bench.quickField.inputValue({ timeout: 1000 })) !== `${target}/`) {
          await bench.quickField.fill(`${target}/`, { timeout: 1000 });
          return false;
        }
        const rows = await bench.quickRows.allInnerTexts();
        if (rows.map((row) => row.trim()).join() === '..') await bench.quickField.press('Enter', { timeout: 1000 });
        return !(await bench.quickField.isVisible());
      },
      180_000,
      500,
    );
    await until('the app to be written', () => fs.existsSync(path.join(target, 'host.json')));
    await page.locator('.tab.active[data-resource-name="hello-cities.js"]').waitFor();
  });

  it('starts it, and its orchestrator from the lens, and sees it complete beside the code', async () => {
    const { bench, page } = window;
    await bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first().click();
    await bench.treeItem('HelloCities', bench.pane('Functions')).waitFor();
    const lens = page.locator('.codelens-decoration a', { hasText: 'Start' }).first();
    await lens.waitFor();
    await lens.click();
    await bench.quickInput.locator('.monaco-list-row', { hasText: 'No input' }).first().click();
    const frame = await panelFrame(window, '.status-badge.status-Completed');
    assert.match(await frame.locator('.payload-output .json').innerText(), /Hello Tokyo!/);
    // The code is still there, with the panel beside it.
    assert.equal(await page.locator('.editor-group-container').count(), 2);
    await page.locator('.tab[data-resource-name="hello-cities.js"]').waitFor();
    await screenshot(window, 'first-instance-beside-its-code');
  });

  it('sees entities collapsed while there are none, and instances first and largest', async () => {
    const { bench } = window;
    const heights = {};
    for (const name of ['Instances', 'Entities', 'Functions', 'Emulator']) {
      heights[name] = (await bench.pane(name).boundingBox()).height;
    }
    assert.ok(heights.Entities < 40 && heights.Emulator < 40, JSON.stringify(heights));
    assert.ok(heights.Instances > heights.Functions && heights.Functions > 40, JSON.stringify(heights));
  });

  it('finds ticked in the walkthrough what is done already', async () => {
    const { bench, page } = window;
    await bench.command('Durascope: Open Walkthrough');
    const ticked = page.locator('.getting-started-step .codicon.complete');
    await until('the ticks', async () => (await ticked.count()) >= 4);
    assert.equal(await ticked.count(), 4);
    await page.locator('.getting-started-step', { hasText: 'Go back in time' }).first().click();
    await screenshot(window, 'walkthrough-replay');
  });
});
