/** One orchestration of a test hub, as it is at the moment of looking. */
import { isDeepStrictEqual } from 'node:util';
import type { InstanceRow } from '../core/instances/instance';
import { isTerminal } from '../core/values/status';
import type { Engine } from '../engine/engine';
import type { SqlJsHistoryStore } from '../store/sql-js-history-store';
import { historyRow, snapshotOf } from './snapshot';
import type { Awaited, HistoryRow, RuntimeStatus, SnapshotRow, TestInstance } from './testing';
import { textOf, valueOf } from './values';

export interface HubOfInstance {
  readonly engine: Engine;
  readonly store: SqlJsHistoryStore;
  row(instanceId: string): InstanceRow;
  until(holds: () => boolean, isOver: () => boolean, unmet: () => string): Promise<void>;
  /** What it waits for, in sentences. */
  waits(instanceId: string): string;
  settle(): Promise<void>;
}

export class HubInstance implements TestInstance {
  constructor(
    private readonly hub: HubOfInstance,
    readonly instanceId: string,
  ) {}

  get name(): string {
    return this.#row.name;
  }
  get runtimeStatus(): RuntimeStatus {
    return this.#row.runtimeStatus;
  }
  get input(): unknown {
    return valueOf(this.#row.input);
  }
  get output(): unknown {
    return this.runtimeStatus === 'Completed' ? valueOf(this.#row.output) : null;
  }
  get failure(): string | null {
    const { runtimeStatus, output } = this.#row;
    return isTerminal(runtimeStatus) && runtimeStatus !== 'Completed' ? (output ?? '') : null;
  }
  get customStatus(): unknown {
    return valueOf(this.#row.customStatus);
  }
  get awaitedEvents(): readonly string[] {
    return this.#row.awaitedEvents;
  }
  get timers(): readonly Date[] {
    return this.hub.store
      .pendingTimers(this.instanceId)
      .map(({ fireAt }) => new Date(fireAt))
      .sort((a, b) => a.getTime() - b.getTime());
  }

  customStatuses(): readonly unknown[] {
    return this.hub.store.customStatusChanges(this.instanceId).map(({ value }) => valueOf(value));
  }

  history(): readonly HistoryRow[] {
    return this.hub.store.history(this.instanceId).map(historyRow);
  }

  snapshot(): readonly SnapshotRow[] {
    return snapshotOf(this.hub.store.history(this.instanceId));
  }

  async raiseEvent(name: string, data?: unknown): Promise<void> {
    await this.hub.engine.raiseEvent(this.instanceId, name, textOf(data, `The data of the event '${name}'`));
    await this.hub.settle();
  }
  async terminate(reason?: string): Promise<void> {
    await this.hub.engine.terminate(this.instanceId, reason ?? null);
    await this.hub.settle();
  }
  async suspend(reason?: string): Promise<void> {
    await this.hub.engine.suspend(this.instanceId, reason ?? null);
    await this.hub.settle();
  }
  async resume(reason?: string): Promise<void> {
    await this.hub.engine.resume(this.instanceId, reason ?? null);
    await this.hub.settle();
  }

  async waitFor(
    what: RuntimeStatus | readonly RuntimeStatus[] | Awaited | ((instance: TestInstance) => boolean),
  ): Promise<TestInstance> {
    const [holds, wanted] = this.#condition(what);
    await this.hub.until(
      holds,
      () => isTerminal(this.runtimeStatus),
      () => {
        const { name, runtimeStatus } = this.#row;
        const head = `${name} '${this.instanceId}' does not become ${wanted}: it is ${runtimeStatus}`;
        if (!isTerminal(runtimeStatus)) return `${head}, and nothing more happens by itself. ${this.hub.waits(this.instanceId)}`;
        return runtimeStatus === 'Completed'
          ? `${head} with ${JSON.stringify(this.output)}.`
          : `${head}: ${this.failure === '' || this.failure === null ? 'no reason was given' : this.failure}`;
      },
    );
    return this;
  }

  async result(): Promise<unknown> {
    await this.waitFor('Completed');
    return this.output;
  }

  #condition(
    what: RuntimeStatus | readonly RuntimeStatus[] | Awaited | ((instance: TestInstance) => boolean),
  ): [() => boolean, string] {
    if (typeof what === 'function') return [() => what(this), 'what the test waits for'];
    if (typeof what === 'string') return [() => this.runtimeStatus === what, what];
    if (Array.isArray(what)) {
      const statuses = what as readonly RuntimeStatus[];
      return [() => statuses.includes(this.runtimeStatus), statuses.join(' or ')];
    }
    const { event, ...rest } = what as Awaited;
    const words = [
      ...(event === undefined ? [] : [`one that waits for the event '${event}'`]),
      ...('customStatus' in rest ? [`one with the custom status ${JSON.stringify(rest.customStatus)}`] : []),
    ];
    return [
      () =>
        (event === undefined || this.awaitedEvents.some((each) => each.toLowerCase() === event.toLowerCase())) &&
        (!('customStatus' in rest) || isDeepStrictEqual(this.customStatus, rest.customStatus)),
      words.join(' and ') || 'anything',
    ];
  }

  get #row(): InstanceRow {
    return this.hub.row(this.instanceId);
  }
}
