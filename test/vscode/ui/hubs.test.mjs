import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { repository } from '../../support/vscode/places.mjs';
import { until } from '../../support/vscode/workbench.mjs';
import { openPanelOf, openReplayTab, panelFrame, screenshot, useEditor } from './editor-window.mjs';

/** Another Durascope with one instance: its connection string, and how it ends. */
async function startOther() {
  const program = path.join(repository, 'dist', 'cli.js');
  const app = path.join(repository, 'examples', 'hello-cities');
  const options = ['--run', 'HelloCities', '--memory', '--port', '0', '--grpc-port', '0'];
  const child = spawn(process.execPath, [program, 'start', app, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const connection = await new Promise((resolve, reject) => {
    const look = (chunk) => {
      output += chunk.toString();
      const [found] = /Endpoint=\S+/.exec(output) ?? [];
      if (found !== undefined && /Completed/.test(output)) resolve(found);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', () => reject(new Error(`The other Durascope ended:\n${output}`)));
  });
  return {
    connection,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGINT');
      }),
  };
}

const { startGoldenAzurite } = createRequire(import.meta.url)('../../hubs/for-the-editor.cjs');

// One window, one story: each part goes on where the one before it ended. The app is the one whose hub the real engine has left in Azurite.
describe('a task hub of the real engine in a real VS Code', function () {
  this.timeout(900_000);
  let azurite;
  const window = useEditor({
    prepare: async (app) => {
      azurite = await startGoldenAzurite();
      for (const name of fs.readdirSync(app)) if (name !== 'node_modules') fs.rmSync(path.join(app, name), { recursive: true });
      fs.cpSync(path.join(repository, 'test', 'goldens', 'app'), app, { recursive: true });
      const settings = { IsEncrypted: false, Values: { AzureWebJobsStorage: azurite.connection } };
      fs.writeFileSync(path.join(app, 'local.settings.json'), JSON.stringify(settings));
    },
  });
  after(() => azurite?.stop());
  const pane = () => window.bench.pane('Task Hubs');
  const item = (label) => pane().locator(`[role=treeitem][aria-label*="${label}"]`).first();

  it('is found by the app, attached, and shown as read only', async () => {
    const { bench } = window;
    await bench.activity('Durascope');
    await bench.command('Durascope: Attach to Task Hub…');
    await bench.quickInput.getByText('GoldenHub in Azurite').first().waitFor();
    await screenshot(window, 'hubs-candidates');
    await bench.pick('GoldenHub in Azurite');
    await item('All instances').waitFor();
    await until('the sign and the pace', async () => /read only · every 5 s/.test((await pane().textContent()) ?? ''));
    await item('Empty').waitFor();
    await screenshot(window, 'hubs-dark');
  });

  it('is filtered', async () => {
    const { bench } = window;
    await bench.command('Durascope: Filter Instances of a Task Hub…');
    await bench.quickField.fill('status:terminated');
    await window.page.keyboard.press('Enter');
    await item('Filter: status:Terminated').waitFor();
    await item('Terminated').waitFor();
  });

  it('shows its instances in a panel, filtered by the hub', async () => {
    const { bench } = window;
    await bench.command('Durascope: Show Instances of a Task Hub');
    const frame = await panelFrame(window, '.instances-panel [data-read-only]');
    await frame.locator('.row-count', { hasText: '25 instances' }).waitFor();
    await screenshot(window, 'hubs-instances-dark');
    await frame.locator('[title^="Count the instances"]').click();
    await frame.locator('.chip', { hasText: /All\s*25$/ }).waitFor();
    await frame.locator('[data-status=Terminated]').click();
    await frame.locator('.row-count', { hasText: '1 instance' }).waitFor();
    await screenshot(window, 'hubs-instances-filtered-dark');
  });

  it('opens an instance in a panel that changes nothing, and replays it with the code in the workspace', async () => {
    const { bench } = window;
    await bench.command('Durascope: Filter Instances of a Task Hub…');
    await bench.quickField.fill('fan-out');
    await window.page.keyboard.press('Enter');
    await item('Filter: fan-out').waitFor();
    const frame = await openPanelOf(window, pane().locator('[role=treeitem][aria-level="3"]').first(), '[data-read-only]');
    assert.equal(await frame.locator('[data-action]').count(), 0);
    await screenshot(window, 'hubs-panel-dark');
    await openReplayTab(window, frame);
    await screenshot(window, 'hubs-replay-dark');
  });

  it('is legible in a light theme', async () => {
    fs.mkdirSync(path.join(window.app, '.vscode'), { recursive: true });
    fs.writeFileSync(path.join(window.app, '.vscode', 'settings.json'), '{ "workbench.colorTheme": "Light Modern" }');
    await window.page.locator('.monaco-workbench.vs').first().waitFor();
    await screenshot(window, 'hubs-light');
  });

  it('of another Durascope is acted on once its name was typed, and says so in the tree and in the panel', async () => {
    const { bench } = window;
    const other = await startOther();
    try {
      await bench.command('Durascope: Detach from Task Hub');
      await bench.command('Durascope: Attach to Task Hub…');
      await bench.pick('Another one…');
      await bench.quickField.fill(other.connection);
      await window.page.keyboard.press('Enter');
      await item('HelloCities').waitFor();
      await screenshot(window, 'hubs-grpc-light');
      await bench.command('Durascope: Allow or Stop Acting on a Task Hub…');
      await bench.quickField.fill('defau');
      await bench.quickInput.getByText('Type default, or press Escape').waitFor();
      await screenshot(window, 'hubs-act-word-light');
      await bench.quickField.fill('default');
      await window.page.keyboard.press('Enter');
      await until('the sign', async () => /may act · every 5 s/.test((await pane().textContent()) ?? ''));
      const frame = await openPanelOf(window, item('HelloCities'), '[data-acts]');
      assert.equal(await frame.locator('[data-read-only]').count(), 0);
      await screenshot(window, 'hubs-acts-light');
      await frame.locator('[data-action="restart"]').click();
      await until('the second instance', async () => (await pane().locator('[aria-label*="HelloCities"]').count()) >= 2);
      const settings = path.join(window.app, '.vscode', 'settings.json');
      fs.writeFileSync(settings, '{ "workbench.colorTheme": "Dark Modern" }');
      await window.page.locator('.monaco-workbench.vs-dark').first().waitFor();
      await screenshot(window, 'hubs-acts-dark');
    } finally {
      await other.stop();
    }
  });

  it('is detached, and the view goes', async () => {
    await window.bench.command('Durascope: Detach from Task Hub');
    await until(
      'the view to go',
      async () => (await window.page.locator('.pane-header', { hasText: 'Task Hubs' }).count()) === 0,
    );
  });
});
