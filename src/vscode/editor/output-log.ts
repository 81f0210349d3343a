import type { LogOutputChannel } from 'vscode';
import type { LogEntry, LogLevel, Logger } from '../../core/ports/logger';

const methods: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>> = {
  trace: 'trace',
  debug: 'debug',
  information: 'info',
  warning: 'warn',
  error: 'error',
  critical: 'error',
};

/** Log lines as lines of an output channel: which levels are shown is chosen there. */
export function outputLogger(channel: Pick<LogOutputChannel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>): Logger {
  return (entry) => channel[methods[entry.level]](logLine(entry));
}

export function logLine(entry: LogEntry): string {
  const who = entry.functionName ?? entry.category;
  const which = entry.instanceId === undefined ? '' : ` ${entry.instanceId}`;
  return `[${who}${which}] ${entry.message}`;
}
