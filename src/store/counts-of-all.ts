/** How many instances there are by status, without writing what is pending: who watches a hub at work counts again and again. */
import type { InstanceQuery } from '../core/ports/history-store';
import { isEntityId } from '../core/values/instance-id';
import type { OrchestrationStatus } from '../core/values/status';
import { countInstancesByStatus } from './instance-query';
import type { PendingChanges } from './pending-changes';
import type { SqlConnection } from './sql-connection';

type Counts = Partial<Record<OrchestrationStatus, number>>;

/** Whether a question asks for no more than that; entities may be left out, or be the only ones. */
export function asksForAll(query: InstanceQuery): boolean {
  return Object.keys(query).every((name) => name === 'entities');
}

/** Those of SQL (undefined: there is none), with pending rows in place of what SQL has of them. Nothing is purged that SQL still has. */
export function countsOfAll(
  pending: PendingChanges,
  sql: SqlConnection | undefined,
  { entities = 'include' }: InstanceQuery,
): Counts {
  const counts = new Map<OrchestrationStatus | 'none', number>();
  const add = (status: OrchestrationStatus | 'none', count: number): void => {
    counts.set(status, (counts.get(status) ?? 0) + count);
  };
  if (sql !== undefined) for (const [status, count] of countsInSql(sql, { entities })) add(status, count);
  for (const instance of pending.instances.values()) {
    const { id, row } = instance;
    if (row === null) continue;
    if (entities !== 'include' && isEntityId(id) !== (entities === 'only')) continue;
    if (sql !== undefined) add((instance.inSql ??= statusInSql(sql, id)), -1);
    add(row.runtimeStatus, 1);
  }
  counts.delete('none');
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

function countsInSql(sql: SqlConnection, query: InstanceQuery): [OrchestrationStatus, number][] {
  return Object.entries(countInstancesByStatus(sql, query)) as [OrchestrationStatus, number][];
}

function statusInSql(sql: SqlConnection, id: string): OrchestrationStatus | 'none' {
  return (sql.row('SELECT status FROM instances WHERE id = ?', [id])?.[0] ?? 'none') as OrchestrationStatus | 'none';
}
