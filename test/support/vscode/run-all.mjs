// npm run test:editor: everything that needs an editor or a browser. Never skips in silence: what ran where is said at the start, and
// again at the end.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { repository } from './places.mjs';

const canRunBrowserForm = process.platform === 'linux' && process.arch === 'x64';
const parts = [
  { name: 'inside the extension host', file: path.join(repository, 'test', 'vscode', 'host', 'run.mjs'), runs: true },
  {
    name: 'the panels, and the packaged extension clicked through, in a browser',
    file: path.join(repository, 'test', 'support', 'vscode', 'run.mjs'),
    runs: canRunBrowserForm,
  },
];
const outcomes = parts.map(({ name, file, runs }) => {
  if (!runs) return { name, outcome: 'NOT RUN: they need Linux on x64', isGood: true };
  const { status } = spawnSync(process.execPath, [file], { cwd: repository, stdio: 'inherit' });
  return { name, outcome: status === 0 ? 'ok' : 'FAILED', isGood: status === 0 };
});
console.log('\n=== Editor tests ===');
for (const { name, outcome } of outcomes) console.log(`${outcome}: ${name}`);
process.exitCode = outcomes.every(({ isGood }) => isGood) ? 0 : 1;
