/** How many instances there are by status, without writing what is pending: who watches a hub at work counts again and again. */
import type { InstanceQuery } from '../core/ports/history-store';
import { isEntityId } from '../core/values/instance-id';
import type { OrchestrationStatus } from '../core/values/status';
import { countInstancesByStatus } from './instance-query';
import type { PendingChanges } from './pending-changes';
import type { SqlConnection } from './sql-connection';

type Counts = Partial<Record<OrchestrationStatus, number>>;

/** Whether a question asks for no more than that; entities may be left out, or be the only ones. */
export function asksForAll({ entities, ...filters }: InstanceQuery): boolean {
  return Object.values(filters).every((filter) => filter === undefined);
}

/** Those of SQL (undefined: there is none), with pending rows in place of what SQL has of them. Nothing is purged that SQL still has. */
export function countsOfAll(
  pending: PendingChanges,
  sql: SqlConnection | undefined,
  { entities = 'include' }: InstanceQuery,
): Counts {
  const counts = sql === undefined ? {} : countInstancesByStatus(sql, { entities });
  for (const [id, entry] of pending.rows) {
    if (entities !== 'include' && isEntityId(id) !== (entities === 'only')) continue;
    if (sql !== undefined) {
      entry.inSql ??= statusInSql(sql, id);
      add(counts, entry.inSql, -1);
    }
    add(counts, entry.row.runtimeStatus, 1);
  }
  return counts;
}

function statusInSql(sql: SqlConnection, id: string): OrchestrationStatus | 'none' {
  return (sql.row('SELECT status FROM instances WHERE id = ?', [id])?.[0] ?? 'none') as OrchestrationStatus | 'none';
}

function add(counts: Counts, status: OrchestrationStatus | 'none', change: 1 | -1): void {
  if (status === 'none') return;
  const count = (counts[status] ?? 0) + change;
  // A status that nobody has is not told.
  if (count === 0) delete counts[status];
  else counts[status] = count;
}
