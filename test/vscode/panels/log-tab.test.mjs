// What an instance has logged, in Chromium.
import assert from 'node:assert/strict';
import { axeViolations } from '../../support/vscode/axe.mjs';
import { asked, openPanel, screenshot, useGallery } from './gallery-page.mjs';

const lines = (page) => page.locator('.log-row').allInnerTexts();

describe('the log of an instance', () => {
  useGallery();

  it('has each line once below its step, replays folded, and leads to the rows and to the lines of the code', async () => {
    for (const theme of ['dark', 'light', 'hc', 'hcLight']) {
      const page = await openPanel('logged', theme, { tab: 'log' });
      await page.locator('.log-row').nth(9).waitFor();
      assert.equal((await lines(page)).length, 10);
      assert.deepEqual(await axeViolations(page), []);
      await screenshot(`log-${theme}`);
    }
    const page = await openPanel('logged', 'dark', { tab: 'log' });
    await page.getByRole('button', { name: '2 lines logged again in a replay' }).click();
    await page.locator('.log-repeated').nth(1).waitFor();
    await page.locator('.log-row', { hasText: 'Step 2' }).getByText('SayHello completed').waitFor();
    await page.locator('.log-row', { hasText: 'Seattle answers slowly' }).getByRole('button', { name: 'say.js:12' }).click();
    assert.ok((await asked()).includes('openSource /app/src/functions/say.js:12'), (await asked()).join('\n'));
    await page.locator('.log-row', { hasText: 'Seattle answers slowly' }).getByRole('button', { name: 'row 7' }).click();
    await page.locator('#tabpanel-history .grid-row.selected', { hasText: 'TaskScheduled' }).waitFor();
  });

  it('shows the first run only where it is asked to, and remembers that', async () => {
    const page = await openPanel('logged', 'dark', { tab: 'log' });
    await page.getByRole('button', { name: 'First run only' }).click();
    await page.locator('.log-again').first().waitFor({ state: 'detached' });
    assert.equal((await lines(page)).length, 8);
    assert.ok((await asked()).includes('prefer logFirstOnly true'));
    await page.setViewportSize({ width: 400, height: 700 });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
    await screenshot('log-400px');
    await page.setViewportSize({ width: 1200, height: 800 });
  });

  it('is not there where nobody keeps what is logged', async () => {
    const page = await openPanel('completed');
    assert.equal(await page.locator('#tab-log').count(), 0);
  });
});
