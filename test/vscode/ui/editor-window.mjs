// One window of a real VS Code with the packaged extension, for the suites of this folder: a copy of a fixture app is its workspace.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCodeServer, writeSettings } from '../../support/vscode/code-server.mjs';
import { patienceMs } from '../../support/vscode/patience.mjs';
import { repository, resultsDir } from '../../support/vscode/places.mjs';
import { keepScreenshot, screenshotOf } from '../../support/vscode/screenshots.mjs';
import { openWorkbench, until } from '../../support/vscode/workbench.mjs';

const fixtures = path.join(repository, 'test', 'fixtures', 'apps');

/** The package that `npm run package` made; `DURASCOPE_VSIX` names another one. */
function findPackage() {
  if (process.env.DURASCOPE_VSIX !== undefined) return process.env.DURASCOPE_VSIX;
  const found = fs.readdirSync(repository).filter((name) => name.endsWith('.vsix'));
  if (found.length !== 1)
    throw new Error(`Expected one .vsix in ${repository} and found ${found.length}: run "npm run package".`);
  return path.join(repository, found[0]);
}

/** The server and the browser of this process, for all stories that run in it one after another; `roots`: folders of their apps. */
const shared = { server: undefined, bench: undefined, trust: undefined, roots: [] };
/** What server and page have said since the story began. */
const lines = [];

// Of the whole run, not of a suite.
after(async function () {
  this.timeout(300_000);
  await closeShared();
  for (const root of shared.roots) fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

async function closeShared() {
  await shared.bench?.close();
  await shared.server?.stop();
  Object.assign(shared, { server: undefined, bench: undefined });
}

/** A window that knows nothing of one before it, with these settings; server, browser and compiled scripts are those of the stories before, if any. */
async function openShared(folder, settings, trust) {
  lines.length = 0;
  // Where the browser could not be opened there is a server alone.
  if (shared.trust !== trust || shared.bench === undefined) await closeShared();
  if (shared.bench !== undefined) {
    writeSettings(shared.server.userData, settings);
    await shared.bench.openFresh({ folder });
    return;
  }
  shared.trust = trust;
  shared.server = await startCodeServer({
    vsix: [findPackage()],
    settings,
    trust,
    onLog: (line) => lines.push(`[server] ${line}`),
  });
  shared.bench = await openWorkbench(shared.server, {
    folder,
    onConsole: (message) => lines.push(`[${message.type()}] ${message.text()}`),
  });
}

/**
 * Opens the window for the suite that calls this, keeps pictures of failures, closes it at the end. `prepare` is given the app's folder.
 * `story`: each part goes on where the one before it ended, so that none is told once one went wrong.
 */
export function useEditor({ settings = {}, trust = false, fixture = 'tour', story = false, prepare = () => undefined } = {}) {
  const window = {};
  before(async function () {
    this.timeout(900_000);
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'durascope-tour-'));
    shared.roots.push(root);
    window.app = path.join(root, fixture);
    fs.cpSync(path.join(fixtures, fixture), window.app, { recursive: true });
    fs.symlinkSync(path.join(repository, 'node_modules'), path.join(window.app, 'node_modules'), 'dir');
    await prepare(window.app);
    // Any free port, and a theme that stays whatever the system prefers.
    const own = { 'durascope.port': 0, 'workbench.colorTheme': 'Dark Modern', 'files.simpleDialog.enable': true, ...settings };
    await openShared(window.app, own, trust);
    window.bench = shared.bench;
    window.page = window.bench.page;
  });
  beforeEach(function () {
    if (story && window.hasFailed) this.skip();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed' || window.bench === undefined) return;
    window.hasFailed = true;
    fs.mkdirSync(path.join(resultsDir, 'ui'), { recursive: true });
    await keepScreenshot(window.page, 'ui', `failed-${this.currentTest.title}`).catch(() => undefined);
    fs.writeFileSync(path.join(resultsDir, 'ui', 'last-failure.log'), lines.join('\n'));
    await window.bench.dismissQuickInput().catch(() => undefined);
  });
  after(async function () {
    this.timeout(300_000);
    // What went wrong must not reach the next story.
    if (window.hasFailed) await closeShared();
    else await window.bench?.leave();
  });
  return window;
}

export const screenshot = ({ page }, name) => screenshotOf(page, 'ui', name);

/** A row of the instances view, by the beginning of its spoken label: `HelloCities, Completed`. */
export const instanceRow = ({ bench }, label) =>
  bench.pane('Instances').locator(`[role=treeitem][aria-label^="${label}"]`).first();

/** Presses the view's button until the emulator runs: one that is drawn anew under the pointer loses the click, and a second start is the first. */
export async function startEmulator({ bench, page }) {
  await bench.activity('Durascope');
  const button = bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first();
  const running = page.locator('[id="durascope.durascope.durascope.emulator"]', { hasText: /Durascope :\d+/ });
  await button.or(running).first().waitFor();
  await until('the emulator to run', async () => {
    if (await button.isVisible()) await button.click({ timeout: 5000 });
    await running.waitFor({ timeout: 10_000 });
    return true;
  });
}

/** Clicks a row until the panel in which `selector` is found is there, and answers that: a row that is drawn anew loses the click. */
export async function openPanelOf(window, row, selector) {
  await row.waitFor();
  return until(`the panel with ${selector}`, async () => {
    await row.click({ timeout: 5000 });
    return panelFrame(window, selector, 15_000);
  });
}
export const openInstance = (window, label, selector) => openPanelOf(window, instanceRow(window, label), selector);

/** Starts an instance from the command palette, with JSON text as its input or none. */
export async function startInstance({ bench }, orchestrator, input) {
  await bench.command('Durascope: Start Instance…');
  const row = (text) => bench.quickInput.locator('.monaco-list-row', { hasText: text }).first();
  await bench.take(row(orchestrator));
  await bench.quickInput.getByText(`Start ${orchestrator}`).waitFor();
  if (input === undefined) {
    await bench.take(row('No input'));
    return;
  }
  await bench.take(row('Type an input'));
  await bench.quickInput.getByText(`Input of ${orchestrator}`).waitFor();
  await bench.quickField.fill(input);
  await bench.page.keyboard.press('Enter');
}

/** Takes the name that the editor's own dialog suggests for a file to be saved, one that ends in `ending`; answers what was saved. */
export async function saveAsSuggested({ bench, page, app }, ending) {
  await until('the suggested name', async () => (await bench.quickField.inputValue({ timeout: 1000 })).endsWith(ending));
  const saved = () => fs.readdirSync(app).find((name) => name.endsWith(ending));
  let pressedAt = 0;
  await until('the file to be saved', async () => {
    if (saved() !== undefined && fs.statSync(path.join(app, saved())).size > 0) return true;
    // The dialog takes no answer while it looks into the folder.
    if ((await bench.quickInput.count()) > 0 && Date.now() - pressedAt > 3000) {
      pressedAt = Date.now();
      await page.keyboard.press('Enter');
    }
    return false;
  });
  await bench.quickInput.waitFor({ state: 'hidden' });
  return fs.readFileSync(path.join(app, saved()), 'utf8');
}

/** From the History tab of a panel: its rows as JSON, which are in a file of the app then. */
export async function exportedHistory(window, frame) {
  await frame.getByRole('radio', { name: 'As stored' }).click();
  await frame.getByRole('button', { name: 'Export the rows shown' }).click();
  await frame.getByRole('menuitem', { name: 'Export as JSON' }).click();
  return saveAsSuggested(window, '-history.json');
}

/** Lets a file of the app fall on a view, as a drag out of the explorer does. */
export async function dropOn({ page, app }, target, file) {
  const transfer = await page.evaluateHandle(
    (path) => {
      const data = new DataTransfer();
      data.setData('text/uri-list', `vscode-remote://${location.host}${path}`);
      return data;
    },
    path.join(app, file),
  );
  const dispatch = (type) => target.dispatchEvent(type, { dataTransfer: transfer });
  // As a hand does that goes on moving until the editor shows where the file would fall: on a busy machine it may not have looked yet.
  await until('a place where it may fall', async () => {
    await dispatch('dragenter');
    await dispatch('dragover');
    return (await page.locator('.monaco-list.drop-target, .monaco-list .drop-target').count()) > 0;
  });
  await dispatch('drop');
}

/** From a panel of an instance to its Replay tab: the panel's document, once the replay is there. */
export async function openReplayTab(window, panel) {
  await panel.locator('#tab-replay').click();
  const replay = await panelFrame(window, '.replay-slider');
  await replay.locator('.replay-step', { hasText: /Step \d+ of \d+/ }).waitFor();
  return replay;
}

/** The document of the panel on screen in which `selector` is found, as a frame. */
export async function panelFrame({ bench, page }, selector, ms = patienceMs) {
  return until(
    `a panel with ${selector}`,
    async () => {
      const outer = page.locator('iframe.webview.ready');
      for (let at = 0; at < (await outer.count()); at++) {
        if (!(await outer.nth(at).isVisible())) continue;
        const handle = await outer.nth(at).contentFrame().locator('iframe#active-frame').elementHandle({ timeout: 1000 });
        const frame = await handle?.contentFrame();
        if (frame && (await frame.locator(selector).count()) > 0) return frame;
      }
      return null;
    },
    ms,
  );
}
