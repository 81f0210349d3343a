import type { InstanceRow } from '../../core/instances/instance';
import type { InstanceQuery } from '../../core/ports/history-store';
import { type OrchestrationStatus, orchestrationStatusNumbers } from '../../core/values/status';
import { DurascopeError } from '../../core/values/errors';
import type { Options, ParsedArguments } from '../arguments';
import { atMost, type Command } from '../command';
import { connect, connectionOptions } from '../connection';
import { instanceTable, instanceView } from '../instance-view';

const allStatuses = Object.keys(orchestrationStatusNumbers) as OrchestrationStatus[];

export const filterOptions: Options = {
  status: { value: 'LIST', help: 'Only these runtime statuses, separated by commas: Running,Failed ...' },
  name: { value: 'NAME', help: 'Only instances of this orchestrator.' },
  prefix: { value: 'TEXT', help: 'Only ids that begin so.' },
};

export const instancesCommand: Command = {
  name: 'instances',
  takes: '',
  summary: 'List instances, the newest first.',
  options: {
    ...connectionOptions,
    ...filterOptions,
    limit: { value: 'N', help: 'At most so many (default 100).' },
  },
  async run(args, terminal) {
    atMost(args, 0);
    const limit = args.number('limit', 1) ?? 100;
    const hub = await connect(args);
    const rows: InstanceRow[] = [];
    let query: InstanceQuery = { ...filterOf(args), orderBy: 'createdTime', descending: true, pageSize: Math.min(limit, 1000) };
    for (;;) {
      const page = await hub.query(query);
      rows.push(...page.instances);
      if (page.continuationToken === undefined || rows.length >= limit) break;
      query = { ...query, continuationToken: page.continuationToken };
    }
    const shown = rows.slice(0, limit);
    if (args.has('json')) terminal.print(JSON.stringify(shown.map(instanceView)));
    else if (shown.length === 0) terminal.print('No instances.');
    else terminal.print(instanceTable(shown, terminal));
    return 0;
  },
};

/** Of {@link filterOptions}; empty when none was given. */
export function filterOf(args: ParsedArguments): InstanceQuery {
  const name = args.text('name');
  const prefix = args.text('prefix');
  const status = args.text('status');
  return {
    ...(name === undefined ? {} : { names: [name] }),
    ...(prefix === undefined ? {} : { instanceIdPrefix: prefix }),
    ...(status === undefined ? {} : { statuses: statusList(status) }),
  };
}

/** A comma-separated list of runtime statuses, in any case. */
export function statusList(text: string): OrchestrationStatus[] {
  return text.split(',').map((part) => {
    const wanted = part.trim().toLowerCase();
    const status = allStatuses.find((each) => each.toLowerCase() === wanted);
    if (status === undefined) {
      throw new DurascopeError('InvalidArgument', `'${part}' is no runtime status. There are ${allStatuses.join(', ')}.`);
    }
    return status;
  });
}
