'use strict';
// Azurite with the golden hub, for tests that run inside an editor: the TypeScript fixture, bundled in memory.
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const repository = path.resolve(__dirname, '../..');

/** A running Azurite (azurite.ts) with the hub GoldenHub in it. */
exports.startGoldenAzurite = async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'durascope-golden-'));
  const outfile = path.join(folder, 'azurite.cjs');
  const { build } = require(path.join(repository, 'node_modules/esbuild'));
  await build({
    entryPoints: [path.join(__dirname, 'azurite.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
    banner: { js: "const hereUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'hereUrl' },
  });
  const { Azurite } = require(outfile);
  rmSync(folder, { recursive: true, force: true });
  const azurite = await Azurite.start(repository);
  await azurite.putGoldenHub();
  return azurite;
};
