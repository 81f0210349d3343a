'use strict';
const vscode = require('vscode');

/** Retries until `probe` gives something truthy. */
async function until(what, probe, ms = 60_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`timed out after ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The loaded extension, as `activate` hands it out. */
async function durascope() {
  const { load } = await vscode.extensions.getExtension('durascope.durascope').activate();
  return load();
}

const run = (id, ...args) => vscode.commands.executeCommand(`durascope.${id}`, ...args);

/** The hub of the current app, its emulator started. */
async function startedHub() {
  const parts = await durascope();
  await run('startEmulator');
  return parts.emulators.of(parts.apps.current).hub;
}

const statusOf = async (hub, id) => (await hub.get(id))?.runtimeStatus;

module.exports = { until, durascope, run, startedHub, statusOf };
