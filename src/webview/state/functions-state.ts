/** What the functions panel knows, out of the messages it was sent (protocol/functions-panel.ts). */
import type { Disposable } from '../../core/ports/clock';
import { toFunctionsPanel, type FunctionsSnapshot } from '../../protocol/functions-panel';
import type { ActionResult } from '../../protocol/panel-values';
import type { PanelTransport } from '../transport/panel-transport';
import { Requests } from './requests';
import { Store, type Schedule } from './store';

export interface FunctionsState {
  /** Null until the first snapshot. */
  snapshot: FunctionsSnapshot | null;
  connected: boolean;
  /** Why there is no connection, or what is wrong with what was sent. */
  problem: string | null;
}

export class FunctionsStore {
  readonly state: Store<FunctionsState>;
  private readonly requests = new Requests();

  constructor(
    private readonly transport: Pick<PanelTransport, 'send' | 'onMessage'>,
    schedule: Schedule,
  ) {
    this.state = new Store<FunctionsState>({ snapshot: null, connected: true, problem: null }, schedule);
  }

  start(): Disposable {
    const listening = this.transport.onMessage((message) => this.receive(message));
    this.transport.send({ type: 'ready' });
    return listening;
  }

  saveText(suggestedName: string, text: string, encoding: 'utf8' | 'base64'): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'saveText', requestId, suggestedName, text, encoding }));
  }

  private receive(value: unknown): void {
    const parsed = toFunctionsPanel.safeParse(value);
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
      case 'functions':
        this.state.set({ snapshot: message });
        return;
      case 'actionResult':
        this.requests.settle(message);
    }
  }
}
