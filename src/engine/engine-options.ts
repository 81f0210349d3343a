import type { BehaviourProfile } from '../core/values/behaviour-profile';
import type { ProductionStore } from '../core/instances/production-store';
import type { ClientIdRules } from '../core/values/instance-id';
import { maxEntityChars } from '../core/entities/entity-room';
import { maxValueChars } from '../core/values/value-limit';
import type { DurableTimers } from '../core/values/time';
import type { VersionPolicy } from '../core/values/version';

export interface EngineOptions {
  /** Activities handed to the worker at one time. */
  maxConcurrentActivities: number;
  /** Episodes handed to the worker at one time. */
  maxConcurrentEpisodes: number;
  /** Of each, for workers of profile G; null: as for the others. */
  maxConcurrentRemote: number | null;
  /** Who is to run what is started before anybody is known who could. */
  defaultProfile: BehaviourProfile;
  /** Batches of entities handed to the worker at one time. */
  maxConcurrentEntities: number;
  /** Operations of one batch. */
  maxEntityBatch: number;
  /** Forget an entity as soon as it has no state, no lock and nothing to do (MSSQL, Netherite, the managed scheduler). */
  dropsEmptyEntities: boolean;
  /** Keep inputs in TaskScheduled and SubOrchestrationInstanceCreated rows (`storeInputsInOrchestrationHistory`). */
  storeInputs: boolean;
  /** Which existing instances a start with the same id may replace. */
  overridableStates: 'NonRunningStates' | 'AnyState';
  /** Version of instances and children that are started without one. */
  defaultVersion: string;
  /** Which ids clients may choose for new instances. */
  clientIdRules: ClientIdRules;
  /** Durable timers come due when the code asked for it, or as in Azure Storage, whose queues cut delays to whole seconds. */
  durableTimers: DurableTimers;
  /** The store of production, for `capabilities`; nothing in the engine differs by it. */
  productionStore: ProductionStore;
  /** Null: every instance runs. */
  versions: VersionPolicy | null;
  /** Continue-as-new without a wait: so many generations in one work item; then they are committed, and the next begins another. */
  maxGenerations: number;
  /** Hand out one message an episode, so that a history does not depend on timing (acceptance tests). */
  oneMessagePerEpisode: boolean;
  /** Steps that a worker may run ahead of the engine's commits; 0: none. */
  runAhead: number;
  /** A worker may run the episode that takes an activity's result before it tells the result. */
  takesResults: boolean;
  /** Longest input, output, event or state, in UTF-16 units. */
  maxValueChars: number;
  /** Longest row of an entity: its state and what waits in it, as stored, in UTF-16 units. */
  maxEntityChars: number;
  /** Idle instances kept in memory, and their events in all. */
  maxIdleInstances: number;
  maxIdleEvents: number;
}

export const defaultEngineOptions: EngineOptions = {
  maxConcurrentActivities: 100,
  maxConcurrentEpisodes: 256,
  maxConcurrentRemote: null,
  defaultProfile: 'A',
  maxConcurrentEntities: 256,
  maxEntityBatch: 5000,
  dropsEmptyEntities: false,
  storeInputs: false,
  overridableStates: 'NonRunningStates',
  defaultVersion: '',
  clientIdRules: 'documents',
  durableTimers: 'exact',
  productionStore: 'none',
  versions: null,
  maxGenerations: 10,
  oneMessagePerEpisode: false,
  runAhead: 0,
  takesResults: false,
  maxValueChars,
  maxEntityChars,
  maxIdleInstances: 10_000,
  maxIdleEvents: 100_000,
};
