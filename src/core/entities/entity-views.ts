/** Entities as callers of the hub see them (spec/engine.md 5.8). */
import type { EntityRequest } from './entity-messages';
import { parseEntityId } from '../values/entity-id';
import { readScheduler } from './entity-scheduler';

/** What is looked at of an entity's instance. */
interface EntityRow {
  instanceId: string;
  input: string | null;
  customStatus: string | null;
  createdTime: string;
}

export interface EntityInfo {
  /** `@name@key`. */
  instanceId: string;
  name: string;
  key: string;
  /** False for one that was deleted or has only been locked: it is left out of lists unless asked for. */
  exists: boolean;
  /** JSON text; null when it does not exist, or was not asked for. */
  state: string | null;
  /** When its last batch ran. */
  lastOperationTime: string;
  /** Requests that arrived and have not run. */
  queueSize: number;
  /** Instance id of the lock's holder. */
  lockedBy: string | null;
}

export interface EntityDetails extends EntityInfo {
  /** What waits, in the order in which it will run. Lock requests have a `lockset`. */
  queue: readonly EntityRequest[];
}

export interface EntityQuery {
  /** Lower-cased by the hub. Absent: all. */
  name?: string;
  /** Of the instance id, `@counter@ab`; on top of `name`. */
  instanceIdPrefix?: string;
  /** This instance id, and those that come after it. */
  instanceIdFrom?: string;
  /** Inclusive, the history's time form. */
  lastOperationFrom?: string;
  lastOperationTo?: string;
  includeState?: boolean;
  /** Also those without state. */
  includeTransient?: boolean;
  /** 1 to 10,000, default 100. */
  pageSize?: number;
  continuationToken?: string;
}

export interface EntityPage {
  entities: readonly EntityInfo[];
  continuationToken?: string;
}

export interface CleanEntityStorageOptions {
  /** Default true. */
  removeEmptyEntities?: boolean;
  /** Default true. */
  releaseOrphanedLocks?: boolean;
}

export interface CleanEntityStorageResult {
  emptyEntitiesRemoved: number;
  orphanedLocksReleased: number;
}

/** One batch as it ran, for the eyes of the developer. */
export interface EntityBatchRecord {
  at: string;
  /** Of the generation that the batch began. */
  executionId: string;
  /** JSON text; null: did not exist. */
  stateBefore: string | null;
  stateAfter: string | null;
  /** The last ones of a long batch. */
  operations: readonly {
    name: string;
    input: string | null;
    isSignal: boolean;
    requestId: string;
    parentInstanceId: string | null;
    ok: boolean;
    /** JSON text, or what went wrong. */
    result: string | null;
  }[];
  /** Operations before those. */
  omitted: number;
}

/** From the custom status, which is short: states may be large. Null for what is no entity. */
export function entityInfo(row: EntityRow, includeState: boolean): EntityInfo | null {
  const id = parseEntityId(row.instanceId);
  if (id === null) return null;
  const status = statusOf(row.customStatus);
  return {
    instanceId: row.instanceId,
    ...id,
    exists: status.entityExists === true,
    state: includeState ? readScheduler(row.input).state : null,
    lastOperationTime: row.createdTime,
    queueSize: status.queueSize ?? 0,
    lockedBy: status.lockedBy ?? null,
  };
}

export function entityDetails(row: EntityRow): EntityDetails | null {
  const info = entityInfo(row, false);
  if (info === null) return null;
  const { state, queue } = readScheduler(row.input);
  return { ...info, state, queue };
}

interface EntityStatus {
  entityExists?: boolean;
  queueSize?: number;
  lockedBy?: string;
}

function statusOf(customStatus: string | null): EntityStatus {
  if (customStatus === null) return {};
  try {
    const value: unknown = JSON.parse(customStatus);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // An imported instance of somebody else.
    return {};
  }
}
