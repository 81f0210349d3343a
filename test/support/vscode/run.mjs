// npm run test:vscode: the panels in a plain Chromium, then the packaged extension clicked through in a real VS Code.
// Arguments go to mocha: `npm run test:vscode -- --grep history`.
import { spawnSync } from 'node:child_process';
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
const { status } = spawnSync(process.execPath, [mocha, '--config', '.mocharc.vscode.json', ...process.argv.slice(2)], {
  cwd: repository,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
