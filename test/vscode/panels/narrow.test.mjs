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

  it('begin and end the text of a table where the line above does, whose buttons stay together', async () => {
    for (const [state, remember] of [
      ['some', {}],
      ['attached', {}],
      ['fanOut', { tab: 'history' }],
      ['fanOut', { tab: 'history', historyView: 'stored' }],
      ['fanOut', { tab: 'timeline' }],
    ]) {
      const page = await openPanel(state, 'dark', remember);
      // A window of 1,280 pixels with a side bar.
      await page.setViewportSize({ width: 924, height: 700 });
      const found = await page.evaluate(() => {
        const textOf = (element, side) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return range.getBoundingClientRect()[side];
        };
        const box = (selector) => document.querySelector(selector)?.getBoundingClientRect();
        const heads = [...document.querySelectorAll('.grid-head')];
        const first = heads[0]?.matches('.kind-number') ? undefined : heads[0];
        const begin = first?.querySelector('.pick-mark')?.getBoundingClientRect().left;
        return {
          width: document.querySelector('.grid')?.scrollWidth ?? 0,
          line: box('.toolbar > :first-child').left,
          table: first === undefined ? undefined : (begin ?? textOf(first, 'left')),
          heights: [...document.querySelectorAll('.toolbar-end > *')].map((each) => {
            const { top, bottom } = each.getBoundingClientRect();
            return Math.round((top + bottom) / 2);
          }),
          lines: box('.toolbar').height,
        };
      });
      const name = `${state} ${JSON.stringify(remember)}`;
      if (found.table !== undefined) assert.ok(Math.abs(found.table - found.line) <= 1, `${name}: ${JSON.stringify(found)}`);
      if (state === 'some') assert.ok(found.width <= 924, `${name} is ${found.width} pixels wide`);
      assert.ok(Math.max(...found.heights) - Math.min(...found.heights) <= 2, `${name}: ${found.heights}`);
      assert.ok(found.lines < 60, `${name}: the line above is ${found.lines} pixels high`);
      await screenshot(`narrow-924-${state}-${Object.values(remember).join('-')}`);
    }
  });

  it('keep the ends of the ids that a compact history leads to', async () => {
    const page = await openPanel('running', 'dark', { tab: 'history' });
    await page.setViewportSize({ width: 760, height: 700 });
    const links = await page.locator('.operation-link').evaluateAll((all) =>
      all.map((link) => {
        const cell = link.closest('.grid-cell').getBoundingClientRect();
        const tail = link.querySelector('.id-tail').getBoundingClientRect();
        return { inside: tail.right <= cell.right + 1 && tail.left >= cell.left, text: link.textContent };
      }),
    );
    assert.ok(links.length > 0);
    assert.deepEqual(
      links.filter(({ inside }) => !inside),
      [],
    );
  });

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
