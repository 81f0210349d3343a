// npm run test:editor: everything that needs an editor or a browser, in two lanes side by side. Never skips in silence: what ran where is
// said at the start, and again at the end.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findDesktop } from './desktop.mjs';
import { repository } from './places.mjs';
import { setUpBrowser, setUpCodeServer } from './setup.mjs';

const canRunBrowserForm = process.platform === 'linux' && process.arch === 'x64';
const parts = [
  { name: 'inside the extension host', file: path.join(repository, 'test', 'vscode', 'host', 'run.mjs'), runs: true },
  {
    name: 'the panels, and the packaged extension clicked through, in a browser',
    file: path.join(repository, 'test', 'support', 'vscode', 'run.mjs'),
    runs: canRunBrowserForm,
  },
];

// What the lanes share is made before they start: neither may find it half done.
const made = spawnSync('npm', ['run', '--silent', 'package'], {
  cwd: repository,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (made.status !== 0) process.exit(made.status ?? 1);
if (canRunBrowserForm) {
  setUpBrowser();
  setUpCodeServer();
} else if ((await findDesktop()).executable === undefined) setUpBrowser();

const { version } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'));
const env = { ...process.env, DURASCOPE_VSIX: process.env.DURASCOPE_VSIX ?? path.join(repository, `durascope-${version}.vsix`) };
let printed = Promise.resolve();

/** The first lane prints as it goes; what the others say follows when it has ended, so that no line stands among a stranger's. */
function run(file, isFirst) {
  const child = spawn(process.execPath, [file], {
    cwd: repository,
    env,
    stdio: isFirst ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  child.stdout?.on('data', (chunk) => said.push(chunk));
  child.stderr?.on('data', (chunk) => said.push(chunk));
  const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
  const before = printed;
  printed = ended.then(() => before).then(() => void process.stdout.write(Buffer.concat(said)));
  return ended;
}

const outcomes = await Promise.all(
  parts.map(async ({ name, file, runs }, index) => {
    if (!runs) return { name, outcome: 'NOT RUN: they need Linux on x64', isGood: true };
    const isGood = (await run(file, index === 0)) === 0;
    return { name, outcome: isGood ? 'ok' : 'FAILED', isGood };
  }),
);
await printed;
console.log('\n=== Editor tests ===');
for (const { name, outcome } of outcomes) console.log(`${outcome}: ${name}`);
process.exitCode = outcomes.every(({ isGood }) => isGood) ? 0 : 1;
