/** The options of the commands that start an emulator of their own. */
import path from 'node:path';
import { DurascopeError } from '../core/values/errors';
import { productionStores } from '../core/instances/production-store';
import { clientIdRules } from '../core/values/instance-id';
import { durableTimers } from '../core/values/time';
import type { Logger } from '../core/ports/logger';
import type { EmulatorOptions } from '../emulator/emulator';
import { parseClockChange } from '../core/values/clock-change';
import type { EarlyProcess } from '../emulator/thread/early-process';
import type { Options, ParsedArguments } from './arguments';

export const emulatorOptions: Options = {
  port: { value: 'N', short: 'p', help: 'Port of the local server; 0 takes any that is free.' },
  data: { value: 'DIR', help: 'Where histories are kept (default <app>/.durascope).' },
  memory: { help: 'Keep nothing on disk.' },
  durability: { value: 'interval|strict', help: 'Flush the journal now and then (default) or on every commit.' },
  'no-run-ahead': {
    help: 'Hand out each activity only when its schedule is in the journal (docs/decisions/0006-running-ahead.md).',
  },
  watchdog: { value: 'MS', help: 'Report an orchestrator that blocks the app for so long (default 10000; 0: never).' },
  'http-stubs': { value: 'FILE', help: "Answers to the app's durable HTTP calls (default <app>/durascope.http.json)." },
  'production-store': {
    value: 'NAME',
    help: `Warn of what it would do otherwise: ${productionStores.join(', ')} (default: as host.json says).`,
  },
  clock: {
    value: 'auto|paused|TIME',
    help: "The hub's clock: auto jumps to what is due when nothing runs; TIME as 2026-12-31T09:00:00Z.",
  },
  'client-id-rules': {
    value: clientIdRules.join('|'),
    help: 'Ids that clients may choose: what the documents allow (default), or whatever the real extension takes.',
  },
  timers: {
    value: durableTimers.join('|'),
    help: 'Durable timers come due on time (default), or up to a second early as in the real engine.',
  },
  'no-timers': { help: 'Run timer triggers by hand only (durascope invoke NAME).' },
  node: { value: 'PATH', help: 'Node.js to run the app with (default: the one that runs this).' },
  inspect: { help: 'Let a debugger attach to the process that runs the app.' },
};

let waiting: EarlyProcess | undefined;

/** For the first emulator that is started with `emulatorOptionsFrom`. */
export function useEarlyProcess(early: EarlyProcess | undefined): void {
  waiting = early;
}

export function emulatorOptionsFrom(args: ParsedArguments, appDir: string, logger: Logger): EmulatorOptions {
  const port = args.number('port', 0);
  if (port !== undefined && port > 65535) throw new DurascopeError('InvalidArgument', `--port takes 0 to 65535, not ${port}.`);
  const data = args.text('data');
  const durability = args.text('durability') ?? 'interval';
  if (durability !== 'interval' && durability !== 'strict') {
    throw new DurascopeError('InvalidArgument', `--durability takes 'interval' or 'strict', not '${durability}'.`);
  }
  if (args.has('memory') && data !== undefined) {
    throw new DurascopeError('InvalidArgument', '--memory keeps nothing on disk, so --data DIR cannot be given with it.');
  }
  const httpStubs = args.text('http-stubs');
  const clock = args.text('clock');
  const nodePath = args.text('node');
  const productionStore = oneOf('production-store', productionStores, args.text('production-store'));
  const idRules = oneOf('client-id-rules', clientIdRules, args.text('client-id-rules'));
  const timers = oneOf('timers', durableTimers, args.text('timers'));
  const watchdogMs = args.number('watchdog', 0);
  return {
    appDir,
    logger,
    durability,
    memory: args.has('memory'),
    ...(port === undefined ? {} : { port }),
    ...(data === undefined ? {} : { dataDir: path.resolve(data) }),
    ...(idRules === undefined ? {} : { clientIdRules: idRules }),
    ...(timers === undefined ? {} : { durableTimers: timers }),
    ...(productionStore === undefined ? {} : { productionStore }),
    ...(httpStubs === undefined ? {} : { httpStubs: path.resolve(httpStubs) }),
    ...(watchdogMs === undefined ? {} : { watchdogMs }),
    ...(args.has('no-run-ahead') ? { runAhead: false } : {}),
    ...(nodePath === undefined ? {} : { nodePath }),
    ...(clock === undefined ? {} : { clock: parseClockChange(clock) }),
    ...(args.has('no-timers') ? { timers: 'off' as const } : {}),
    ...(args.has('inspect') ? { inspectPort: true as const } : {}),
    ...(waiting === undefined ? {} : { waiting }),
  };
}

/** Case does not count. */
function oneOf<T extends string>(option: string, values: readonly T[], given: string | undefined): T | undefined {
  if (given === undefined) return undefined;
  const found = values.find((each) => each.toLowerCase() === given.toLowerCase());
  if (found !== undefined) return found;
  throw new DurascopeError('InvalidArgument', `--${option} takes ${values.join(', ')}, not '${given}'.`);
}
