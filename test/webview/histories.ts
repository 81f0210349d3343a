/** Histories written by hand for the panels' models: small stories with one second between rows unless told. */
import type { HistoryEvent } from '../../src/core/history/history';
import { toTimestamp } from '../../src/core/values/time';

export const storyStart = Date.UTC(2024, 0, 1, 12, 0, 0);

type Fields<T> = T extends HistoryEvent ? Omit<T, 'EventId' | 'IsPlayed' | 'Timestamp'> & { EventId?: number } : never;

/** Gives each row a time: row n is n seconds after the start, unless `at` says other seconds. */
export function story(...rows: readonly (Fields<HistoryEvent> & { at?: number })[]): HistoryEvent[] {
  return rows.map(({ at, ...row }, index) => ({
    EventId: -1,
    IsPlayed: false,
    Timestamp: toTimestamp(storyStart + (at ?? index) * 1000),
    ...row,
  }));
}

export const started = (name = 'HelloCities', input: string | null = null) =>
  ({
    EventType: 'ExecutionStarted',
    OrchestrationInstance: { InstanceId: 'eaee885b', ExecutionId: '0'.repeat(32) },
    Name: name,
    Version: '',
    Input: input,
  }) as const;
export const turn = { EventType: 'OrchestratorStarted' } as const;
export const rest = { EventType: 'OrchestratorCompleted' } as const;
export const scheduled = (EventId: number, Name = 'SayHello') =>
  ({ EventType: 'TaskScheduled', EventId, Name, Version: '', Input: null }) as const;
export const completed = (TaskScheduledId: number, Result: string | null) =>
  ({ EventType: 'TaskCompleted', TaskScheduledId, Result }) as const;
export const failed = (TaskScheduledId: number, Reason = 'boom') =>
  ({ EventType: 'TaskFailed', TaskScheduledId, Reason, Details: 'at line 1' }) as const;
export const timer = (EventId: number, seconds: number) =>
  ({ EventType: 'TimerCreated', EventId, FireAt: toTimestamp(storyStart + seconds * 1000) }) as const;
export const fired = (TimerId: number, seconds: number) =>
  ({ EventType: 'TimerFired', TimerId, FireAt: toTimestamp(storyStart + seconds * 1000) }) as const;
export const raised = (Name: string, Input: string | null = 'true') => ({ EventType: 'EventRaised', Name, Input }) as const;
export const ended = (
  EventId: number,
  Result: string | null,
  OrchestrationStatus: 'Completed' | 'Failed' | 'Terminated' = 'Completed',
) => ({ EventType: 'ExecutionCompleted', EventId, Result, OrchestrationStatus }) as const;

/** Spec/engine.md B2, commit order. */
export const helloCities = story(
  turn,
  started(),
  scheduled(0),
  rest,
  turn,
  completed(0, '"Hello Tokyo!"'),
  scheduled(1),
  rest,
  turn,
  completed(1, '"Hello Seattle!"'),
  scheduled(2),
  rest,
  turn,
  completed(2, '"Hello London!"'),
  ended(3, '["Hello Tokyo!","Hello Seattle!","Hello London!"]'),
  rest,
);
