/** The settings of the section `durascope` as they are used: checked, with their defaults. */
import path from 'node:path';
import * as z from 'zod';
import { productionStores } from '../../core/instances/production-store';
import { DurascopeError } from '../../core/values/errors';
import { clientIdRules } from '../../core/values/instance-id';
import { durableTimers } from '../../core/values/time';
import type { EmulatorOptions } from '../../emulator/emulator-types';
import { severities } from './finding-severity';
import { previewChoices } from './preview-tab';

const shape = {
  port: z.number().int().min(0).max(65_535).nullable().catch(null),
  grpc: z.enum(['on', 'off']).catch('on'),
  grpcPort: z.number().int().min(0).max(65_535).nullable().catch(null),
  dataFolder: z.string().catch(''),
  storage: z.enum(['disk', 'memory']).catch('disk'),
  durability: z.enum(['interval', 'strict']).catch('interval'),
  sessionStart: z.enum(['ask', 'keep', 'discard', 'setAside']).catch('ask'),
  watchdogMs: z.number().min(0).catch(10_000),
  nodePath: z.string().catch(''),
  productionStore: z.enum(['auto', ...productionStores]).catch('auto'),
  clientIdRules: z.enum(clientIdRules).catch('documents'),
  timers: z.enum(['on', 'off']).catch('on'),
  durableTimers: z.enum(durableTimers).catch('exact'),
  httpStubs: z.string().catch(''),
  env: z.record(z.string(), z.string()).catch({}),
  buildOnStart: z.boolean().catch(true),
  autoStart: z.boolean().catch(false),
  codeLens: z.boolean().catch(true),
  waitingHints: z.boolean().catch(true),
  'diagnostics.enabled': z.boolean().catch(true),
  'diagnostics.checkOnSave': z.boolean().catch(true),
  agentActions: z.boolean().catch(false),
  mcpServer: z.boolean().catch(false),
  notifyFailures: z.boolean().catch(false),
  previewPanels: z.enum(previewChoices).catch('editor'),
  'diagnostics.severity': z.record(z.string(), z.enum(severities).catch('warning')).catch({}),
};
const schema = z.object(shape);
export type EmulatorSettings = z.infer<typeof schema>;
export type SessionStart = Exclude<EmulatorSettings['sessionStart'], 'ask'>;

/** `read` gives the value of a setting or undefined. What is not of the right kind counts as not set. */
export function readSettings(read: (name: string) => unknown): EmulatorSettings {
  return schema.parse(Object.fromEntries(Object.keys(shape).map((name) => [name, read(name)])));
}

export function dataDirOf(settings: EmulatorSettings, appDir: string): string | null {
  if (settings.storage === 'memory') return null;
  return path.resolve(appDir, settings.dataFolder === '' ? '.durascope' : settings.dataFolder);
}

export interface StartOverrides {
  /** False: there is no function app, only programs that connect. */
  app?: boolean;
  port?: number;
  inspectPort?: number;
  waitForDebugger?: boolean;
  /** Called with the id of each process that waits for a debugger, also of those that take the place of one. */
  onWaitingProcess?: (pid: number) => void;
  sessionStart?: SessionStart;
  /** False: run what was built before. */
  build?: boolean;
}

/** AppInvalid when nothing could run. `electron`: this process is not Node.js itself but an editor that can play it. */
export function emulatorOptions(
  settings: EmulatorSettings,
  appDir: string,
  overrides: StartOverrides,
  electron: boolean,
): Omit<EmulatorOptions, 'logger'> {
  const dataDir = dataDirOf(settings, appDir);
  const port = overrides.port ?? settings.port;
  const hasApp = overrides.app !== false;
  if (!hasApp && settings.grpc === 'off') {
    throw new DurascopeError(
      'AppInvalid',
      'There is no function app in the folder, and the setting durascope.grpc keeps other programs away: switch it on and start again.',
    );
  }
  return {
    appDir,
    ...(hasApp ? {} : { app: false }),
    durability: settings.durability,
    watchdogMs: overrides.inspectPort === undefined ? settings.watchdogMs : 0,
    brokenApp: 'wait',
    timers: settings.timers,
    clientIdRules: settings.clientIdRules,
    durableTimers: settings.durableTimers,
    ...(settings.productionStore === 'auto' ? {} : { productionStore: settings.productionStore }),
    sessionStart: overrides.sessionStart ?? (settings.sessionStart === 'ask' ? 'keep' : settings.sessionStart),
    ...(dataDir === null ? { memory: true } : { dataDir }),
    ...(port === null ? {} : { port }),
    ...(settings.grpc === 'off' ? {} : { grpc: settings.grpcPort === null ? {} : { port: settings.grpcPort } }),
    ...(settings.nodePath === '' ? {} : { nodePath: settings.nodePath }),
    ...(settings.httpStubs === '' ? {} : { httpStubs: settings.httpStubs }),
    ...(overrides.inspectPort === undefined ? {} : { inspectPort: overrides.inspectPort }),
    ...(overrides.waitForDebugger === undefined ? {} : { waitForDebugger: overrides.waitForDebugger }),
    env: { ...(electron && settings.nodePath === '' ? { ELECTRON_RUN_AS_NODE: '1' } : {}), ...settings.env },
  };
}
