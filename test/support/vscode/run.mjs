// npm run test:vscode: the panels in a plain Chromium, then the packaged extension clicked through in a real VS Code.
// Arguments go to mocha: `npm run test:vscode -- --grep history`.
import { spawnSync } from 'node:child_process';
import temporaryFiles from '../temporary-files.cjs';
import { mochaProgram, panels, storyRuns } from './browser-parts.mjs';
import { findCodeServer, repository } from './places.mjs';
import { setUpBrowser, setUpCodeServer } from './setup.mjs';

temporaryFiles.removeAtEnd();

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
for (const files of [panels, ...storyRuns]) {
  const args = [mochaProgram, '--config', '.mocharc.vscode.json', ...process.argv.slice(2), ...files];
  const { status } = spawnSync(process.execPath, args, { cwd: repository, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
