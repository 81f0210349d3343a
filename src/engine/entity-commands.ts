/** What callers of the hub may do with entities (spec/engine.md 5.8). */
import type { BehaviourProfile } from '../core/values/behaviour-profile';
import { DurascopeError } from '../core/values/errors';
import {
  addressOf,
  chosenEntityIdProblem,
  entityIdProblem,
  entityInstanceId,
  parseEntityId,
  type EntityId,
} from '../core/values/entity-id';
import { releaseName, releaseText, requestEventName, requestText, type EntityRequest } from '../core/entities/entity-messages';
import { readScheduler } from '../core/entities/entity-scheduler';
import {
  entityDetails,
  type CleanEntityStorageOptions,
  type CleanEntityStorageResult,
  type EntityBatchRecord,
  type EntityDetails,
  type EntityPage,
  type EntityQuery,
} from '../core/entities/entity-views';
import type { EventRaised } from '../core/history/history';
import type { InstanceQuery } from '../core/ports/history-store';
import type { SignalOptions } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';
import type { EngineCore } from './engine-core';
import { isEmpty } from './entities';
import { queryEntities } from './entity-queries';
import { tellEntity, type OpenCheckpoint } from './outgoing';
import { assertAside, assertValue, scheduledTime } from './refusals';

export class EntityCommands {
  constructor(
    private readonly core: EngineCore,
    /** Resolves once what this turn has gathered so far is in the journal. */
    private readonly gathered: () => Promise<void>,
  ) {}

  async signal(instanceId: string, operation: string, options: SignalOptions): Promise<void> {
    const id = parseEntityId(instanceId);
    // An entity that is there already may have a key that only orchestrators may choose.
    const judge = this.core.lives.rowOf(instanceId) === undefined ? entityIdProblem : chosenEntityIdProblem;
    const problem = id === null ? notAnEntity(instanceId) : judge(id);
    if (id === null || problem !== null) {
      throw new DurascopeError('InvalidInstanceId', problem ?? notAnEntity(instanceId), { details: { instanceId } });
    }
    const profile = this.#profileFor(id, options.profile);
    const due = scheduledTime(options.scheduledTime) ?? undefined;
    const { input } = options;
    assertAside('Names of operations', operation);
    assertValue(`The input of the operation '${operation}'`, input, this.core.options.maxValueChars);
    const request: EntityRequest = { id: this.core.world.newId(), op: operation, signal: true };
    if (input !== undefined && input !== null) request.input = input;
    if (due !== undefined) request.due = due;
    this.#tell(this.#addressOf(instanceId), requestEventName(due), requestText(request), profile);
    await this.gathered();
  }

  get(instanceId: string): EntityDetails | undefined {
    const id = parseEntityId(instanceId);
    const row = id === null ? undefined : this.core.world.store.instance(this.#addressOf(instanceId));
    return row === undefined ? undefined : (entityDetails(row) ?? undefined);
  }

  batches(instanceId: string): readonly EntityBatchRecord[] {
    const id = parseEntityId(instanceId);
    return id === null ? [] : (this.core.lives.find(this.#addressOf(instanceId))?.batches.all() ?? []);
  }

  query(query: EntityQuery): EntityPage {
    return queryEntities(this.core.world.store, query);
  }

  async clean(options: CleanEntityStorageOptions): Promise<CleanEntityStorageResult> {
    const { core } = this;
    const result: CleanEntityStorageResult = { emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 };
    const query: InstanceQuery = { entities: 'only', pageSize: 1000 };
    const all: string[] = [];
    for (;;) {
      const page = core.world.store.query(query);
      for (const { instanceId } of page.instances) all.push(instanceId);
      if (page.continuationToken === undefined) break;
      query.continuationToken = page.continuationToken;
    }
    for (const instanceId of all) {
      const live = core.lives.find(instanceId);
      if (live?.row == null) continue;
      const scheduler = (live.entity ??= readScheduler(live.row.input));
      const { lockedBy } = scheduler;
      if (options.releaseOrphanedLocks !== false && lockedBy !== null && this.#isGone(lockedBy)) {
        this.#tell(instanceId, releaseName, releaseText(lockedBy, 'fix-orphaned-lock'));
        result.orphanedLocksReleased++;
      } else if (options.removeEmptyEntities !== false && isEmpty(scheduler) && live.inbox.length === 0 && !live.isBusy) {
        core.remove(live);
        result.emptyEntitiesRemoved++;
      } else {
        core.lives.rest(live);
      }
    }
    if (result.emptyEntitiesRemoved > 0 || result.orphanedLocksReleased > 0) await this.gathered();
    return result;
  }

  /** Names have no case, but for the entities that JavaScript entities have signalled under a name with capitals. */
  #addressOf(instanceId: string): string {
    return this.core.lives.rowOf(instanceId) === undefined ? addressOf(instanceId) : instanceId;
  }

  /** UnknownFunction when neither the app nor a connected worker has the entity. */
  #profileFor(id: EntityId, wanted: BehaviourProfile | undefined): BehaviourProfile {
    const { core } = this;
    const profile = wanted ?? core.lives.rowOf(entityInstanceId(id))?.profile ?? core.profileOfEntity(id.name);
    // Worker-replayed SDKs answer for unknown names themselves (2.10.21); before the app was loaded nobody knows.
    const { entityNames: names } = core;
    if (profile === 'A' && names?.has(id.name) === false) throw names.unknown(id.name);
    if (wanted === undefined && names?.areElsewhere === true && !core.isTakenByProtocol(id.name)) throw names.unknown(id.name);
    return profile;
  }

  #isGone(instanceId: string): boolean {
    const row = this.core.lives.rowOf(instanceId);
    return row === undefined || isTerminal(row.runtimeStatus);
  }

  #tell(instanceId: string, Name: string, Input: string, profile?: BehaviourProfile): void {
    const { core } = this;
    const event: EventRaised = { ...core.inbound(), EventType: 'EventRaised', Name, Input };
    const checkpoint: OpenCheckpoint = { instanceId };
    tellEntity(core, checkpoint, instanceId, event, profile);
    core.gather().checkpoints.push(checkpoint);
  }
}

function notAnEntity(instanceId: string): string {
  return `'${instanceId}' is not the id of an entity: write '@name@key'.`;
}
