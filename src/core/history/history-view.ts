/** The `historyEvents` of the status API with showHistory=true (spec/http-api.md 4.1). */
import type { HistoryEvent } from './history';
import { lenientJson } from '../values/newtonsoft-json';
import { payloadValue } from '../values/payload';

export interface HistoryViewOptions {
  /** Keep `Input` fields. */
  showInput: boolean;
  /** Keep `Result` fields, parsed. */
  showHistoryOutput: boolean;
}

export type HistoryView = Readonly<Record<string, unknown>>;

type Fields = Record<string, unknown>;

/** Results take their scheduling event in, episode marks and ids go, keys stand in the usual order. `events` in commit order. */
export function toHistoryEvents(events: readonly HistoryEvent[], options: HistoryViewOptions): HistoryView[] {
  const scheduled = new Map<number, HistoryEvent>();
  /** By what was answered; an id may come again, with a retry. */
  const sources = new Map<HistoryEvent, HistoryEvent>();
  for (const event of events) {
    if (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated') {
      scheduled.set(event.EventId, event);
    } else if (isResult(event)) {
      const source = scheduled.get(event.TaskScheduledId);
      if (source !== undefined) sources.set(event, source);
    }
  }
  const answered = new Set(sources.values());
  const views: HistoryView[] = [];
  for (const event of events) {
    if (event.EventType === 'OrchestratorStarted' || event.EventType === 'OrchestratorCompleted' || answered.has(event)) continue;
    views.push(viewOf(event, sources.get(event), options));
  }
  return views;
}

function viewOf(event: HistoryEvent, source: HistoryEvent | undefined, options: HistoryViewOptions): HistoryView {
  const timestamp = shortTime(event.Timestamp);
  const input = (value: string | null): Fields => (options.showInput ? { Input: value } : {});
  const result = (value: string | null): Fields => (options.showHistoryOutput ? { Result: resultValue(value) } : {});
  const merged = (): Fields => {
    if (source?.EventType !== 'TaskScheduled' && source?.EventType !== 'SubOrchestrationInstanceCreated') return {};
    return {
      ScheduledTime: offsetTime(shortTime(source.Timestamp)),
      FunctionName: source.Name,
      ...(source.EventType === 'SubOrchestrationInstanceCreated' ? { InstanceId: source.InstanceId } : {}),
      ...input(source.Input),
    };
  };
  const EventType = event.EventType;
  switch (event.EventType) {
    case 'ExecutionStarted':
      return {
        EventType,
        ...input(event.Input),
        Correlation: null,
        ParentTraceContext: event.ParentTraceContext ?? null,
        ScheduledStartTime: event.ScheduledStartTime == null ? null : shortTime(event.ScheduledStartTime),
        Generation: event.Generation ?? null,
        GenerateNewTrace: false,
        Timestamp: timestamp,
        FunctionName: event.Name,
      };
    case 'TaskScheduled':
      return {
        EventType,
        Name: event.Name,
        ...input(event.Input),
        ParentTraceContext: event.ParentTraceContext ?? null,
        Tags: event.Tags ?? null,
        Timestamp: timestamp,
      };
    case 'SubOrchestrationInstanceCreated':
      return {
        EventType,
        Name: event.Name,
        InstanceId: event.InstanceId,
        ...input(event.Input),
        ClientSpanId: null,
        Tags: event.Tags ?? null,
        Timestamp: timestamp,
      };
    case 'TaskCompleted':
    case 'SubOrchestrationInstanceCompleted':
      return { EventType, ...result(event.Result), Timestamp: timestamp, ...merged() };
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
      return {
        EventType,
        Reason: event.Reason,
        Details: event.Details,
        FailureDetails: event.FailureDetails ?? null,
        Timestamp: timestamp,
        ...merged(),
      };
    case 'TimerCreated':
    case 'TimerFired':
      return { EventType, FireAt: shortTime(event.FireAt), Timestamp: timestamp };
    case 'EventSent':
      return { EventType, InstanceId: event.InstanceId, Name: event.Name, ...input(event.Input), Timestamp: timestamp };
    case 'EventRaised':
      return { EventType, Name: event.Name, ...input(event.Input), ParentTraceContext: null, Timestamp: timestamp };
    case 'ExecutionTerminated':
      return { EventType, ...input(event.Input), Timestamp: timestamp };
    case 'ExecutionSuspended':
    case 'ExecutionResumed':
    case 'ExecutionRewound':
      return { EventType, Reason: event.Reason, Timestamp: timestamp };
    case 'ExecutionCompleted':
      return {
        EventType,
        OrchestrationStatus: event.OrchestrationStatus,
        ...result(event.Result),
        FailureDetails: event.FailureDetails ?? null,
        Timestamp: timestamp,
      };
    case 'ContinueAsNew':
      return { EventType, OrchestrationStatus: event.OrchestrationStatus, ...result(event.Result), Timestamp: timestamp };
    case 'GenericEvent':
      return { Data: event.Data, EventType, Timestamp: timestamp };
    case 'OrchestratorStarted':
    case 'OrchestratorCompleted':
      return { EventType, Timestamp: timestamp };
    default: {
      // A type that is not ours, from an imported history: shown without the fields that no view has.
      const view: Fields = { ...(event as HistoryEvent) };
      delete view['EventId'];
      delete view['IsPlayed'];
      return view;
    }
  }
}

function isResult(event: HistoryEvent): event is HistoryEvent & { TaskScheduledId: number } {
  return 'TaskScheduledId' in event && event.EventType !== ('GenericEvent' as HistoryEvent['EventType']);
}

/** `2024-01-01T00:00:00.1000000Z` as `2024-01-01T00:00:00.1Z`: trailing zeros are cut. */
function shortTime(text: string): string {
  return text.replace(/\.(\d*?)0+Z$/, (_whole, digits: string) => (digits === '' ? 'Z' : `.${digits}Z`));
}

/** The same moment with an offset: so the service writes when the work of an answer was scheduled. */
function offsetTime(text: string): string {
  return text.endsWith('Z') ? `${text.slice(0, -1)}+00:00` : text;
}

/** As Newtonsoft.Json reads it: the first value, whatever follows; other text without the blanks around it (recorded: `reason-forms`). */
function resultValue(text: string | null): unknown {
  const value = payloadValue(text);
  if (text === null || value !== text) return value;
  const trimmed = text.trim();
  const first = lenientJson(trimmed, false);
  return first === null ? trimmed : (JSON.parse(first) as unknown);
}
