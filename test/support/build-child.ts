/** The child program as it ships, built once for a test run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

let built: Promise<string> | undefined;

/** Path of the built `node-worker.js`, in a temporary folder that goes when the test run ends. */
export function buildChild(): Promise<string> {
  built ??= (async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'durascope-child-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const outfile = path.join(folder, 'node-worker.js');
    await build({
      entryPoints: [path.join(__dirname, '../../src/workers/node/child/main.ts')],
      inject: [path.join(__dirname, '../../src/workers/node/child/own-globals.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      sourcemap: 'linked',
      external: ['@azure/functions-core'],
      logLevel: 'error',
    });
    return outfile;
  })();
  return built;
}
