import type { EntityRow, ScheduledRow, WorkDecision } from '../core/decisions/non-determinism';

/** The decision that left the row. */
export function scheduledDecision(row: ScheduledRow | EntityRow): WorkDecision {
  const id = row.EventId;
  switch (row.EventType) {
    case 'TaskScheduled':
      return { type: 'ScheduleTask', id, name: row.Name, input: row.Input };
    case 'TimerCreated':
      return { type: 'CreateTimer', id, fireAt: row.FireAt };
    case 'SubOrchestrationInstanceCreated':
      return { type: 'CreateSubOrchestration', id, name: row.Name, instanceId: row.InstanceId, input: row.Input };
    case 'EventSent':
      return { type: 'SendEvent', id, instanceId: row.InstanceId, name: row.Name, input: row.Input };
    case 'EntityOperationCalled':
    case 'EntityOperationSignaled':
      return {
        type: row.EventType === 'EntityOperationCalled' ? 'CallEntity' : 'SignalEntity',
        ...{ id, requestId: row.RequestId, instanceId: row.TargetInstanceId, operation: row.Operation, input: row.Input },
        ...(row.ScheduledTime == null ? {} : { scheduledTime: row.ScheduledTime }),
      };
    case 'EntityLockRequested':
      return { type: 'LockEntities', id, criticalSectionId: row.CriticalSectionId, lockSet: row.LockSet };
    case 'EntityUnlockSent':
      return { type: 'UnlockEntity', id, criticalSectionId: row.CriticalSectionId, instanceId: row.TargetInstanceId };
  }
}
