/** How a command reaches a hub: that of a running emulator, or with --hub one of a real engine. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DurascopeError } from '../core/values/errors';
import type { HistoryEvent } from '../core/history/history';
import type { HubClock } from '../core/ports/hub-clock';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { SystemClock } from '../emulator/time/system-clock';
import { hubOfApp } from '../hubs/app-hub';
import { azureCliTokens } from '../hubs/access-token';
import type { AttachedHub } from '../hubs/attached-hub';
import { holdsSecret, hubNamed, type HubTarget, hubTarget } from '../hubs/hub-target';
import { openHub, type OpenHubOptions } from '../hubs/open-hub';
import type { Options, ParsedArguments } from './arguments';
import type { HubWithApp } from './broken-app';
import { connect, connectionOptions } from './connection';

export const hubOptions: Options = {
  hub: {
    value: 'CONNECTION',
    help: 'A hub of a real engine instead of an emulator: UseDevelopmentStorage=true, env:NAME, http://..., grpc://..., or the folder of an app.',
  },
  'task-hub': { value: 'NAME', help: 'Its name, where the connection does not say it.' },
};

export const anyHubOptions: Options = { ...connectionOptions, ...hubOptions };

/** Of commands that change something. */
export const actingOptions: Options = {
  ...anyHubOptions,
  act: { value: 'NAME', help: 'With --hub: that it may be changed. NAME is the name of the hub, or the address of its host.' },
  through: {
    value: 'CONNECTION',
    help: 'With --hub of a storage: the Functions host that runs it, by which it is changed (http://localhost:7071, env:NAME).',
  },
};

/** The hub that --hub names, where --act says so in words; else the emulator's. */
export async function reachHubToAct(args: ParsedArguments): Promise<TaskHubClient & HubWithApp & { dispose(): void }> {
  const looked = await attachedHub(args);
  if (looked === undefined) {
    for (const option of ['act', 'through']) {
      if (args.text(option) === undefined) continue;
      throw new DurascopeError('InvalidArgument', `--${option} is for hubs of real engines, which --hub names.`);
    }
    return connect(args);
  }
  const { name, label } = looked;
  looked.dispose();
  const word = args.text('act');
  if (word === undefined) {
    throw new DurascopeError(
      'NotSupported',
      `${label} is a hub of a real engine, which no command changes unless it says so: add --act ${name}.`,
    );
  }
  if (word.toLowerCase() !== name.toLowerCase()) {
    throw new DurascopeError('InvalidArgument', `--act names '${word}', but --hub is '${name}' (${label}). Nothing was done.`);
  }
  const through = args.text('through');
  const host = through === undefined ? undefined : await targetOf(through, null);
  if (host !== undefined && host.kind !== 'functionsHost') {
    throw new DurascopeError(
      'InvalidArgument',
      '--through takes the address of a running Functions host (http://localhost:7071).',
    );
  }
  return openTarget(args, { mayAct: true, ...(host === undefined ? {} : { actThrough: host }) });
}

/** The hub that --hub names, else the emulator's, which alone has a clock of its own. */
export async function reachHub(args: ParsedArguments): Promise<TaskHubClient & Partial<Pick<HubClock, 'clock'>>> {
  return (await attachedHub(args)) ?? connect(args);
}

/** With what is missing of it, in whole sentences. */
export async function historyOf(
  hub: TaskHubClient | AttachedHub,
  instanceId: string,
): Promise<{ events: readonly HistoryEvent[]; notes: readonly string[] }> {
  return 'historyWithNotes' in hub ? hub.historyWithNotes(instanceId) : { events: await hub.history(instanceId), notes: [] };
}

/** Undefined without --hub. `isBeside`: an emulator is reached as well. */
export async function attachedHub(args: ParsedArguments, { isBeside = false } = {}): Promise<AttachedHub | undefined> {
  const text = args.text('hub');
  if (text === undefined) {
    if (args.text('task-hub') === undefined) return undefined;
    throw new DurascopeError('InvalidArgument', '--task-hub names a hub behind a connection, which --hub gives.');
  }
  for (const option of isBeside ? [] : ['url', 'key']) {
    if (args.text(option) !== undefined) {
      throw new DurascopeError('InvalidArgument', `Either --hub or --${option}: a hub of a real engine, or a running emulator.`);
    }
  }
  return openTarget(args, {});
}

async function openTarget(args: ParsedArguments, more: Partial<OpenHubOptions>): Promise<AttachedHub> {
  const hub = await openNamed(args.text('hub') ?? '', args.text('task-hub') ?? null, more);
  args.atEnd.push(() => hub.dispose());
  return hub;
}

/** Opens what a person has typed; where there are other hubs than the one that is meant, says how one of them is named. */
export async function openNamed(text: string, hubName: string | null, more: Partial<OpenHubOptions> = {}): Promise<AttachedHub> {
  const target = await targetOf(text, hubName);
  try {
    return await openHub(target, { clock: new SystemClock(), tokens: azureCliTokens(), onWait: tellWait, ...more });
  } catch (error) {
    const others: unknown = DurascopeError.is(error, 'HubNotFound') ? error.details['hubs'] : undefined;
    if (!DurascopeError.is(error) || !Array.isArray(others) || others.length === 0) throw error;
    throw new DurascopeError('HubNotFound', `${error.message} Choose one with --task-hub ${String(others[0])}.`, {
      cause: error,
      details: error.details,
    });
  }
}

/** Whoever waits is told why; Ctrl+C ends it. */
function tellWait(words: string | null): void {
  if (words !== null) process.stderr.write(`note: ${words}\n`);
}

/** What a person has typed: `env:NAME`, a folder, or a connection without secrets. */
async function targetOf(text: string, hubName: string | null): Promise<HubTarget> {
  const variable = /^env:(\w+)$/.exec(text)?.[1];
  if (variable !== undefined) {
    const value = process.env[variable];
    if (value === undefined || value === '') {
      throw new DurascopeError('InvalidArgument', `There is no environment variable ${variable} with a connection in it.`);
    }
    return hubTarget(value, hubName);
  }
  if (holdsSecret(text)) {
    throw new DurascopeError(
      'InvalidArgument',
      'This connection holds a key, which every program on this machine could read in the list of processes. Put it into an environment variable and name that: --hub env:MY_HUB.',
    );
  }
  if (existsSync(path.join(text, 'host.json'))) {
    const target = await hubOfApp(text);
    return hubName === null ? target : hubNamed(target, hubName);
  }
  if (existsSync(text)) {
    throw new DurascopeError(
      'InvalidArgument',
      `There is no host.json in ${text}: give the folder of a function app, or a connection.`,
    );
  }
  return hubTarget(text, hubName);
}
