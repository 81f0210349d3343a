import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';
import { toHistoryRows } from '../../core/history/history-rows';
import type { LogEntry } from '../../core/ports/logger';
import { buildOption, buildWhereDue } from '../app-build';
import { atMost, type Command, required } from '../command';
import { emulatorOptions, emulatorOptionsFrom } from '../emulator-options';
import { printHistory } from '../history-table';
import { instanceText } from '../instance-view';
import { jsonArgument } from '../json-argument';
import { printJson } from '../print-json';
import { endOf, outcomeOf } from '../outcome';
import { registeredName } from '../../emulator/replays/registered-name';
import { endRequested } from '../signals';
import type { Terminal } from '../terminal';
import { orderOf, orderOption } from './history';
import { isFolder } from './start';

export const runCommand: Command = {
  name: 'run',
  takes: 'FOLDER NAME',
  summary: 'Run one instance of an orchestrator to its end and stop. Exit code 0: it completed.',
  details: 'Nothing is kept on disk unless --data names a folder. What the app logs goes to standard error.',
  options: {
    ...emulatorOptions,
    ...buildOption,
    ...orderOption,
    input: { value: 'JSON', short: 'i', help: "The orchestrator's input as JSON, or @file." },
    id: { value: 'ID', help: 'The instance id (default: a new one).' },
    history: { help: 'Print the history as well.' },
    'no-grpc': { help: 'As it is anyway: one instance runs, and no Durable Task SDK is listened for.' },
    timeout: { value: 'SECONDS', help: 'Give up after so long (default: never).' },
  },
  async run(args, terminal) {
    atMost(args, 2);
    const folder = required(args, 0, 'The folder of the app');
    const name = required(args, 1, 'The name of the orchestrator');
    if (!isFolder(folder)) throw new DurascopeError('InvalidArgument', `There is no folder '${folder}'.`);
    const order = orderOf(args);
    const timeoutSeconds = args.number('timeout', 1);
    const input = (await jsonArgument(args.text('input'), '--input')) ?? null;
    const id = args.text('id');
    const end = endRequested();
    const options = emulatorOptionsFrom(args, path.resolve(folder), logTo(terminal, args.has('json')));
    await buildWhereDue(path.resolve(folder), args.has('build'), terminal);
    const { startEmulator } = await import('../../emulator/emulator');
    const emulator = await startEmulator({
      ...options,
      port: options.port ?? 0,
      // One instance is asked for, and nothing else.
      timers: 'off',
      rehearsal: false,
      memory: options.dataDir === undefined,
    });
    try {
      const { hub } = emulator;
      const { instanceId } = await hub.start({
        name: registeredName(emulator.functions(), name),
        input,
        ...(id === undefined ? {} : { instanceId: id }),
      });
      const told = new Set<string>();
      hub.subscribe((changes) => {
        for (const change of changes) {
          if (change.type !== 'instance' || args.has('json')) continue;
          for (const event of change.row.awaitedEvents) {
            const line = `Waiting for the event ${event}: durascope raise-event ${change.row.instanceId} ${event} --data JSON --url ${emulator.url}`;
            if (!told.has(line)) terminal.warn(line);
            told.add(line);
          }
        }
      });
      const row = await Promise.race([endOf(hub, instanceId), gaveUp(end, timeoutSeconds)]);
      if (row === null) {
        terminal.warn(`The instance '${instanceId}' did not end in time.`);
        return 1;
      }
      const rows = args.has('history') ? toHistoryRows(await hub.history(instanceId), row.executionId, order) : undefined;
      if (args.has('json')) printJson(terminal, { ...outcomeOf(row), ...(rows === undefined ? {} : { history: rows }) });
      else {
        terminal.print(instanceText(row, terminal));
        if (rows !== undefined) {
          terminal.print('');
          printHistory(rows, terminal);
        }
      }
      return row.runtimeStatus === 'Completed' ? 0 : 1;
    } finally {
      await emulator.stop();
    }
  },
};

/** Resolves with null when the user interrupts or the time is over; else never. */
function gaveUp(end: Promise<unknown>, timeoutSeconds: number | undefined): Promise<null> {
  return new Promise((resolve) => {
    void end.then(() => resolve(null));
    if (timeoutSeconds !== undefined) setTimeout(() => resolve(null), timeoutSeconds * 1000).unref();
  });
}

/** Standard output is for the result alone. */
function logTo(terminal: Terminal, json: boolean): (entry: LogEntry) => void {
  return (entry) => {
    if (json && entry.level !== 'error' && entry.level !== 'critical') return;
    if (entry.category !== 'user' && (entry.level === 'trace' || entry.level === 'debug' || entry.level === 'information'))
      return;
    terminal.warn(
      json ? JSON.stringify({ event: 'log', ...entry }) : `${entry.functionName ?? entry.category}: ${entry.message}`,
    );
  };
}
