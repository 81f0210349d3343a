import type { SourcePlace } from '../values/source-place';

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical';

export interface LogEntry {
  level: LogLevel;
  /** `user` for lines of the app's own code, else the part of Durascope that speaks: `engine`, `store`, `worker`, `http`. */
  category: string;
  message: string;
  functionName?: string;
  instanceId?: string;
  invocationId?: string;
  /** Where the app's code wrote it. */
  place?: SourcePlace;
  /** By the hub's clock, the history's time form; for lines of an instance. */
  at?: string;
  /** Id of a process of the app that goes on once a debugger is attached to it. */
  waitingProcess?: number;
}

export type Logger = (entry: LogEntry) => void;
