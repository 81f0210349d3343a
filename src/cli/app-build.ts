import { spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { buildOf, isBuildDue } from '../base/build-need';
import { DurascopeError } from '../core/values/errors';
import type { Options } from './arguments';
import type { Terminal } from './terminal';

export const buildOption: Options = {
  build: { help: 'Build an app in TypeScript first (npm run build), where its sources are newer than what was built.' },
};

/** What runs of an app in TypeScript is what was built of it: builds it where that is asked for and due, and says so where it is only due. */
export async function buildWhereDue(folder: string, isWanted: boolean, terminal: Terminal): Promise<void> {
  const [packageJson, tsconfig] = await Promise.all(
    ['package.json', 'tsconfig.json'].map((name) => readFile(path.join(folder, name), 'utf8').catch(() => undefined)),
  );
  const build = buildOf({ packageJson, hasTsconfig: tsconfig !== undefined });
  if (build === undefined) {
    if (!isWanted) return;
    throw new DurascopeError(
      'InvalidArgument',
      `--build has nothing to build in '${folder}': an app in TypeScript has a tsconfig.json, and in its package.json "main" and a script "build". Apps in C# are built at each start.`,
    );
  }
  const [sources, outputs] = await Promise.all([
    changeTimes(folder, /(?<!\.d)\.[cm]?ts$/),
    changeTimes(path.join(folder, foldersOf(build.outputs)), /\.[cm]?js$/),
  ]);
  if (!isBuildDue(sources, outputs)) return;
  if (isWanted) await npmRunBuild(folder);
  // Where nothing was built at all, loading the app says so.
  else if (outputs.length > 0)
    terminal.warn(
      `The sources are newer than what was built of them (${build.outputs}), which is what runs: --build builds it first.`,
    );
}

/** Of a glob the folders in which all its files are. */
function foldersOf(glob: string): string {
  const parts = glob.split('/').slice(0, -1);
  const open = parts.findIndex((part) => /[*?[\]{}()!]/.test(part));
  return parts.slice(0, open === -1 ? parts.length : open).join('/');
}

async function changeTimes(folder: string, names: RegExp): Promise<number[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const times = entries.map(async (entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules$|\.)/.test(entry.name) ? [] : changeTimes(file, names);
    return names.test(entry.name) ? [(await stat(file)).mtimeMs] : [];
  });
  return (await Promise.all(times)).flat();
}

/** What it says goes to standard error: standard output may be read by a program. */
async function npmRunBuild(folder: string): Promise<void> {
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn('npm', ['run', 'build'], {
      cwd: folder,
      stdio: ['ignore', process.stderr, process.stderr],
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((cause: unknown) => {
    throw new DurascopeError('AppInvalid', 'npm could not be run, which --build needs: is it on the path?', { cause });
  });
  if (code !== 0)
    throw new DurascopeError(
      'AppInvalid',
      `The app was not started: its build failed (npm run build ended with ${code ?? 'a signal'}).`,
    );
}
