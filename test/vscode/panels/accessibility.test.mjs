import assert from 'node:assert/strict';
import { axeViolations } from '../../support/vscode/axe.mjs';
import { themeNames } from '../../webview/gallery/gallery.mjs';
import { openPanel, screenshot, useGallery } from './gallery-page.mjs';

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
  ['entity', ''],
  ['entityOrphaned', ''],
  ['entityUnused', ''],
  ['functions', ''],
  ['functionsStopped', ''],
  ['functionsNone', ''],
  ['none', ''],
  ['some', ''],
];

describe('the panels are accessible', function () {
  this.timeout(300_000);
  useGallery();

  for (const theme of themeNames) {
    it(`in every state and part, theme ${theme}`, async () => {
      for (const [state, tab] of views) {
        const page = await openPanel(state, theme, tab === '' ? {} : { tab });
        assert.deepEqual(await axeViolations(page), [], `${state} ${tab}`);
        await screenshot(`${state}${tab === '' ? '' : `-${tab}`}-${theme}`);
      }
    });

    it(`with dialogs, menus, editors and a selection open, theme ${theme}`, async () => {
      const page = await openPanel('running', theme);
      await page.locator('[data-raise="BookingConfirmed"]').click();
      await page.locator('.raise-event textarea').fill('{"seat": 12,\n "row": no}');
      assert.deepEqual(await axeViolations(page), [], 'raise event');
      await screenshot(`raise-event-${theme}`);
      await page.locator('[data-action=terminate]').click();
      assert.deepEqual(await axeViolations(page), [], 'terminate');
      await screenshot(`terminate-${theme}`);
      await page.keyboard.press('Escape');
      await page.locator('#tab-history').click();
      await page.locator('.compact-grid .grid-row').nth(2).click();
      await page.locator('.history-detail').waitFor();
      assert.deepEqual(await axeViolations(page), [], 'an operation');
      await screenshot(`operation-${theme}`);
      await page.getByRole('radio', { name: 'As stored' }).click();
      await page.getByRole('button', { name: 'Choose columns' }).click();
      await page.locator('.grid-row').nth(5).locator('[data-column=EventType]').click({ force: true });
      await page.getByRole('button', { name: 'Event types' }).click();
      assert.deepEqual(await axeViolations(page), [], 'menu');
      await screenshot(`menu-${theme}`);

      await openPanel('some', theme);
      await page.locator('.grid-row .pick').nth(1).click();
      await page.locator('.grid-row .pick').nth(3).click();
      assert.deepEqual(await axeViolations(page), [], 'selection');
      await screenshot(`selection-${theme}`);

      await openPanel('functions', theme);
      await page.locator('[data-function="orchestrator:checkout"]').click();
      await page.locator('.function-detail').waitFor();
      assert.deepEqual(await axeViolations(page), [], 'a function');
      await screenshot(`function-${theme}`);
      await page.getByRole('radio', { name: 'List' }).click();
      assert.deepEqual(await axeViolations(page), [], 'the list of functions');
      await screenshot(`functions-list-${theme}`);
    });
  }
});
