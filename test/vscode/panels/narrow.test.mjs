import assert from 'node:assert/strict';
import { openPanel, screenshot, useGallery } from './gallery-page.mjs';

const views = [
  ...['completed', 'running', 'failed'].flatMap((state) => ['overview', 'history'].map((tab) => [state, tab])),
  ['failedDeep', 'overview'],
  ['replay', 'replay'],
  ['entity', ''],
  ['some', ''],
  ['functions', ''],
  ['attached', ''],
  ['logged', 'log'],
  ['fanOut', 'timeline'],
  ['fanOut', 'sequence'],
];

describe('the panels where there is little room', function () {
  this.timeout(120_000);
  useGallery();

  for (const [what, width] of [
    ['beside an editor, 400 pixels wide', 400],
    // What is left of 1,200 pixels.
    ['zoomed to 150 %', 800],
  ]) {
    it(`cut nothing off ${what}`, async () => {
      for (const [state, tab] of views) {
        const page = await openPanel(state, 'light', tab === '' ? {} : { tab });
        await page.setViewportSize({ width, height: 700 });
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        const widest = await page.evaluate(() =>
          [...document.querySelectorAll('body *')]
            .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)
            .slice(0, 3)
            .map((each) => `${each.localName}.${each.className}`),
        );
        assert.ok(wide <= width, `${state} ${tab}: ${wide} pixels, ${widest.join(', ')}`);
        const cut = await page.evaluate(
          (most) =>
            [...document.querySelectorAll('button, vscode-button, h1, [role=tab]')]
              .filter(
                (each) =>
                  each.closest('.grid-scroll, .functions-scroll, [role=grid], [role=table]') === null &&
                  each.getClientRects().length > 0,
              )
              .filter((each) => each.getBoundingClientRect().right > most + 1)
              .map((each) => each.textContent),
          width,
        );
        assert.deepEqual(cut, [], `${state} ${tab}`);
        await screenshot(`narrow-${width}-${state}-${tab}`);
      }
    });
  }

  it('keep what an attempt failed with clear of the time that counts down', async () => {
    const page = await openPanel('running', 'light', { tab: 'overview' });
    await page.setViewportSize({ width: 400, height: 700 });
    const lines = await page.evaluate(() =>
      [...document.querySelectorAll('.waiting-text')]
        .filter((line) => line.querySelector('.countdown') !== null && line.querySelector('.wait-problem') !== null)
        .map((line) => ({
          countdownEnds: line.querySelector('.countdown').getBoundingClientRect().bottom,
          errorStarts: line.querySelector('.wait-problem').getBoundingClientRect().top,
        })),
    );
    assert.equal(lines.length, 2);
    for (const { countdownEnds, errorStarts } of lines)
      assert.ok(countdownEnds <= errorStarts + 1, `${countdownEnds} and ${errorStarts}`);
    await screenshot('narrow-400-waiting');
  });

  it('says what was done, and lets it go by itself', async () => {
    const page = await openPanel('running', 'dark', { tab: 'overview' });
    await page.clock.install();
    await page.locator('[data-raise="BookingConfirmed"]').click();
    await page.locator('[data-action=raise]').click();
    const banner = page.locator('.banner-info');
    await banner.waitFor();
    await page.clock.fastForward(9000);
    await banner.waitFor({ state: 'detached' });
  });
});
