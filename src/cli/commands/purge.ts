import { DurascopeError } from '../../core/values/errors';
import type { PurgeFilter } from '../../core/ports/task-hub-client';
import { fromTimestamp, toTimestamp } from '../../core/values/time';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command } from '../command';
import { actingOptions, reachHubToAct } from '../hub-connection';
import { statusList } from './instances';

export const purgeCommand: Command = {
  name: 'purge',
  takes: '[ID]',
  summary: 'Delete an ended instance with its history, or all ended instances that a filter lets through.',
  options: {
    ...actingOptions,
    all: { help: 'All ended instances.' },
    status: { value: 'LIST', help: 'Ended instances of these statuses, separated by commas.' },
    from: { value: 'TIME', help: 'Ended instances created at this time or later (ISO 8601).' },
    to: { value: 'TIME', help: 'Ended instances created at this time or earlier.' },
  },
  async run(args, terminal) {
    atMost(args, 1);
    const instanceId = args.positionals[0];
    const filter = filterOf(args);
    if ((instanceId === undefined) === (filter === undefined)) {
      throw new DurascopeError('InvalidArgument', 'Name one instance id, or choose with --all, --status, --from and --to.');
    }
    const hub = await reachHubToAct(args);
    const deleted = instanceId === undefined ? await hub.purgeBy(filter ?? {}) : await hub.purge(instanceId);
    if (args.has('json')) terminal.print(JSON.stringify({ instancesDeleted: deleted }));
    else if (instanceId !== undefined && deleted === 0) terminal.warn(`There is no instance '${instanceId}'.`);
    else terminal.print(`Deleted ${deleted} ${deleted === 1 ? 'instance' : 'instances'}.`);
    return instanceId !== undefined && deleted === 0 ? 1 : 0;
  },
};

function filterOf(args: ParsedArguments): PurgeFilter | undefined {
  const status = args.text('status');
  const from = args.text('from');
  const to = args.text('to');
  if (!args.has('all') && status === undefined && from === undefined && to === undefined) return undefined;
  return {
    ...(status === undefined ? {} : { statuses: statusList(status) }),
    ...(from === undefined ? {} : { createdTimeFrom: timeOf(from, '--from') }),
    ...(to === undefined ? {} : { createdTimeTo: timeOf(to, '--to') }),
  };
}

function timeOf(text: string, option: string): string {
  const epochMs = fromTimestamp(text);
  if (Number.isNaN(epochMs)) {
    throw new DurascopeError('InvalidArgument', `${option} takes a time like 2026-01-31T08:00:00Z, not '${text}'.`);
  }
  return toTimestamp(epochMs);
}
