/** The host's side of one entity panel: watches a task hub and answers the panel (entity-panel.ts). */
import type { EntityRequest } from '../core/entities/entity-messages';
import type { HubChange } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';
import { toTimestamp } from '../core/values/time';
import { fromEntityPanel, type FromEntityPanel, type QueuedRequest, type ToEntityPanel } from './entity-panel';
import { toInstanceSummary } from './instance-summary';
import { PanelSession, type PanelSessionOptions } from './panel-session';
import type { CommonRequest } from './panel-values';
import { SnapshotPace } from './snapshot-pace';

const maxQueue = 200;

type OwnRequest = Exclude<FromEntityPanel, CommonRequest>;

export interface EntityPanelSessionOptions extends PanelSessionOptions<ToEntityPanel> {
  instanceId: string;
}

export class EntityPanelSession extends PanelSession<OwnRequest, ToEntityPanel, EntityPanelSessionOptions> {
  #lockedBy: string | null = null;
  readonly #operations = new Set<string>();
  readonly #pace: SnapshotPace;

  constructor(options: EntityPanelSessionOptions) {
    super(options, fromEntityPanel);
    this.#pace = new SnapshotPace(
      options.clock,
      () => this.isReady && this.hub !== undefined,
      () => this.#send(),
      (error) => options.onError?.(error),
    );
  }

  protected override onConnected(): void {
    this.#pace.soon();
  }

  protected override onReady(): Promise<void> {
    return this.#pace.now();
  }

  protected override async handle(message: OwnRequest): Promise<void> {
    const { host, instanceId } = this.options;
    switch (message.type) {
      case 'signal':
        if (message.input !== null) JSON.parse(message.input);
        await this.connected().signalEntity(
          instanceId,
          message.operation,
          message.input === null ? {} : { input: message.input },
        );
        this.answer({
          requestId: message.requestId,
          ok: true,
          message: `Sent ${message.operation === '' ? 'the operation' : message.operation}`,
        });
        return;
      case 'releaseOrphan': {
        const released = await this.connected().cleanEntityStorage({ removeEmptyEntities: false });
        this.answer({
          requestId: message.requestId,
          ok: true,
          message: `Released ${released.orphanedLocksReleased} orphaned locks`,
        });
        return;
      }
      case 'remove': {
        const question = `Remove ${instanceId}? Its state and what waits for it are deleted.`;
        if (!(await host.confirm(question, 'Remove'))) {
          this.answer({ requestId: message.requestId, ok: false });
          return;
        }
        await this.connected().purge(instanceId);
        this.answer({ requestId: message.requestId, ok: true });
        return;
      }
    }
  }

  protected override onChanges(changes: readonly HubChange[]): void {
    const ids = new Set([this.options.instanceId, this.#lockedBy]);
    const concerned = changes.some((change) => {
      if (change.type === 'resync') return true;
      return ids.has(change.type === 'purged' ? change.instanceId : change.row.instanceId);
    });
    if (concerned) this.#pace.soon();
  }

  async #send(): Promise<void> {
    const hub = this.hub;
    if (hub === undefined) return;
    const { instanceId } = this.options;
    const [entity, batches] = await Promise.all([hub.getEntity(instanceId), hub.entityBatches(instanceId)]);
    this.#lockedBy = entity?.lockedBy ?? null;
    const holder = this.#lockedBy === null ? undefined : await hub.get(this.#lockedBy);
    for (const batch of batches) for (const { name } of batch.operations) this.#operations.add(name);
    this.post({
      type: 'entity',
      now: toTimestamp(this.options.clock.now()),
      instanceId,
      entity:
        entity === undefined
          ? null
          : {
              name: entity.name,
              key: entity.key,
              exists: entity.exists,
              state: entity.state,
              lastOperationTime: entity.lastOperationTime,
              lockedBy: entity.lockedBy,
              queue: entity.queue.slice(0, maxQueue).map(queued),
              queueSize: entity.queueSize,
            },
      holder: holder === undefined ? null : toInstanceSummary(holder),
      isOrphaned: this.#lockedBy !== null && (holder === undefined || isTerminal(holder.runtimeStatus)),
      batches: batches.map((batch) => ({ ...batch, operations: batch.operations.map((each) => ({ ...each })) })).reverse(),
      operations: [...this.#operations].sort(),
    });
  }
}

function queued(request: EntityRequest): QueuedRequest {
  return {
    id: request.id,
    kind: request.lockset === undefined ? 'operation' : 'lock',
    operation: request.op ?? '',
    input: request.input ?? null,
    isSignal: request.signal === true,
    parentInstanceId: request.parent ?? null,
  };
}
