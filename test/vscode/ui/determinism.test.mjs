import fs from 'node:fs';
import path from 'node:path';
import { until } from '../../support/vscode/workbench.mjs';
import { screenshot, useEditor } from './editor-window.mjs';

const source = `const df = require('durable-functions');

df.app.orchestration('Remind', function* (context) {
  yield context.df.callActivity('SayHello', 'Oslo');
  const answer = yield context.df.waitForExternalEvent('Answer');
  return answer;
});
`;

// One window, one story: each part goes on where the one before it ended.
describe('what keeps orchestrators from replaying, in a real VS Code', function () {
  this.timeout(900_000);
  const window = useEditor({
    story: true,
    // What is typed here stands as it is typed: a suggestion that comes late would take a key for its answer.
    settings: { 'editor.quickSuggestions': false, 'editor.suggestOnTriggerCharacters': false },
    prepare: (app) => {
      fs.writeFileSync(path.join(app, 'src', 'remind.js'), source);
      fs.writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'tour', private: true, main: 'src/*.js' }));
    },
  });
  const squiggle = () => window.page.locator('.monaco-editor .squiggly-warning');

  it('is underlined while typing, and told with what to do about it', async () => {
    const { bench, page } = window;
    await bench.command('View: Show Explorer');
    await bench.expand(page.locator('.explorer-folders-view [role=treeitem][aria-label^="src"]').first());
    await page.locator('.explorer-folders-view [role=treeitem][aria-label^="remind.js"]').first().dblclick();
    await page.locator('.monaco-editor .view-line', { hasText: 'waitForExternalEvent' }).first().waitFor();
    await bench.gotoLine(5);
    await bench.focusEditor();
    await page.keyboard.press('Home');
    await page.keyboard.type('const late = Date.now() > 1700000000000;\n');
    await squiggle().first().waitFor();
    const told = page.locator('.marker-widget', { hasText: 'Every replay reads the clock anew' }).first();
    // It closes when the problems of the file are told anew.
    await until('the problem with what to do about it', async () => {
      await bench.focusEditor();
      await page.keyboard.press('F8');
      await told.waitFor({ timeout: 5000 });
      return true;
    });
    await screenshot(window, 'determinism-problem');
    await page.keyboard.press('Escape');
  });

  it('is put right by a quick fix', async () => {
    const { bench, page } = window;
    const fix = page
      .locator('.action-widget .monaco-list-row', { hasText: 'Replace with context.df.currentUtcDateTime.getTime()' })
      .first();
    // The editor may still be busy with what stood open before: asked until it answers.
    await until('the quick fix', async () => {
      await page.keyboard.press('Escape');
      await bench.gotoLine('5:20');
      await bench.focusEditor();
      await page.keyboard.press('Control+.');
      await fix.waitFor({ timeout: 5000 });
      return true;
    });
    await screenshot(window, 'determinism-quick-fix');
    await fix.click();
    await page.locator('.view-line', { hasText: 'const late = context.df.currentUtcDateTime.getTime()' }).first().waitFor();
    await squiggle().first().waitFor({ state: 'detached' });
    await bench.focusEditor();
    await page.keyboard.press('Control+z');
    await squiggle().first().waitFor();
  });
});
