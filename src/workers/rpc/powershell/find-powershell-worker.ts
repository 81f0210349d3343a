/** Where the PowerShell worker is: in a folder that is named, or beside Core Tools (spec/language-workers.md 5). */
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../../../core/values/errors';

const assembly = 'Microsoft.Azure.Functions.PowerShellWorker.dll';

export const workerVariable = 'DURASCOPE_POWERSHELL_WORKER';

/** The worker's assembly. Rejects with `AppInvalid` that says what to install. */
export async function findPowerShellWorker(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const named = env[workerVariable] ?? env['languageWorkers__powershell__workerDirectory'];
  const version = /\d+\.?\d*/.exec(env['FUNCTIONS_WORKER_RUNTIME_VERSION'] ?? '')?.[0];
  if (named !== undefined && named !== '') {
    const found = await inFolder(named, version);
    if (found !== null) return found;
    throw new DurascopeError(
      'AppInvalid',
      `${named} does not hold the PowerShell worker (${assembly}). Correct ${workerVariable}.`,
    );
  }
  for (const tools of await coreTools(env)) {
    const found = await inFolder(path.join(tools, 'workers', 'powershell'), version);
    if (found !== null) return found;
  }
  throw new DurascopeError(
    'AppInvalid',
    'The app needs the PowerShell worker, which comes with Azure Functions Core Tools: install these (npm install -g azure-functions-core-tools@4) ' +
      `and run "func" once, or name the worker's folder in ${workerVariable}.`,
  );
}

/** The folder itself, or the newest version in it, unless one is asked for. */
async function inFolder(folder: string, version: string | undefined): Promise<string | null> {
  if (await isFile(path.join(folder, assembly))) return path.join(folder, assembly);
  const versions = (await readdir(folder).catch(() => [] as string[]))
    .filter((name) => /^\d+(\.\d+)*$/.test(name))
    .sort((a, b) => b.localeCompare(a, undefined, { numeric: true }));
  const wanted = version === undefined ? versions : versions.filter((name) => name === version || name.startsWith(`${version}.`));
  for (const name of wanted) {
    if (await isFile(path.join(folder, name, assembly))) return path.join(folder, name, assembly);
  }
  return null;
}

/** Folders of Core Tools, those of the `func` on the path first. */
async function coreTools(env: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const found: string[] = [];
  const names = process.platform === 'win32' ? ['func.exe', 'func.cmd', 'func'] : ['func'];
  for (const folder of (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter)) {
    for (const name of names) {
      const real = folder === '' ? null : await realpath(path.join(folder, name)).catch(() => null);
      if (real === null) continue;
      const dir = path.dirname(real);
      // A shim of npm stands for a program in its package.
      found.push(
        dir,
        path.join(dir, '..', 'bin'),
        path.join(dir, 'node_modules', 'azure-functions-core-tools', 'bin'),
        path.join(dir, '..', 'lib', 'node_modules', 'azure-functions-core-tools', 'bin'),
      );
    }
  }
  found.push('/usr/lib/azure-functions-core-tools-4', '/opt/homebrew/opt/azure-functions-core-tools@4');
  const programs = env['ProgramFiles'];
  if (programs !== undefined) found.push(path.join(programs, 'Microsoft', 'Azure Functions Core Tools'));
  return found;
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() ?? false;
}
