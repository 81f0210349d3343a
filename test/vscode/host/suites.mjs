// The suites that run inside an extension host, each in a window of its own.
import fs from 'node:fs';
import path from 'node:path';
import { repository } from '../../support/vscode/places.mjs';

/** A copy of a fixture app that the tests may change, with the packages of this repository. */
export function copyApp(name, target) {
  fs.cpSync(path.join(repository, 'test', 'fixtures', 'apps', name), target, { recursive: true });
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(target, 'node_modules'), 'dir');
  return target;
}

/** `files`: folder below this one; `workspace`: makes the folder or .code-workspace below `root` and names it. */
export const suites = [
  { name: 'one function app', files: '.', workspace: (root) => copyApp('editor', path.join(root, 'editor')) },
];
