/** The rows of the history table (spec/engine.md 1.4): what `history` prints, exports and tables show. */
import type { HistoryEvent, HistoryEventType } from './history';
import { toDisplayOrder } from './history-order';

export type HistoryOrder = 'commit' | 'display';

/** An event with all its fields by the names of spec/engine.md 1.2, absent ones included as null, and its place. */
export type HistoryRow = Readonly<Record<string, unknown>> & {
  /** Sequence number in the generation, commit order, 16 upper-case hex digits: identifies the row whatever the order. */
  RowKey: string;
  ExecutionId: string;
  EventType: HistoryEventType;
  EventId: number;
  IsPlayed: boolean;
  Timestamp: string;
};

/** Fields beyond the envelope, by type, in the order of spec/engine.md 1.2. */
const historyFields: Readonly<Record<HistoryEventType, readonly string[]>> = {
  ExecutionStarted: [
    'OrchestrationInstance',
    'ParentInstance',
    'Name',
    'Version',
    'Input',
    'Tags',
    'ScheduledStartTime',
    'Generation',
  ],
  ExecutionCompleted: ['OrchestrationStatus', 'Result', 'FailureDetails'],
  ExecutionTerminated: ['Input'],
  TaskScheduled: ['Name', 'Version', 'Input', 'Tags'],
  TaskCompleted: ['TaskScheduledId', 'Result'],
  TaskFailed: ['TaskScheduledId', 'Reason', 'Details', 'FailureDetails'],
  SubOrchestrationInstanceCreated: ['Name', 'Version', 'InstanceId', 'Input', 'Tags'],
  SubOrchestrationInstanceCompleted: ['TaskScheduledId', 'Result'],
  SubOrchestrationInstanceFailed: ['TaskScheduledId', 'Reason', 'Details', 'FailureDetails'],
  TimerCreated: ['FireAt'],
  TimerFired: ['TimerId', 'FireAt'],
  OrchestratorStarted: [],
  OrchestratorCompleted: [],
  EventSent: ['InstanceId', 'Name', 'Input'],
  EventRaised: ['Name', 'Input'],
  ContinueAsNew: ['OrchestrationStatus', 'Result'],
  GenericEvent: ['Data', 'Reason'],
  ExecutionSuspended: ['Reason'],
  ExecutionResumed: ['Reason'],
  ExecutionRewound: ['Reason', 'ParentExecutionId', 'InstanceId'],
  EntityOperationCalled: ['RequestId', 'Operation', 'Input', 'TargetInstanceId', 'ScheduledTime'],
  EntityOperationSignaled: ['RequestId', 'Operation', 'Input', 'TargetInstanceId', 'ScheduledTime'],
  EntityOperationCompleted: ['RequestId', 'Output'],
  EntityOperationFailed: ['RequestId', 'FailureDetails'],
  EntityLockRequested: ['CriticalSectionId', 'LockSet', 'Position'],
  EntityLockGranted: ['CriticalSectionId'],
  EntityUnlockSent: ['CriticalSectionId', 'TargetInstanceId'],
};

/**
 * `events` in commit order; the first is row `from` of the generation. Fields that an event carries beyond the known ones are kept.
 */
export function toHistoryRows(events: readonly HistoryEvent[], executionId: string, order: HistoryOrder, from = 0): HistoryRow[] {
  const rows = events.map((event, index) => {
    const row: Record<string, unknown> = {
      RowKey: (from + index).toString(16).toUpperCase().padStart(16, '0'),
      ExecutionId: executionId,
      EventType: event.EventType,
      EventId: event.EventId,
      IsPlayed: event.IsPlayed,
      Timestamp: event.Timestamp,
    };
    // An imported history may hold types and fields that are not ours: they are shown, not dropped.
    const known = (historyFields as Readonly<Record<string, readonly string[] | undefined>>)[event.EventType] ?? [];
    for (const field of known) row[field] = null;
    for (const [field, value] of Object.entries(event) as [string, unknown][]) if (value !== undefined) row[field] = value;
    return row as HistoryRow;
  });
  return order === 'commit' ? rows : toDisplayOrder(rows);
}
