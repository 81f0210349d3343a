/** Which actions make sense for an instance as it stands. */
import { isTerminal, type OrchestrationStatus } from '../../core/status';
import type { InstanceAction } from '../../protocol/panel-values';

interface Capabilities {
  rewind: boolean;
  suspend: boolean;
}

/** True where the engine would take the action (spec/engine.md 2.10.8 to 2.10.11). */
export function isActionEnabled(action: InstanceAction | 'raiseEvent', status: OrchestrationStatus, capabilities: Capabilities): boolean {
  switch (action) {
    case 'raiseEvent':
    case 'terminate':
      return !isTerminal(status);
    case 'suspend':
      return capabilities.suspend && !isTerminal(status) && status !== 'Suspended';
    case 'resume':
      return capabilities.suspend && status === 'Suspended';
    case 'rewind':
      return capabilities.rewind && status === 'Failed';
    case 'restart':
      return true;
    case 'purge':
      return isTerminal(status);
  }
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
