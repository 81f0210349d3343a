import assert from 'node:assert/strict';
import { axeViolations } from '../../support/vscode/axe.mjs';
import { themeNames } from '../../webview/gallery/gallery.mjs';
import { openPanel, screenshot, showTheme, useGallery } from './gallery-page.mjs';

const tabs = ['overview', 'history', 'timeline', 'sequence'];
const views = [
  ...['completed', 'running'].flatMap((state) => tabs.map((tab) => [state, tab])),
  ['failed', 'overview'],
  ['failed', 'history'],
  ['failedDeep', 'overview'],
  ['pending', 'overview'],
  ['pending', 'history'],
  ['purged', ''],
  ['stopped', 'overview'],
  ['replay', 'replay'],
  ['replayDiverges', 'replay'],
  ['replayRefused', 'replay'],
  ['locks', 'overview'],
  ['logged', 'log'],
  ['fanOut', 'timeline'],
  ['entity', ''],
  ['entityOrphaned', ''],
  ['entityUnused', ''],
  ['functions', ''],
  ['functionsStopped', ''],
  ['functionsNone', ''],
  ['none', ''],
  ['some', ''],
  ['attached', ''],
];

describe('the panels are accessible in every theme', function () {
  this.timeout(300_000);
  useGallery();

  /** Looks at what is on screen in each theme, the one that it is opened in first. */
  async function looksGoodInAll(page, name, opened = themeNames[0]) {
    for (const theme of [opened, ...themeNames.filter((each) => each !== opened)]) {
      await showTheme(theme);
      assert.deepEqual(await axeViolations(page), [], `${name}, ${theme}`);
      await screenshot(`${name}-${theme}`);
    }
    await showTheme(opened);
  }

  // A panel may be opened in any of the themes; each has its turn.
  for (const [index, [state, tab]] of views.entries()) {
    const name = `${state}${tab === '' ? '' : `-${tab}`}`;
    const theme = themeNames[index % themeNames.length];
    it(`${name}, opened in ${theme}`, async () => {
      const page = await openPanel(state, theme, tab === '' ? {} : { tab });
      await looksGoodInAll(page, name, theme);
    });
  }

  it('with a form and a dialog open', async () => {
    const page = await openPanel('running');
    await page.locator('[data-raise="BookingConfirmed"]').click();
    await page.locator('.raise-event textarea').fill('{"seat": 12,\n "row": no}');
    await looksGoodInAll(page, 'raise-event');
    await page.locator('[data-action=terminate]').click();
    await looksGoodInAll(page, 'terminate');
  });

  it('with an operation and a menu open', async () => {
    const page = await openPanel('running');
    await page.locator('#tab-history').click();
    await page.locator('.compact-grid .grid-row').nth(2).click();
    await page.locator('.history-detail').waitFor();
    await looksGoodInAll(page, 'operation');
    await page.getByRole('radio', { name: 'As stored' }).click();
    await page.getByRole('button', { name: 'Choose columns' }).click();
    await page.locator('.grid-row').nth(5).locator('[data-column=EventType]').click({ force: true });
    await page.getByRole('button', { name: 'Event types' }).click();
    await looksGoodInAll(page, 'menu');
  });

  it('with a timeline that is zoomed, its rows open and a call looked at', async () => {
    const page = await openPanel('fanOut', 'dark', { tab: 'timeline' });
    for (let n = 0; n < 3; n++) await page.getByRole('button', { name: /^Zoom in/ }).click();
    await page.locator('.timeline .row-chevron').first().click();
    // What ended before the part that is shown says so.
    assert.match(await page.locator('.bar-time').nth(1).innerText(), /^‹ /);
    await looksGoodInAll(page, 'timeline-zoomed');
  });

  it('with instances selected', async () => {
    const page = await openPanel('some');
    await page.locator('.grid-row .pick').nth(1).click();
    await page.locator('.grid-row .pick').nth(3).click();
    await looksGoodInAll(page, 'selection');
  });

  it('with a function open, and as a list of functions', async () => {
    const page = await openPanel('functions');
    await page.locator('[data-function="orchestrator:checkout"]').click();
    await page.locator('.function-detail').waitFor();
    await looksGoodInAll(page, 'function');
    await page.getByRole('radio', { name: 'List' }).click();
    await looksGoodInAll(page, 'functions-list');
  });
});
