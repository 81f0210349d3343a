/**
 * What V8 made of our programs' source text, kept for the next start, lazily compiled functions included: without it a start spends a
 * fifth of its processor time in the parser, and every first use of a part a little more.
 *
 *   C1. It is never needed: what cannot be read, is stale, damaged or refused by V8 is compiled as ever.
 *   C2. It lies among the user's own files (`~/.durascope/cache`), for it is code: nobody else may write there.
 *
 * Node.js has a cache of its own from 22.8 on, which covers the app's modules too; before, ours covers the bundles beside `dir`.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { constants, Script } from 'node:vm';

/** Once the first work is done its functions are compiled, and worth keeping. */
const keepAfterMs = 3_000;
const oldAfterMs = 30 * 24 * 3_600_000;
/** A build has twenty. */
const mostKept = 200;
const hashBytes = 20;

interface CompileCacheApi {
  enableCompileCache?: (folder: string) => unknown;
  flushCompileCache?: () => void;
}

type Extension = (module: NodeJS.Module, file: string) => void;

/** Call it before the bundles in `dir` are loaded. `NODE_DISABLE_COMPILE_CACHE=1` keeps everything as it would be without. */
export function keepCompiledCode(dir: string, env: NodeJS.ProcessEnv = process.env): void {
  const folder = cacheFolder(env);
  if (folder === null) return;
  const { enableCompileCache, flushCompileCache } = Module as CompileCacheApi;
  if (enableCompileCache !== undefined) {
    enableCompileCache(path.join(folder, 'node'));
    if (flushCompileCache !== undefined) setTimeout(flushCompileCache, keepAfterMs).unref();
    return;
  }
  keepOwnCompiledCode(dir, env);
}

/** Its libraries import modules, of which Node.js warns in code that is loaded from a cache. */
const importing = 'grammars.js';

/** The same for a process that has other code than ours too, which Node.js' own cache would cover as well. */
export function keepOwnCompiledCode(dir: string, env: NodeJS.ProcessEnv = process.env): void {
  const folder = cacheFolder(env);
  if (folder === null) return;
  const { USE_MAIN_CONTEXT_DEFAULT_LOADER: loader } = constants as { USE_MAIN_CONTEXT_DEFAULT_LOADER?: number };
  if (loader === undefined) return;
  const extensions = (Module as unknown as { _extensions: Record<string, Extension> })._extensions;
  const ordinary = extensions['.js'];
  if (ordinary === undefined) return;
  extensions['.js'] = (module, file) => {
    if (path.dirname(file) === dir && path.basename(file) !== importing) loadWithCache(module, file, folder, loader);
    else ordinary(module, file);
  };
}

/** Null: nothing shall be kept. */
function cacheFolder(env: NodeJS.ProcessEnv): string | null {
  if (env['NODE_DISABLE_COMPILE_CACHE'] !== undefined || env['NODE_V8_COVERAGE'] !== undefined) return null;
  return path.join(env['DURASCOPE_HOME'] ?? path.join(homedir(), '.durascope'), 'cache');
}

function loadWithCache(module: NodeJS.Module, file: string, folder: string, importModuleDynamically: number): void {
  const [before = '', after = ''] = (Module as unknown as { wrapper: string[] }).wrapper;
  const source = readFileSync(file, 'utf8');
  const cacheFile = path.join(folder, keyOf(file));
  const cachedData = readCache(cacheFile);
  const script = new Script(`${before}${source}${after}`, {
    filename: file,
    columnOffset: -before.length,
    importModuleDynamically: importModuleDynamically as never,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected === true) {
    let isKept = false;
    const keep = (): void => {
      if (!isKept) writeCache(cacheFile, script.createCachedData());
      isKept = true;
    };
    setTimeout(keep, keepAfterMs).unref();
    process.once('exit', keep);
  }
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  run.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
}

/** Another text, another V8, other flags: another file. */
function keyOf(file: string): string {
  const { mtimeMs, size } = statSync(file);
  const facts = [file, mtimeMs, size, process.version, process.arch, cachedDataVersionTag()];
  return createHash('sha1').update(JSON.stringify(facts)).digest('hex');
}

function readCache(cacheFile: string): Buffer | undefined {
  try {
    const bytes = readFileSync(cacheFile);
    const data = bytes.subarray(hashBytes);
    return createHash('sha1').update(data).digest().equals(bytes.subarray(0, hashBytes)) ? data : undefined;
  } catch {
    return undefined; // C1
  }
}

function writeCache(cacheFile: string, data: Buffer): void {
  const folder = path.dirname(cacheFile);
  const own = `${cacheFile}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(own, Buffer.concat([createHash('sha1').update(data).digest(), data]), { mode: 0o600 });
    renameSync(own, cacheFile);
    forgetOld(folder);
  } catch {
    // C1: a home folder that cannot be written to, or is a file: then there is nothing to remove either.
    try {
      rmSync(own, { force: true });
    } catch {
      return;
    }
  }
}

/** Those of other versions, and of builds that are no more. */
function forgetOld(folder: string): void {
  const since = Date.now() - oldAfterMs;
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => path.join(folder, name))
    .map((file) => ({ file, madeMs: statSync(file).mtimeMs }))
    .sort((a, b) => b.madeMs - a.madeMs);
  for (const [at, { file, madeMs }] of files.entries()) if (at >= mostKept || madeMs < since) rmSync(file, { force: true });
}
