// What is tested in a browser: the panels in a plain one, and stories of users in a real VS Code with the packaged extension.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { repository } from './places.mjs';

const require = createRequire(import.meta.url);
export const mochaProgram = path.join(path.dirname(require.resolve('mocha/package.json')), 'bin', 'mocha.js');

const testsIn = (folder) =>
  readdirSync(path.join(repository, 'test', 'vscode', folder))
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => `test/vscode/${folder}/${name}`);
export const panels = testsIn('panels');
export const stories = testsIn('ui');
