/**
 * Function apps of the .NET isolated worker: the app is the worker. It is built when its sources are newer than what was built of them, and
 * runs from there.
 */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../../../core/values/errors';
import type { Disposable } from '../../../core/ports/clock';
import type { EntityForm } from '../../../core/ports/passthrough-host';
import { readAppSettings } from '../../node/app/app-settings';
import { AppWorker, type AppWorkerOptions } from '../../supervision/app-worker';
import type { Launcher } from '../../supervision/launch';
import type { RunningApp } from '../../supervision/running-app';
import { workerEnvironment } from '../../supervision/worker-environment';
import { spawnGuarded } from '../guarded-process';
import { RpcProcess } from '../rpc-process';
import { watchSources } from '../watch-sources';
import { buildProject, dotnetMissing } from './dotnet-build';
import { type DotnetOutput, type DotnetProject, findDotnetProject, findOutputs, sourcesChangedAt } from './dotnet-project';

export interface DotnetWorkerOptions extends AppWorkerOptions {
  appDir: string;
  /** The durable client binding's JSON; asked for at each start of the process. */
  clientBinding(): string;
  env?: Readonly<Record<string, string>>;
  /** Default 10,000; 0: never. */
  watchdogMs?: number;
  loadTimeoutMs?: number;
  debounceMs?: number;
  launcher?: Launcher;
}

/** Sources come in bursts when they are saved or checked out. */
const quietMs = 400;

export class DotnetWorker extends AppWorker {
  /** Resolves when the app is built and loaded. Rejects as `begin` does. */
  static start(options: DotnetWorkerOptions): Promise<DotnetWorker> {
    return new DotnetWorker(options).begin();
  }

  readonly entityForm: EntityForm = 'event';

  /** What runs. */
  private loaded: DotnetOutput | null = null;

  private constructor(private readonly dotnet: DotnetWorkerOptions) {
    super(dotnet);
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
    const output = await this.built(appDir, project, { dotnetPath, env, signal });
    this.loaded = output;
    const isExecutable = /\.exe$/i.test(output.assembly) || path.extname(output.assembly) === '';
    const assembly = path.join(output.dir, output.assembly);
    const process = await RpcProcess.start({
      launcher: options.launcher ?? spawnGuarded,
      launch: {
        command: isExecutable ? assembly : dotnetPath,
        args: isExecutable ? [] : [assembly],
        cwd: output.dir,
        env: { ...memoryLimit(env), ...env, FUNCTIONS_APPLICATION_DIRECTORY: output.dir },
      },
      appDir: output.dir,
      workerDir: output.dir,
      functions: null,
      profile: 'G',
      placeOf: () => ({}),
      clientBinding: options.clientBinding(),
      functionTimeoutMs: hostConfig.functionTimeoutMs,
      concurrency: null,
      log: options.log,
      watchdogMs: options.watchdogMs ?? 10_000,
      loadTimeoutMs: options.loadTimeoutMs ?? 60_000,
      signal,
    }).catch((error: unknown) => {
      if (DurascopeError.is(error) && /ENOENT/.test(error.message)) throw dotnetMissing(dotnetPath);
      throw error;
    });
    return process;
  }

  protected watchFiles(onChange: () => void): Disposable {
    return watchSources(this.dotnet.appDir, this.dotnet.debounceMs ?? quietMs, () => {
      void this.isStale().then((stale) => {
        if (stale) onChange();
      });
    });
  }

  private async built(
    appDir: string,
    project: DotnetProject,
    how: { dotnetPath: string; env: Readonly<Record<string, string>>; signal: AbortSignal },
  ): Promise<DotnetOutput> {
    const { file } = project;
    const [known] = await findOutputs(appDir, project);
    if (file === null || (known !== undefined && (await sourcesChangedAt(file)) <= known.builtAt)) {
      if (known !== undefined) return known;
      throw new DurascopeError('AppInvalid', `${appDir} holds no assembly of an app. Build it with dotnet build.`);
    }
    this.note('information', `Building ${path.basename(file)} ...`);
    const startedAt = performance.now();
    await buildProject({ ...project, file }, how);
    const [output] = await findOutputs(appDir, project);
    if (output === undefined) {
      const message = `${path.basename(file)} was built, but there is no worker.config.json below bin. Refer to the package Microsoft.Azure.Functions.Worker.Sdk in it.`;
      throw new DurascopeError('AppInvalid', message, { details: { file } });
    }
    this.note('information', `Built ${path.basename(file)} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
    return output;
  }

  /** Whether sources are newer than what was built, or what was built is newer than what runs. */
  private async isStale(): Promise<boolean> {
    const { appDir } = this.dotnet;
    try {
      const project = await findDotnetProject(appDir);
      if (project === null) return true;
      const [output] = await findOutputs(appDir, project);
      if (output === undefined || this.loaded === null) return true;
      if (output.dir !== this.loaded.dir || output.builtAt !== this.loaded.builtAt) return true;
      return project.file !== null && (await sourcesChangedAt(project.file)) > output.builtAt;
    } catch {
      // The launch says what is wrong.
      return true;
    }
  }
}

/** .NET takes all there is, and the system then ends whom it likes: half of the machine's memory, unless the developer has said otherwise. */
function memoryLimit(env: Readonly<Record<string, string>>): Record<string, string> {
  const isSaid = Object.keys(env).some((name) => /^(DOTNET|COMPlus)_GCHeapHardLimit/i.test(name));
  return isSaid ? {} : { DOTNET_GCHeapHardLimitPercent: '0x32' };
}
