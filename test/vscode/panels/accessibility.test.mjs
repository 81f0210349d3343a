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
  ['leftOpen', 'overview'],
  ['logged', 'log'],
  ['fanOut', 'timeline'],
  ['fanOut', 'sequence'],
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

  /** Looks at what is on screen in each theme, the one that it is opened in first: in the others it is the same but for its colours. */
  async function looksGoodInAll(page, name, opened = themeNames[0]) {
    for (const theme of [opened, ...themeNames.filter((each) => each !== opened)]) {
      await showTheme(theme);
      assert.deepEqual(await axeViolations(page, { onlyColours: theme !== opened }), [], `${name}, ${theme}`);
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

  it('with a filter kept, the menus of the list open, and nothing left by the filter', async () => {
    const page = await openPanel('some');
    await page.getByRole('button', { name: 'All orchestrators' }).click();
    await looksGoodInAll(page, 'menu-orchestrators');
    await page.getByRole('menuitemcheckbox').nth(1).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Saved filters' }).click();
    await page.getByRole('menuitem', { name: 'Save this filter' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Saved filters' }).click();
    await looksGoodInAll(page, 'menu-saved');
    await page.keyboard.press('Escape');
    await page.locator('vscode-textfield.filter input').fill('nobody has this');
    await page.getByText('No instance matches the filters').waitFor();
    await looksGoodInAll(page, 'none-left');
  });

  it('with a part of the chart chosen, and many about to be ended', async () => {
    const page = await openPanel('some');
    await page.locator('.histogram-frame').focus();
    for (const key of ['Home', 'Shift+End', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Show all times' }).waitFor();
    await page.locator('.grid-row .status-Running').first().waitFor();
    await page.locator('.pick-all').click();
    await page.locator('.bulk-bar').getByRole('button', { name: 'Terminate' }).click();
    await page.locator('dialog[open]').waitFor();
    await looksGoodInAll(page, 'bulk-terminate');
  });

  it('with another instance beside it', async () => {
    const page = await openPanel('failedDeep');
    await page.evaluate(() => globalThis.gallery.session.compareWith({ instanceId: 'payment-7' }));
    await page.locator('.compare-first').waitFor();
    await looksGoodInAll(page, 'compare');
  });

  it('with a row of the stored history looked at, and what can be done with a cell', async () => {
    const page = await openPanel('failed', 'dark', { tab: 'history' });
    await page.getByRole('radio', { name: 'As stored' }).click();
    await page.locator('.grid-row').nth(2).dblclick();
    await page.locator('.history-detail').waitFor();
    await looksGoodInAll(page, 'stored-detail');
    await page.locator('.grid-row').nth(2).locator('[data-column=EventType]').click({ button: 'right', force: true });
    await page.locator('.context-menu').waitFor();
    await looksGoodInAll(page, 'context-menu');
  });

  it('with a call of the timeline looked at, and the picture about to be saved', async () => {
    const page = await openPanel('running', 'dark', { tab: 'timeline' });
    await page.locator('.timeline-row[role=treeitem]').nth(1).click();
    await page.locator('.history-detail').waitFor();
    await looksGoodInAll(page, 'timeline-detail');
    await page.getByRole('button', { name: 'Save the timeline as a picture' }).click();
    await page.getByRole('menu').waitFor();
    await looksGoodInAll(page, 'timeline-save');
  });

  it('with lines of the log that are logged again, and none that matches', async () => {
    const page = await openPanel('logged', 'dark', { tab: 'log' });
    await page.locator('.log-again .link').first().click();
    await page.locator('.log-repeated').first().waitFor();
    await looksGoodInAll(page, 'log-again');
    await page.locator('vscode-textfield.filter input').fill('nobody logs this');
    await page.getByText('No line matches the filter').waitFor();
    await looksGoodInAll(page, 'log-none');
  });

  it('with a signal to an entity that cannot be sent, and one that was', async () => {
    const page = await openPanel('entity');
    await page.locator('[data-action=signal]').click();
    await page.locator('.raise-name input').fill('deposit');
    await page.locator('.raise-event textarea').fill('{');
    await page.locator('[data-action=send][disabled]').waitFor();
    await looksGoodInAll(page, 'signal');
    await page.locator('.raise-event textarea').fill('5');
    await page.clock.install();
    await page.locator('[data-action=send]').click();
    await page.locator('.banner-info').waitFor();
    await looksGoodInAll(page, 'signal-sent');
  });

  it('with a search that leaves no function, and the graph about to be saved', async () => {
    const page = await openPanel('functions');
    await page.getByRole('button', { name: 'Save the graph as a picture' }).click();
    await page.getByRole('menu').waitFor();
    await looksGoodInAll(page, 'functions-save');
    await page.keyboard.press('Escape');
    await page.locator('vscode-textfield.filter input').fill('nobody');
    await page.getByText('No function has that in its name').waitFor();
    await looksGoodInAll(page, 'functions-none-left');
  });
});
