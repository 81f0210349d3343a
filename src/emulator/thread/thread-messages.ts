/**
 * What the emulator's thread and the thread that started it say to each other. Both ends are always of one build, so these are types
 * without guards; everything is plain data that can be cloned.
 */
import { DurascopeError, type DurascopeErrorCode } from '../../core/values/errors';
import type { AppProblem } from '../../core/values/app-problem';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { LogEntry } from '../../core/ports/logger';
import type { HubCapabilities, HubChange, TaskHubClient } from '../../core/ports/task-hub-client';
import type { ConnectedReplays } from '../../core/ports/connected-replays';
import type { ConnectedWorker } from '../../core/ports/connected-worker';
import type { AppErrorEvent, EmulatorEvent, EmulatorOptions, GrpcEndpoint } from '../emulator-types';

export type HubMethod = Exclude<keyof TaskHubClient, 'capabilities' | 'subscribe'>;

/** The emulator's own. */
export type EmulatorMethod = 'invoke' | 'inspect' | `replays.${keyof ConnectedReplays}` | 'time.clock' | 'time.setClock';

export interface HubCall {
  id: number;
  method: HubMethod | EmulatorMethod;
  args: readonly unknown[];
}

export type HubAnswer = { id: number; ok: true; value: unknown } | { id: number; ok: false; error: ErrorValue };

export type ToThread =
  | { type: 'start'; options: Omit<EmulatorOptions, 'logger'> }
  | { type: 'calls'; calls: readonly HubCall[] }
  /** The last `changes` were worked through: more may come. */
  | { type: 'changesTaken' }
  /** Whether anybody wants the new history events with the changes. */
  | { type: 'wantEvents'; wanted: boolean }
  | { type: 'stop' };

/** What an emulator is after its start. */
export interface EmulatorFacts {
  url: string;
  managementUrl: string;
  key: string;
  appDir: string;
  dataDir: string | null;
  routePrefix: string;
  grpc: GrpcEndpoint | null;
  capabilities: HubCapabilities;
}

/** What may change while it runs. */
export interface AppFacts {
  functions: readonly FunctionDescriptor[];
  workerPid: number | undefined;
  appError: AppErrorEvent | null;
  appProblems: readonly AppProblem[];
  connectedWorkers: readonly ConnectedWorker[];
}

export type FromThread =
  | { type: 'started'; facts: EmulatorFacts; app: AppFacts }
  | { type: 'startFailed'; error: ErrorValue }
  | { type: 'answers'; answers: readonly HubAnswer[] }
  | { type: 'changes'; changes: readonly HubChange[] }
  | { type: 'events'; events: readonly EmulatorEvent[]; app: AppFacts }
  /** `dropped`: how many lines before these were left out because there were too many. */
  | { type: 'logs'; entries: readonly LogEntry[]; dropped: number }
  | { type: 'stopped' };

/** An error as it crosses: classes and prototypes do not. */
export interface ErrorValue {
  name: string;
  message: string;
  stack?: string;
  code?: DurascopeErrorCode;
  details?: Readonly<Record<string, unknown>>;
}

export function toErrorValue(error: unknown): ErrorValue {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const value: ErrorValue = { name, message, ...(stack === undefined ? {} : { stack }) };
  return DurascopeError.is(error) ? { ...value, code: error.code, details: cloneable(error.details) } : value;
}

export function fromErrorValue(value: ErrorValue): Error {
  if (value.code !== undefined) return new DurascopeError(value.code, value.message, { details: value.details ?? {} });
  const error = new Error(value.message);
  error.name = value.name;
  if (value.stack !== undefined) error.stack = value.stack;
  return error;
}

function cloneable(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(details);
  } catch {
    return {};
  }
}
