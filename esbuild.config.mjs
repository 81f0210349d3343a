// Bundles every program of the project into dist/: `node esbuild.config.mjs [--watch]`.
import { build, context } from 'esbuild';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import * as zod from 'zod';

const require = createRequire(import.meta.url);
const watch = process.argv.includes('--watch');

// Files of dist that others read when they need them, so that each is there once: entry -> name.
const parts = {
  'src/emulator/emulator.ts': 'emulator',
  'src/vscode/durascope.ts': 'durascope',
  'src/vscode/replay/replay-part.ts': 'replay-part',
  'src/cli/mcp-server.ts': 'mcp-server',
  // Azure's client libraries, read with the first connection to a storage account.
  'src/hubs/azure-storage/azure-sdk.ts': 'azure-storage',
  // Read with the first connection to a Durable Task server.
  'src/hubs/durable-task/open-durable-task-hub.ts': 'durable-task-hub',
  // Generated: of the emulator's server, and of that client.
  'src/wire/generated/task-hub-sidecar.ts': 'task-hub-sidecar',
  // Read with the first connection to a SQL Server, its driver in it.
  'src/hubs/sql-server/open-sql-server-hub.ts': 'sql-server-hub',
  // Of apps of .NET only.
  'src/emulator/saved-tests/csharp-test.ts': 'csharp-test',
  // Loaded with what V8 keeps of them (src/base/code-cache.ts), which the small files that people start see to.
  'src/cli/program.ts': 'cli-program',
  'src/workers/node/child/program.ts': 'node-worker-program',
};
const mcpPart = 'src/cli/mcp-server.ts';
const durableTaskParts = ['src/hubs/durable-task/open-durable-task-hub.ts', 'src/wire/generated/task-hub-sidecar.ts'];
const sqlServerPart = 'src/hubs/sql-server/open-sql-server-hub.ts';
const workerParts = ['src/workers/node/child/program.ts'];
/** Of other people's code only: no stack of ours leads there. */
const librariesParts = ['src/hubs/azure-storage/azure-sdk.ts'];
/** Libraries that several programs use: there once, each in a file of its own. package -> the text that its file is made of. */
const sharedLibraries = {
  zod: `export { ${membersOfZod().join(', ')} } from 'zod';`,
  ws: `module.exports = require('ws');`,
  semver: `module.exports = require('semver');`,
  'fast-glob': `module.exports = require('fast-glob');`,
  'csv-parse/sync': `module.exports = require('csv-parse/sync');`,
  '@grpc/grpc-js': `module.exports = require('@grpc/grpc-js');`,
};
const fileOfLibrary = (library) => library.replace(/^@[^/]+\//, '').split('/')[0];
const readsParts = {
  name: 'reads-parts',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[a-z@]/ }, ({ kind, path: asked, importer }) =>
      kind !== 'entry-point' && Object.hasOwn(sharedLibraries, asked) && !importer.includes('node_modules')
        ? { path: `./${fileOfLibrary(asked)}`, external: true }
        : undefined,
    );
    onResolve({ filter: /^\.\.?\// }, ({ kind, path: asked, resolveDir }) => {
      if (kind === 'entry-point') return undefined;
      const entry = path.relative(import.meta.dirname, path.join(resolveDir, `${asked}.ts`)).replaceAll('\\', '/');
      return Object.hasOwn(parts, entry) ? { path: `./${parts[entry]}`, external: true } : undefined;
    });
  },
};

/** Reads one part, and nothing else from another file. */
function readsOnly(name) {
  const [entry] = Object.entries(parts).find(([, part]) => part === name);
  return ({ onResolve }) =>
    onResolve({ filter: /^\.\.?\// }, ({ kind, path: asked, resolveDir }) =>
      kind !== 'entry-point' && path.resolve(resolveDir, `${asked}.ts`) === path.resolve(entry)
        ? { path: `./${name}`, external: true }
        : undefined,
    );
}

/** What of zod our own code names: the rest of it, forty languages of messages above all, is larger than this. */
function membersOfZod() {
  const names = new Set();
  for (const { name, parentPath } of readdirSync('src', { recursive: true, withFileTypes: true })) {
    if (!/\.tsx?$/.test(name)) continue;
    for (const [, member] of readFileSync(path.join(parentPath, name), 'utf8').matchAll(/\bz\.(\w+)/g)) names.add(member);
  }
  names.delete('core');
  return [...names].filter((member) => Object.hasOwn(zod, member)).sort();
}

const node = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // jsonc-parser's main is a UMD module that no bundler can see through.
  mainFields: ['module', 'main'],
  format: 'cjs',
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  external: ['vscode', '@azure/functions-core'],
  // Smaller to fetch and to read; names stay, for stacks that a person can follow.
  minifyWhitespace: !watch,
  minifySyntax: !watch,
};

// name in dist -> entry
const programs = {
  cli: 'src/cli/main.ts',
  'emulator-thread': 'src/emulator/thread/thread.ts',
  // The editor's rim: it wakes up, and reads the rest once there is something to do.
  extension: 'src/vscode/extension.ts',
};

const jobs = [
  {
    ...node,
    entryPoints: {
      ...programs,
      ...Object.fromEntries(
        Object.entries(parts)
          .filter(([entry]) => ![...workerParts, ...librariesParts, mcpPart, sqlServerPart, ...durableTaskParts].includes(entry))
          .map(([entry, name]) => [name, entry]),
      ),
    },
    outdir: 'dist',
    plugins: [readsParts],
    supported: { 'dynamic-import': false }, // Becomes a `require`, which finds the file beside it.
  },
  // No stack of them says anything about somebody's code: names are no loss.
  {
    ...node,
    minify: !watch,
    alias: Object.fromEntries(
      ['ajv', 'ajv-formats', 'zod-to-json-schema', 'zod/v3'].map((library) => [library, './src/cli/left-out/validators.ts']),
    ),
    entryPoints: { 'mcp-server': mcpPart, 'durable-task-hub': durableTaskParts[0], 'task-hub-sidecar': durableTaskParts[1] },
    outdir: 'dist',
    plugins: [readsParts],
    supported: { 'dynamic-import': false },
  },
  {
    ...node,
    minify: !watch,
    entryPoints: { 'azure-storage': librariesParts[0] },
    alias: { '@azure/core-xml': './src/hubs/azure-storage/no-xml.ts' },
    outdir: 'dist',
    plugins: [readsParts],
  },
  // What of the driver's libraries a hub has no use for is left out: signing in, code pages, calendars.
  {
    ...node,
    minify: !watch,
    entryPoints: { 'sql-server-hub': sqlServerPart },
    alias: Object.fromEntries(
      Object.entries({
        '@azure/core-auth': 'azure',
        '@azure/identity': 'azure',
        '@azure/keyvault-keys': 'azure',
        '@js-joda/core': 'calendar',
        'iconv-lite': 'code-pages',
        'js-md4': 'digest',
        'readable-stream': 'streams',
      }).map(([library, instead]) => [library, `./src/hubs/sql-server/left-out/${instead}.ts`]),
    ),
    outdir: 'dist',
    plugins: [readsParts],
    supported: { 'dynamic-import': false },
  },
  // It imports the modules of apps, which may replace globals.
  {
    ...node,
    entryPoints: { 'node-worker': 'src/workers/node/child/main.ts', 'node-worker-program': 'src/workers/node/child/program.ts' },
    alias: { 'iconv-lite': './src/workers/node/child/left-out/iconv-lite.ts' },
    inject: ['src/workers/node/child/own-globals.ts'],
    outdir: 'dist',
    plugins: [readsParts],
  },
  // For the tests of others, whose frameworks replace timers: those from before are used, in the libraries too, which are therefore inside.
  {
    ...node,
    entryPoints: { testing: 'src/testing/main.ts' },
    inject: ['src/testing/own-timers.ts'],
    outdir: 'dist',
    plugins: [{ name: 'reads-emulator', setup: readsOnly('emulator') }],
  },
  // Loaded when it is needed: most of it is a parser.
  {
    ...node,
    minify: !watch,
    entryPoints: { analysis: 'src/vscode/source/analysis-entry.ts', grammars: 'src/analysis/grammar-bundle/entry.ts' },
    outdir: 'dist',
    plugins: [readsParts],
  },
  ...Object.entries(sharedLibraries).map(([library, contents]) => ({
    ...node,
    sourcemap: false,
    minify: !watch,
    alias: { '@grpc/proto-loader': './src/grpc/left-out/proto-loader.ts' },
    stdin: { contents, resolveDir: import.meta.dirname },
    outfile: `dist/${fileOfLibrary(library)}.js`,
  })),
  {
    ...node,
    external: [...node.external, '@microsoft/durabletask-js'],
    entryPoints: {
      main: 'bench/main.ts',
      contender: 'bench/contender.ts',
      floor: 'bench/floor.ts',
      grpc: 'bench/grpc.ts',
      'bare-sidecar': 'bench/bare-sidecar.ts',
      'sdk-worker': 'bench/sdk-worker.ts',
    },
    outdir: 'bench/dist',
  },
  {
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: !watch,
    sourcemap: 'linked',
    legalComments: 'none',
    logLevel: 'warning',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    entryPoints: { panels: 'src/webview/main.tsx', dashboard: 'src/webview/styles/dashboard.css' },
    outdir: 'dist/webview',
  },
];

// The TypeScript examples, file by file, where their package.json's `main` expects them.
for (const app of readdirSync('examples').filter((name) => existsSync(`examples/${name}/tsconfig.json`))) {
  jobs.push({
    entryPoints: [`examples/${app}/src/**/*.ts`],
    outdir: `examples/${app}/dist`,
    outbase: `examples/${app}`,
    tsconfig: `examples/${app}/tsconfig.json`,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
}

await mkdir('dist', { recursive: true });
await copyFile('src/testing/testing.d.ts', 'dist/testing.d.ts');
await copyFile('src/workers/rpc/dotnet/built-extensions.targets', 'dist/built-extensions.targets');
// The package has a budget: a picture or a section with this line above it is for who reads the repository.
const notPackaged = /<!-- not in the package -->\s*(?:<picture>[^]*?<\/picture>\s*|## [^]*?(?=^## ))/gm;
await writeFile('dist/README.md', (await readFile('README.md', 'utf8')).replace(notPackaged, ''));
// SQLite and the grammars: 7 MB that become two thirds of one, which takes seconds: once for each version of them.
await mkdir('dist/grammars', { recursive: true });
const grammars = path.dirname(require.resolve('@vscode/tree-sitter-wasm'));
const packed = [
  [require.resolve('sql.js/dist/sql-wasm.wasm'), 'dist/sql-wasm.wasm.br'],
  ...['tree-sitter.wasm', 'tree-sitter-c-sharp.wasm', 'tree-sitter-powershell.wasm'].map((name) => [
    path.join(grammars, name),
    `dist/grammars/${name}.br`,
  ]),
];
for (const [from, to] of packed) {
  if (
    existsSync(to) &&
    statSync(to).mtimeMs > statSync(from).mtimeMs &&
    statSync(to).mtimeMs > statSync(import.meta.filename).mtimeMs
  )
    continue;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  await writeFile(to, brotliCompressSync(await readFile(from), { params }));
}
if (watch) {
  for (const job of jobs) await (await context(job)).watch();
} else {
  await Promise.all(jobs.map((job) => build(job)));
  await chmod('dist/cli.js', 0o755);
}
