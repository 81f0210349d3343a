import type { JSX } from 'preact';
import type { InstanceSnapshot } from '../../protocol/instance-panel';
import type { InstanceDetails } from '../../protocol/panel-values';
import type { InstanceState, InstanceStore } from '../state/instance-state';
import type { ViewMemory } from '../state/view-memory';
import type { PanelTransport } from '../transport/panel-transport';

/** What every part of the instance panel is handed. */
export interface InstanceParts {
  store: InstanceStore;
  state: InstanceState;
  snapshot: InstanceSnapshot;
  instance: InstanceDetails;
  transport: PanelTransport;
  memory: ViewMemory;
  /** Shows a line on top of the panel. */
  tell: (notice: Notice | null) => void;
  /** Shows this row of the stored history, by its place in the commit order. */
  showRow: (at: number) => void;
  /** Shows the replay tab; null where there is none. */
  showReplay: (() => void) | null;
}

export interface Notice {
  kind: 'error' | 'warning' | 'info';
  text: string;
}

export type InstanceView = (parts: InstanceParts) => JSX.Element;
