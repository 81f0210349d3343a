// The built package holds exactly the files of .ci/package-files.txt and stays within its budget: `node .ci/check-package.mjs [--update]`.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a user downloads; raised on purpose only. */
const budgetBytes = 3_000_000;

const root = path.resolve(import.meta.dirname, '..');
const listFile = path.join(root, '.ci', 'package-files.txt');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const vsix = path.join(root, `durascope-${version}.vsix`);

const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
const listed = execFileSync(process.execPath, [vsce, 'ls', '--readme-path', 'dist/README.md', '--no-dependencies'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed
  .split(/\r?\n/)
  .filter((line) => line !== '')
  .sort();
if (process.argv.includes('--update')) writeFileSync(listFile, `${files.join('\n')}\n`);

const expected = readFileSync(listFile, 'utf8').split(/\r?\n/).filter(Boolean);
const problems = [
  ...files.filter((file) => !expected.includes(file)).map((file) => `not expected: ${file}`),
  ...expected.filter((file) => !files.includes(file)).map((file) => `missing: ${file}`),
];
const { size } = statSync(vsix);
if (size > budgetBytes) problems.push(`${path.basename(vsix)} has ${size} bytes, the budget is ${budgetBytes}`);
for (const problem of problems) console.error(problem);
if (problems.length > 0) console.error('Where the change is meant: node .ci/check-package.mjs --update');
console.log(`${path.basename(vsix)}: ${files.length} files, ${(size / 1024).toFixed(0)} KiB`);
process.exitCode = problems.length > 0 ? 1 : 0;
