/** The host's side of one entity panel: watches a task hub and answers the panel (entity-panel.ts). Knows neither the editor nor the wire. */
import type { EntityRequest } from '../core/entity-messages';
import type { Disposable } from '../core/ports/clock';
import type { HubChange, TaskHubClient } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/status';
import { toTimestamp } from '../core/time';
import { fromEntityPanel, type FromEntityPanel, type QueuedRequest, type ToEntityPanel } from './entity-panel';
import { messageOf } from './instance-actions';
import { frameMs } from './instance-panel-session';
import { toInstanceSummary } from './instance-summary';
import type { PanelHost, SessionClock } from './panel-host';

export interface EntityPanelSessionOptions {
  instanceId: string;
  post: (message: ToEntityPanel) => void;
  host: PanelHost;
  clock: SessionClock;
  onError?: (error: unknown) => void;
}

const maxQueue = 200;

export class EntityPanelSession {
  #hub: TaskHubClient | undefined;
  #subscription: Disposable | undefined;
  #disconnectedMessage = 'The emulator is not running.';
  #ready = false;
  #isDisposed = false;
  #isPlanned = false;
  #busy = false;
  #dirty = false;
  #lockedBy: string | null = null;
  readonly #operations = new Set<string>();

  constructor(private readonly options: EntityPanelSessionOptions) {}

  connect(hub: TaskHubClient): void {
    this.#subscription?.dispose();
    this.#hub = hub;
    this.#subscription = hub.subscribe((changes) => this.#onChanges(changes), { events: false });
    this.#postConnection();
    this.#refreshSoon();
  }

  /** The panel keeps what it shows, and says that it is not live. */
  disconnect(message: string): void {
    this.#subscription?.dispose();
    this.#subscription = undefined;
    this.#hub = undefined;
    this.#disconnectedMessage = message;
    this.#postConnection();
  }

  /** Anything the panel sent. What is not a message of ours is reported to `onError` and dropped. */
  async receive(raw: unknown): Promise<void> {
    const parsed = fromEntityPanel.safeParse(raw);
    if (!parsed.success) {
      this.options.onError?.(new Error(`A panel sent something else than a message: ${parsed.error.message}`));
      return;
    }
    try {
      await this.#handle(parsed.data);
    } catch (error) {
      if ('requestId' in parsed.data) this.#answer(parsed.data.requestId, false, messageOf(error));
      else this.options.onError?.(error);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscription?.dispose();
    this.#hub = undefined;
  }

  async #handle(message: FromEntityPanel): Promise<void> {
    const { host, instanceId } = this.options;
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#postConnection();
        await this.#refresh();
        return;
      case 'openInstance':
        host.openInstance(message.instanceId);
        return;
      case 'openSource':
        host.openSource(message.location);
        return;
      case 'openText':
        host.openText(message.title, message.text, message.language);
        return;
      case 'copyText':
        host.copyText(message.text);
        return;
      case 'saveText':
        this.#answer(message.requestId, await host.saveText(message.suggestedName, message.text));
        return;
      case 'signal':
        if (message.input !== null) JSON.parse(message.input);
        await this.#connected().signalEntity(
          instanceId,
          message.operation,
          message.input === null ? {} : { input: message.input },
        );
        this.#answer(message.requestId, true, `Sent ${message.operation === '' ? 'the operation' : message.operation}`);
        return;
      case 'releaseOrphan': {
        const released = await this.#connected().cleanEntityStorage({ removeEmptyEntities: false });
        this.#answer(message.requestId, true, `Released ${released.orphanedLocksReleased} orphaned locks`);
        return;
      }
      case 'remove': {
        const question = `Remove ${instanceId}? Its state and what waits for it are deleted.`;
        if (!(await host.confirm(question, 'Remove'))) {
          this.#answer(message.requestId, false);
          return;
        }
        await this.#connected().purge(instanceId);
        this.#answer(message.requestId, true);
        return;
      }
    }
  }

  #onChanges(changes: readonly HubChange[]): void {
    const ids = new Set([this.options.instanceId, this.#lockedBy]);
    const concerned = changes.some((change) => {
      if (change.type === 'resync') return true;
      return ids.has(change.type === 'purged' ? change.instanceId : change.row.instanceId);
    });
    if (concerned) this.#refreshSoon();
  }

  #refreshSoon(): void {
    this.#dirty = true;
    if (this.#isPlanned || !this.#ready) return;
    this.#isPlanned = true;
    this.options.clock.after(frameMs, () => {
      this.#isPlanned = false;
      void this.#refresh();
    });
  }

  async #refresh(): Promise<void> {
    if (this.#busy || !this.#ready) {
      this.#dirty = true;
      return;
    }
    this.#busy = true;
    this.#dirty = false;
    try {
      await this.#send();
    } catch (error) {
      if (this.#hub !== undefined) this.options.onError?.(error);
    } finally {
      this.#busy = false;
    }
    if (this.#isStale()) this.#refreshSoon();
  }

  #isStale(): boolean {
    return this.#dirty && !this.#isDisposed && this.#hub !== undefined;
  }

  async #send(): Promise<void> {
    const hub = this.#hub;
    if (hub === undefined) return;
    const { instanceId } = this.options;
    const [entity, batches] = await Promise.all([hub.getEntity(instanceId), hub.entityBatches(instanceId)]);
    this.#lockedBy = entity?.lockedBy ?? null;
    const holder = this.#lockedBy === null ? undefined : await hub.get(this.#lockedBy);
    for (const batch of batches) for (const { name } of batch.operations) this.#operations.add(name);
    this.#post({
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

  #connected(): TaskHubClient {
    if (this.#hub === undefined) throw new Error(this.#disconnectedMessage);
    return this.#hub;
  }

  #answer(requestId: number, ok: boolean, message?: string): void {
    this.#post({ type: 'actionResult', requestId, ok, ...(message === undefined ? {} : { message }) });
  }

  #postConnection(): void {
    if (!this.#ready) return;
    if (this.#hub !== undefined) this.#post({ type: 'connection', connected: true });
    else this.#post({ type: 'connection', connected: false, message: this.#disconnectedMessage });
  }

  #post(message: ToEntityPanel): void {
    if (!this.#isDisposed) this.options.post(message);
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
