/** What the entity panel knows, out of the messages it was sent (protocol/entity-panel.ts). */
import type { Disposable } from '../../core/ports/clock';
import { toEntityPanel, type EntitySnapshot } from '../../protocol/entity-panel';
import type { ActionResult } from '../../protocol/panel-values';
import type { PanelTransport } from '../transport/panel-transport';
import { Requests } from './requests';
import { Store, type Schedule } from './store';

export interface EntityState {
  /** Null until the first snapshot. */
  snapshot: EntitySnapshot | null;
  connected: boolean;
  /** Why there is no connection, or what is wrong with what was sent. */
  problem: string | null;
}

export class EntityStore {
  readonly state: Store<EntityState>;
  private readonly requests = new Requests();

  constructor(
    private readonly transport: Pick<PanelTransport, 'send' | 'onMessage'>,
    schedule: Schedule,
  ) {
    this.state = new Store<EntityState>({ snapshot: null, connected: true, problem: null }, schedule);
  }

  start(): Disposable {
    const listening = this.transport.onMessage((message) => this.receive(message));
    this.transport.send({ type: 'ready' });
    return listening;
  }

  /** `input`: JSON text or null. */
  signal(operation: string, input: string | null): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'signal', requestId, operation, input }));
  }

  releaseOrphan(): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'releaseOrphan', requestId }));
  }

  remove(): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'remove', requestId }));
  }

  private receive(value: unknown): void {
    const parsed = toEntityPanel.safeParse(value);
    if (!parsed.success) {
      this.state.set({ problem: 'This panel was sent something it does not understand. Close and open it again.' });
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'connection':
        this.state.set({
          connected: message.connected,
          problem: message.connected ? null : (message.message ?? 'Not connected.'),
        });
        return;
      case 'entity':
        this.state.set({ snapshot: message });
        return;
      case 'actionResult':
        this.requests.settle(message);
    }
  }
}
