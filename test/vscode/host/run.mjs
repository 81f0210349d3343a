// Runs the files `*.test.cjs` of this folder inside the extension host of a real VS Code: `node test/vscode/host/run.mjs [--grep TEXT]`.
// The built extension (npm run build) is loaded from this repository; the app `editor` is copied to a temporary folder as its workspace.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCodeServer } from '../../support/vscode/code-server.mjs';
import { repository, resultsDir } from '../../support/vscode/places.mjs';
import { setUpBrowser, setUpCodeServer } from '../../support/vscode/setup.mjs';
import { openWorkbench, until } from '../../support/vscode/workbench.mjs';

const limitMs = 300_000;
const folder = path.join(repository, 'test', 'vscode', 'host');
const grepAt = process.argv.indexOf('--grep');
const grep = grepAt < 0 ? undefined : process.argv[grepAt + 1];

setUpBrowser();
setUpCodeServer();
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'durascope-host-'));
const workspace = path.join(root, 'editor');
fs.cpSync(path.join(repository, 'test', 'fixtures', 'apps', 'editor'), workspace, { recursive: true });
fs.symlinkSync(path.join(repository, 'node_modules'), path.join(workspace, 'node_modules'), 'dir');

const resultsFile = path.join(root, 'results.json');
const progressFile = path.join(root, 'progress.jsonl');
const config = {
  files: fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.test.cjs'))
    .sort()
    .map((name) => path.join(folder, name)),
  resultsFile,
  progressFile,
  grep,
};
const entry = path.join(root, 'entry.cjs');
const hostEntry = path.join(folder, 'host-entry.cjs');
fs.writeFileSync(progressFile, '');
fs.writeFileSync(entry, `exports.run = () => require(${JSON.stringify(hostEntry)}).runIn(${JSON.stringify(config)});\n`);

let shown = 0;
function showProgress() {
  const lines = fs.readFileSync(progressFile, 'utf8').split('\n').filter(Boolean);
  for (const line of lines.slice(shown)) {
    const { title, ms, error } = JSON.parse(line);
    console.log(error === undefined ? `  ok   ${title} (${ms} ms)` : `  FAIL ${title}\n${error.replaceAll(/^/gm, '         ')}`);
  }
  shown = lines.length;
}

fs.mkdirSync(resultsDir, { recursive: true });
const server = await startCodeServer({ development: true, env: { DURASCOPE_RESULTS_DIR: resultsDir } });
let bench;
let tests;
try {
  bench = await openWorkbench(server, { folder: workspace, extension: repository, hostTests: entry });
  await until(
    'the tests in the extension host to end',
    () => {
      showProgress();
      return bench.automation.exit !== undefined;
    },
    limitMs,
    250,
  );
  // A host that died left no results, whatever exit code it is reported with.
  if (fs.existsSync(resultsFile)) tests = JSON.parse(fs.readFileSync(resultsFile, 'utf8'));
} catch (error) {
  console.error(error);
} finally {
  await bench?.close();
  await server.stop();
  fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
const failed = tests === undefined ? 1 : tests.filter((test) => test.error !== undefined).length;
const passed = tests === undefined ? 0 : tests.length - failed;
if (tests === undefined) console.error('The extension host ended without results.');
const lagFile = path.join(resultsDir, 'extension-host-lag.json');
if (fs.existsSync(lagFile))
  console.log(`Event loop delay of the extension host in ms: ${fs.readFileSync(lagFile, 'utf8').trim()}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
