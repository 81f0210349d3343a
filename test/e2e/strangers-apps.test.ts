/** Apps as others lay them out: what they are made of stands in several folders, and an edit in any of these is what runs next. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { commandInProcess } from '../support/command-in-process';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

const packages = path.join(projectRoot, 'node_modules');
const run = promisify(execFile);

/** Files by path from the root of a repository; the function app is `apps/api`. */
interface Layout {
  files: Record<string, string>;
  /** From, to. */
  links?: Record<string, string>;
  /** By which it becomes what runs. */
  build?: (root: string) => Promise<unknown>;
  /** Edited one after the other; each holds the word `first`. */
  edits: string[];
}

const host = { 'apps/api/host.json': '{"version": "2.0"}' };
const manifest = (more: object): Record<string, string> => ({
  'apps/api/package.json': JSON.stringify({ name: 'api', main: 'src/functions/*.js', ...more }),
});
const workspace = { 'package.json': '{"private": true, "workspaces": ["apps/*", "packages/*"]}' };
const shared = {
  'packages/shared/package.json': '{"name": "@mine/shared", "version": "1.0.0", "main": "index.js"}',
  'packages/shared/index.js': "exports.shared = 'first';\n",
};
const linked = { 'node_modules/@mine/shared': 'packages/shared' };
const hello = "df.app.orchestration('Hello', function* () { return words; });\n";
const required = (...files: string[]): string =>
  `const df = require('durable-functions');\nconst words = [${files.map((file) => `...Object.values(require('${file}'))`).join(', ')}];\n${hello}`;
const imported = (...files: string[]): string =>
  `import * as df from 'durable-functions';\n${files.map((file, at) => `import * as it${at} from '${file}';\n`).join('')}` +
  `const words = [${files.map((_, at) => `...Object.values(it${at})`).join(', ')}];\n${hello}`;
const tsc = (project: string) => (root: string) =>
  run(process.execPath, [path.join(packages, 'typescript/bin/tsc'), '-b', path.join(root, project)]);
const tsOptions = { module: 'commonjs', target: 'es2022', strict: true, skipLibCheck: true, types: [], sourceMap: true };
const tsx = { 'apps/api/local.settings.json': JSON.stringify({ Values: { languageWorkers__node__arguments: '--import tsx' } }) };

const layouts: Record<string, Layout> = {
  'an npm workspace, with a package and a file beside the packages': {
    files: {
      ...{ ...host, ...workspace, ...shared, ...manifest({ dependencies: { '@mine/shared': '*' } }) },
      'apps/api/src/functions/a.js': required('@mine/shared', '../../../../lib/deep/words'),
      'lib/deep/words.js': "exports.words = 'first';\n",
    },
    links: linked,
    edits: ['packages/shared/index.js', 'lib/deep/words.js'],
  },
  'a workspace whose app does not name the package that is there': {
    files: { ...host, ...workspace, ...shared, ...manifest({}), 'apps/api/src/functions/a.js': required('@mine/shared') },
    links: linked,
    edits: ['packages/shared/index.js'],
  },
  'a workspace of pnpm': {
    files: {
      ...{ ...host, ...shared, ...manifest({ dependencies: { '@mine/shared': 'workspace:*' } }) },
      'pnpm-workspace.yaml': 'packages: ["apps/*", "packages/*"]\n',
      'apps/api/src/functions/a.js': required('@mine/shared'),
    },
    links: { 'apps/api/node_modules/@mine/shared': 'packages/shared' },
    edits: ['packages/shared/index.js'],
  },
  'files in folders that the app is in': {
    files: {
      ...{ ...host, ...manifest({}) },
      'apps/api/src/functions/a.js': required('../../../words', '../../../../all.json'),
      'apps/words.js': "exports.words = 'first';\n",
      'all.json': '{"all": "first"}',
    },
    edits: ['apps/words.js', 'all.json'],
  },
  'ES modules from outside of the app': {
    files: {
      ...{ ...host, ...manifest({ type: 'module', main: 'src/functions/*.js' }) },
      'apps/api/src/functions/a.js': imported('../../../../shared/words.mjs'),
      'shared/words.mjs': "export const words = 'first';\nexport { more } from './more.mjs';\n",
      'shared/more.mjs': "export const more = 'first';\n",
    },
    edits: ['shared/words.mjs', 'shared/more.mjs'],
  },
  'ES modules and a package of the workspace that the app does not name': {
    files: {
      ...{ ...host, ...workspace, ...manifest({ type: 'module' }) },
      'apps/api/src/functions/a.js': imported('@mine/modules/words'),
      'packages/modules/package.json': '{"name": "@mine/modules", "type": "module", "exports": {"./words": "./src/words.js"}}',
      'packages/modules/src/words.js': "export const words = 'first';\n",
    },
    links: { 'node_modules/@mine/modules': 'packages/modules' },
    edits: ['packages/modules/src/words.js'],
  },
  'TypeScript with project references, built by tsc': {
    files: {
      ...{ ...host, ...manifest({ main: 'dist/*.js' }) },
      'apps/api/tsconfig.json': JSON.stringify({
        compilerOptions: { ...tsOptions, rootDir: 'src', outDir: 'dist', paths: { shared: ['../../shared'] } },
        ...{ include: ['src'], references: [{ path: '../../shared' }] },
      }),
      'apps/api/src/a.ts':
        "declare function require(name: string): any;\nconst df = require('durable-functions');\nimport { words } from '../../../shared/dist/words';\n" +
        hello,
      'shared/tsconfig.json': JSON.stringify({
        compilerOptions: { ...tsOptions, composite: true, rootDir: '.', outDir: 'dist' },
        include: ['*.ts'],
      }),
      'shared/words.ts': "export const words: string[] = ['first'];\n",
    },
    build: tsc('apps/api'),
    edits: ['shared/words.ts'],
  },
  'TypeScript compiled with what stands outside of the app': {
    files: {
      ...{ ...host, ...manifest({ main: 'dist/apps/api/src/*.js' }) },
      'apps/api/tsconfig.json': JSON.stringify({
        compilerOptions: { ...tsOptions, rootDir: '../..', outDir: 'dist' },
        include: ['src', '../../shared'],
      }),
      'apps/api/src/a.ts':
        "declare function require(name: string): any;\nconst df = require('durable-functions');\nimport { words } from '../../../shared/words';\n" +
        hello,
      'shared/words.ts': "export const words: string[] = ['first'];\n",
    },
    build: tsc('apps/api'),
    edits: ['shared/words.ts'],
  },
  'a bundle of esbuild': {
    files: {
      ...{ ...host, ...workspace, ...shared, ...manifest({ main: 'dist/app.js' }) },
      'apps/api/src/app.ts': `import * as df from 'durable-functions';\nimport { shared } from '@mine/shared';\nconst words = [shared];\n${hello}`,
    },
    links: linked,
    build: (root) => {
      const options = ['--bundle', '--platform=node', '--external:durable-functions', '--sourcemap', '--outfile=dist/app.js'];
      return run(path.join(packages, '.bin/esbuild'), ['src/app.ts', ...options], { cwd: path.join(root, 'apps/api') });
    },
    edits: ['packages/shared/index.js'],
  },
  'TypeScript that tsx loads': {
    files: {
      ...{ ...host, ...tsx, ...manifest({ main: 'src/functions/*.ts' }) },
      'apps/api/tsconfig.json': JSON.stringify({
        compilerOptions: { ...tsOptions, baseUrl: '.', paths: { '@lib/*': ['../../lib/*'] } },
      }),
      'apps/api/src/functions/a.ts': imported('@lib/words', '../words'),
      'apps/api/src/words.ts': "export const inside: string = 'first';\n",
      'lib/words.ts': "export const words: string = 'first';\n",
    },
    edits: ['lib/words.ts', 'apps/api/src/words.ts'],
  },
  'ES modules in TypeScript that tsx loads': {
    files: {
      ...{ ...host, ...tsx, ...manifest({ type: 'module', main: 'src/functions/*.mts' }) },
      'apps/api/src/functions/a.mts': imported('../../../../lib/words.mts'),
      'lib/words.mts': "export const words: string = 'first';\n",
    },
    edits: ['lib/words.mts'],
  },
};

describe('an edit in the repository of an app', () => {
  let root: string;
  let programs: DurascopePrograms;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'durascope-strangers-')));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(root, 'home') } });
  });
  afterEach(async () => {
    await programs.endAll();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  });

  async function put(files: Record<string, string>, links: Record<string, string>): Promise<void> {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
    for (const [from, to] of Object.entries(links)) {
      await mkdir(path.dirname(path.join(root, from)), { recursive: true });
      await symlink(path.resolve(root, to), path.join(root, from), 'junction');
    }
  }
  const told = async (program: Serving): Promise<string[]> => {
    const { stdout, stderr } = await commandInProcess(['start-instance', 'Hello', '--wait', '--json'], program.ready);
    const { output } = JSON.parse(stdout || JSON.stringify({ output: stderr })) as { output: string[] };
    return output;
  };

  for (const [name, { files, links = {}, build, edits }] of Object.entries(layouts)) {
    it(`is what runs next: ${name}`, async () => {
      const theirs = ['durable-functions', '@azure', 'tsx', 'typescript'];
      await put(files, {
        ...links,
        ...Object.fromEntries(theirs.map((each) => [`node_modules/${each}`, path.join(packages, each)])),
      });
      await build?.(root);
      const program = await programs.start([path.join(root, 'apps/api'), '--memory', '--no-grpc']);
      const before = await told(program);
      assert.deepEqual(
        before,
        before.map(() => 'first'),
      );
      for (const edited of edits) {
        const file = path.join(root, edited);
        program.lines.length = 0;
        await writeFile(file, (await readFile(file, 'utf8')).replace('first', 'second'));
        await build?.(root);
        await program.line(({ event }) => event === 'workerReady');
      }
      assert.deepEqual(
        await told(program),
        before.map(() => 'second'),
      );
    });
  }
});
