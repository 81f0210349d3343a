// The timeline in Chromium: many calls, long waits, children, pictures.
import assert from 'node:assert/strict';
import { axeViolations } from '../../support/vscode/axe.mjs';
import { asked, openPanel, screenshot, useGallery } from './gallery-page.mjs';

const labels = (page) => page.locator('[role=treeitem] .label-text').allInnerTexts();
const spoken = (row) => row.locator('.sr-only').innerText();
const row = (page, name) => page.locator('[role=treeitem]', { has: page.locator('.label-text', { hasText: name }) }).first();

describe('the timeline', () => {
  useGallery();

  it('shows two hundred calls as one row, and two days of waiting as a mark', async () => {
    for (const theme of ['dark', 'light']) {
      const page = await openPanel('fanOut', theme, { tab: 'timeline' });
      assert.deepEqual(await labels(page), ['ListFiles', 'CopyFile', 'Timer', 'Report']);
      assert.match(await spoken(row(page, 'CopyFile')), /^Activity CopyFile, 200 times, 4 failed, half took/);
      assert.match(await page.locator('.tick-fold').innerText(), /1 d 23 h/);
      assert.equal(await page.locator('.fold').count(), 1);
      await screenshot(`timeline-density-${theme}`);
      assert.deepEqual(await axeViolations(page), []);
    }
  });

  it('opens a row by its chevron and by keyboard: the calls of a function, the bars of a child', async () => {
    const page = await openPanel('fanOut', 'dark', { tab: 'timeline' });
    await row(page, 'Report').locator('.row-chevron').click();
    await page.locator('[role=treeitem][aria-level="2"]').nth(1).waitFor();
    assert.deepEqual((await labels(page)).slice(-2), ['Count', 'SendMail']);
    await screenshot('timeline-nested');
    await page.locator('.timeline-rows').focus();
    await page.keyboard.press('ArrowLeft');
    await page.locator('[role=treeitem][aria-level="2"]').first().waitFor({ state: 'detached' });
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.locator('[role=treeitem][aria-level="2"]').nth(10).waitFor();
    assert.deepEqual(await axeViolations(page), []);
  });

  it('tells on a click what a call was given and what came of it, and leads to its rows', async () => {
    const page = await openPanel('fanOut', 'dark', { tab: 'timeline' });
    await row(page, 'ListFiles').click();
    await page.locator('.history-detail h2', { hasText: 'Activity ListFiles' }).waitFor();
    await screenshot('timeline-detail');
    await row(page, 'CopyFile').click();
    await page.locator('.history-detail', { hasText: 'The slowest' }).waitFor();
    await page.locator('.history-detail', { hasText: 'The first that failed' }).getByRole('button', { name: '#17' }).click();
    await page.locator('.history-detail h3', { hasText: 'Failure' }).waitFor();
    await page.locator('.detail-rows button', { hasText: 'TaskFailed' }).click();
    await page.locator('#tabpanel-history .grid-row.selected', { hasText: 'TaskFailed' }).waitFor();
  });

  it('draws what is waited for now with stripes', async () => {
    const page = await openPanel('running', 'light', { tab: 'timeline' });
    assert.match(await spoken(row(page, 'BookingConfirmed')), /^Event BookingConfirmed, is waited for, /);
    assert.equal(await page.locator('.bar-event.bar-open').count(), 2);
    await page.getByRole('button', { name: 'Follow what happens now', pressed: true }).waitFor();
    await screenshot('timeline-waits-light');
  });

  it('is saved as SVG and as PNG', async () => {
    const page = await openPanel('fanOut', 'dark', { tab: 'timeline' });
    const save = async (name) => {
      await page.getByRole('button', { name: 'Save the timeline as a picture' }).click();
      await page.getByRole('menuitem', { name }).click();
      for (;;) {
        const saved = (await asked()).filter((each) => each.startsWith('saveText')).at(-1);
        if (saved?.startsWith(`saveText timeline-nightly.${name.slice(-3).toLowerCase()}\n`))
          return saved.split('\n').slice(1).join('\n');
        await page.waitForTimeout(20);
      }
    };
    const svg = await save('Save as SVG');
    assert.match(svg, /^<svg /);
    assert.match(svg, /CopyFile × 200/);
    assert.equal(
      await page.evaluate((text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror'), svg),
      null,
    );
    const png = Buffer.from(await save('Save as PNG'), 'base64');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    assert.equal(png.readUInt32BE(16), 2400);
  });

  it('of 5,000 activities draws them as one row of their density', async () => {
    const page = await openPanel('fanOut5000', 'dark');
    await page.waitForFunction(() => document.querySelector('#tab-history')?.textContent?.includes('10,0'));
    const took = await page.evaluate(async () => {
      const pressed = performance.now();
      document.querySelector('#tab-timeline').click();
      while (document.querySelector('.density') === null) await new Promise(requestAnimationFrame);
      return Math.round(performance.now() - pressed);
    });
    console.log(`      the timeline after ${took} ms`);
    await screenshot('timeline-5000');
    const drawn = await page.locator('.timeline-chart *').count();
    assert.ok(drawn < 1500, String(drawn));
  });

  it('of 5,000 activities is in order at 400 px', async () => {
    const page = await openPanel('fanOut5000', 'dark');
    await page.waitForFunction(() => document.querySelector('#tab-history')?.textContent?.includes('10,0'));
    await page.click('#tab-timeline');
    await page.waitForSelector('.density');
    await page.setViewportSize({ width: 400, height: 700 });
    await page.waitForFunction(() => document.querySelector('.timeline.narrow') !== null);
    const ticks = await page
      .locator('.tick')
      .evaluateAll((all) => all.map((each) => each.getBoundingClientRect()).map(({ left, right }) => [left, right]));
    ticks.slice(1).forEach(([left], at) => assert.ok(left > ticks[at][1], 'words on the axis stand over one another'));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
    await screenshot('timeline-400px');
    await page.setViewportSize({ width: 1200, height: 800 });
  });
});
