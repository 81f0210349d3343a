/** What `start` prints while it runs: a line for each instance that begins or ends, and the log of app and emulator. */
import type { InstanceRow } from '../core/instances/instance';
import type { LogEntry } from '../core/ports/logger';
import type { HubChange } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';
import { fromTimestamp } from '../core/values/time';
import { paintRuntimeStatus } from './history-table';
import type { Terminal } from './terminal';

export interface LiveLog {
  log(entry: LogEntry): void;
  changes(changes: readonly HubChange[]): void;
  /** Lines until now are kept back; from here on they are printed. */
  open(): void;
}

/** One JSON object a line. */
export function jsonLog(terminal: Terminal): LiveLog {
  return heldBack((line) => terminal.print(line), {
    entry: (entry) => JSON.stringify({ event: 'log', ...entry }),
    instance: ({ instanceId, name, runtimeStatus }) => JSON.stringify({ event: 'instance', instanceId, name, runtimeStatus }),
    skipped: () => undefined,
    mostLinesASecond: Infinity,
  });
}

/** Lines for people; a flood is counted instead of printed. */
export function textLog(terminal: Terminal, now: () => Date = () => new Date()): LiveLog {
  const { style } = terminal;
  const time = (): string => style.dim(now().toTimeString().slice(0, 8));
  return heldBack((line) => terminal.print(line), {
    entry: (entry) => {
      if (entry.level === 'trace' || entry.level === 'debug') return undefined;
      const from =
        entry.functionName === undefined ? (entry.category === 'user' ? '' : `${entry.category}: `) : `${entry.functionName}: `;
      const text = `${from}${entry.message}`;
      if (entry.level === 'error' || entry.level === 'critical') return `${time()} ${style.red(text)}`;
      return `${time()} ${entry.level === 'warning' ? style.yellow(text) : text}`;
    },
    instance: (row) => {
      const took = isTerminal(row.runtimeStatus)
        ? style.dim(` (${Math.max(fromTimestamp(row.lastUpdatedTime) - fromTimestamp(row.createdTime), 0)} ms)`)
        : '';
      const why = row.runtimeStatus === 'Failed' ? `: ${(row.output ?? '').split('\n', 1)[0] ?? ''}` : '';
      return `${time()} ${style.bold(row.name)} ${row.instanceId} ${paintRuntimeStatus(row.runtimeStatus, style)}${took}${why}`;
    },
    skipped: (count) => `${time()} ${style.dim(`... and ${count} changes of instances more`)}`,
    mostLinesASecond: 40,
  });
}

interface Lines {
  entry(entry: LogEntry): string | undefined;
  instance(row: InstanceRow): string | undefined;
  skipped(count: number): string | undefined;
  mostLinesASecond: number;
}

function heldBack(write: (line: string) => void, lines: Lines): LiveLog {
  let waiting: string[] | null = [];
  const statuses = new Map<string, string>();
  let second = 0;
  let printed = 0;
  let skipped = 0;
  const print = (line: string | undefined): void => {
    if (line === undefined) return;
    if (waiting === null) write(line);
    else waiting.push(line);
  };
  /** Whether one more line of an instance fits into this second. */
  const fits = (): boolean => {
    const thisSecond = Math.floor(performance.now() / 1000);
    if (thisSecond !== second) {
      second = thisSecond;
      printed = 0;
      if (skipped > 0) print(lines.skipped(skipped));
      skipped = 0;
    }
    if (printed >= lines.mostLinesASecond) {
      skipped++;
      return false;
    }
    printed++;
    return true;
  };
  return {
    log: (entry) => print(lines.entry(entry)),
    changes: (changes) => {
      for (const change of changes) {
        if (change.type === 'purged') statuses.delete(change.instanceId);
        if (change.type !== 'instance') continue;
        const { row } = change;
        if (statuses.get(row.instanceId) === row.runtimeStatus) continue;
        if (isTerminal(row.runtimeStatus)) statuses.delete(row.instanceId);
        else statuses.set(row.instanceId, row.runtimeStatus);
        if (row.runtimeStatus !== 'Pending' && fits()) print(lines.instance(row));
      }
    },
    open: () => {
      const held = waiting ?? [];
      waiting = null;
      for (const line of held) write(line);
    },
  };
}
