/** Histories in the notation of the conformance rows: `OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC`. */
import type { HistoryEvent, HistoryEventType } from '../../src/core/history/history';

const marks: Readonly<Record<HistoryEventType, string>> = {
  OrchestratorStarted: 'OS',
  OrchestratorCompleted: 'OC',
  ExecutionStarted: 'ES',
  ExecutionCompleted: 'EC',
  ExecutionTerminated: 'ET',
  ExecutionSuspended: 'ESu',
  ExecutionResumed: 'ERe',
  ExecutionRewound: 'ERw',
  ContinueAsNew: 'CAN',
  TaskScheduled: 'TS',
  TaskCompleted: 'TC',
  TaskFailed: 'TF',
  TimerCreated: 'TmC',
  TimerFired: 'TmF',
  SubOrchestrationInstanceCreated: 'SC',
  SubOrchestrationInstanceCompleted: 'SD',
  SubOrchestrationInstanceFailed: 'SF',
  EventRaised: 'ER',
  EventSent: 'EvS',
  GenericEvent: 'GE',
  EntityOperationCalled: 'EntityOperationCalled',
  EntityOperationSignaled: 'EntityOperationSignaled',
  EntityOperationCompleted: 'EntityOperationCompleted',
  EntityOperationFailed: 'EntityOperationFailed',
  EntityLockRequested: 'EntityLockRequested',
  EntityLockGranted: 'EntityLockGranted',
  EntityUnlockSent: 'EntityUnlockSent',
};

export function toSequence(events: readonly HistoryEvent[]): string {
  return events
    .map((event, index) => (index > 0 && event.EventType === 'OrchestratorStarted' ? `| ${markOf(event)}` : markOf(event)))
    .join(' ');
}

function markOf(event: HistoryEvent): string {
  const id = event.EventId >= 0 ? `#${event.EventId}` : '';
  const answers = 'TaskScheduledId' in event ? `→${event.TaskScheduledId}` : 'TimerId' in event ? `→${event.TimerId}` : '';
  const status = event.EventType === 'ExecutionCompleted' ? `[${event.OrchestrationStatus}]` : '';
  return `${marks[event.EventType]}${id}${answers}${status}`;
}
