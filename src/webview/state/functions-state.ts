/** What the functions panel knows (protocol/functions-panel.ts). */
import { toFunctionsPanel, type FunctionsSnapshot } from '../../protocol/functions-panel';
import type { ActionResult } from '../../protocol/panel-values';
import type { PanelTransport } from '../transport/panel-transport';
import { SnapshotStore } from './snapshot-store';
import type { Schedule } from './store';

export class FunctionsStore extends SnapshotStore<FunctionsSnapshot> {
  constructor(transport: Pick<PanelTransport, 'send' | 'onMessage'>, schedule: Schedule) {
    super(toFunctionsPanel, transport, schedule);
  }

  saveText(suggestedName: string, text: string, encoding: 'utf8' | 'base64'): Promise<ActionResult> {
    return this.requests.ask((requestId) => this.transport.send({ type: 'saveText', requestId, suggestedName, text, encoding }));
  }
}
