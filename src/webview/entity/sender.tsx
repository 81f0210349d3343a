import type { JSX } from 'preact';
import type { PanelTransport } from '../transport/panel-transport';

/** Who sent something: an instance, or a client from outside. */
export function Sender({ instanceId, transport }: { instanceId: string | null; transport: PanelTransport }): JSX.Element {
  if (instanceId === null) return <span class="quiet-text">a client</span>;
  return (
    <button type="button" class="link" onClick={() => transport.send({ type: 'openInstance', instanceId })}>
      <code>{instanceId}</code>
    </button>
  );
}

/** One line's worth of JSON. */
export function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
