import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { repository, resultsDir } from '../../support/vscode/places.mjs';
import { until } from '../../support/vscode/workbench.mjs';
import { instanceRow, panelFrame, screenshot, startInstance, useEditor } from './editor-window.mjs';

const nested = `const df = require('durable-functions');
const parent = (child) => function* (context) { return yield context.df.callSubOrchestrator(child, 'order 7'); };
df.app.orchestration('Checkout', parent('Payment'));
df.app.orchestration('Payment', parent('Settle'));
df.app.orchestration('Settle', function* (context) { return yield context.df.callActivity('Charge', 'card 4000'); });
df.app.activity('Charge', {
  handler: (card) => {
    throw new Error(\`The \${card} was refused.\`);
  },
});
`;
const failingLine = nested.split('\n').findIndex((line) => line.includes('throw')) + 1;

// What somebody clicks who has never seen it: each act counts once, also where a busy window has to be told twice.
describe('the first minute with an example', function () {
  this.timeout(900_000);
  const figures = {};
  const window = useEditor({
    story: true,
    settings: { 'durascope.sessionStart': 'discard' },
    prepare: (app) => {
      for (const name of fs.readdirSync(app)) if (name !== 'node_modules') fs.rmSync(path.join(app, name), { recursive: true });
      fs.cpSync(path.join(repository, 'examples', 'hello-cities'), app, {
        recursive: true,
        filter: (file) => !/node_modules|\.durascope$/.test(file),
      });
      fs.writeFileSync(path.join(app, 'src', 'functions', 'checkout.js'), nested);
    },
  });
  after(() => {
    fs.writeFileSync(path.join(resultsDir, 'first-minute.json'), JSON.stringify(figures, null, 2));
    console.log(`      ${JSON.stringify(figures)}`);
  });

  /** Clicks until `outcome` answers something, and that counts as one click. */
  async function click(counter, locator, outcome) {
    counter.clicks++;
    await locator.waitFor();
    return until('what the click is for', async () => {
      await locator.click({ timeout: 5000 });
      return outcome();
    });
  }
  const appears = (locator) => async () =>
    locator.waitFor({ timeout: 15_000 }).then(
      () => true,
      () => false,
    );

  it('takes four clicks at most from the folder to an orchestration that has completed', async () => {
    const { bench, page } = window;
    const counter = { clicks: 0 };
    const beganMs = Date.now();
    const button = bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first();
    const icon = page.locator('.activitybar li.action-item:has(> a.action-label[aria-label^="Durascope"])');
    await click(counter, icon, appears(button));
    const row = bench.treeItem('HelloCities', bench.pane('Functions'));
    await click(counter, button, appears(row));
    await row.hover();
    const question = bench.quickInput.locator('.monaco-list-row', { hasText: 'No input' }).first();
    await click(counter, row.locator('.action-label[aria-label^="Start Instance"]'), appears(question));
    const frame = await click(counter, question, () => panelFrame(window, '.status-badge.status-Completed', 30_000));
    figures.completed = { ...counter, seconds: (Date.now() - beganMs) / 1000 };
    assert.match(await frame.locator('.payload-output .json').innerText(), /Hello Tokyo!/);
    assert.ok(counter.clicks <= 4, JSON.stringify(figures));
    await screenshot(window, 'first-minute-completed');
  });

  it('takes one click from a failure nested three deep to its reason and line, in sight without scrolling', async () => {
    const { page } = window;
    await startInstance(window, 'Checkout');
    await panelFrame(window, '.status-badge.status-Failed');
    await page.keyboard.press('Control+w');
    const counter = { clicks: 0 };
    const beganMs = Date.now();
    const frame = await click(counter, instanceRow(window, 'Checkout, Failed'), () =>
      panelFrame(window, '.excerpt-line.is-failing', 30_000),
    );
    figures.failure = { ...counter, seconds: (Date.now() - beganMs) / 1000 };
    assert.match(await frame.getByTestId('root-cause').innerText(), /The card 4000 was refused\./);
    const failing = frame.locator('.excerpt-line.is-failing');
    assert.match(await failing.innerText(), new RegExp(`^\\s*${failingLine}\\b[^]*throw new Error`));
    const { height } = page.viewportSize();
    for (const part of [frame.getByTestId('root-cause'), failing]) {
      const box = await part.boundingBox();
      assert.ok(box.y > 0 && box.y + box.height < height, JSON.stringify(box));
    }
    assert.equal(counter.clicks, 1);
    await screenshot(window, 'first-minute-failure');
  });

  it('starts anew from a panel, and is led from the views to the line that keeps the app from being loaded', async () => {
    const { bench, page } = window;
    const file = path.join(window.app, 'src', 'functions', 'checkout.js');
    await bench.command('Durascope: Stop Emulator');
    fs.writeFileSync(file, `${nested}const = 1;\n`);
    const start = (await panelFrame(window, '.banner-warning')).getByRole('button', { name: 'Start Emulator' });
    await until('the start', async () => {
      await start.click({ timeout: 5000 });
      return start.waitFor({ state: 'detached', timeout: 15_000 }).then(() => true);
    });
    await bench.pane('Instances').locator('.monaco-button', { hasText: 'Go to Line' }).waitFor();
    const row = bench.treeItem(`checkout.js:${nested.split('\n').length}`, bench.pane('Functions'));
    await row.waitFor();
    await screenshot(window, 'first-minute-broken');
    await row.click();
    await page.locator('.tab.active[data-resource-name="checkout.js"]').waitFor();
    await until('the line', async () =>
      (await page.locator('[id="status.editor.selection"]').innerText()).includes(`Ln ${nested.split('\n').length}`),
    );
    await screenshot(window, 'first-minute-line');
    fs.writeFileSync(file, nested);
    await bench.treeItem('Checkout', bench.pane('Functions')).waitFor();
  });
});
