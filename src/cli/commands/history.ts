import { countText } from '../../base/count-text';
import type { InstanceRow } from '../../core/instances/instance';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { type HistoryOrder, toHistoryRows } from '../../core/history/history-rows';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { anyHubOptions, historyOf, reachHub } from '../hub-connection';
import { existingInstance } from '../existing-instance';
import { printHistory } from '../history-table';
import { printJson } from '../print-json';
import type { Terminal } from '../terminal';

/** Longer ones are printed part by part. */
export const longestAtOnce = 20_000;
const partRows = 4000;

export const orderOption = {
  order: {
    value: 'commit|display',
    help: 'As people read it (display, the default) or as it was written and is replayed (commit).',
  },
} as const;

export const historyCommand: Command = {
  name: 'history',
  takes: 'ID',
  summary: 'Print the history table of an instance.',
  options: { ...anyHubOptions, ...orderOption },
  async run(args, terminal) {
    atMost(args, 1);
    const id = required(args, 0, 'The instance id');
    const order = orderOf(args);
    const hub = await reachHub(args);
    const row = await existingInstance(hub, id);
    if (row.historyLength > longestAtOnce) {
      await printLong(hub, row, args, terminal);
      return 0;
    }
    const { events, notes } = await historyOf(hub, id);
    const rows = toHistoryRows(events, row.executionId, order);
    if (args.has('json')) printJson(terminal, rows);
    else if (rows.length === 0) terminal.print(noHistory(row));
    else printHistory(rows, terminal);
    for (const note of notes) terminal.warn(`note: ${note}`);
    return 0;
  },
};

function noHistory({ instanceId, runtimeStatus }: InstanceRow): string {
  return runtimeStatus === 'Pending'
    ? `The instance '${instanceId}' is Pending and has no history yet.`
    : `The instance '${instanceId}' is ${runtimeStatus}; there is no history of it.`;
}

/** As it is read: nothing of it is held. */
async function printLong(
  hub: Pick<TaskHubClient, 'history'>,
  { instanceId, executionId, historyLength }: InstanceRow,
  args: ParsedArguments,
  terminal: Terminal,
): Promise<void> {
  const isJson = args.has('json');
  terminal.warn(`note: ${countText(historyLength, 'row')}, printed in the order in which they were written.`);
  let from = 0;
  for (;;) {
    const events = await hub.history(instanceId, from, partRows);
    if (events.length === 0) break;
    const rows = toHistoryRows(events, executionId, 'commit', from);
    if (isJson) for (const [at, row] of rows.entries()) terminal.write(`${from + at === 0 ? '[' : ','}${JSON.stringify(row)}`);
    else printHistory(rows, terminal);
    from += events.length;
  }
  if (isJson) terminal.write(from === 0 ? '[]\n' : ']\n');
}

export function orderOf(args: ParsedArguments): HistoryOrder {
  const order = args.text('order') ?? 'display';
  if (order === 'commit' || order === 'display') return order;
  throw new DurascopeError('InvalidArgument', `--order takes 'commit' or 'display', not '${order}'.`);
}
