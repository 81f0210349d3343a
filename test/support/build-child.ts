/** The child program as it ships, built once for a test run. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

let built: Promise<string> | undefined;

/**
 * Path of the built `node-worker.js`, in a temporary folder that goes when the test run ends: the run's own, where its files share it, else one of this
 * process.
 */
export function buildChild(): Promise<string> {
  built ??= process.env['DURASCOPE_TESTS_SYSTEM_TMPDIR'] === undefined ? buildForProcess() : buildForRun();
  return built;
}

async function buildForProcess(): Promise<string> {
  const folder = path.join(tmpdir(), `durascope-child-${process.pid}`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await buildInto(folder);
  return path.join(folder, 'node-worker.js');
}

async function buildForRun(): Promise<string> {
  const folder = path.join(tmpdir(), 'node-worker');
  if (!existsSync(folder)) {
    const fresh = `${folder}-${process.pid}`;
    await buildInto(fresh);
    try {
      renameSync(fresh, folder);
    } catch (error) {
      // Files of a run that come here at the same time build it each: the first one counts.
      if (!existsSync(folder)) throw error;
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return path.join(folder, 'node-worker.js');
}

async function buildInto(folder: string): Promise<void> {
  await build({
    entryPoints: [path.join(__dirname, '../../src/workers/node/child/main.ts')],
    inject: [path.join(__dirname, '../../src/workers/node/child/own-globals.ts')],
    outfile: path.join(folder, 'node-worker.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    external: ['@azure/functions-core'],
    logLevel: 'error',
  });
}
