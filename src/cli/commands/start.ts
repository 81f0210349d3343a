import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { keepYoungGenerationSmall } from '../../base/young-generation';
import { DurascopeError } from '../../core/values/errors';
import { toHistoryRows } from '../../core/history/history-rows';
import { collectWhenIdle } from '../../emulator/thread/collect-when-idle';
import { youngHalf } from '../../emulator/app/young-half';
import type { Emulator, EmulatorOptions } from '../../emulator/emulator-types';
import type { Options, ParsedArguments } from '../arguments';
import { buildOption, buildWhereDue } from '../app-build';
import { atMost, type Command } from '../command';
import { emulatorOptions, emulatorOptionsFrom } from '../emulator-options';
import { functionList, isTriggered } from '../function-list';
import { printHistory } from '../history-table';
import { printJson } from '../print-json';
import { jsonArgument } from '../json-argument';
import { jsonLog, textLog } from '../live-log';
import { appsBelowHint } from '../../base/apps-below';
import { registeredName } from '../../emulator/replays/registered-name';
import { endOf, outcomeOf } from '../outcome';
import { endRequested } from '../signals';
import type { Terminal } from '../terminal';
import { startInstance, startInstanceOptions } from './start-instance';

const ownOptions: Options = {
  ...emulatorOptions,
  ...buildOption,
  'grpc-port': { value: 'N', help: 'Port for Durable Task SDKs (default 8080, or another when that is taken); 0 takes any.' },
  'no-grpc': { help: 'Do not listen for Durable Task SDKs.' },
  run: { value: 'NAME', help: 'Once it is ready, run this orchestrator and print its history.' },
};

export const startCommand: Command = {
  name: 'start',
  takes: '[FOLDER] | NAME',
  summary: 'Start the emulator on a function app; or, given a name instead of a folder, an orchestrator of the running emulator.',
  details: [
    'FOLDER is the function app (default: this folder). What names no folder and looks like no path is the NAME of an orchestrator;',
    "'durascope start-instance NAME' says so without doubt.",
  ].join('\n'),
  options: { ...ownOptions, ...startInstanceOptions },
  async run(args, terminal) {
    const folder = folderOf(args);
    const foreign = Object.keys(folder === null ? ownOptions : startInstanceOptions).find(
      (option) => args.has(option) && !(folder !== null && option === 'input' && args.has('run')),
    );
    if (foreign !== undefined) {
      throw new DurascopeError(
        'InvalidArgument',
        folder === null
          ? `--${foreign} goes with the start of an emulator, but '${args.positionals[0] ?? ''}' is not a folder.`
          : `--${foreign} goes with the start of an orchestrator, but '${folder}' is a folder: the emulator would be started.`,
      );
    }
    return folder === null ? startInstance(args, terminal) : serve(args, folder, terminal);
  },
};

/** The app's folder, or null where the positional is the name of an orchestrator. */
function folderOf(args: ParsedArguments): string | null {
  atMost(args, 1);
  const given = args.positionals[0] ?? '.';
  if (isFolder(given)) return path.resolve(given);
  if (/^[.~]|[\\/]|^[A-Za-z]:/.test(given)) {
    throw new DurascopeError('InvalidArgument', `There is no folder '${given}'.`);
  }
  return null;
}

export function isFolder(given: string): boolean {
  return statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function serve(args: ParsedArguments, folder: string, terminal: Terminal): Promise<number> {
  const json = args.has('json');
  const input = (await jsonArgument(args.text('input'), '--input')) ?? null;
  const live = json ? jsonLog(terminal) : textLog(terminal);
  const end = endRequested();
  // Every function app has one; without it there are only the programs that connect.
  const hasApp = existsSync(path.join(folder, 'host.json'));
  const elsewhere = hasApp ? null : await appsBelowHint(folder);
  const options = {
    ...emulatorOptionsFrom(args, folder, (entry) => live.log(entry)),
    ...grpcOptions(args, elsewhere),
    app: hasApp,
  };
  await buildWhereDue(folder, args.has('build'), terminal);
  keepYoungGenerationSmall(await youngHalf(folder));
  // A person mends the app and watches; a program wants to know.
  const { startEmulator } = await import('../../emulator/emulator');
  const emulator = await startEmulator({ ...options, brokenApp: json ? 'fail' : 'wait' }).catch((error: unknown) => {
    // What led to it helps: the app's own lines, warnings about the store.
    live.open();
    throw error;
  });
  const printWorkers = (): void =>
    terminal.print(JSON.stringify({ event: 'connectedWorkersChanged', workers: emulator.connectedWorkers() }));
  try {
    emulator.hub.subscribe((changes) => live.changes(changes));
    collectWhenIdle(emulator.hub);
    emulator.onEvent((event) => {
      if (event.type === 'connectedWorkersChanged') {
        if (json) printWorkers();
        return;
      }
      if (event.type === 'functionsChanged' && !json) terminal.print(functionList(emulator, terminal));
      if (json) {
        const message = 'message' in event ? { message: event.message } : {};
        const problems = 'problems' in event ? { problems: event.problems } : {};
        terminal.print(JSON.stringify({ event: event.type, ...message, ...problems }));
      }
    });
    announce(emulator, elsewhere, json, terminal);
    // A program that waited for this emulator may have come before anybody listened.
    if (json && emulator.connectedWorkers().length > 0) printWorkers();
    live.open();
    const name = args.text('run');
    if (name !== undefined) await Promise.race([runOne(emulator, name, input, json, terminal), end]);
    await end;
    if (!json) terminal.print('Stopping ...');
    return 0;
  } finally {
    await emulator.stop();
  }
}

/** `elsewhere`: where there is no app, a sentence about those below, or nothing; null: there is one. */
function announce(emulator: Emulator, elsewhere: string | null, json: boolean, terminal: Terminal): void {
  const { style } = terminal;
  if (json) {
    terminal.print(
      JSON.stringify({
        event: 'ready',
        url: emulator.url,
        managementUrl: emulator.managementUrl,
        key: emulator.key,
        dataDir: emulator.dataDir,
        ...(emulator.grpc === null ? {} : { grpc: emulator.grpc }),
        pid: process.pid,
        ...(emulator.workerPid === undefined ? {} : { workerPid: emulator.workerPid }),
        functions: emulator
          .functions()
          .map(({ name, type, route }) => ({ name, type, ...(route === undefined ? {} : { route }) })),
        ...(emulator.appProblems.length === 0 ? {} : { problems: emulator.appProblems }),
      }),
    );
    return;
  }
  terminal.print('');
  terminal.print(
    elsewhere === null
      ? functionList(emulator, terminal)
      : `No function app here (no host.json): instances run in the programs that connect.${elsewhere}`,
  );
  terminal.print('');
  const hasHttp = emulator.functions().some((each) => each.type === 'http' && isTriggered(each));
  const facts: [string, string][] = [];
  // The table above has the addresses of HTTP functions.
  if (elsewhere === null && !hasHttp) facts.push(['App', emulator.url]);
  facts.push(
    ['Management', `${emulator.managementUrl}/instances?code=${emulator.key}`],
    ['Dashboard', `${emulator.url}/#code=${encodeURIComponent(emulator.key)}`],
    ['Data', emulator.dataDir ?? 'in memory'],
  );
  if (emulator.grpc !== null) facts.push(['Durable Task', emulator.grpc.connectionString]);
  for (const [label, value] of facts) terminal.print(`${style.dim(label.padEnd(13))} ${value}`);
  terminal.print('');
  terminal.print(style.green('Ready. Press Ctrl+C to stop.'));
}

/** `elsewhere`: as `announce` takes it. */
function grpcOptions(args: ParsedArguments, elsewhere: string | null): Pick<EmulatorOptions, 'grpc'> {
  const port = args.number('grpc-port', 0);
  if (port !== undefined && port > 65535) {
    throw new DurascopeError('InvalidArgument', `--grpc-port takes 0 to 65535, not ${port}.`);
  }
  if (!args.has('no-grpc')) return { grpc: port === undefined ? {} : { port } };
  if (port !== undefined) throw new DurascopeError('InvalidArgument', '--no-grpc and --grpc-port do not go together.');
  if (elsewhere !== null) {
    throw new DurascopeError(
      'AppInvalid',
      `There is no host.json in the folder, so no function app, and --no-grpc keeps other programs away.${elsewhere === '' ? ' Give the folder of the app.' : elsewhere}`,
    );
  }
  return {};
}

async function runOne(emulator: Emulator, name: string, input: string | null, json: boolean, terminal: Terminal): Promise<void> {
  const { instanceId } = await emulator.hub.start({ name: registeredName(emulator.functions(), name), input });
  const row = await endOf(emulator.hub, instanceId);
  const rows = toHistoryRows(await emulator.hub.history(instanceId), row.executionId, 'display');
  if (json) {
    printJson(terminal, { event: 'run', ...outcomeOf(row), history: rows });
    return;
  }
  terminal.print('');
  terminal.print(`${row.name} ${instanceId}: ${row.runtimeStatus}${row.output === null ? '' : ` ${row.output}`}`);
  terminal.print('');
  printHistory(rows, terminal);
  terminal.print('');
  terminal.print(terminal.style.green(`Up at ${emulator.url}. Press Ctrl+C to stop.`));
}
