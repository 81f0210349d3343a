/**
 * Toolchains of the Durable Task SDKs, as far as they and the SDK's packages are here without a download (but for C#). DURASCOPE_PYTHON: the
 * Python that has the package `durabletask`.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Toolchain {
  name: 'python' | 'java' | 'go' | 'csharp';
  /** Builds the program in the folder; fails where the toolchain or a package is missing. */
  build: (folder: string) => Promise<unknown>;
  /** Runs the built program in its folder. */
  command: (folder: string) => readonly [string, ...string[]];
  /** For a sentence: what it takes. */
  needs: string;
  /** The command is a batch file. */
  isBatch: boolean;
}

const isWindows = process.platform === 'win32';
const python = process.env['DURASCOPE_PYTHON'] ?? (isWindows ? 'python' : 'python3');
const maven = isWindows ? 'mvn.cmd' : 'mvn';
const goEnv = { ...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off' };

export const toolchains: readonly Toolchain[] = [
  {
    name: 'python',
    build: () => run(python, ['-c', 'import durabletask']),
    command: () => [python, 'main.py'],
    needs: "Python with the package durabletask ('pip install durabletask')",
    isBatch: false,
  },
  {
    name: 'java',
    build: (folder) => run(maven, ['-o', '-q', '-B', 'compile'], { cwd: folder, shell: isWindows }),
    command: () => [maven, '-o', '-q', '-B', 'exec:java'],
    needs: "Maven with the example's packages ('mvn compile exec:java' once in its folder)",
    isBatch: isWindows,
  },
  {
    name: 'go',
    build: (folder) => run('go', ['build', '-o', programOf(folder), '.'], { cwd: folder, env: goEnv }),
    command: (folder) => [programOf(folder)],
    needs: "Go with the example's modules ('go build' once in its folder)",
    isBatch: false,
  },
  {
    name: 'csharp',
    // NuGet has no way to say "no network": packages that are not there are fetched.
    build: (folder) => run('dotnet', ['build', '--nologo', '-v', 'q', '-p:RestoreIgnoreFailedSources=true'], { cwd: folder }),
    command: () => ['dotnet', 'run', '--no-build'],
    needs: 'the .NET SDK 8 or newer, and its packages',
    isBatch: false,
  },
];

function programOf(folder: string): string {
  return path.join(folder, isWindows ? 'program.exe' : 'program');
}
