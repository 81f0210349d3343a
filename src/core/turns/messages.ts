/** What instances are told of each other: envelopes of what comes from outside, and how a child's end reaches its parent. */
import type { ExecutionCompleted, ExecutionStarted, InboundEvent, SubOrchestrationInstanceFailed } from '../history/history';
import { fireAndForgetTag } from '../history/tags';
import { profileOf, type InstanceRow } from '../instances/instance';

/** To another instance or, for a failed child start, to this one. */
export interface OutgoingMessage {
  instanceId: string;
  executionId: string | null;
  event: InboundEvent;
}

/** An event that is not in a history yet. `now`: its time. */
export function inbound<T extends object>(now: string, fields: T): T & { EventId: number; IsPlayed: boolean; Timestamp: string } {
  return { EventId: -1, IsPlayed: false, Timestamp: now, ...fields };
}

/** What a parent is told of a child that cannot be started because its id belongs to an instance that still runs (2.10.6). */
export function childIdInUse(taskId: number, instanceId: string, status: string, now: string): SubOrchestrationInstanceFailed {
  return inbound(now, {
    EventType: 'SubOrchestrationInstanceFailed',
    TaskScheduledId: taskId,
    Reason: `An orchestration instance with the id '${instanceId}' already exists and is ${status}.`,
    Details: '',
    FailureDetails: null,
  });
}

/** The message that tells the parent how this instance ended; null when nobody waits for it. */
export function answerToParent(
  row: InstanceRow,
  started: ExecutionStarted,
  completed: ExecutionCompleted,
  details: string | null,
): OutgoingMessage | null {
  const parent = started.ParentInstance;
  if (parent == null || started.Tags?.[fireAndForgetTag] !== undefined) return null;
  // The parent of a fork is its origin's, which has its answer from there.
  if (row.forkedFrom !== undefined) return null;
  const { InstanceId: instanceId, ExecutionId: executionId } = parent.OrchestrationInstance;
  const TaskScheduledId = parent.TaskScheduleId;
  const event: InboundEvent =
    completed.OrchestrationStatus === 'Completed'
      ? inbound(completed.Timestamp, {
          EventType: 'SubOrchestrationInstanceCompleted',
          TaskScheduledId,
          Result: completed.Result,
        })
      : inbound(completed.Timestamp, {
          EventType: 'SubOrchestrationInstanceFailed',
          TaskScheduledId,
          Reason: completed.Result ?? '',
          Details: details,
          FailureDetails: completed.FailureDetails ?? null,
        });
  return { instanceId, executionId, event };
}

/** An orchestration that was terminated has no details, and that of JavaScript cannot read its failure then. */
export function detailsOf(row: InstanceRow, { OrchestrationStatus }: ExecutionCompleted): string | null {
  return profileOf(row) === 'A' && OrchestrationStatus === 'Terminated' ? null : '';
}
