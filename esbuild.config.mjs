// Bundles every program of the project into dist/: `node esbuild.config.mjs [--watch]`.
import { build, context } from 'esbuild';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const watch = process.argv.includes('--watch');

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

// name in dist -> entry; a part that does not exist yet is left out.
const programs = {
  cli: 'src/cli/main.ts',
  'node-worker': 'src/workers/node/child/main.ts',
  'emulator-thread': 'src/emulator/thread.ts',
};
const entryPoints = Object.fromEntries(Object.entries(programs).filter(([, file]) => existsSync(file)));

const webviews = { panels: 'src/webview/main.tsx', dashboard: 'src/webview/styles/dashboard.css' };
const webviewEntryPoints = Object.fromEntries(Object.entries(webviews).filter(([, file]) => existsSync(file)));

// The editor's rim is three files: a small one wakes up and reads the second once there is something to do; the third is for replays.
const editorParts = Object.fromEntries(
  ['extension', 'durascope', 'replay-part'].map((name) => [name, `src/vscode/${name}.ts`]).filter(([, file]) => existsSync(file)),
);

const jobs = [
  { ...node, entryPoints, outdir: 'dist' },
  {
    ...node,
    entryPoints: editorParts,
    outdir: 'dist',
    external: [...node.external, './durascope', './replay-part'],
    supported: { 'dynamic-import': false }, // Becomes a `require`, which finds the file beside it.
  },
  // Loaded when it is needed: most of it is a parser.
  { ...node, minify: !watch, entryPoints: { analysis: 'src/vscode/analysis-entry.ts' }, outdir: 'dist' },
  {
    ...node,
    external: [...node.external, '@microsoft/durabletask-js'],
    entryPoints: {
      main: 'bench/main.ts',
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
    entryPoints: webviewEntryPoints,
    outdir: 'dist/webview',
  },
].filter((job) => Object.keys(job.entryPoints).length > 0);

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
await copyFile(require.resolve('sql.js/dist/sql-wasm.wasm'), 'dist/sql-wasm.wasm');
if (watch) {
  for (const job of jobs) await (await context(job)).watch();
} else {
  await Promise.all(jobs.map((job) => build(job)));
  if (entryPoints.cli !== undefined) await chmod('dist/cli.js', 0o755);
}
