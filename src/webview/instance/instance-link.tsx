import type { JSX } from 'preact';
import type { OrchestrationStatus } from '../../core/values/status';
import type { PanelTransport } from '../transport/panel-transport';
import { Icon } from '../ui/icon';
import { InstanceId } from '../ui/instance-id';
import { statusIcons } from '../../protocol/status-icons';

interface InstanceLinkProps {
  instance: { instanceId: string; name: string; runtimeStatus?: OrchestrationStatus };
  transport: Pick<PanelTransport, 'send'>;
}

/** Opens another instance's panel. */
export function InstanceLink({ instance, transport }: InstanceLinkProps): JSX.Element {
  const { instanceId, name, runtimeStatus } = instance;
  const title = `Open ${instanceId}${runtimeStatus === undefined ? '' : ` (${runtimeStatus})`}`;
  return (
    <button
      type="button"
      class="link instance-link"
      title={title}
      onClick={() => transport.send({ type: 'openInstance', instanceId })}
    >
      {runtimeStatus === undefined ? null : (
        <Icon name={statusIcons[runtimeStatus]} class={`status-icon status-${runtimeStatus}`} />
      )}
      <span class="link-name">{name}</span> <InstanceId id={instanceId} title={title} />
    </button>
  );
}
