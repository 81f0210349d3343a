/** What a panel knows that draws one snapshot, out of the messages it was sent; what it asks for is added by the panel's own store. */
import type * as z from 'zod';
import type { Disposable } from '../../core/ports/clock';
import type { ActionResult, ConnectionState } from '../../protocol/panel-values';
import type { PanelTransport } from '../transport/panel-transport';
import { Requests } from './requests';
import { Store, type Schedule } from './store';

export interface SnapshotState<Snapshot> {
  /** Null until the first one. */
  snapshot: Snapshot | null;
  connected: boolean;
  /** Why there is no connection, or what is wrong with what was sent. */
  problem: string | null;
  /** The emulator can be started from here. */
  canStart: boolean;
}

interface Message {
  type: string;
}

export class SnapshotStore<Snapshot extends Message> {
  readonly state: Store<SnapshotState<Snapshot>>;
  protected readonly requests = new Requests();

  constructor(
    private readonly shape: z.ZodType<Snapshot | ConnectionState | ActionResult>,
    protected readonly transport: Pick<PanelTransport, 'send' | 'onMessage'>,
    schedule: Schedule,
  ) {
    this.state = new Store<SnapshotState<Snapshot>>(
      { snapshot: null, connected: true, problem: null, canStart: false },
      schedule,
    );
  }

  start(): Disposable {
    const listening = this.transport.onMessage((message) => this.receive(message));
    this.transport.send({ type: 'ready' });
    return listening;
  }

  private receive(value: unknown): void {
    const parsed = this.shape.safeParse(value);
    if (!parsed.success) {
      this.state.set({ problem: 'This panel was sent something it does not understand. Close and open it again.' });
      return;
    }
    const message = parsed.data;
    if (isConnection(message)) {
      const { connected, message: why, canStart = false } = message;
      this.state.set({ connected, problem: connected ? null : (why ?? 'Not connected.'), canStart });
    } else if (isResult(message)) {
      this.requests.settle(message);
    } else {
      this.state.set({ snapshot: message });
    }
  }
}

function isConnection(message: Message): message is ConnectionState {
  return message.type === 'connection';
}

function isResult(message: Message): message is ActionResult {
  return message.type === 'actionResult';
}
