import { DurascopeError } from '../../core/values/errors';
import { type HistoryOrder, toHistoryRows } from '../../core/history/history-rows';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { anyHubOptions, historyOf, reachHub } from '../hub-connection';
import { existingInstance } from '../existing-instance';
import { printHistory } from '../history-table';
import { printJson } from '../print-json';

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
    const { events, notes } = await historyOf(hub, id);
    const rows = toHistoryRows(events, row.executionId, order);
    if (args.has('json')) printJson(terminal, rows);
    else if (rows.length === 0) terminal.print(`The instance '${id}' is ${row.runtimeStatus} and has no history yet.`);
    else printHistory(rows, terminal);
    for (const note of notes) terminal.warn(`note: ${note}`);
    return 0;
  },
};

export function orderOf(args: ParsedArguments): HistoryOrder {
  const order = args.text('order') ?? 'display';
  if (order === 'commit' || order === 'display') return order;
  throw new DurascopeError('InvalidArgument', `--order takes 'commit' or 'display', not '${order}'.`);
}
