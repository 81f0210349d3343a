import { entityInfo } from '../core/entities/entity-views';
import type { EntityPage, EntityQuery } from '../core/entities/entity-views';
import type { InstancePage } from '../core/ports/history-store';

/** Instances of entities as the entities that are asked for. */
export function entityPage({ instances, continuationToken }: InstancePage, query: EntityQuery): EntityPage {
  const { name, includeState = false, includeTransient = false } = query;
  const wanted = `@${name?.toLowerCase() ?? ''}@`;
  const entities = instances
    .map((row) => entityInfo(row, includeState))
    .filter((entity) => entity !== null)
    .filter((entity) => (includeTransient || entity.exists) && (name === undefined || entity.instanceId.startsWith(wanted)));
  return { entities, ...(continuationToken === undefined ? {} : { continuationToken }) };
}
