import type { InstanceRow } from '../../core/instances/instance';
import type { InstanceQuery } from '../../core/ports/history-store';
import { type OrchestrationStatus, orchestrationStatusNumbers } from '../../core/values/status';
import { DurascopeError } from '../../core/values/errors';
import type { Options, ParsedArguments } from '../arguments';
import { atMost, type Command } from '../command';
import { anyHubOptions, reachHub } from '../hub-connection';
import { instanceTable, instanceView } from '../instance-view';
import { printJson } from '../print-json';

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
    ...anyHubOptions,
    ...filterOptions,
    limit: { value: 'N', help: 'At most so many (default 100).' },
  },
  async run(args, terminal) {
    atMost(args, 0);
    const limit = args.number('limit', 1) ?? 100;
    const hub = await reachHub(args);
    const rows: InstanceRow[] = [];
    let query: InstanceQuery = { ...filterOf(args), orderBy: 'createdTime', descending: true, pageSize: Math.min(limit, 1000) };
    let isById = false;
    for (;;) {
      const page = await hub.query(query);
      isById ||= page.orderedBy === 'instanceId';
      rows.push(...page.instances);
      if (page.continuationToken === undefined || rows.length >= limit) break;
      query = { ...query, continuationToken: page.continuationToken };
    }
    const shown = rows.slice(0, limit);
    if (args.has('json')) printJson(terminal, shown.map(instanceView));
    else if (shown.length === 0) terminal.print('No instances.');
    else terminal.print(instanceTable(shown, terminal));
    if (isById)
      terminal.warn(
        'In the order of ids: this hub has too many instances for another order. --status, --name and --prefix narrow them down.',
      );
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
