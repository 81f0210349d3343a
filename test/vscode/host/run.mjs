// Runs the suites of this folder inside the extension host of a real VS Code: `node test/vscode/host/run.mjs [--grep TEXT] [--suite NAME]`.
// The built extension (npm run build) is loaded from this repository. @vscode/test-electron starts the editor: a desktop where one
// can be had, else the stand-in, which shows the same VS Code in Chromium.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { quietSettings } from '../../support/vscode/code-server.mjs';
import { findDesktop } from '../../support/vscode/desktop.mjs';
import { findCodeServer, repository, resultsDir } from '../../support/vscode/places.mjs';
import { setUpBrowser, setUpCodeServer } from '../../support/vscode/setup.mjs';
import { suites } from './suites.mjs';

const folder = path.join(repository, 'test', 'vscode', 'host');
const argument = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

const desktop = await findDesktop();
if (desktop.executable === undefined) {
  setUpBrowser();
  setUpCodeServer();
  console.log(
    `\n=== Tests in the extension host: VS Code ${findCodeServer().vscodeVersion} in Chromium (no desktop: ${desktop.why}) ===\n`,
  );
} else console.log(`\n=== Tests in the extension host: VS Code desktop, ${desktop.executable} ===\n`);
const executable = desktop.executable ?? path.join(repository, 'test', 'support', 'vscode', 'stand-in.mjs');

fs.mkdirSync(resultsDir, { recursive: true });
const beganAt = Date.now();
let passed = 0;
let failed = 0;
for (const suite of suites.filter(({ name }) => [undefined, name].includes(argument('--suite')))) {
  const tests = await runSuite(suite);
  failed += tests === undefined ? 1 : tests.filter((test) => test.error !== undefined).length;
  passed += tests === undefined ? 0 : tests.filter((test) => test.error === undefined).length;
  if (tests === undefined) console.error(`  FAIL ${suite.name}: the extension host ended without results.`);
}
const lagFile = path.join(resultsDir, 'extension-host-lag.json');
if ((fs.statSync(lagFile, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= beganAt)
  console.log(`Event loop delay of the extension host in ms: ${fs.readFileSync(lagFile, 'utf8').trim()}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** What became of each test of the suite; undefined when the host died, whatever exit code it is reported with. */
async function runSuite({ name, files, workspace, settings = {} }) {
  console.log(name);
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'durascope-host-'));
  const resultsFile = path.join(root, 'results.json');
  const progressFile = path.join(root, 'progress.jsonl');
  const entry = path.join(root, 'entry.cjs');
  const config = {
    files: fs
      .readdirSync(path.join(folder, files))
      .filter((file) => file.endsWith('.test.cjs'))
      .sort()
      .map((file) => path.join(folder, files, file)),
    resultsFile,
    progressFile,
    grep: argument('--grep'),
  };
  fs.writeFileSync(progressFile, '');
  const hostEntry = path.join(folder, 'host-entry.cjs');
  fs.writeFileSync(entry, `exports.run = () => require(${JSON.stringify(hostEntry)}).runIn(${JSON.stringify(config)});\n`);
  fs.mkdirSync(path.join(root, 'data', 'User'), { recursive: true });
  fs.writeFileSync(path.join(root, 'data', 'User', 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }));

  let shown = 0;
  const showProgress = () => {
    const lines = fs.readFileSync(progressFile, 'utf8').split('\n').slice(0, -1);
    for (const line of lines.slice(shown)) {
      const { title, ms, error } = JSON.parse(line);
      console.log(
        error === undefined ? `  ok   ${title} (${ms} ms)` : `  FAIL ${title}\n${error.replaceAll(/^/gm, '         ')}`,
      );
    }
    shown = lines.length;
  };
  const progress = setInterval(showProgress, 250);
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: repository,
      extensionTestsPath: entry,
      extensionTestsEnv: { DURASCOPE_RESULTS_DIR: resultsDir },
      launchArgs: [
        await workspace(root),
        `--user-data-dir=${path.join(root, 'data')}`,
        `--extensions-dir=${path.join(root, 'extensions')}`,
      ],
    });
  } catch (error) {
    console.error(String(error));
  } finally {
    clearInterval(progress);
    showProgress();
  }
  const tests = fs.existsSync(resultsFile) ? JSON.parse(fs.readFileSync(resultsFile, 'utf8')) : undefined;
  fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  return tests;
}
