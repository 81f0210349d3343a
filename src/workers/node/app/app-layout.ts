/**
 * What of an app folder is to be loaded, found out before any of its code runs: package.json's `main` for programming model v4
 * (spec/functions-worker.md 2), folders with function.json for v3 (2.2).
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import glob from 'fast-glob';
import * as z from 'zod';
import { problemsOf, type AppProblem } from '../../../core/values/app-problem';
import { DurascopeError } from '../../../core/values/errors';
import { appsBelowHint } from '../../../base/apps-below';
import { parseJsonWithComments } from './app-settings';
import type { IsDisabled } from '../../supervision/disabled-functions';
import type { EntryFile, FunctionFolder } from '../wire/messages';

export interface AppLayout {
  entryFiles: readonly EntryFile[];
  folders: readonly FunctionFolder[];
  /** `engines.node` ranges with the package that asks for it: the app's own, and those of the SDK packages it uses. */
  engines: readonly { packageName: string; range: string }[];
  /** Functions of folders that are turned off. */
  disabled: readonly string[];
  /** What is wrong with folders that are functions, but not among `folders`. */
  problems: readonly AppProblem[];
  warnings: readonly string[];
}

const functionNamePattern = /^[a-z][a-z0-9_-]{0,127}$/i;

/** Function names are ASCII letters, digits, `_` and `-`, starting with a letter; `host` is taken (spec/functions-worker.md 2.8). */
export function isFunctionName(name: string): boolean {
  return functionNamePattern.test(name) && name.toLowerCase() !== 'host';
}

/** Rejects with `AppInvalid` when the folder is missing. */
export async function assertAppFolder(appDir: string): Promise<void> {
  if (await isFolder(appDir)) return;
  throw new DurascopeError('AppInvalid', `The app folder ${appDir} does not exist. Give the folder that holds host.json.`);
}

/** Rejects with `AppInvalid` when the folder is missing, `main` matches nothing, or nothing names a function. */
export async function readAppLayout(appDir: string, isDisabled: IsDisabled): Promise<AppLayout> {
  await assertAppFolder(appDir);
  const warnings: string[] = [];
  const pkg = await readPackageJson(appDir, warnings);
  const isModule = pkg.type === 'module';
  const { folders, disabled, problems } = await findFunctionFolders(appDir, isModule, isDisabled);
  const hasFolders = folders.length + problems.length > 0;
  if (pkg.main === undefined && !hasFolders && disabled.length === 0) throw await noFunctions(appDir);
  const entryFiles = pkg.main === undefined ? [] : await expandMain(appDir, pkg.main, { isModule, hasFolders });
  const engines: { packageName: string; range: string }[] = [];
  if (pkg.enginesNode !== undefined) engines.push({ packageName: 'package.json of the app', range: pkg.enginesNode });
  for (const name of ['@azure/functions', 'durable-functions']) {
    const range = await sdkEngines(appDir, name);
    if (range !== undefined) engines.push({ packageName: name, range });
  }
  return { entryFiles, folders, disabled, problems, engines, warnings };
}

async function noFunctions(appDir: string): Promise<DurascopeError> {
  // A folder with a host.json is meant itself, whatever lies below it.
  const elsewhere = (await isFile(path.join(appDir, 'host.json'))) ? '' : await appsBelowHint(appDir);
  return new DurascopeError(
    'AppInvalid',
    elsewhere === ''
      ? `No functions found in ${appDir}. Give package.json a "main" that names the files registering them (programming model v4), or add a folder with function.json for each (v3).`
      : `${appDir} is no function app: it has no host.json.${elsewhere}`,
  );
}

interface PackageFacts {
  main?: string;
  type?: string;
  enginesNode?: string;
}

async function readPackageJson(folder: string, warnings: string[]): Promise<PackageFacts> {
  const file = path.join(folder, 'package.json');
  let value: unknown;
  try {
    value = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    // As the real worker does it: a missing or broken package.json acts as an empty one (2.1).
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    warnings.push(missing ? 'The app has no package.json.' : `package.json is ignored: ${(error as Error).message}`);
    return {};
  }
  const schema = z.object({
    main: z.string().min(1).optional().catch(undefined),
    type: z.string().optional().catch(undefined),
    engines: z
      .object({ node: z.string().optional().catch(undefined) })
      .optional()
      .catch(undefined),
  });
  const parsed = schema.safeParse(value);
  if (!parsed.success) return {};
  const { main, type, engines } = parsed.data;
  return {
    ...(main === undefined ? {} : { main }),
    ...(type === undefined ? {} : { type }),
    ...(engines?.node === undefined ? {} : { enginesNode: engines.node }),
  };
}

async function sdkEngines(appDir: string, packageName: string): Promise<string | undefined> {
  for (let folder = path.resolve(appDir); ; folder = path.dirname(folder)) {
    const packageDir = path.join(folder, 'node_modules', packageName);
    if (await isFolder(packageDir)) return (await readPackageJson(packageDir, [])).enginesNode;
    if (folder === path.dirname(folder)) return undefined;
  }
}

async function expandMain(
  appDir: string,
  main: string,
  { isModule, hasFolders }: { isModule: boolean; hasFolders: boolean },
): Promise<EntryFile[]> {
  const pattern = main.replace(/\\/g, '/').replace(/^\.\//, '');
  const matches = glob.isDynamicPattern(pattern)
    ? await glob(pattern, { cwd: appDir, onlyFiles: true, dot: false })
    : await existing(appDir, pattern);
  if (matches.length === 0) {
    const what = glob.isDynamicPattern(pattern) ? 'matches no file' : 'does not exist';
    throw new DurascopeError(
      'AppInvalid',
      `"main" of package.json, "${main}", ${what}. ${await mainAdvice(appDir, hasFolders)}`,
      {
        details: { file: path.join(appDir, 'package.json'), main },
      },
    );
  }
  return matches.map((match) => {
    const file = path.join(appDir, match);
    return { file, esm: isEsm(file, isModule) };
  });
}

/** `require` would find `index.js` for `index` and for its folder too. */
async function existing(appDir: string, relative: string): Promise<string[]> {
  for (const candidate of [relative, `${relative}.js`, `${relative}/index.js`]) {
    if (await isFile(path.join(appDir, candidate))) return [candidate];
  }
  return [];
}

async function mainAdvice(appDir: string, hasFolders: boolean): Promise<string> {
  // What `npm init` writes stays in many an app of programming model v3; since Node.js 20 the real worker refuses it too (2, item 5).
  if (hasFolders) {
    return 'Functions that have a function.json need no "main": take it out of package.json. (On Azure too no function of such an app runs since Node.js 20.)';
  }
  if (await isFile(path.join(appDir, 'tsconfig.json'))) {
    return 'The app is written in TypeScript: build it first (npm run build), or point "main" at the built files.';
  }
  return 'Build the app first if its files are built; else point "main" at those that register the functions, for instance "src/functions/*.js".';
}

function isEsm(file: string, isModule: boolean): boolean {
  const extension = path.extname(file);
  if (extension === '.mjs' || extension === '.mts') return true;
  if (extension === '.cjs' || extension === '.cts') return false;
  return isModule;
}

const functionJsonSchema = z.object({
  disabled: z.union([z.boolean(), z.string()]).optional(),
  scriptFile: z.string().min(1).optional(),
  entryPoint: z.string().min(1).optional(),
  bindings: z.array(z.looseObject({ name: z.string().min(1), type: z.string().min(1), direction: z.string().optional() })).min(1),
});

async function findFunctionFolders(
  appDir: string,
  isModule: boolean,
  isDisabled: IsDisabled,
): Promise<Pick<AppLayout, 'folders' | 'disabled' | 'problems'>> {
  const entries = (await readdir(appDir, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => entry.name)
    .filter((name) => name !== 'node_modules' && !name.startsWith('.'))
    .sort();
  const folders: FunctionFolder[] = [];
  const disabled: string[] = [];
  const problems: AppProblem[] = [];
  for (const name of entries) {
    const file = path.join(appDir, name, 'function.json');
    if (!(await isFile(file))) continue;
    if (isDisabled(name)) {
      disabled.push(name);
      continue;
    }
    try {
      const folder = await readFunctionFolder(path.join(appDir, name), file, isModule);
      if (folder === null) disabled.push(name);
      else folders.push(folder);
    } catch (error) {
      // One folder is one function: the others have nothing to do with it.
      if (!DurascopeError.is(error, 'AppInvalid')) throw error;
      problems.push(...problemsOf(error));
    }
  }
  return { folders, disabled, problems };
}

/** Null when it is disabled. Rejects with `AppInvalid`. */
async function readFunctionFolder(directory: string, file: string, isModule: boolean): Promise<FunctionFolder | null> {
  const name = path.basename(directory);
  const shown = `${name}/function.json`;
  const parsed = functionJsonSchema.safeParse(parseJsonWithComments(await readFile(file, 'utf8'), shown, file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new DurascopeError('AppInvalid', `${shown}: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'wrong'}`, {
      details: { file },
    });
  }
  if (!isFunctionName(name)) {
    throw new DurascopeError(
      'AppInvalid',
      `The folder "${name}" cannot be a function: names start with a letter and hold letters, digits, "_" and "-" only. Rename it.`,
      { details: { file } },
    );
  }
  if (parsed.data.disabled === true) return null;
  const scriptFile = await findScript(directory, shown, parsed.data.scriptFile);
  return {
    name,
    directory,
    scriptFile,
    esm: isEsm(scriptFile, isModule),
    ...(parsed.data.entryPoint === undefined ? {} : { entryPoint: parsed.data.entryPoint }),
    bindings: parsed.data.bindings.map((binding) => ({ ...binding, direction: binding.direction ?? 'in' })),
  };
}

async function findScript(directory: string, shown: string, scriptFile: string | undefined): Promise<string> {
  if (scriptFile !== undefined) {
    const file = path.resolve(directory, scriptFile);
    if (await isFile(file)) return file;
    const withSlashes = scriptFile.replaceAll('\\', '/');
    const helps = (await isFile(path.resolve(directory, withSlashes)))
      ? `A backslash separates folders on Windows only: write "${withSlashes}", which is read everywhere.`
      : 'Build the app first (npm run build), or correct the path.';
    throw new DurascopeError('AppInvalid', `${shown}: scriptFile "${scriptFile}" does not exist. ${helps}`, {
      details: { file: path.join(directory, 'function.json') },
    });
  }
  const files = (await readdir(directory, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.toLowerCase() !== 'function.json')
    .map((entry) => entry.name)
    .sort();
  const only = files.length === 1 ? files[0] : undefined;
  const chosen =
    only ??
    files.find((name) => /^run\./i.test(name)) ??
    ['index.js', 'index.mjs', 'index.cjs'].find((name) => files.includes(name));
  if (chosen !== undefined) return path.join(directory, chosen);
  throw new DurascopeError('AppInvalid', `${shown}: no script found beside it. Add index.js, or name the file as "scriptFile".`, {
    details: { file: path.join(directory, 'function.json') },
  });
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() ?? false;
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => null))?.isDirectory() ?? false;
}
