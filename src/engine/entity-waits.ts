import { entityInfo } from '../core/entities/entity-views';
import { entityDealings, waitCycle, type OpenEntityRequest } from '../core/entities/entity-waits';
import type { HistoryEvent } from '../core/history/history';
import type { HistoryStore } from '../core/ports/history-store';
import { isEntityId } from '../core/values/instance-id';
import type { EntityWait } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';

/** What an instance waits for from entities and what it holds, with what stands in the way and whether that ever ends. */
export function entityWaits(
  store: HistoryStore,
  instanceId: string,
  history: readonly HistoryEvent[],
): { entities?: readonly EntityWait[]; holds?: readonly string[] } {
  const { waits, holds: taken } = entityDealings(history);
  const holds = taken.filter((id) => lockedBy(store, id) === instanceId);
  return {
    ...(waits.length === 0 ? {} : { entities: waits.map((wait) => withHolders(store, instanceId, wait)) }),
    ...(holds.length === 0 ? {} : { holds }),
  };
}

function withHolders(store: HistoryStore, instanceId: string, wait: OpenEntityRequest): EntityWait {
  const entities = wait.entities.map((id) => ({ instanceId: id, lockedBy: lockedBy(store, id) }));
  const result: EntityWait = { ...wait, entities };
  // The sets of a lock are locked one by one: the first that another has is what it waits for.
  const blocked = entities.find((entity) => entity.lockedBy !== null && entity.lockedBy !== instanceId);
  const holder = blocked?.lockedBy ?? null;
  if (blocked === undefined || holder === null) return result;
  if (isGone(store, holder)) return { ...result, orphanedBy: holder };
  const cycle = waitCycle(instanceId, (id) => (id === instanceId ? [blocked.instanceId] : waitsOf(store, id)));
  return cycle === null ? result : { ...result, cycle };
}

/** Ids of what stands between an instance, or an entity, and its going on. */
function waitsOf(store: HistoryStore, id: string): readonly string[] {
  if (isEntityId(id)) {
    const holder = lockedBy(store, id);
    return holder === null ? [] : [holder];
  }
  const row = store.instance(id);
  if (row === undefined || isTerminal(row.runtimeStatus)) return [];
  const { waits, children } = entityDealings(store.history(id));
  const locked = waits.flatMap((wait) => wait.entities.filter((entity) => ![null, id].includes(lockedBy(store, entity))));
  return [...children, ...locked];
}

function lockedBy(store: HistoryStore, entityId: string): string | null {
  const row = store.instance(entityId);
  return row === undefined ? null : (entityInfo(row, false)?.lockedBy ?? null);
}

function isGone(store: HistoryStore, instanceId: string): boolean {
  const row = store.instance(instanceId);
  return row === undefined || isTerminal(row.runtimeStatus);
}
