/** What the entity panel knows (protocol/entity-panel.ts). */
import { toEntityPanel, type EntitySnapshot } from '../../protocol/entity-panel';
import type { ActionResult } from '../../protocol/panel-values';
import type { PanelTransport } from '../transport/panel-transport';
import { SnapshotStore } from './snapshot-store';
import type { Schedule } from './store';

export class EntityStore extends SnapshotStore<EntitySnapshot> {
  constructor(transport: Pick<PanelTransport, 'send' | 'onMessage'>, schedule: Schedule) {
    super(toEntityPanel, transport, schedule);
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
}
