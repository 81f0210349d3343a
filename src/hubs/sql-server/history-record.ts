/** A row of the provider's History table as the event that it stands for: it has one number, one text and one time for all kinds of events. */
import type { HistoryEvent, Tags } from '../../core/history/history';
import { canonicalEvent } from '../../replay/canonical-event';
import { failureIn } from './instance-record';
import type { HistoryRecord } from './statements';

/** What no row of a history has, but the instance. */
export interface Surroundings {
  instanceId: string;
  executionId: string;
  version: string;
  parentInstanceId: string | null;
  tags: Tags | null;
  /** Ids of children by the number of the event that began them. */
  children: ReadonlyMap<number, string>;
}

export function eventOf(record: HistoryRecord, around: Surroundings): HistoryEvent | undefined {
  const { TaskID: number, Text: text = null, VisibleTime: time, Reason: reason = null } = record;
  const base = {
    EventType: record.EventType,
    EventId: -1,
    IsPlayed: record.IsPlayed,
    Timestamp: record.Timestamp,
  };
  const begun = { ...base, EventId: number ?? -1 };
  return canonicalEvent(fields());

  function fields(): Record<string, unknown> {
    switch (record.EventType) {
      case 'ExecutionStarted':
        return {
          ...base,
          OrchestrationInstance: { InstanceId: around.instanceId, ExecutionId: around.executionId },
          Name: record.Name ?? '',
          Version: around.version,
          Input: text,
          Tags: around.tags,
          // The number is that of the parent's event.
          ParentInstance:
            around.parentInstanceId === null
              ? null
              : {
                  ...{ Name: '', Version: '', TaskScheduleId: number ?? -1 },
                  OrchestrationInstance: { InstanceId: around.parentInstanceId, ExecutionId: '' },
                },
        };
      case 'ExecutionCompleted':
        return {
          ...begun,
          OrchestrationStatus: record.RuntimeStatus ?? 'Completed',
          Result: text,
          FailureDetails: record.RuntimeStatus === 'Failed' ? failureIn(text) : null,
        };
      case 'ContinueAsNew':
        return { ...begun, OrchestrationStatus: 'ContinuedAsNew', Result: text };
      case 'ExecutionTerminated':
        return { ...base, Input: text };
      case 'TaskScheduled':
        return { ...begun, Name: record.Name ?? '', Version: '', Input: text };
      case 'SubOrchestrationInstanceCreated':
        return {
          ...begun,
          Name: record.Name ?? '',
          Version: '',
          InstanceId: around.children.get(number ?? -1) ?? '',
          Input: text,
        };
      case 'TaskCompleted':
      case 'SubOrchestrationInstanceCompleted':
        return { ...base, TaskScheduledId: number, Result: text };
      case 'TaskFailed':
      case 'SubOrchestrationInstanceFailed': {
        const failure = failureIn(text);
        return {
          ...base,
          TaskScheduledId: number,
          Reason: reason ?? failure?.ErrorMessage ?? '',
          Details: failure === null ? text : (failure.StackTrace ?? null),
          FailureDetails: failure,
        };
      }
      case 'TimerCreated':
        return { ...begun, FireAt: time };
      case 'TimerFired':
        return { ...base, TimerId: number, FireAt: time };
      case 'EventSent':
        // To whom it went is in no column.
        return { ...begun, Name: record.Name ?? '', InstanceId: '', Input: text };
      case 'EventRaised':
        return { ...base, Name: record.Name ?? '', Input: text };
      case 'GenericEvent':
        return { ...base, Data: text, ...(reason === null ? {} : { Reason: reason }) };
      case 'ExecutionSuspended':
      case 'ExecutionResumed':
        return { ...base, Reason: text };
      default:
        return { ...begun, ...(record.Name === null ? {} : { Name: record.Name }), ...(text === null ? {} : { Data: text }) };
    }
  }
}
