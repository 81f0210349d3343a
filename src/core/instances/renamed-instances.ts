import type { ExportedInstance } from './exported-instance';
import type { HistoryEvent, OrchestrationInstance, ParentInstance } from '../history/history';

export interface NewIdentity {
  instanceId: string;
  executionId: string;
}

/**
 * The same instances under other ids, every reference among them included (parents, children, receivers of events), so that a family
 * stays one. `identities` by old instance id; whoever is not in it keeps its name. The values in the rows stay: what the code derived from
 * its id (`newGuid`, ids of children by default) is still the old.
 */
export function renamedInstances(
  instances: readonly ExportedInstance[],
  identities: ReadonlyMap<string, NewIdentity>,
): ExportedInstance[] {
  if (identities.size === 0) return [...instances];
  const executions = new Map<string, string>();
  for (const { instance } of instances) {
    const identity = identities.get(instance.instanceId);
    if (identity !== undefined) executions.set(instance.executionId, identity.executionId);
  }
  const idOf = (id: string): string => identities.get(id)?.instanceId ?? id;
  const orchestration = (named: OrchestrationInstance): OrchestrationInstance => ({
    ...named,
    InstanceId: idOf(named.InstanceId),
    ExecutionId: executions.get(named.ExecutionId) ?? named.ExecutionId,
  });
  const parentOf = (parent: ParentInstance): ParentInstance => ({
    ...parent,
    OrchestrationInstance: orchestration(parent.OrchestrationInstance),
  });
  const renamed = (event: HistoryEvent): HistoryEvent => {
    switch (event.EventType) {
      case 'ExecutionStarted':
        return {
          ...event,
          OrchestrationInstance: orchestration(event.OrchestrationInstance),
          ...(event.ParentInstance == null ? {} : { ParentInstance: parentOf(event.ParentInstance) }),
        };
      case 'SubOrchestrationInstanceCreated':
      case 'EventSent':
        return { ...event, InstanceId: idOf(event.InstanceId) };
      case 'EntityOperationCalled':
      case 'EntityOperationSignaled':
      case 'EntityUnlockSent':
        return { ...event, TargetInstanceId: idOf(event.TargetInstanceId) };
      case 'EntityLockRequested':
        return { ...event, LockSet: event.LockSet.map(idOf) };
      default:
        return event;
    }
  };
  return instances.map(({ instance, history, customStatusChanges }) => ({
    instance: {
      ...instance,
      instanceId: idOf(instance.instanceId),
      executionId: executions.get(instance.executionId) ?? instance.executionId,
      parentInstanceId: instance.parentInstanceId === null ? null : idOf(instance.parentInstanceId),
    },
    history: history.map(renamed),
    customStatusChanges,
  }));
}
