/** Apps of .NET, built once and kept in the system's folder for temporary files for as long as their sources stay as they are. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** As in the builds that Durascope starts: one of these then goes on from it. */
const targets = path.resolve(import.meta.dirname, '../../src/workers/rpc/dotnet/built-extensions.targets');
const building = new Map<string, Promise<string | null>>();

/**
 * The folder of a built copy, not to be written to; null, said once, where there is no .NET SDK or no packages. `title`: for that sentence.
 * `result`: a file that is there once it is built.
 */
export function builtApp(
  title: string,
  sources: string,
  result = 'bin/Debug/net10.0/functions.metadata',
): Promise<string | null> {
  const started = building.get(sources) ?? build(title, sources, result);
  building.set(sources, started);
  return started;
}

async function build(title: string, sources: string, result: string): Promise<string | null> {
  const names = (await readdir(sources)).filter((name) => !['bin', 'obj', '.durascope'].includes(name)).sort();
  const hash = createHash('sha256').update(await readFile(targets));
  for (const file of names) hash.update(file).update(await readFile(path.join(sources, file)));
  // Runs of the tests have a folder of their own (temporary-files.cjs): what is half done goes with it.
  const kept = process.env['DURASCOPE_TESTS_SYSTEM_TMPDIR'] ?? tmpdir();
  const name = `durascope-dotnet-${hash.digest('hex').slice(0, 16)}`;
  const dir = path.join(kept, name);
  if (await isThere(path.join(dir, result))) return dir;
  const fresh = path.join(tmpdir(), `${name}-${process.pid}`);
  try {
    await mkdir(fresh, { recursive: true });
    for (const file of names) await cp(path.join(sources, file), path.join(fresh, file));
    const env = { ...process.env, CustomAfterDirectoryBuildTargets: targets };
    await run('dotnet', ['build', '-nologo', '-v', 'quiet', '-nodeReuse:false'], {
      cwd: fresh,
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    // Several test processes may build at the same time: the first one counts.
    await rename(fresh, dir).catch(() => undefined);
    return dir;
  } catch (error) {
    const why = missing(error);
    if (why === null) throw error;
    console.log(`      ${title}: skipped, ${why}`);
    return null;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Why `dotnet build` failed, as far as it is for want of the SDK or of packages; anything else is for the test to fail with. */
function missing(error: unknown): string | null {
  const { code, stdout = '' } = error as { code?: unknown; stdout?: string };
  if (code === 'ENOENT') return 'the .NET SDK is not installed';
  return /error NU1\d\d\d|error NETSDK1045/.test(stdout) ? 'a package is not to be had, or the SDK is older than .NET 10' : null;
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}
