/** Function apps in PowerShell: folders with function.json, run by the worker of Azure Functions Core Tools. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { AppProblem } from '../../../core/values/app-problem';
import { isBelow } from '../../../base/is-below';
import { DurascopeError } from '../../../core/values/errors';
import type { Disposable } from '../../../core/ports/clock';
import { readAppLayout } from '../../node/app/app-layout';
import { readAppSettings } from '../../node/app/app-settings';
import { AppWorker, type AppWorkerOptions } from '../../supervision/app-worker';
import { disabledBy, disabledNote } from '../../supervision/disabled-functions';
import type { Launcher } from '../../supervision/launch';
import type { RunningApp } from '../../supervision/running-app';
import type { WatchdogTime } from '../../supervision/watchdog';
import { workerEnvironment } from '../../supervision/worker-environment';
import type { RpcFunctionMetadata } from '../../../wire/generated/function-rpc';
import { spawnGuarded } from '../guarded-process';
import { RpcProcess } from '../rpc-process';
import { watchSources } from '../watch-sources';
import { findPowerShellWorker } from './find-powershell-worker';

export interface PowerShellWorkerOptions extends AppWorkerOptions {
  appDir: string;
  /** The durable client binding's JSON; asked for at each start of the process. */
  clientBinding(): string;
  env?: Readonly<Record<string, string>>;
  watchdogMs?: number;
  watchdogTime?: WatchdogTime;
  loadTimeoutMs?: number;
  /** A debugger may stop the process: nothing that it does takes too long. */
  inspected?: boolean;
  debounceMs?: number;
  launcher?: Launcher;
}

const quietMs = 250;

export class PowerShellWorker extends AppWorker {
  /** Resolves when the app is loaded. Rejects as `begin` does. */
  static start(options: PowerShellWorkerOptions): Promise<PowerShellWorker> {
    return new PowerShellWorker(options).begin();
  }

  private constructor(private powerShell: PowerShellWorkerOptions) {
    super(powerShell);
  }

  protected inspectFromNowOn(): void {
    this.powerShell = { ...this.powerShell, inspected: true };
  }

  protected async launch(signal: AbortSignal): Promise<RunningApp> {
    const { powerShell: options } = this;
    const appDir = await realpath(options.appDir).catch(() => options.appDir);
    const settings = await readAppSettings(appDir);
    for (const warning of settings.warnings) this.note('warning', warning);
    const chosen = { FUNCTIONS_WORKER_RUNTIME: 'powershell', AzureWebJobsScriptRoot: appDir };
    const env = workerEnvironment(settings.values, options.env ?? {}, chosen);
    const assembly = await findPowerShellWorker(env);
    const workerDir = path.dirname(assembly);
    const { functions, disabled, problems } = await indexed(appDir, env);
    for (const note of disabledNote(disabled)) this.note('warning', note);
    for (const { message } of problems) this.note('warning', `Left out, while the other functions run: ${message}`);
    const bound = Number(env['PSWorkerInProcConcurrencyUpperBound'] ?? '1');
    const { hostConfig } = settings;
    return RpcProcess.start({
      launcher: options.launcher ?? spawnGuarded,
      launch: {
        command: env['DURASCOPE_DOTNET'] ?? 'dotnet',
        args: [assembly],
        cwd: appDir,
        env: { FUNCTIONS_WORKER_RUNTIME_VERSION: '7.4', FUNCTIONS_WORKER_DIRECTORY: workerDir, ...env },
      },
      appDir,
      workerDir,
      functions,
      problems,
      profile: 'A',
      placeOf: ({ scriptFile }) => ({ file: scriptFile, line: 1 }),
      isSource: (file) => /\.psm?1$/i.test(file) && isBelow(file, appDir),
      clientBinding: options.clientBinding(),
      functionTimeoutMs: hostConfig.functionTimeoutMs,
      concurrency: Number.isInteger(bound) && bound > 0 ? bound : 1,
      maxActions: hostConfig.maxOrchestrationActions,
      httpPollDelayMs: hostConfig.defaultAsyncRequestSleepTimeMs,
      log: options.log,
      watchdogMs: options.watchdogMs ?? 10_000,
      watchdogTime: options.watchdogTime,
      loadTime: options.loadTime,
      loadTimeoutMs: (options.loadTimeoutMs ?? 60_000) * this.patience,
      ...(options.inspected === undefined ? {} : { inspected: options.inspected }),
      signal,
    });
  }

  protected watchFiles(onChange: () => void): Disposable {
    return watchSources(this.powerShell.appDir, this.powerShell.debounceMs ?? quietMs, onChange);
  }
}

interface Indexed {
  functions: RpcFunctionMetadata[];
  disabled: readonly string[];
  /** Of what is left out. */
  problems: readonly AppProblem[];
}

/** The worker lists nothing by itself: the host reads the folders. */
async function indexed(appDir: string, env: Readonly<Record<string, string>>): Promise<Indexed> {
  const { folders, disabled, problems } = await readAppLayout(appDir, disabledBy(env));
  const foreign = folders.find(({ scriptFile }) => !/\.psm?1$/i.test(scriptFile));
  if (foreign !== undefined) {
    const message = `${foreign.name}/function.json: ${path.basename(foreign.scriptFile)} is no PowerShell script. An app has one language.`;
    throw new DurascopeError('AppInvalid', message, { details: { file: foreign.scriptFile } });
  }
  const [first] = problems;
  if (folders.length === 0 && first !== undefined) {
    const { message, file, line } = first;
    throw new DurascopeError('AppInvalid', message, { details: { file, line, problems } });
  }
  const functions = folders.map(({ name, directory, scriptFile, entryPoint, bindings }, index) => ({
    name,
    directory,
    scriptFile,
    entryPoint: entryPoint ?? '',
    functionId: String(index + 1),
    language: 'powershell',
    properties: {},
    rawBindings: bindings.map((binding) => JSON.stringify(binding)),
    bindings: {},
  }));
  return { functions, disabled, problems };
}
