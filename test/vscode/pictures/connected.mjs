// The picture of a replay by a connected program: the example in Python, which stays connected here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { repository } from '../../support/vscode/places.mjs';
import { panelFrame } from '../ui/editor-window.mjs';
import { fold } from './pictures.mjs';

const python = process.env.DURASCOPE_PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');

/** A folder with nothing but the program. */
export function makeConnectedApp(root) {
  const folder = path.join(root, 'travel');
  fs.mkdirSync(folder);
  const from = path.join(repository, 'examples', 'durable-task', 'python');
  fs.copyFileSync(path.join(from, 'requirements.txt'), path.join(folder, 'requirements.txt'));
  const example = fs.readFileSync(path.join(from, 'main.py'), 'utf8');
  const start = example.indexOf('    w.start()\n');
  if (start < 0) throw new Error('The example in Python does not start its worker any more.');
  const stays = `${example.slice(0, start)}    w.start()\n    sys.stdin.read()\n`;
  fs.writeFileSync(path.join(folder, 'main.py'), stays);
  return folder;
}

const row = ({ bench }, label) => bench.pane('Instances').locator(`[role=treeitem][aria-label^="${label}"]`).first();

export const pictureOfConnected = {
  name: 'connected-replay',
  folder: 'docs/pictures',
  async prepare(window) {
    const { bench, page, app, undo } = window;
    await bench.activity('Durascope');
    await fold(window, 'Entities', false);
    await bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first().click({ timeout: 60_000 });
    await bench.pane('Instances').locator('.monaco-button', { hasText: 'Start Emulator' }).first().waitFor({ state: 'hidden' });
    const { url, key, raise, until } = await emulatorOnceRunning(window);
    const { grpc } = await (await fetch(`${url}/durascope/connections`)).json();
    const program = spawn(python, ['main.py'], {
      cwd: app,
      env: { ...process.env, DURASCOPE_ADDRESS: `localhost:${grpc.port}` },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    undo.push(async () => {
      if (program.exitCode !== null) return;
      program.stdin.end();
      await once(program, 'exit');
    });
    const start = async (name, instanceId, input = null) => {
      const response = await fetch(`${url}/durascope/instances`, {
        method: 'POST',
        headers: { 'x-functions-key': key },
        body: JSON.stringify({ name, instanceId, input: JSON.stringify(input) }),
      });
      if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
    };
    await bench.treeItem('Python', bench.pane('Functions')).waitFor({ timeout: 60_000 });
    await start('hello_sequence', 'hello-1');
    await start('city_recommender', 'cities-3', 3);
    await start('reserve_ticket', 'ticket-7', 'vip-1');
    await start('reserve_ticket', 'ticket-8', 'guest-2');
    await until('hello-1', 'Completed');
    await raise('ticket-7', 'BookingConfirmed', true);
    await until('ticket-7', 'Completed');
    await row(window, 'reserve_ticket, Completed').click();
    const overview = await panelFrame(window, '#tab-replay');
    await overview.locator('#tab-replay').click();
    const frame = await panelFrame(window, '.replay-slider');
    await frame.locator('.replay-slider').waitFor({ timeout: 60_000 });
    await frame.locator('.replay-slider').press('ArrowLeft');
    await frame.locator('.replay-slider').blur();
    await page.waitForTimeout(2500);
  },
};

async function emulatorOnceRunning({ app, emulator }) {
  const note = path.join(app, '.durascope', 'emulator.json');
  for (let tries = 0; tries < 600 && !fs.existsSync(note); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  return emulator();
}
