/** What an orchestration wants of entities and has of them, out of its history. */
import { entityInstanceId } from '../values/entity-id';
import { awaitedRequestId, readRequest } from './entity-messages';
import { HeldLocks } from './held-locks';
import type { HistoryEvent } from '../history/history';
import { isEntityId } from '../values/instance-id';
import { fireAndForgetTag } from '../history/tags';

/** A call or a lock request without an answer. */
export interface OpenEntityRequest {
  kind: 'call' | 'lock';
  requestId: string;
  operation: string | null;
  since: string;
  /** In the order in which they are locked. */
  entities: readonly string[];
}

export interface EntityDealings {
  waits: readonly OpenEntityRequest[];
  /** Ids of the entities that it has locked. */
  holds: readonly string[];
  /** Instance ids of the children that it waits for. */
  children: readonly string[];
}

export function entityDealings(history: readonly HistoryEvent[]): EntityDealings {
  const waits = new Map<string, OpenEntityRequest>();
  const children = new Map<number, string>();
  const locks = new HeldLocks();
  for (const event of history) {
    locks.note(event);
    switch (event.EventType) {
      case 'EventSent': {
        const id = isEntityId(event.InstanceId) ? awaitedRequestId(event.Name, event.Input) : null;
        const request = id === null ? null : readRequest(event.Input);
        if (request === null) break;
        const isLock = request.lockset !== undefined;
        waits.set(request.id, {
          kind: isLock ? 'lock' : 'call',
          requestId: request.id,
          operation: isLock ? null : (request.op ?? ''),
          since: event.Timestamp,
          entities: request.lockset?.map(entityInstanceId) ?? [event.InstanceId],
        });
        break;
      }
      case 'EntityOperationCalled':
        waits.set(event.RequestId, {
          kind: 'call',
          requestId: event.RequestId,
          operation: event.Operation,
          since: event.Timestamp,
          entities: [event.TargetInstanceId],
        });
        break;
      case 'EntityLockRequested':
        waits.set(event.CriticalSectionId, {
          kind: 'lock',
          requestId: event.CriticalSectionId,
          operation: null,
          since: event.Timestamp,
          entities: event.LockSet,
        });
        break;
      case 'EventRaised':
        waits.delete(event.Name);
        break;
      case 'EntityOperationCompleted':
      case 'EntityOperationFailed':
        waits.delete(event.RequestId);
        break;
      case 'EntityLockGranted':
        waits.delete(event.CriticalSectionId);
        break;
      case 'SubOrchestrationInstanceCreated':
        if (event.Tags?.[fireAndForgetTag] === undefined) children.set(event.EventId, event.InstanceId);
        break;
      case 'SubOrchestrationInstanceCompleted':
      case 'SubOrchestrationInstanceFailed':
        children.delete(event.TaskScheduledId);
        break;
      default:
    }
  }
  const granted = locks.all().filter((section) => section.isGranted);
  return { waits: [...waits.values()], holds: granted.flatMap((section) => section.entities), children: [...children.values()] };
}

/**
 * The way from `start` over what it waits for, and what those wait for, back to `start`; null when there is none. `next`: what an
 * instance or an entity waits for, ids both.
 */
export function waitCycle(start: string, next: (id: string) => readonly string[], most = 1000): string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let at = 0; at < queue.length && at < most; at++) {
    const id = queue[at] as string;
    for (const to of next(id)) {
      if (to === start) {
        const path = [start];
        for (let back = id; back !== start; back = cameFrom.get(back) ?? start) path.unshift(back);
        return [start, ...path];
      }
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, id);
      queue.push(to);
    }
  }
  return null;
}
