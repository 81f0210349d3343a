#!/usr/bin/env node
// Stands in for the desktop `code` executable, so that @vscode/test-electron can run a suite where no desktop can be had: the same
// VS Code, its workbench in Chromium and its extension host a node process. Takes --extensionDevelopmentPath, --extensionTestsPath,
// --user-data-dir (for its settings) and a folder or a .code-workspace; ignores the rest. Ends with the suite's exit code.
import fs from 'node:fs';
import path from 'node:path';
import { startCodeServer } from './code-server.mjs';
import { openWorkbench, until } from './workbench.mjs';

const limitMs = 40 * 60_000;
/** Nobody looks at this window: a small one costs a sixth of the processor time for what is drawn in it. */
const viewport = { width: 640, height: 480 };
const given = (name) =>
  process.argv
    .slice(2)
    .find((each) => each.startsWith(`--${name}=`))
    ?.slice(name.length + 3);

const tests = given('extensionTestsPath');
const extension = given('extensionDevelopmentPath');
if (tests === undefined || extension === undefined) {
  console.error('Runs tests only: needs --extensionDevelopmentPath and --extensionTestsPath.');
  process.exit(2);
}
const folder = process.argv.slice(2).findLast((each) => !each.startsWith('-'));
const settingsFile = path.join(given('user-data-dir') ?? '', 'User', 'settings.json');
const settings = fs.existsSync(settingsFile) ? JSON.parse(fs.readFileSync(settingsFile, 'utf8')) : {};

// Whoever asked for the run may be ended before it is over.
const asker = process.ppid;
setInterval(() => {
  if (process.ppid !== asker) process.exit(1);
}, 1000).unref();

let server;
let bench;
let code = 1;
try {
  server = await startCodeServer({ development: true, settings });
  bench = await openWorkbench(server, {
    folder,
    extension: path.resolve(extension),
    hostTests: path.resolve(tests),
    viewport,
  });
  const exit = await until('the extension host to end its tests', () => bench.automation.exit, limitMs, 250);
  code = exit.code ?? 1;
} catch (error) {
  console.error(error, server?.lines.slice(-40).join('\n') ?? '');
} finally {
  await bench?.close();
  await server?.stop();
}
process.exit(code);
