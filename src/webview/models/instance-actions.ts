/** Which actions make sense for an instance as it stands. */
import { isTerminal, type OrchestrationStatus } from '../../core/values/status';
import { actionStatuses } from '../../protocol/instance-actions';
import type { InstanceAction } from '../../protocol/panel-values';

interface Capabilities {
  rewind: boolean;
  suspend: boolean;
  readOnly?: string;
}

/** True where the action makes sense; the hub has the last word. */
export function isActionEnabled(
  action: InstanceAction | 'raiseEvent',
  status: OrchestrationStatus,
  capabilities: Capabilities,
): boolean {
  if (capabilities.readOnly !== undefined) return false;
  if (action === 'raiseEvent') return !isTerminal(status);
  if ((action === 'suspend' || action === 'resume') && !capabilities.suspend) return false;
  if (action === 'rewind' && !capabilities.rewind) return false;
  return actionStatuses[action].includes(status);
}

/** Statuses of a selection: an action is offered when at least one of them takes it. */
export function isActionEnabledForAny(
  action: InstanceAction,
  statuses: Iterable<OrchestrationStatus>,
  capabilities: Capabilities,
): boolean {
  for (const status of statuses) if (isActionEnabled(action, status, capabilities)) return true;
  return false;
}
