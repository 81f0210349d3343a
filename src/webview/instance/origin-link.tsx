import type { JSX } from 'preact';
import type { PanelTransport } from '../transport/panel-transport';

/** The way from a fork to the instance that it comes from, by its id: the name is the fork's own. */
export function OriginLink({ instanceId, transport }: { instanceId: string; transport: PanelTransport }): JSX.Element {
  return (
    <button type="button" class="link" title={instanceId} onClick={() => transport.send({ type: 'openInstance', instanceId })}>
      {instanceId.length > 24 ? `${instanceId.slice(0, 12)}…` : instanceId}
    </button>
  );
}
