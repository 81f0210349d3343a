// npm run test:editor: everything that needs an editor or a browser. Lanes side by side take one part after another, what takes longest
// first. Never skips in silence: what ran is said at the end. `--packaged`: the package of these sources is there already.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import again from '../attempts.cjs';
import '../ends-programs.cjs';
import { runProgram } from '../run-program.mjs';
import temporaryFiles from '../temporary-files.cjs';
import { suites } from '../../vscode/host/suites.mjs';
import { mochaProgram, panels, storyRuns } from './browser-parts.mjs';
import { findDesktop } from './desktop.mjs';
import { repository } from './places.mjs';
import '../quiet-programs.cjs';
import { setUpBrowser, setUpCodeServer } from './setup.mjs';

temporaryFiles.removeAtEnd();

/** A part that says nothing for so long hangs: a story's slowest step takes less than two minutes on a busy machine. */
const silentMs = 8 * 60_000;
/** `DURASCOPE_EDITOR_LANES` sets another number. */
const lanes = Number(process.env.DURASCOPE_EDITOR_LANES ?? '2');
const canRunBrowserForm = process.platform === 'linux' && process.arch === 'x64';
const inBrowser = (name, ...args) => ({
  name,
  args: [mochaProgram, '--config', '.mocharc.vscode.json', ...args],
  runs: canRunBrowserForm,
});
const insideHost = suites.map(({ name }) => ({
  name: `inside the extension host: ${name}`,
  args: [path.join(repository, 'test', 'vscode', 'host', 'run.mjs'), '--suite', name],
  runs: true,
}));
const [longest, second, ...others] = insideHost;
const parts = [
  longest,
  // Their tests know nothing of each other: one that fails is run again by itself before all are.
  inBrowser('the panels', ...again.mochaArguments, ...panels),
  second,
  ...storyRuns.map((files) =>
    inBrowser(
      `the packaged extension clicked through: ${files.map((file) => path.basename(file, '.test.mjs')).join(', ')}`,
      ...files,
    ),
  ),
  ...others,
];

// What the lanes share is made before they start: neither may find it half done.
if (!process.argv.includes('--packaged')) {
  const made = spawnSync('npm', ['run', '--silent', 'package'], {
    cwd: repository,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (made.status !== 0) process.exit(made.status ?? 1);
}
if (canRunBrowserForm) {
  setUpBrowser();
  setUpCodeServer();
} else if ((await findDesktop()).executable === undefined) setUpBrowser();

const { version } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'));
const env = { ...process.env, DURASCOPE_VSIX: process.env.DURASCOPE_VSIX ?? path.join(repository, `durascope-${version}.vsix`) };

/** Answers the exit code, and whether it was run again. What a part says follows when it has ended, so that no line stands among a stranger's. */
async function run({ args }) {
  for (let attempt = 1; ; attempt++) {
    const { code, said } = await runProgram(args, { cwd: repository, env, silentMs });
    const isLast = code === 0 || attempt >= again.attempts;
    process.stdout.write(isLast ? said : `failed at a first attempt, a defect to be mended:\n${again.indented(said)}\n`);
    if (isLast) return { code, attempt };
  }
}

const outcomes = parts.map(({ runs }) => (runs ? undefined : 'NOT RUN: they need Linux on x64'));
const waiting = [...parts.keys()].filter((index) => parts[index].runs);
async function lane() {
  for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
    const beganAt = Date.now();
    console.log(`begun: ${parts[index].name}`);
    const { code, attempt } = await run(parts[index]);
    outcomes[index] =
      `${code === 0 ? 'ok' : 'FAILED'}${attempt > 1 ? `, at attempt ${attempt}` : ''} (${Math.round((Date.now() - beganAt) / 1000)} s)`;
  }
}
await Promise.all(Array.from({ length: lanes }, lane));
console.log('\n=== Editor tests ===');
for (const [index, { name }] of parts.entries()) console.log(`${outcomes[index]}: ${name}`);
process.exitCode = outcomes.some((outcome) => outcome.startsWith('FAILED')) ? 1 : 0;
