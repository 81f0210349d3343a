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
/**
 * Names of stories by the run of mocha that tells them, what takes longest first. A run has one server of the editor and one browser; each of its
 * stories opens a window that knows nothing of the others. Those that are not named here have runs of their own.
 */
const runs = [
  ['hubs', 'sql-hub', 'connected', 'first-minute'],
  ['what-if', 'clock', 'determinism'],
  ['tour'],
  ['beginning'],
  ['replay'],
];
const stories = testsIn('ui');
const named = runs.map((names) => names.map((name) => `test/vscode/ui/${name}.test.mjs`));
const missing = named.flat().filter((file) => !stories.includes(file));
if (missing.length > 0) throw new Error(`No such stories, look at the runs that they are named in: ${missing.join(', ')}`);
/** Files of stories, for each run. */
export const storyRuns = [...named, ...stories.filter((file) => !named.flat().includes(file)).map((file) => [file])];
