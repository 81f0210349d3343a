import { DurascopeError } from '../../core/values/errors';
import { fromTimestamp, toTimestamp } from '../../core/values/time';
import type { Options, ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { sayWhereBroken } from '../broken-app';
import { actingOptions, reachHubToAct } from '../hub-connection';
import { instanceText } from '../instance-view';
import { jsonArgument } from '../json-argument';
import { endOf, outcomeOf } from '../outcome';
import type { Terminal } from '../terminal';

export const startInstanceOptions: Options = {
  ...actingOptions,
  input: { value: 'JSON', short: 'i', help: "The orchestrator's input as JSON, or @file." },
  id: { value: 'ID', help: 'The instance id (default: a new one).' },
  version: { value: 'VERSION', help: 'The version of the instance (default: defaultVersion of host.json).' },
  tags: { value: 'NAME=VALUE,...', help: 'Tags of the instance, which its sub-orchestrations inherit.' },
  at: { value: 'TIME', help: 'Start it at this time (ISO 8601).' },
  wait: { help: 'Wait for its end; the exit code is then that of run.' },
};

export const startInstanceCommand: Command = {
  name: 'start-instance',
  takes: 'NAME',
  summary: 'Start an orchestrator of the running emulator.',
  options: startInstanceOptions,
  run: startInstance,
};

export async function startInstance(args: ParsedArguments, terminal: Terminal): Promise<number> {
  atMost(args, 1);
  const name = required(args, 0, 'The name of the orchestrator');
  const input = await jsonArgument(args.text('input'), '--input');
  const id = args.text('id');
  const at = args.text('at');
  if (at !== undefined && Number.isNaN(fromTimestamp(at))) {
    throw new DurascopeError('InvalidArgument', `--at takes a time like 2026-01-31T08:00:00Z, not '${at}'.`);
  }
  const version = args.text('version');
  const tags = tagsOf(args.text('tags'));
  const hub = await reachHubToAct(args);
  const { instanceId } = await hub.start({
    name,
    input: input ?? null,
    ...(id === undefined ? {} : { instanceId: id }),
    ...(version === undefined ? {} : { version }),
    ...(tags === undefined ? {} : { tags }),
    ...(at === undefined ? {} : { scheduledStartTime: toTimestamp(fromTimestamp(at)) }),
  });
  await sayWhereBroken(hub, terminal);
  if (!args.has('wait')) {
    terminal.print(args.has('json') ? JSON.stringify({ instanceId }) : `Started ${name}: ${instanceId}`);
    return 0;
  }
  const row = await endOf(hub, instanceId);
  terminal.print(args.has('json') ? JSON.stringify(outcomeOf(row)) : instanceText(row, terminal));
  return row.runtimeStatus === 'Completed' ? 0 : 1;
}

function tagsOf(given: string | undefined): Record<string, string> | undefined {
  if (given === undefined) return undefined;
  return Object.fromEntries(
    given.split(',').map((part) => {
      const at = part.indexOf('=');
      if (at > 0) return [part.slice(0, at).trim(), part.slice(at + 1)] as const;
      throw new DurascopeError('InvalidArgument', `--tags takes NAME=VALUE, several with commas between them, not '${given}'.`);
    }),
  );
}
