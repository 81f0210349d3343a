import type { JSX } from 'preact';
import type { OrchestrationStatus } from '../../core/values/status';
import { statusIcons } from '../../protocol/status-icons';
import { Icon } from './icon';

/** Order in which statuses stand beside each other. */
export const statusOrder: readonly OrchestrationStatus[] = [
  'Running',
  'Pending',
  'Suspended',
  'ContinuedAsNew',
  'Completed',
  'Failed',
  'Terminated',
  'Canceled',
];

export function statusTitle(status: OrchestrationStatus): string {
  return status === 'ContinuedAsNew' ? 'Continued as new' : status;
}

/** Icon and word; `quiet`: without the coloured ground. */
export function StatusBadge({ status, quiet = false }: { status: OrchestrationStatus; quiet?: boolean }): JSX.Element {
  return (
    <span class={`status-badge status-${status} ${quiet ? 'quiet' : ''}`}>
      <Icon name={statusIcons[status]} />
      <span>{statusTitle(status)}</span>
    </span>
  );
}
