'use strict';
// Servers with hubs of real engines, for tests that run inside an editor: the TypeScript fixtures, bundled in memory.
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const repository = path.resolve(__dirname, '../..');

/** What the TypeScript files of this folder export. */
async function bundled(...files) {
  const folder = mkdtempSync(path.join(tmpdir(), 'durascope-servers-'));
  const outfile = path.join(folder, 'servers.cjs');
  const { build } = require(path.join(repository, 'node_modules/esbuild'));
  await build({
    stdin: { contents: files.map((file) => `export * from './${file}';`).join('\n'), resolveDir: __dirname },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
    banner: { js: "const hereUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'hereUrl' },
  });
  const made = require(outfile);
  rmSync(folder, { recursive: true, force: true });
  return made;
}

/** A running Azurite (azurite.ts) with the hub GoldenHub in it. `ports`: those of one that was there before. */
exports.startGoldenAzurite = async (ports) => {
  const { Azurite } = await bundled('azurite');
  const azurite = await Azurite.start(repository, { ports });
  await azurite.putGoldenHub();
  return azurite;
};

/** A server (sql-server/tds-server.ts) with the hub `shop` in it. `port`: that of one that was there before. */
exports.startSqlServer = async (port) => {
  const { TdsServer, recordedHub, recordedRows } = await bundled('sql-server/tds-server', 'sql-server/recorded-hub');
  return TdsServer.start(recordedHub(recordedRows(repository)), port);
};
