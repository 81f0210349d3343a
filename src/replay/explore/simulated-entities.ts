/**
 * Entities beside an orchestration that is explored: each has an inbox of what was sent and not taken, and takes one message when whoever
 * explores says so. Messages of one sender keep their order; those from outside come before what waits.
 */
import { requestEventName, requestText } from '../../core/entities/entity-messages';
import { copyOf, type EntityScheduler, nextBatch, readScheduler, takeIn } from '../../core/entities/entity-scheduler';
import type { EventRaised } from '../../core/history/history';
import type { EntityBatchOutcome, FunctionWorker } from '../../core/ports/function-worker';
import { finishBatch, toOperation } from '../../core/turns/entity-turn';
import type { OutgoingMessage } from '../../core/turns/messages';
import { DurascopeError } from '../../core/values/errors';
import { parseEntityId } from '../../core/values/entity-id';
import { toTimestamp } from '../../core/values/time';
import { startedGeneration } from './generations';

export interface SimulatedEntity {
  scheduler: EntityScheduler;
  inbox: readonly EventRaised[];
}
/** By entity id. Never changed: a state of the exploration holds one. */
export type EntityWorld = ReadonlyMap<string, SimulatedEntity>;

const executionId = '00000000-0000-4000-8000-00000000000e';
const mostOperations = 1000;

export class SimulatedEntities {
  readonly #outcomes = new Map<string, Promise<EntityBatchOutcome>>();

  constructor(private readonly worker: Pick<FunctionWorker, 'runEntityBatch'>) {}

  /** The entity takes `message`, or the first of its inbox. `messages`: what it tells others. */
  async take(
    world: EntityWorld,
    entityId: string,
    nowMs: number,
    message?: EventRaised,
  ): Promise<{ world: EntityWorld; messages: readonly OutgoingMessage[] }> {
    const { name, key } = parseEntityId(entityId) ?? { name: entityId, key: '' };
    const before = world.get(entityId) ?? { scheduler: readScheduler(null), inbox: [] };
    const taken = message ?? before.inbox[0];
    const scheduler = copyOf(before.scheduler);
    // A signal for later comes at whatever moment.
    takeIn(scheduler, taken === undefined ? [] : [taken], Number.POSITIVE_INFINITY);
    const batch = nextBatch(scheduler, mostOperations);
    const now = toTimestamp(nowMs);
    const outcome =
      batch.operations.length === 0 ? null : await this.#run(entityId, name, key, scheduler, batch.operations.map(toOperation));
    const { row } = startedGeneration(name, null, entityId, executionId, now);
    const turn = { row, scheduler, early: [], batch, outcome, executionId, now, defaultVersion: '', newId: () => executionId };
    const { messages, children } = finishBatch(turn);
    if (children.length > 0) throw refused(`the entity '${entityId}' starts orchestrations`);
    const after = new Map(world);
    after.set(entityId, { scheduler, inbox: message === undefined ? before.inbox.slice(1) : before.inbox });
    return { world: after, messages };
  }

  #run(
    instanceId: string,
    name: string,
    key: string,
    { state, exists }: EntityScheduler,
    operations: ReturnType<typeof toOperation>[],
  ): Promise<EntityBatchOutcome> {
    const asked = operations.map((each) => [each.name, each.input, each.isSignal]);
    const memoryKey = JSON.stringify([instanceId, state, exists, asked]);
    let known = this.#outcomes.get(memoryKey);
    if (known === undefined) {
      if (this.worker.runEntityBatch === undefined) throw refused(`it addresses the entity '${instanceId}'`);
      known = this.worker.runEntityBatch({ instanceId, executionId, name, key, state, exists, operations });
      this.#outcomes.set(memoryKey, known);
    }
    return known;
  }
}

/** With what was sent to entities at the end of their inboxes. */
export function delivered(world: EntityWorld, messages: readonly OutgoingMessage[]): EntityWorld {
  let after: Map<string, SimulatedEntity> | null = null;
  for (const { instanceId, event } of messages) {
    if (parseEntityId(instanceId) === null || event.EventType !== 'EventRaised') continue;
    after ??= new Map(world);
    const entity = after.get(instanceId) ?? { scheduler: readScheduler(null), inbox: [] };
    after.set(instanceId, { ...entity, inbox: [...entity.inbox, event] });
  }
  return after ?? world;
}

/** An event whose name is `@name@key.operation` is a signal that somebody else sends. */
export function signalFrom(
  eventName: string,
  data: string | null,
  now: string,
): { entityId: string; message: EventRaised } | null {
  const at = eventName.lastIndexOf('.');
  const entity = at < 0 ? null : parseEntityId(eventName.slice(0, at));
  if (entity === null) return null;
  const request = { id: executionId, op: eventName.slice(at + 1), signal: true, ...(data === null ? {} : { input: data }) };
  return {
    entityId: `@${entity.name}@${entity.key}`,
    message: {
      EventType: 'EventRaised',
      EventId: -1,
      IsPlayed: false,
      Timestamp: now,
      Name: requestEventName(undefined),
      Input: requestText(request),
    },
  };
}

export function refused(why: string): DurascopeError {
  return new DurascopeError('NotSupported', `This orchestration cannot be explored: ${why}.`);
}
