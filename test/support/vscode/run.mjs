// npm run test:vscode: the panels in a plain Chromium, then the packaged extension clicked through in a real VS Code.
// Arguments go to mocha: `npm run test:vscode -- --grep history`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findCodeServer, repository } from './places.mjs';
import { setUpBrowser, setUpCodeServer } from './setup.mjs';

const require = createRequire(import.meta.url);
if (process.env.DURASCOPE_VSIX === undefined) {
  const made = spawnSync('npm', ['run', '--silent', 'package'], {
    cwd: repository,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (made.status !== 0) process.exit(made.status ?? 1);
}
setUpBrowser();
setUpCodeServer();
console.log(
  `\n=== VS Code ${findCodeServer().vscodeVersion}, its web workbench with a remote extension host (code-server), in Chromium ===\n`,
);
const mocha = path.join(path.dirname(require.resolve('mocha/package.json')), 'bin', 'mocha.js');
// Each story of a user in a run of its own: a part of one is not told once an earlier part went wrong, whoever told that.
const folder = path.join('test', 'vscode');
const stories = readdirSync(path.join(repository, folder, 'ui')).filter((name) => name.endsWith('.test.mjs'));
for (const spec of [path.join('panels', '*.test.mjs'), ...stories.map((name) => path.join('ui', name))]) {
  const args = ['--config', '.mocharc.vscode.json', ...process.argv.slice(2), path.join(folder, spec).replaceAll('\\', '/')];
  const { status } = spawnSync(process.execPath, [mocha, ...args], { cwd: repository, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
