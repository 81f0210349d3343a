/** A list of instances that is loaded page by page while the instances change. */
import { isEntityId } from '../../core/values/instance-id';
import { orderValueOf } from '../../core/instances/instance-search';
import type { InstanceFilter, InstanceOrder } from '../../protocol/instances-panel';
import type { InstanceSummary } from '../../protocol/panel-values';

/** The filter without some of its parts. */
export function withoutParts(filter: InstanceFilter, ...parts: readonly (keyof InstanceFilter)[]): InstanceFilter {
  return Object.fromEntries(Object.entries(filter).filter(([part]) => !parts.includes(part as keyof InstanceFilter)));
}

/** A filter in words, for a list of filters: `"refused" · Failed · Order · roots only`. Empty for one that lets everything through. */
export function filterTitle(filter: InstanceFilter): string {
  const { text, instanceIdPrefix, statuses = [], names = [], rootsOnly, entities, createdTimeFrom, createdTimeTo } = filter;
  const parts = [
    text === undefined ? '' : `"${text}"`,
    instanceIdPrefix === undefined ? '' : `${instanceIdPrefix}…`,
    statuses.join(' or '),
    names.join(' or '),
    rootsOnly === true ? 'roots only' : '',
    entities === undefined || entities === 'exclude' ? '' : entities === 'only' ? 'entities only' : 'with entities',
    createdTimeFrom === undefined ? '' : `from ${createdTimeFrom.slice(0, 19).replace('T', ' ')}`,
    createdTimeTo === undefined ? '' : `to ${createdTimeTo.slice(0, 19).replace('T', ' ')}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** True when a row that changed still belongs into a list with this filter. The hub's own filters, for one row. */
export function matchesFilter(row: InstanceSummary, filter: InstanceFilter): boolean {
  if (filter.text !== undefined && !showsText(row, filter.text)) return false;
  if (filter.instanceIdPrefix !== undefined && !row.instanceId.startsWith(filter.instanceIdPrefix)) return false;
  if (filter.names !== undefined && filter.names.length > 0 && !filter.names.includes(row.name)) return false;
  if (filter.statuses !== undefined && filter.statuses.length > 0 && !filter.statuses.includes(row.runtimeStatus)) return false;
  if (filter.rootsOnly === true && row.parentInstanceId !== null) return false;
  if ((filter.entities ?? 'exclude') === 'exclude' && isEntityId(row.instanceId)) return false;
  if (filter.entities === 'only' && !isEntityId(row.instanceId)) return false;
  if (filter.createdTimeFrom !== undefined && row.createdTime < filter.createdTimeFrom) return false;
  if (filter.createdTimeTo !== undefined && row.createdTime > filter.createdTimeTo) return false;
  if (filter.lastUpdatedFrom !== undefined && row.lastUpdatedTime < filter.lastUpdatedFrom) return false;
  if (filter.lastUpdatedTo !== undefined && row.lastUpdatedTime > filter.lastUpdatedTo) return false;
  return true;
}

/** True when the text occurs in what the list shows of the row. It may occur in more of it, which only the hub knows. */
function showsText(row: InstanceSummary, text: string): boolean {
  const shown = [row.instanceId, row.name, row.runtimeStatus, row.customStatus ?? '', row.failure ?? ''];
  return shown.join('\n').toLowerCase().includes(text.toLowerCase());
}

/** Where `row` stands in a list in this order; ties by instance id. */
export function compareInstances(a: InstanceSummary, b: InstanceSummary, order: InstanceOrder): number {
  const now = '9999-12-31T23:59:59.9999999Z';
  const left = orderValueOf(a, order.orderBy, now);
  const right = orderValueOf(b, order.orderBy, now);
  const difference =
    left < right ? -1 : left > right ? 1 : a.instanceId < b.instanceId ? -1 : a.instanceId > b.instanceId ? 1 : 0;
  return order.descending ? -difference : difference;
}

export interface AppliedChanges {
  rows: readonly InstanceSummary[];
  /** Rows that now belong to the list but stand beyond what is loaded, or whose place changed: the list should be asked for again. */
  isStale: boolean;
}

/**
 * Rows after a change, without asking the hub: known rows are replaced in place, those that left the filter or were purged go, new
 * ones that belong among the loaded rows are put in their places. `isWhole`: every row of the list is loaded.
 */
export function applyChanges(
  rows: readonly InstanceSummary[],
  change: { rows: readonly InstanceSummary[]; purged: readonly string[] },
  filter: InstanceFilter,
  order: InstanceOrder,
  isWhole: boolean,
): AppliedChanges {
  const changed = new Map(change.rows.map((row) => [row.instanceId, row]));
  const purged = new Set(change.purged);
  let isStale = false;
  const kept: InstanceSummary[] = [];
  for (const row of rows) {
    const next = changed.get(row.instanceId);
    changed.delete(row.instanceId);
    if (purged.has(row.instanceId)) continue;
    if (next === undefined) kept.push(row);
    else if (matchesFilter(next, filter)) {
      if (order.orderBy === 'duration' || next[order.orderBy] !== row[order.orderBy]) isStale = true;
      kept.push(next);
    } else if (matchesFilter(next, withoutParts(filter, 'text'))) {
      // The text may be in what the list does not show: the hub is asked.
      isStale = true;
      kept.push(next);
    }
  }
  const others = [...changed.values()].filter((row) => !purged.has(row.instanceId));
  const arrived = others.filter((row) => matchesFilter(row, filter));
  if (filter.text !== undefined && arrived.length < others.length) isStale = true;
  const last = kept.at(-1);
  for (const row of arrived) {
    if (!isWhole && (last === undefined || compareInstances(row, last, order) > 0)) continue;
    kept.splice(placeFor(kept, row, order), 0, row);
  }
  return { rows: kept, isStale };
}

function placeFor(rows: readonly InstanceSummary[], row: InstanceSummary, order: InstanceOrder): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = rows[middle];
    if (other !== undefined && compareInstances(other, row, order) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
