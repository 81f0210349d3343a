import { countText } from '../../base/count-text';
import { DurascopeError } from '../../core/values/errors';
import type { AttachedHub, CountsByStatus, HubFacts } from '../../hubs/attached-hub';
import { findCandidates } from '../../hubs/candidates';
import { targetLabel } from '../../hubs/hub-target';
import { atMost, type Command } from '../command';
import { hubOptions, openNamed } from '../hub-connection';
import { type Column, renderTable } from '../table';
import type { Terminal } from '../terminal';

export const attachCommand: Command = {
  name: 'attach',
  takes: '[CONNECTION]',
  summary: 'Look at a task hub of a real engine: how much is in it, who works on it. Nothing is written.',
  details:
    'CONNECTION is UseDevelopmentStorage=true, env:NAME (an environment variable with a connection string or a SAS URL), the address of a\n' +
    'running Functions host (http://localhost:7071), grpc://localhost:4001 or the connection string of a Durable Task server, or the folder of an\n' +
    'app. Without it: what there is on this machine.\n' +
    'instances, show, history, export, replay and check take the same with --hub, and so do the commands that change an instance, with --act.',
  options: {
    'task-hub': hubOptions['task-hub'] ?? { help: '' },
    count: { help: 'Count the instances by status, however many there are.' },
  },
  async run(args, terminal) {
    atMost(args, 1);
    const [text] = args.positionals;
    if (text === undefined) return listCandidates(args.has('json'), terminal);
    const hub = await openNamed(text, args.text('task-hub') ?? null);
    try {
      const [facts, counts] = await Promise.all([hub.facts(), args.has('count') ? counted(hub, terminal) : firstOf(hub)]);
      if (args.has('json')) {
        terminal.print(JSON.stringify({ hub: hub.label, readOnly: hub.capabilities.readOnly ?? null, ...counts, ...facts }));
      } else print(hub, counts, facts, terminal);
      return 0;
    } finally {
      hub.dispose();
    }
  },
};

interface Counted {
  counts: CountsByStatus;
  /** There are more: only the first are counted. */
  isPartial: boolean;
}

/** Of the first page: enough for a small hub, and cheap for a large one. */
async function firstOf(hub: AttachedHub): Promise<Counted> {
  const { instances, continuationToken } = await hub.query({ pageSize: 1000, entities: 'include' });
  const counts: CountsByStatus = {};
  for (const { runtimeStatus } of instances) counts[runtimeStatus] = (counts[runtimeStatus] ?? 0) + 1;
  return { counts, isPartial: continuationToken !== undefined };
}

async function counted(hub: AttachedHub, terminal: Terminal): Promise<Counted> {
  let told = 0;
  const progress = (counts: CountsByStatus): void => {
    const all = total(counts);
    if (all - told < 10_000) return;
    told = all;
    terminal.warn(`counted ${all} ...`);
  };
  return { counts: await hub.count({}, { progress }), isPartial: false };
}

function print(
  hub: AttachedHub,
  { counts, isPartial }: Counted,
  { queues, partitions, notes }: HubFacts,
  terminal: Terminal,
): void {
  const { style } = terminal;
  terminal.print(`${style.bold(hub.label)}  ${hub.capabilities.readOnly === undefined ? '' : style.dim('read only')}`);
  const byStatus = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  terminal.print(
    `${isPartial ? 'Of the first ' : ''}${countText(total(counts), 'instance')}: ${byStatus.length === 0 ? 'none' : byStatus.join(', ')}` +
      (isPartial ? '. --count counts all of them.' : ''),
  );
  if (partitions !== null && partitions.length > 0) {
    terminal.print('');
    terminal.print(renderTable(partitions, partitionColumns, terminal.columns, style));
  }
  if (queues !== null && queues.length > 0) {
    terminal.print('');
    terminal.print(renderTable(queues, queueColumns, terminal.columns, style));
  }
  for (const note of notes) terminal.print(style.dim(`note: ${note}`));
}

const partitionColumns: readonly Column<NonNullable<HubFacts['partitions']>[number]>[] = [
  { header: 'Partition', cell: ({ name }) => name, minWidth: 12 },
  { header: 'Owner', cell: ({ owner }) => owner ?? '-', minWidth: 8 },
  { header: 'LastRenewal', cell: ({ lastRenewal }) => lastRenewal ?? '-' },
  { header: 'Lease', cell: ({ isExpired, isDraining }) => (isExpired ? 'run out' : isDraining ? 'draining' : 'held') },
];

const queueColumns: readonly Column<NonNullable<HubFacts['queues']>[number]>[] = [
  { header: 'Queue', cell: ({ name }) => name, minWidth: 12 },
  { header: 'Messages', cell: ({ messages }) => String(messages) },
];

function total(counts: CountsByStatus): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function listCandidates(isJson: boolean, terminal: Terminal): Promise<number> {
  const found = await findCandidates([process.cwd()]);
  if (isJson) {
    terminal.print(JSON.stringify(found.map(({ target, source }) => ({ hub: targetLabel(target), source }))));
    return 0;
  }
  if (found.length === 0) {
    throw new DurascopeError(
      'HubNotFound',
      "No task hub was found: no app in this folder, and nothing listens where Azurite (10002) a Functions host (7071) or a scheduler's emulator (8080) would. Say where it is: durascope attach CONNECTION.",
    );
  }
  for (const { target, source, argument } of found) {
    terminal.print(`${targetLabel(target)}  ${terminal.style.dim(source)}`);
    terminal.print(`  durascope attach "${argument}"`);
  }
  return 0;
}
