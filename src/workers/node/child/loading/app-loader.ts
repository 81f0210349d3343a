/** Loads the code of the app, file after file (spec/functions-worker.md 2), and says what is wrong in words that help. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { types } from 'node:util';
import { thrownParts } from '../../../../base/error-message';
import { importModule } from '../../../../base/import-module';
import { pathToFileURL } from 'node:url';
import { ownSource, type AppProblem } from '../../../../core/values/app-problem';
import { disabledBy, disabledNote } from '../../../supervision/disabled-functions';
import type { FunctionFolder, Init } from '../../wire/messages';
import { AppLoadError, isAppLoadError } from './app-load-error';
import type { CoreModule, ProgrammingModel } from './core-module';
import type { FunctionCallback, FunctionRegistry, FunctionToAdd, RegisteredFunction } from './function-registry';
import { loadHint } from './load-hints';
import { packageNotes } from './package-notes';
import { shownFile } from './shown-file';
import { placeOfError, toSource } from './source-place';
import { runsTypeScript } from './type-script';

export interface LoadedApp {
  model(fn: RegisteredFunction): ProgrammingModel;
  /** Where HTTP requests go when the app streams. */
  httpUri: string | undefined;
  /** Its own files in TypeScript are what runs. */
  runsTypeScript: boolean;
  warnings: readonly string[];
  /** Functions that are left out, and why. */
  problems: readonly AppProblem[];
}

const capabilities = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
};

/** Rejects with `AppLoadError`. */
export async function loadApp(init: Init, registry: FunctionRegistry, core: CoreModule): Promise<LoadedApp> {
  const warnings: string[] = [];
  const problems: AppProblem[] = [];
  const version3 = init.folders.length === 0 ? null : await version3Model(core);
  for (const { file, esm } of init.entryFiles) await loadFile(file, esm, init.appDir);
  await core.hooks
    .run('appStart', { hookData: core.hooks.appHookData, appHookData: core.hooks.appHookData })
    .catch((error: unknown) => {
      throw describeLoadError(error, init.appDir, 'An appStart hook failed');
    });
  if (registry.registeredByCode > 0 && init.folders.length > 0) {
    warnings.push(
      `The app registers functions in code, so its function.json folders are left aside: ${init.folders.map((folder) => folder.name).join(', ')}.`,
    );
  }
  if (registry.registeredByCode === 0) {
    problems.push(...init.folderProblems.map(withShownFile));
    for (const folder of init.folders) {
      try {
        registry.add(await loadFolder(folder, init.appDir));
      } catch (error) {
        // One folder is one function: the others have nothing to do with it.
        if (!isAppLoadError(error)) throw error;
        problems.push(folderProblem(folder, error));
      }
    }
    const [first] = problems;
    if (first !== undefined && registry.all().length === 0) {
      const { message, file, line } = first;
      throw new AppLoadError(message, file === undefined ? null : { file, line: line ?? 1 }, problems);
    }
    warnings.push(...problems.map(({ message }) => `Left out, while the other functions run: ${message}`));
  }
  registry.lock();
  if (registry.all().length === 0) throw noFunctions(init);
  const isDisabled = disabledBy(process.env);
  const disabled = registry.all().filter(({ name }) => isDisabled(name));
  registry.leaveOut(disabled);
  warnings.push(...disabledNote(disabled.map(({ name }) => name)));
  warnings.push(...packageNotes(init.appDir));
  warnings.push(...clientsWithoutPort(init, registry));
  warnings.push(...unknownInputs(registry));
  const version4 = registry.registeredByCode > 0 ? core.programmingModel() : null;
  const given = await version4?.getCapabilities?.({ ...capabilities });
  return {
    model: (fn) => {
      const model = fn.model === 'v4' ? version4 : version3;
      if (model === null) throw new Error('The app registered a function without setting a programming model.');
      return model;
    },
    httpUri: given?.['HttpUri'],
    runsTypeScript: runsTypeScript(init, registry),
    warnings,
    problems,
  };
}

function folderProblem({ name, directory }: FunctionFolder, { message, place }: AppLoadError): AppProblem {
  const { file, line } = place ?? { file: shownFile(path.join(directory, 'function.json')), line: 1 };
  const text = message.includes(`"${name}"`) ? message : `Function "${name}": ${message}`;
  return { severity: 'error', source: ownSource, message: text, file, line };
}

function withShownFile(problem: AppProblem): AppProblem {
  return problem.file === undefined ? problem : { ...problem, file: shownFile(problem.file) };
}

/** The worker brings the library of programming model v3 itself: an app's own `@azure/functions` is types only. */
async function version3Model(core: CoreModule): Promise<ProgrammingModel | null> {
  const { setup } = (await import('functions-v3')) as unknown as { setup: () => void };
  setup();
  return core.programmingModel();
}

async function loadFile(file: string, esm: boolean, appDir: string): Promise<unknown> {
  try {
    if (esm) return await importModule(pathToFileURL(file).href);
    return createRequire(file)(file) as unknown;
  } catch (error) {
    if (isAppLoadError(error)) throw error;
    throw describeLoadError(withSyntaxPlace(error, file), appDir, `${path.relative(appDir, file)} cannot be loaded`);
  }
}

async function loadFolder(folder: FunctionFolder, appDir: string): Promise<FunctionToAdd> {
  const exported = await loadFile(folder.scriptFile, folder.esm, appDir);
  const place = toSource(folder.scriptFile, 1);
  const bindings = Object.fromEntries(folder.bindings.map((binding) => [binding.name, binding]));
  return {
    id: folder.name,
    name: folder.name,
    model: 'v3',
    bindings,
    metadata: {
      name: folder.name,
      directory: folder.directory,
      scriptFile: folder.scriptFile,
      entryPoint: folder.entryPoint,
      bindings,
    },
    callback: chooseExport(exported, folder, place),
    place,
  };
}

/** Spec/functions-worker.md 2.2.3. */
function chooseExport(exported: unknown, folder: FunctionFolder, place: { file: string; line: number }): FunctionCallback {
  if (typeof exported === 'function') return exported as FunctionCallback;
  const named = (typeof exported === 'object' && exported !== null ? exported : {}) as Record<string, unknown>;
  const keys = Object.keys(named);
  const names = keys.length === 1 ? [...keys, 'run', 'index'] : ['run', 'index'];
  const key = folder.entryPoint ?? names.find((name) => typeof named[name] === 'function');
  const chosen = key === undefined ? undefined : named[key];
  if (typeof chosen !== 'function') {
    const script = path.basename(folder.scriptFile);
    throw new AppLoadError(
      folder.entryPoint === undefined
        ? `Function "${folder.name}": ${script} exports no function to call. Export one with module.exports, or name it as "entryPoint" in function.json.`
        : `Function "${folder.name}": ${script} does not export a function named "${folder.entryPoint}", the entryPoint of its function.json.`,
      place,
    );
  }
  return (...args) => (chosen as FunctionCallback).apply(exported, args);
}

function noFunctions(init: Init): AppLoadError {
  const loaded = init.entryFiles.map((entry) => path.relative(init.appDir, entry.file));
  return new AppLoadError(
    loaded.length === 0
      ? `No functions found in ${init.appDir}: each that has a function.json is disabled.`
      : `No functions found: ${loaded.join(', ')} ${loaded.length === 1 ? 'was' : 'were'} loaded, but nothing was registered with app.http, df.app.orchestration and the like. Check that "main" of package.json names the files that do.`,
  );
}

/** Clients of durable-functions 4 speak gRPC to the emulator (spec/functions-worker.md 10.6). */
function clientsWithoutPort(init: Init, registry: FunctionRegistry): string[] {
  if (init.grpcClientBinding !== undefined) return [];
  const fn = registry.all().find(({ extraInputs }) => extraInputs.some((input) => input.isDurableClient && input.requiresGrpc));
  if (fn === undefined) return [];
  return [
    `Function "${fn.name}" uses the client of durable-functions 4, which speaks gRPC, and gRPC is off: its calls will fail. Start the emulator with a gRPC port.`,
  ];
}

/** Deviation: only durable clients come in beside the trigger. */
function unknownInputs(registry: FunctionRegistry): string[] {
  return registry
    .all()
    .flatMap((fn) =>
      fn.extraInputs
        .filter((input) => !input.isDurableClient)
        .map(
          (input) =>
            `Function "${fn.name}": the input binding "${String(fn.bindings[input.name]?.type)}" is not emulated, its value is undefined.`,
        ),
    );
}

function describeLoadError(error: unknown, appDir: string, what: string): AppLoadError {
  if (isAppLoadError(error)) return error;
  const place = placeOfError(error, appDir);
  const at = place === null ? '' : ` (${path.relative(shownFile(appDir), place.file)}:${place.line})`;
  const { name, message: text, stack } = thrownParts(error);
  const message = stack === '' ? firstLine(text) : `${name}: ${firstLine(text)}`;
  const advice = loadHint({ appDir, code: codeOf(error), message, file: place?.file ?? null, line: place?.line });
  const result = new AppLoadError(`${what}${at}: ${message}${/[.!?]$/.test(message) ? '' : '.'}${advice}`, place);
  result.cause = error;
  return result;
}

function firstLine(text: string): string {
  const [first = '', ...more] = text.split('\n');
  // What a compiler says begins with that it could not compile.
  const next = first.endsWith(':') ? more.find((line) => line.trim() !== '') : undefined;
  return next === undefined ? first : `${first} ${next.trim()}`;
}

function codeOf(error: unknown): unknown {
  try {
    return (error as { code?: unknown } | null | undefined)?.code;
  } catch {
    // Thrown by a getter of what was thrown.
    return undefined;
  }
}

/**
 * A syntax error in an ES module does not say where it is (Node.js prints the place only for an exception that nobody catches):
 * the file and what it imports are compiled once more, each under its name, in a process of their own.
 */
function withSyntaxPlace(error: unknown, file: string): unknown {
  if (!types.isNativeError(error) || !(error instanceof SyntaxError) || !/^SyntaxError/.test(thrownParts(error).stack))
    return error;
  const script = `const vm = require('node:vm'), fs = require('node:fs');
for (const identifier of process.argv.slice(1)) new vm.SourceTextModule(fs.readFileSync(identifier, 'utf8'), { identifier });`;
  const { stderr } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', '-e', script, ...withRelativeImports(file)],
    { encoding: 'utf8', timeout: 10_000, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  // What Node.js prints begins with `file:line`.
  if (stderr.includes('SyntaxError')) error.stack = stderr;
  return error;
}

function withRelativeImports(file: string): string[] {
  const found = new Set([file]);
  for (const one of found) {
    if (found.size > 500) break;
    const text = readFileSync(one, 'utf8');
    for (const match of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
      const target = path.resolve(path.dirname(one), match[1] ?? '');
      if (/\.m?js$/.test(target) && existsSync(target)) found.add(target);
    }
  }
  return [...found];
}
