// The pictures of apps in other languages than JavaScript: an example in C#, built beforehand, and the tests' app in PowerShell, where its
// worker is to be had (DURASCOPE_POWERSHELL_WORKER).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { repository } from '../../support/vscode/places.mjs';
import { panelFrame } from '../ui/editor-window.mjs';
import { fold } from './pictures.mjs';

const row = ({ bench }, label) => bench.pane('Instances').locator(`[role=treeitem][aria-label^="${label}"]`).first();

/** A folder with the app, as its developer has it after the first build. */
export function makeCsharpApp(root) {
  const folder = path.join(root, 'custom-status');
  const isSource = (file) => !/[\\/](bin|obj|\.durascope)$/.test(file);
  fs.cpSync(path.join(repository, 'examples', 'custom-status-csharp'), folder, { recursive: true, filter: isSource });
  execFileSync('dotnet', ['build', '-nologo', '-v', 'quiet', '-nodeReuse:false'], { cwd: folder, stdio: 'inherit' });
  return folder;
}

export function makePowerShellApp(root) {
  const folder = path.join(root, 'hello-cities');
  fs.cpSync(path.join(repository, 'test', 'fixtures', 'apps', 'powershell'), folder, { recursive: true });
  return folder;
}

async function begin(window, file) {
  const { bench, page } = window;
  await page.keyboard.press('ControlOrMeta+p');
  await bench.quickField.fill(file);
  await bench.quickRows
    .filter({ hasText: path.basename(file) })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await bench.activity('Durascope');
  await fold(window, 'Entities', false);
  const start = bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first();
  await start.click({ timeout: 60_000 });
  await start.waitFor({ state: 'hidden', timeout: 120_000 });
}

/** Opens the panel at the moment before the last. */
async function replayOf(window, label) {
  const { page } = window;
  await row(window, label).click();
  const overview = await panelFrame(window, '#tab-replay');
  await overview.locator('#tab-replay').click();
  const frame = await panelFrame(window, '.replay-slider');
  await frame.locator('.replay-slider').waitFor({ timeout: 120_000 });
  await frame.locator('.replay-slider').press('ArrowLeft');
  await frame.locator('.replay-slider').blur();
  await page.waitForTimeout(2500);
}

async function running({ app, emulator }) {
  const note = path.join(app, '.durascope', 'emulator.json');
  for (let tries = 0; tries < 600 && !fs.existsSync(note); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  return emulator();
}

/** The panel, without the side bar. */
const panel = { x: 333, y: 0, width: 787, height: 560 };

export const pictureOfCsharp = {
  name: 'csharp',
  folder: 'media/walkthrough',
  clip: panel,
  async prepare(window) {
    await begin(window, 'HelloSequence.cs');
    await window.bench.treeItem('E1_HelloSequence', window.bench.pane('Functions')).waitFor({ timeout: 120_000 });
    const { start, until } = await running(window);
    await start('E1_HelloSequence', 'hello-1');
    await start('CityRecommender', 'cities-2', 2);
    await start('ReserveTicket', 'ticket-7', 'vip-1');
    await until('hello-1', 'Completed');
    await replayOf(window, 'E1_HelloSequence, Completed');
  },
};

export const pictureOfPowerShell = {
  name: 'powershell',
  folder: 'media/walkthrough',
  colours: 16,
  clip: panel,
  async prepare(window) {
    await begin(window, 'HelloCities/run.ps1');
    await window.bench.treeItem('HelloCities', window.bench.pane('Functions')).waitFor({ timeout: 120_000 });
    const { start, until } = await running(window);
    await start('HelloCities', 'hello-1');
    await start('FanOut', 'squares-5', 5);
    await start('Approval', 'order-1042');
    await until('hello-1', 'Completed');
    await replayOf(window, 'HelloCities, Completed');
  },
};
