/** How a panel reaches whoever keeps the task hub: the editor's extension host, or the emulator's own server. */
import type { Disposable } from '../../core/ports/clock';
import type { FromEntityPanel } from '../../protocol/entity-panel';
import type { FromFunctionsPanel } from '../../protocol/functions-panel';
import type { FromInstancePanel } from '../../protocol/instance-panel';
import type { FromInstancesPanel } from '../../protocol/instances-panel';

export type PanelRequest = FromInstancePanel | FromInstancesPanel | FromEntityPanel | FromFunctionsPanel;

export interface PanelTransport {
  /** In the editor a link opens there; in a browser it is an ordinary address. */
  readonly place: 'editor' | 'browser';
  send(request: PanelRequest): void;
  /** Messages as they came, unchecked. One listener. */
  onMessage(listener: (message: unknown) => void): Disposable;
  /** What `saveState` was given last, also after the window was reloaded; undefined at first. */
  loadState(): unknown;
  saveState(state: unknown): void;
  /** What was chosen in panels before this one was opened. */
  loadPreferences(): unknown;
}
