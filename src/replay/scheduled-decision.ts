import type { ScheduledRow, WorkDecision } from '../core/non-determinism';

/** The decision that left the row. */
export function scheduledDecision(row: ScheduledRow): WorkDecision {
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
  }
}
