import { countText } from '../../base/count-text';
import type { EntityDetails, EntityInfo } from '../../core/entities/entity-views';
import type { EntityQuery } from '../../core/entities/entity-views';
import type { TaskHubClient } from '../../core/ports/task-hub-client';
import { DurascopeError } from '../../core/values/errors';
import { fromTimestamp, toTimestamp } from '../../core/values/time';
import type { ParsedArguments } from '../arguments';
import { atMost, type Command, required } from '../command';
import { actingOptions, reachHub, reachHubToAct } from '../hub-connection';
import { jsonArgument } from '../json-argument';
import { renderTable } from '../table';
import type { Terminal } from '../terminal';
import { printJson } from '../print-json';

type Hub = TaskHubClient;

/** `durascope entity` and what follows. */
export const entityCommand: Command = {
  name: 'entity',
  takes: 'list | show ID | signal ID OPERATION | clean',
  summary: 'List entities, show one, send it an operation, or clean up after them.',
  details:
    'Entities are named @name@key: durascope entity signal @counter@a add --input 5. "clean" removes entities without state and takes\n' +
    'locks from instances that have ended.',
  options: {
    ...actingOptions,
    name: { value: 'NAME', help: 'list: only entities of this function.' },
    all: { help: 'list: also those that were deleted and not yet cleaned up.' },
    limit: { value: 'N', help: 'list: at most so many (default 100).' },
    input: { value: 'JSON', short: 'i', help: 'signal: the input as JSON, or @file (default none).' },
    at: { value: 'TIME', help: 'signal: not before this time (ISO 8601).' },
  },
  async run(args, terminal) {
    const action = required(args, 0, 'What to do (list, show, signal or clean)');
    const act = actions[action];
    if (act === undefined) {
      throw new DurascopeError(
        'InvalidArgument',
        `'${action}' is nothing to do with entities. There are list, show, signal and clean.`,
      );
    }
    const isChange = action === 'signal' || action === 'clean';
    return act(await (isChange ? reachHubToAct(args) : reachHub(args)), args, terminal);
  },
};

const actions: Readonly<Record<string, (hub: Hub, args: ParsedArguments, terminal: Terminal) => Promise<number>>> = {
  async list(hub, args, terminal) {
    atMost(args, 1);
    const limit = args.number('limit', 1) ?? 100;
    const name = args.text('name');
    const found: EntityInfo[] = [];
    let query: EntityQuery = { includeState: true, includeTransient: args.has('all'), pageSize: Math.min(limit, 1000) };
    if (name !== undefined) query = { ...query, name };
    for (;;) {
      const page = await hub.queryEntities(query);
      found.push(...page.entities);
      if (page.continuationToken === undefined || found.length >= limit) break;
      query = { ...query, continuationToken: page.continuationToken };
    }
    const shown = found.slice(0, limit);
    if (args.has('json')) printJson(terminal, shown.map(entityView));
    else if (shown.length === 0) terminal.print('No entities.');
    else terminal.print(entityTable(shown, terminal));
    return 0;
  },
  async show(hub, args, terminal) {
    atMost(args, 2);
    const instanceId = required(args, 1, 'The entity id (@name@key)');
    const entity = await hub.getEntity(instanceId);
    if (entity === undefined) {
      throw new DurascopeError(
        'InstanceNotFound',
        `There is no entity '${instanceId}'. Its id is @name@key, with the name in lower case.`,
      );
    }
    terminal.print(args.has('json') ? JSON.stringify(entityView(entity)) : entityText(entity));
    return 0;
  },
  async signal(hub, args, terminal) {
    atMost(args, 3);
    const instanceId = required(args, 1, 'The entity id (@name@key)');
    // Its name may be empty.
    const operation = args.positionals[2] ?? required(args, 2, 'The operation');
    const input = await jsonArgument(args.text('input'), '--input');
    const at = args.text('at');
    const ms = at === undefined ? 0 : fromTimestamp(at);
    if (Number.isNaN(ms)) {
      throw new DurascopeError('InvalidArgument', `--at takes a time like 2026-01-31T08:00:00Z, not '${String(at)}'.`);
    }
    await hub.signalEntity(instanceId, operation, {
      ...(input === undefined ? {} : { input }),
      ...(at === undefined ? {} : { scheduledTime: toTimestamp(ms) }),
    });
    terminal.print(args.has('json') ? JSON.stringify({ instanceId, operation }) : `Sent ${operation} to ${instanceId}.`);
    return 0;
  },
  async clean(hub, args, terminal) {
    atMost(args, 1);
    const cleaned = await hub.cleanEntityStorage();
    const { emptyEntitiesRemoved: removed, orphanedLocksReleased: released } = cleaned;
    terminal.print(
      args.has('json')
        ? JSON.stringify(cleaned)
        : `Removed ${countText(removed, 'empty entity', 'empty entities')}, released ${countText(released, 'orphaned lock')}.`,
    );
    return 0;
  },
};

function entityView(entity: EntityInfo | EntityDetails): Record<string, unknown> {
  const { state, ...rest } = entity;
  return { ...rest, state: state === null ? null : (JSON.parse(state) as unknown) };
}

function entityTable(entities: readonly EntityInfo[], terminal: Terminal): string {
  return renderTable(
    entities,
    [
      { header: 'ENTITY', cell: (entity) => entity.instanceId },
      { header: 'LAST OPERATION', cell: (entity) => entity.lastOperationTime.slice(0, 19).replace('T', ' ') },
      { header: 'WAITING', cell: (entity) => (entity.queueSize === 0 ? '' : String(entity.queueSize)), optional: true },
      { header: 'LOCKED BY', cell: (entity) => entity.lockedBy ?? '', optional: true },
      { header: 'STATE', cell: (entity) => entity.state ?? '', minWidth: 10 },
    ],
    terminal.columns,
    terminal.style,
  );
}

function entityText(entity: EntityDetails): string {
  const lines = [
    entity.instanceId,
    `  state           ${entity.state ?? '(none)'}`,
    `  last operation  ${entity.lastOperationTime}`,
    `  locked by       ${entity.lockedBy ?? '(nobody)'}`,
  ];
  for (const [index, request] of entity.queue.entries()) {
    const what = request.lockset === undefined ? `operation ${request.op ?? ''}` : 'lock';
    lines.push(`  ${index === 0 ? 'waiting       ' : '              '}  ${what} of ${request.parent ?? 'a client'}`);
  }
  return lines.join('\n');
}
