/** A task hub of a real engine that Durascope looks at: the contract of all hubs, and what only such a one has. */
import type { HistoryEvent } from '../core/history/history';
import type { InstanceQuery } from '../core/ports/history-store';
import type { CountsByStatus, CountWatch, TaskHubClient } from '../core/ports/task-hub-client';
import type { Pace } from './polled-changes';

export type { CountsByStatus, CountWatch };

export interface QueueFacts {
  name: string;
  /** Messages in it, hidden and delayed ones included; about, as the service says. */
  messages: number;
}

export interface PartitionFacts {
  /** Name of the control queue. */
  name: string;
  owner: string | null;
  ownedSince: string | null;
  lastRenewal: string | null;
  expiresAt: string | null;
  /** The lease has run out: nobody works on the partition. */
  isExpired: boolean;
  isDraining: boolean;
}

/** What is known of the hub beside its instances. */
export interface HubFacts {
  /** Null: not to be had here. */
  queues: readonly QueueFacts[] | null;
  partitions: readonly PartitionFacts[] | null;
  /** Whole sentences: what could not be read, what is out of the ordinary. */
  notes: readonly string[];
}

/** Only what is said here is ever asked of a hub: no reader is able to change one. */
export interface HubReader extends Pick<
  TaskHubClient,
  | 'capabilities'
  | 'get'
  | 'query'
  | 'history'
  | 'customStatusChanges'
  | 'waitingFor'
  | 'getEntity'
  | 'queryEntities'
  | 'entityBatches'
> {
  /** For people: `GoldenHub in Azurite at 127.0.0.1:10002`. */
  readonly label: string;
  /** What a person says who means just this one: the hub's name, or the address that it is reached at. */
  readonly name: string;
  /** Numbers by status; may have to read all of the hub. */
  count(query: InstanceQuery, watch?: CountWatch): Promise<CountsByStatus>;
  /** The whole history with what is missing of it. */
  historyWithNotes(instanceId: string): Promise<{ events: readonly HistoryEvent[]; notes: readonly string[] }>;
  facts(): Promise<HubFacts>;
  /** Requests sent so far. */
  readonly requests: number;
  dispose(): void;
}

export interface AttachedHub extends TaskHubClient, Omit<HubReader, keyof TaskHubClient> {
  /** How often changes are looked for. */
  readonly pace: Pace;
}
