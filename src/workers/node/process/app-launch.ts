/** What it takes to start a process with a function app in it, found out from its folder. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { AppLayout } from '../app/app-layout';
import { readAppLayout } from '../app/app-layout';
import { readAppSettings } from '../app/app-settings';
import { nodeArguments } from './node-arguments';
import { workerArguments } from './worker-arguments';
import { disabledBy, disabledNote } from '../../supervision/disabled-functions';
import type { LaunchSpec } from '../../supervision/launch';

export interface AppLaunchOptions {
  appDir: string;
  /** The built child program (dist/node-worker.js). */
  childScript: string;
  /** Node.js to run the app with. Default: the one that runs this. */
  nodePath?: string;
  /** For Node.js, before the script. */
  execArgv?: readonly string[];
  /** Opens the inspector at this port (true: any that is free); the watchdog is off then. */
  inspectPort?: number | true;
  /** On top of everything else, `WEBSITE_HOSTNAME` above all. */
  env?: Readonly<Record<string, string>>;
}

export interface AppLaunch {
  launch: LaunchSpec;
  /** The real path. */
  appDir: string;
  /** The path by which the user has it, where that leads over links. */
  shownDir?: string;
  layout: AppLayout;
  maxActions: number;
  httpPollDelayMs: number;
  /** For the user: what was left aside. */
  warnings: readonly string[];
}

/** Rejects with `AppInvalid` when the folder holds no app that can be loaded. */
export async function prepareLaunch(options: AppLaunchOptions): Promise<AppLaunch> {
  // Node.js knows modules by their real paths; errors and functions are compared with the folder.
  const appDir = await realpath(options.appDir).catch(() => options.appDir);
  const settings = await readAppSettings(appDir);
  const env = environment(options, settings.values);
  const layout = await readAppLayout(appDir, disabledBy(env));
  const givenDir = path.resolve(options.appDir);
  const asked = workerArguments(env);
  return {
    launch: {
      command: options.nodePath ?? process.execPath,
      args: nodeArguments([...(options.execArgv ?? []), ...asked.args], options.childScript, options.inspectPort),
      cwd: appDir,
      env,
    },
    appDir,
    ...(givenDir === appDir ? {} : { shownDir: givenDir }),
    layout,
    maxActions: settings.hostConfig.maxOrchestrationActions,
    httpPollDelayMs: settings.hostConfig.defaultAsyncRequestSleepTimeMs,
    warnings: [...settings.warnings, ...asked.warnings, ...layout.warnings, ...disabledNote(layout.disabled)],
  };
}

function environment(options: AppLaunchOptions, values: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...values, ...process.env })) {
    if (value !== undefined) env[name] = value;
  }
  env['AZURE_FUNCTIONS_ENVIRONMENT'] ??= 'Development';
  env['FUNCTIONS_WORKER_RUNTIME'] = 'node';
  env['AzureWebJobsScriptRoot'] = options.appDir;
  return { ...env, ...options.env };
}
