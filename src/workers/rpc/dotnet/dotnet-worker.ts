/**
 * Function apps of the .NET isolated worker: the app is the worker. It is built when its sources are newer than what was built of them, and
 * runs from there.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isBelow } from '../../../base/is-below';
import { DurascopeError } from '../../../core/values/errors';
import type { AppProblem } from '../../../core/values/app-problem';
import type { Disposable } from '../../../core/ports/clock';
import type { EntityForm } from '../../../core/ports/passthrough-host';
import { readAppSettings } from '../../node/app/app-settings';
import { AppWorker, type AppWorkerOptions } from '../../supervision/app-worker';
import type { Launcher } from '../../supervision/launch';
import type { RunningApp } from '../../supervision/running-app';
import { watchFiles } from '../../supervision/watch-files';
import type { WatchdogTime } from '../../supervision/watchdog';
import { workerEnvironment } from '../../supervision/worker-environment';
import { spawnGuarded } from '../guarded-process';
import { RpcProcess } from '../rpc-process';
import { isLastOfBuild, watchSources } from '../watch-sources';
import { assertRunnable, buildProject, dotnetMissing, frameworkToBuild, isHeldByOther } from './dotnet-build';
import { readBuildNotes, writeBuildNotes } from './build-notes';
import { type DotnetOutput, type DotnetProject, findDotnetProject, findOutputs, findSources } from './dotnet-project';
import { missingRuntime } from './missing-dotnet';
import { unfitPackage, versionProblems } from './package-versions';
import { mayAwaitEvents } from './awaited-events';
import { type ProjectFacts, readFacts } from './project-facts';
import { decidingFiles } from './project-references';

export interface DotnetWorkerOptions extends AppWorkerOptions {
  appDir: string;
  /** The durable client binding's JSON; asked for at each start of the process. */
  clientBinding(): string;
  env?: Readonly<Record<string, string>>;
  /** Default 10,000; 0: never. */
  watchdogMs?: number;
  watchdogTime?: WatchdogTime;
  loadTimeoutMs?: number;
  /** A debugger may stop the process: nothing that it does takes too long. */
  inspected?: boolean;
  /** The process goes no further than its start until a debugger is attached to it, for a minute at most. The log has its id (`LogEntry`). */
  waitForDebugger?: boolean;
  debounceMs?: number;
  /** How long another build of the project is waited for at a time. Default 2,000. */
  otherBuildMs?: number;
  launcher?: Launcher;
}

/** A build of the user's own may have the same files open: so many attempts in all. */
const mostBuilds = 5;

/** Sources come in bursts when they are saved or checked out. */
const quietMs = 400;

export class DotnetWorker extends AppWorker {
  /** Resolves when the app is built and loaded. Rejects as `begin` does. */
  static start(options: DotnetWorkerOptions): Promise<DotnetWorker> {
    return new DotnetWorker(options).begin();
  }

  readonly entityForm: EntityForm = 'event';
  sessionSeconds: number | null = null;
  awaitsEvents = true;

  /** What runs. */
  private loaded: DotnetOutput | null = null;
  /** Of the project as it was when the key was made. */
  private facts: { key: string; facts: ProjectFacts } | null = null;
  private sourceFolders: readonly string[] = [];

  private constructor(private dotnet: DotnetWorkerOptions) {
    super(dotnet);
  }

  protected inspectFromNowOn(): void {
    this.dotnet = { ...this.dotnet, inspected: true };
  }

  protected async launch(signal: AbortSignal): Promise<RunningApp> {
    const { dotnet: options } = this;
    const appDir = await realpath(options.appDir).catch(() => options.appDir);
    const { values, warnings, hostConfig } = await readAppSettings(appDir);
    for (const warning of warnings) this.note('warning', warning);
    const project = await findDotnetProject(appDir);
    if (project === null) throw new DurascopeError('AppInvalid', `There is no project of the .NET isolated worker in ${appDir}.`);
    const env = workerEnvironment(values, options.env ?? {}, {
      FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated',
      AzureWebJobsScriptRoot: appDir,
    });
    const dotnetPath = env['DURASCOPE_DOTNET'] ?? 'dotnet';
    const { output, warnings: analyzed } = await this.built(appDir, project, { dotnetPath, env, signal });
    this.loaded = output;
    this.sessionSeconds = hostConfig.extendedSessionSeconds;
    this.awaitsEvents = await mayAwaitEvents(output.dir, output.assembly);
    const misfits = await versionProblems(output, project.file);
    for (const { message } of misfits) this.note('warning', message);
    const waiting = options.waitForDebugger === true ? await debuggerWait(output.dir, env) : {};
    const isExecutable = /\.exe$/i.test(output.assembly) || path.extname(output.assembly) === '';
    const assembly = path.join(output.dir, output.assembly);
    if (!isExecutable && project.file !== null) await assertRuns(assembly, project.file);
    const process = await RpcProcess.start({
      launcher: options.launcher ?? spawnGuarded,
      launch: {
        command: isExecutable ? assembly : dotnetPath,
        args: isExecutable ? [] : [assembly],
        cwd: output.dir,
        env: { ...runtimeSettings(env), ...env, ...waiting, FUNCTIONS_APPLICATION_DIRECTORY: output.dir },
      },
      appDir: output.dir,
      workerDir: output.dir,
      functions: null,
      problems: [...analyzed, ...misfits],
      profile: 'G',
      placeOf: () => ({}),
      isSource: (file) => this.isSource(file),
      hangAdvice:
        'Nor may it block on a task (.Result, .Wait(), .GetAwaiter().GetResult(), Thread.Sleep): what its context gives is awaited.',
      clientBinding: options.clientBinding(),
      functionTimeoutMs: hostConfig.functionTimeoutMs,
      concurrency: null,
      log: options.log,
      watchdogMs: options.watchdogMs ?? 10_000,
      watchdogTime: options.watchdogTime,
      loadTime: options.loadTime,
      // Whoever stands at a breakpoint of Program.cs takes their time.
      loadTimeoutMs: options.inspected === true ? 0 : (options.loadTimeoutMs ?? 60_000) * this.patience,
      ...(options.inspected === undefined ? {} : { inspected: options.inspected }),
      readsBlobs: await hasBlobTrigger(output.dir),
      waitsForDebugger: Object.keys(waiting).length > 0,
      signal,
    }).catch((error: unknown) => {
      if (DurascopeError.is(error) && /ENOENT/.test(error.message)) throw dotnetMissing(dotnetPath);
      throw (DurascopeError.is(error) ? (missingRuntime(error.message) ?? unfitPackage(error.message)) : null) ?? error;
    });
    for (const note of process.warnings) this.note('warning', note);
    return process;
  }

  /** As stacks name it: of the project, or of one that it refers to, and not written by a build. */
  private isSource(file: string): boolean {
    const written = this.facts?.facts.written ?? [];
    return this.sourceFolders.some((folder) => isBelow(file, folder)) && !written.some((folder) => isBelow(file, folder));
  }

  protected watchFiles(onChange: () => void): Disposable {
    const { appDir, debounceMs = quietMs } = this.dotnet;
    // What a build writes that is under way, ours or another, is looked at when it has been loaded.
    let isLooking = false;
    let isChanged = false;
    const look = async (): Promise<void> => {
      while (isChanged) {
        await this.reloaded();
        isChanged = false;
        if (await this.isStale()) {
          isChanged = false;
          onChange();
        }
      }
      isLooking = false;
    };
    const onSource = (): void => {
      isChanged = true;
      if (isLooking) return;
      isLooking = true;
      void look();
    };
    const elsewhere = this.sourceFolders.filter((folder) => folder !== appDir && !isBelow(folder, appDir));
    const roots = (this.facts?.facts.outputRoots ?? []).filter((root) => !isBelow(root, appDir));
    const watchers = [
      ...[appDir, ...elsewhere].map((folder) => watchSources(folder, debounceMs, onSource)),
      ...roots.map((root) => watchFiles(root, isLastOfBuild, debounceMs, onSource)),
    ];
    return { dispose: () => watchers.forEach((watcher) => watcher.dispose()) };
  }

  private async built(
    appDir: string,
    project: DotnetProject,
    how: { dotnetPath: string; env: Readonly<Record<string, string>>; signal: AbortSignal },
  ): Promise<{ output: DotnetOutput; warnings: readonly AppProblem[] }> {
    const { file } = project;
    const { dotnet: options } = this;
    const { output: known, facts, isFresh } = await this.look(appDir, project, how);
    if (known !== null && isFresh) return { output: known, warnings: (await readBuildNotes(known)).warnings };
    if (file === null)
      throw new DurascopeError('AppInvalid', `${appDir} holds no assembly of an app. Build it with dotnet build.`);
    assertRunnable(file, facts?.frameworks ?? []);
    this.note('information', `Building ${path.basename(file)} ...`);
    const startedAt = Date.now();
    const frameworks = facts?.frameworks ?? [];
    const framework = frameworks.length > 1 ? frameworkToBuild(frameworks) : null;
    let warnings: readonly AppProblem[] | null = null;
    for (let attempt = 1; warnings === null; attempt++) {
      try {
        warnings = await buildProject(file, framework, how);
      } catch (error) {
        if (!isHeldByOther(error) || attempt === mostBuilds) throw error;
        if (attempt === 1) this.note('information', `Another build of ${path.basename(file)} is under way: it is waited for.`);
        // Ended early by the emulator's end, which the next attempt then says.
        await pause(options.otherBuildMs ?? 2_000, undefined, { signal: how.signal }).catch(() => undefined);
        const { output, isFresh: isBuilt } = await this.look(appDir, project, how);
        if (output !== null && isBuilt) return { output, warnings: (await readBuildNotes(output)).warnings };
      }
    }
    const { output } = await this.look(appDir, project, how);
    if (output === null) {
      const message = `${path.basename(file)} was built, but there is no worker.config.json below ${facts?.outputRoots.join(', ') ?? 'bin'}. Refer to the package Microsoft.Azure.Functions.Worker.Sdk in it.`;
      throw new DurascopeError('AppInvalid', message, { details: { file } });
    }
    await writeBuildNotes(output, { startedAt, warnings });
    this.note('information', `Built ${path.basename(file)} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
    return { output, warnings };
  }

  /** The newest output; of several that are newer than every source the one of the newest framework. */
  private async look(
    appDir: string,
    project: DotnetProject,
    how: { dotnetPath: string; env: Readonly<Record<string, string>>; signal?: AbortSignal },
  ): Promise<{ output: DotnetOutput | null; facts: ProjectFacts | null; isFresh: boolean }> {
    const { file } = project;
    if (file === null) {
      const [output = null] = await findOutputs(appDir, null);
      return { output, facts: null, isFresh: true };
    }
    const deciding = await Promise.all((await decidingFiles(file)).map(async (each) => [each, (await stat(each)).mtimeMs]));
    const key = JSON.stringify(deciding);
    if (this.facts?.key !== key) this.facts = { key, facts: await readFacts({ ...project, file }, how) };
    const { facts } = this.facts;
    const { changedAt, folders } = await findSources(file, facts.written);
    this.sourceFolders = folders;
    const outputs = await findOutputs(appDir, facts);
    const preferred = facts.frameworks.length > 1 ? frameworkToBuild(facts.frameworks)?.toLowerCase() : undefined;
    const fresh: DotnetOutput[] = [];
    for (const each of outputs) {
      if (changedAt <= each.builtAt || changedAt <= (await readBuildNotes(each)).startedAt) fresh.push(each);
    }
    const isPreferred = ({ dir }: DotnetOutput): boolean => preferred === undefined || dir.toLowerCase().includes(preferred);
    const output = fresh.find(isPreferred) ?? fresh[0] ?? outputs[0] ?? null;
    return { output, facts, isFresh: fresh.length > 0 };
  }

  /** Whether sources are newer than what was built, or what was built is newer than what runs. */
  private async isStale(): Promise<boolean> {
    const { appDir: given, env = {} } = this.dotnet;
    try {
      const appDir = await realpath(given).catch(() => given);
      const project = await findDotnetProject(appDir);
      if (project === null) return true;
      const all = workerEnvironment({}, env, {});
      const { output, isFresh } = await this.look(appDir, project, { dotnetPath: all['DURASCOPE_DOTNET'] ?? 'dotnet', env: all });
      if (output === null || this.loaded === null || !isFresh) return true;
      return output.dir !== this.loaded.dir || output.builtAt !== this.loaded.builtAt;
    } catch {
      // The launch says what is wrong.
      return true;
    }
  }
}

/**
 * What the developer has not said otherwise. .NET takes all the memory there is, and the system then ends whom it likes: half of the machine's.
 * Measuring its code to make it faster later (dynamic PGO) costs more than it gains in the first minutes, which is how long an app runs here. Its
 * threads turn round and round for a while before they sleep: here that takes the processor from the engine, whose next call they wait for. What it
 * allocates before it collects young objects is 6 MB at most beside a collector that runs along: with 16 MB a call takes a quarter less.
 */
function runtimeSettings(env: Readonly<Record<string, string>>): Record<string, string> {
  const isSaid = (setting: string): boolean =>
    Object.keys(env).some((name) => new RegExp(`^(DOTNET|COMPlus)_${setting}`, 'i').test(name));
  return {
    ...(isSaid('GCHeapHardLimit') ? {} : { DOTNET_GCHeapHardLimitPercent: '0x32' }),
    ...(isSaid('TieredPGO') ? {} : { DOTNET_TieredPGO: '0' }),
    ...(isSaid('GCgen0') ? {} : { DOTNET_GCgen0size: '0x1000000' }),
    ...(isSaid('ThreadPool_UnfairSemaphoreSpinLimit') ? {} : { DOTNET_ThreadPool_UnfairSemaphoreSpinLimit: '0' }),
  };
}

/** By the list that the build has written. */
async function hasBlobTrigger(dir: string): Promise<boolean> {
  const listed = await readFile(path.join(dir, 'functions.metadata'), 'utf8').catch(() => '');
  return /"blobTrigger"/i.test(listed);
}

/** Of what .NET runs there is a description beside it; a library has none. */
async function assertRuns(assembly: string, file: string): Promise<void> {
  if ((await stat(assembly.replace(/\.dll$/i, '.runtimeconfig.json')).catch(() => null)) !== null) return;
  throw new DurascopeError(
    'AppInvalid',
    `${path.basename(file)} builds a library, and an app of the isolated worker is a program: it takes <OutputType>Exe</OutputType> in the project, and a Program.cs that builds its host and calls Run.`,
    { details: { file } },
  );
}

/** The package's own switch, which works through a hook that .NET runs before `Main`; nothing where the build does not have the package. */
async function debuggerWait(dir: string, env: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const hook = path.join(dir, 'Microsoft.Azure.Functions.Worker.Core.dll');
  if ((await stat(hook).catch(() => null)) === null) return {};
  const others = env['DOTNET_STARTUP_HOOKS'] ?? '';
  return {
    DOTNET_STARTUP_HOOKS: others === '' ? hook : `${others}${path.delimiter}${hook}`,
    FUNCTIONS_ENABLE_DEBUGGER_WAIT: 'true',
    FUNCTIONS_ENABLE_JSON_OUTPUT: 'true',
  };
}
