/** The state of an emulator as the status bar and the emulator view show it. */
import type { ConnectedWorker } from '../../core/ports/connected-worker';
import type { HubClockState } from '../../core/ports/hub-clock';
import type { AppErrorEvent } from '../../emulator/emulator-types';
import { clockLine, nextText, shortClockText } from './clock-text';
import { connectedLabel } from './functions-tree';
import { mendingWords } from './load-advice';

export type EmulatorStatus =
  | { type: 'stopped' }
  /** `isBuilding`: the compiler is at work on the app. */
  | { type: 'starting'; isBuilding?: boolean }
  | { type: 'running'; url: string; managementUrl: string; dataDir: string | null; worker: WorkerStatus; isDebugging: boolean }
  | { type: 'stopping' }
  /** `error`: where it is the app that keeps the emulator from starting. */
  | { type: 'failed'; message: string; error?: AppErrorEvent };

export type WorkerStatus =
  /** There is no function app. */
  | { type: 'none' }
  | { type: 'loading' }
  | { type: 'ready'; pid: number | undefined }
  | { type: 'broken'; error: AppErrorEvent }
  | { type: 'exited'; message: string };

export interface StatusBarText {
  text: string;
  tooltip: string;
  /** What a click does. */
  command: 'start' | 'menu' | 'output';
  background: 'normal' | 'warning' | 'error';
}

/** `clock`: of the hubs, where it is known. */
export function statusBarText(status: EmulatorStatus, appName: string, clock: HubClockState | null = null): StatusBarText {
  const shown = statusText(status, appName);
  const clockText = status.type !== 'running' || clock === null ? '' : shortClockText(clock);
  if (clockText === '' || clock === null) return shown;
  return {
    ...shown,
    text: `${shown.text} $(watch) ${clockText}`,
    tooltip: `${shown.tooltip}\nClock: ${clockLine(clock)}. ${nextText(clock)}`,
  };
}

function statusText(status: EmulatorStatus, appName: string): StatusBarText {
  switch (status.type) {
    case 'stopped':
      return {
        text: '$(circle-outline) Durascope',
        tooltip: `The emulator of ${appName} is stopped. Click to start it.`,
        command: 'start',
        background: 'normal',
      };
    case 'starting':
      return {
        text: `$(loading~spin) Durascope: ${status.isBuilding === true ? 'building' : 'starting'}`,
        tooltip:
          status.isBuilding === true
            ? `${appName} is being built. A click shows how it goes.`
            : `The emulator of ${appName} starts.`,
        command: 'output',
        background: 'normal',
      };
    case 'stopping':
      return {
        text: '$(loading~spin) Durascope: stopping',
        tooltip: `The emulator of ${appName} stops.`,
        command: 'output',
        background: 'normal',
      };
    case 'failed':
      return { text: '$(error) Durascope', tooltip: status.message, command: 'output', background: 'error' };
    case 'running': {
      const where = `${appName} on ${status.url}`;
      const port = new URL(status.url).port;
      switch (status.worker.type) {
        case 'loading':
          return {
            text: `$(loading~spin) Durascope :${port}`,
            tooltip: `${where}\nThe app is being loaded.`,
            command: 'menu',
            background: 'normal',
          };
        case 'broken':
          return {
            text: `$(warning) Durascope :${port}`,
            tooltip: `${where}\n${status.worker.error.message}`,
            command: 'menu',
            background: 'warning',
          };
        case 'exited':
          return {
            text: `$(warning) Durascope :${port}`,
            tooltip: `${where}\n${status.worker.message}`,
            command: 'menu',
            background: 'warning',
          };
        case 'none':
        case 'ready': {
          const icon = status.isDebugging ? 'debug-alt' : 'pulse';
          return {
            text: `$(${icon}) Durascope :${port}`,
            tooltip: `${where}\nClick for more.`,
            command: 'menu',
            background: 'normal',
          };
        }
      }
    }
  }
}

export interface EmulatorLine {
  id: string;
  label: string;
  description: string;
  /** Codicon. */
  icon: string;
  /** Copied by the line's inline action. */
  copies: string | null;
  contextValue: string;
}

/** `connectionString` null: programs cannot connect. */
export interface Connections {
  connectionString: string | null;
  workers: readonly ConnectedWorker[];
}

/** Lines of the emulator view; none unless it runs, so that the view's welcome text shows. */
export function emulatorLines(
  status: EmulatorStatus,
  appName: string,
  connections?: Connections,
  clock: HubClockState | null = null,
): EmulatorLine[] {
  if (status.type !== 'running') return [];
  return [
    ...(status.worker.type === 'none'
      ? [line('app', 'Folder', appName, 'folder', null)]
      : [line('app', 'App', appName, 'folder', null), workerLine(status.worker)]),
    ...(connections?.workers ?? []).map((each) =>
      line(`connected:${each.id}`, connectedLabel(each), connectedText(each), 'plug', null),
    ),
    line('url', 'URL', status.url, 'globe', status.url),
    line('management', 'Management API', status.managementUrl, 'server', status.managementUrl),
    ...(connections?.connectionString == null
      ? []
      : [line('grpc', 'Durable Task SDKs', connections.connectionString, 'broadcast', connections.connectionString)]),
    ...(clock === null ? [] : [{ ...line('clock', 'Clock', clockLine(clock), 'watch', null), contextValue: 'fact clock' }]),
    line('data', 'Data', status.dataDir ?? 'in memory', 'database', status.dataDir),
  ];
}

/** A click leads to what keeps the app from being loaded. */
function workerLine(worker: Exclude<WorkerStatus, { type: 'none' }>): EmulatorLine {
  const fact = line('worker', 'App process', workerText(worker), workerIcon(worker), null);
  return worker.type === 'broken' ? { ...fact, contextValue: `fact broken ${mendingWords(worker.error)}` } : fact;
}

function line(id: string, label: string, description: string, icon: string, copies: string | null): EmulatorLine {
  return { id: `emulator:${id}`, label, description, icon, copies, contextValue: copies === null ? 'fact' : 'fact copyable' };
}

function connectedText({ sdk, hubName, orchestrators, activities, entities }: ConnectedWorker): string {
  const count = (names: readonly string[], one: string, more: string): string[] =>
    names.length === 0 ? [] : [`${names.length} ${names.length === 1 ? one : more}`];
  return [
    ...(sdk === null ? [] : [sdk]),
    `hub ${hubName}`,
    ...count(orchestrators, 'orchestrator', 'orchestrators'),
    ...count(activities, 'activity', 'activities'),
    ...count(entities, 'entity', 'entities'),
  ].join(', ');
}

function workerText(worker: Exclude<WorkerStatus, { type: 'none' }>): string {
  switch (worker.type) {
    case 'loading':
      return 'loading';
    case 'ready':
      return worker.pid === undefined ? 'running' : `running (process ${worker.pid})`;
    case 'broken':
      return worker.error.message;
    case 'exited':
      return worker.message;
  }
}

function workerIcon(worker: WorkerStatus): string {
  return worker.type === 'ready' ? 'vm-running' : worker.type === 'loading' ? 'loading~spin' : 'warning';
}
