import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { until } from '../../support/vscode/workbench.mjs';
import { openInstance, screenshot, startInstance, useEditor } from './editor-window.mjs';

// A folder that somebody sent: it is looked at, and nothing of it runs before the user trusts it.
describe('a user in a workspace that is not trusted', function () {
  this.timeout(900_000);
  const window = useEditor({
    story: true,
    trust: true,
    settings: {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
      'durascope.autoStart': true,
    },
  });

  it('is told so in the view, and starts nothing, though the settings ask for it', async () => {
    const { bench, page } = window;
    await bench.activity('Durascope');
    await bench.pane('Instances').getByText('not trusted').waitFor();
    assert.equal(await bench.pane('Instances').getByText('Start Emulator').count(), 0);
    await screenshot(window, 'untrusted');
    await until('what the editor offers instead', async () => {
      await bench.dismissQuickInput();
      await page.keyboard.press('F1');
      await bench.quickField.fill('>Durascope: Start Emulator', { timeout: 2000 });
      await bench.quickInput.locator(`.monaco-list-row[aria-label^="Durascope: "]`).first().waitFor({ timeout: 5000 });
      return true;
    });
    assert.equal(await bench.quickInput.locator('.monaco-list-row[aria-label^="Durascope: Start Emulator"]').count(), 0);
    await bench.dismissQuickInput();
    assert.equal(fs.existsSync(path.join(window.app, '.durascope')), false);
  });

  it('trusts it, and goes on without a reload of the window', async () => {
    const { bench, page } = window;
    const manage = bench.pane('Instances').locator('.monaco-button', { hasText: 'Manage Workspace Trust' });
    const trust = page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).first();
    const trusted = page.getByText('You trust this folder').first();
    await manage.waitFor();
    await until('the folder to be trusted', async () => {
      if (await trusted.isVisible()) return true;
      if (!(await trust.isVisible())) await manage.click({ timeout: 5000 });
      await trust.click({ timeout: 5000 });
      await trusted.waitFor({ timeout: 5000 });
      return true;
    });
    await until('the page about trust to close', async () => {
      const close = page.locator('.monaco-modal-editor-block .codicon-close').last();
      if ((await close.count()) > 0) await close.click({ timeout: 5000 });
      return (await page.locator('.monaco-modal-editor-block').count()) === 0;
    });
    // As the setting asks, now that it may.
    await bench.treeItem('HelloCities', bench.pane('Functions')).waitFor();
    await startInstance(window, 'HelloCities');
    await (await openInstance(window, 'HelloCities, Completed', '.status-badge.status-Completed')).locator('h1').waitFor();
  });
});
