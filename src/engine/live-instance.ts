import { Generation } from '../core/turns/generation';
import type { EntityScheduler } from '../core/entities/entity-scheduler';
import type { InboundEvent } from '../core/history/history';
import type { InstanceRow } from '../core/instances/instance';
import { EntityRecords } from './entity-records';

/** A message for an instance. It stands in the inbox from its acceptance on, and may be taken once it is `isReady`. */
export interface InboxEntry {
  readonly live: LiveInstance;
  readonly event: InboundEvent;
  /** Null: for whatever generation is current. */
  readonly executionId: string | null;
  /** Its number in the journal; null for results and timers, which the store knows by the work that they end. */
  readonly seq: number | null;
  /** `workKey` of the activity or timer that this ends. */
  readonly workKey: string | null;
  /** Epoch milliseconds; 0: at once. */
  readonly visibleAtMs: number;
  isReady: boolean;
}

/** An instance that something happens to: what is known of it before the store knows it. */
export class LiveInstance {
  /** As last decided, committed or not; null once purged. */
  row: InstanceRow | null;
  /** Null: not read from the store yet. */
  generation: Generation | null;
  /** Of an entity, as last decided; null: not read from the row yet. Never changed, only replaced. */
  entity: EntityScheduler | null = null;
  /** Of an entity: what it did last, while it stays in memory. */
  batches = new EntityRecords();
  inbox: InboxEntry[] = [];
  /** An episode runs or waits to be committed. */
  isBusy = false;
  /** The worker has an episode of it. */
  isAsked = false;
  /** Episodes that wait to be committed: more than one where the worker runs ahead. */
  uncommitted = 0;
  /** Stands for the activity whose result the worker may take into the next episode by itself; null: there is none, or no more. */
  begun: object | null = null;
  /** By how much the clock was ahead of the computer's when the worker was asked last; null: it stood still. */
  clockAheadMs: number | null = null;
  isQueued = false;
  /** Waits for a worker whose version matches. */
  isHeld = false;
  /** Checkpoints that concern it and are not committed yet. */
  pins = 0;
  /** Grows when the id is started anew or purged: what an older life answers is void. */
  life = 0;
  /** Times in a row that the worker went away, or had to be ended, while it ran this instance. */
  exits = 0;
  hangs = 0;
  /** The worker went away while it had work of this instance: it runs no more of it ahead, so that whose code that was can be told. */
  isStepped = false;
  /** Continue-as-new since it last waited. */
  generationsInRow = 0;

  constructor(
    readonly instanceId: string,
    row: InstanceRow | null,
    generation: Generation | null,
  ) {
    this.row = row;
    this.generation = generation;
  }

  /** Those of the inbox that may be taken now leave it. */
  takeReady(): InboxEntry[] {
    const { inbox } = this;
    if (inbox.every((entry) => entry.isReady)) {
      this.inbox = [];
      return inbox;
    }
    this.inbox = inbox.filter((entry) => !entry.isReady);
    return inbox.filter((entry) => entry.isReady);
  }

  /** In front of what came meanwhile. */
  putBack(entries: readonly InboxEntry[]): void {
    this.inbox = entries.concat(this.inbox);
  }

  /** Another start under the same id, or none. */
  replace(row: InstanceRow | null): void {
    this.row = row;
    this.generation = new Generation();
    this.entity = null;
    this.batches = new EntityRecords();
    this.inbox = [];
    this.begun = null;
    this.life++;
    this.isHeld = this.isStepped = false;
    this.exits = this.hangs = this.generationsInRow = 0;
  }
}
