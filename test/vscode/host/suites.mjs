// The suites that run inside an extension host, each in a window of its own.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { repository } from '../../support/vscode/places.mjs';

/** A copy of a fixture app that the tests may change, with the packages of this repository. */
function copyApp(name, target) {
  fs.cpSync(path.join(repository, 'test', 'fixtures', 'apps', name), target, { recursive: true });
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(target, 'node_modules'), 'dir');
  return target;
}

/** As `tsc` would: each file by itself, with a source map beside it. */
function buildTypeScript(app) {
  return build({
    absWorkingDir: app,
    entryPoints: ['src/**/*.ts'],
    outdir: 'dist',
    outbase: 'src',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
}

function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(value, null, 2));
}

/** `files`: folder below this one; `workspace`: makes the folder or .code-workspace below `root` and names it. */
export const suites = [
  { name: 'one function app', files: '.', workspace: (root) => copyApp('editor', path.join(root, 'editor')) },
  {
    name: 'two function apps in two workspace folders, one of them in TypeScript',
    files: 'several',
    workspace: async (root) => {
      copyApp('editor', path.join(root, 'plain'));
      await buildTypeScript(copyApp('editor-ts', path.join(root, 'typed')));
      const file = path.join(root, 'two.code-workspace');
      writeJson(file, { folders: [{ path: 'plain' }, { path: 'typed' }], settings: { 'durascope.port': 0 } });
      return file;
    },
  },
  {
    name: 'a function app in C#',
    files: 'csharp',
    workspace: (root) => {
      const app = path.join(root, 'cities');
      const isBuilt = (file) => ['bin', 'obj'].includes(path.basename(file));
      fs.cpSync(path.join(repository, 'examples', 'hello-cities-csharp'), app, {
        recursive: true,
        filter: (file) => !isBuilt(file),
      });
      return app;
    },
  },
  {
    name: 'a function app reached through a symbolic link',
    files: 'linked',
    workspace: (root) => {
      const app = copyApp('editor', path.join(root, 'real', 'editor'));
      const link = path.join(root, 'linked');
      fs.symlinkSync(app, link, process.platform === 'win32' ? 'junction' : 'dir');
      return link;
    },
  },
  {
    name: 'a folder of Durable Task programs',
    files: 'programs',
    settings: { 'durascope.port': 0, 'durascope.grpcPort': 0, 'durascope.sessionStart': 'keep' },
    workspace: (root) => {
      const folder = path.join(root, 'greetings');
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, 'requirements.txt'), 'durabletask.azuremanaged>=1.0\n');
      return folder;
    },
  },
  {
    name: 'a folder without durable functions',
    files: 'later',
    workspace: (root) => {
      writeJson(path.join(root, 'bare', 'notes.json'), {});
      return path.join(root, 'bare');
    },
  },
];
