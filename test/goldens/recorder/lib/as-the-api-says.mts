/** What an attached hub and the engine's management API say of an instance, each in one form. */
import type { HistoryEvent } from '../../../../src/core/history/history';
import type { InstanceRow } from '../../../../src/core/instances/instance';

export const toSeconds = (time: string): string => time.slice(0, 19);

export interface Status {
  instanceId: string;
  name: string;
  runtimeStatus: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  createdTime: string;
  lastUpdatedTime: string;
  historyEvents?: Record<string, unknown>[];
}

/** What both say, in one form. The API shows payloads that are JSON as JSON, and others as texts. */
export function statusOf(row: InstanceRow): unknown {
  const { instanceId, name, runtimeStatus, createdTime, lastUpdatedTime, customStatus, input, output } = row;
  return {
    ...{ instanceId, name, runtimeStatus, createdTime: toSeconds(createdTime), lastUpdatedTime: toSeconds(lastUpdatedTime) },
    ...{ customStatus: value(customStatus), input: value(input), output: value(output) },
  };
}
export function statusOfApi(status: Status): unknown {
  const { instanceId, name, runtimeStatus, createdTime, lastUpdatedTime, customStatus, input, output } = status;
  return {
    ...{ instanceId, name, runtimeStatus, createdTime: toSeconds(createdTime), lastUpdatedTime: toSeconds(lastUpdatedTime) },
    ...{ customStatus: customStatus ?? null, input: input ?? null, output: output ?? null },
  };
}
export function value(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A reason, or what an orchestrator failed with.
    return text;
  }
}

/** The events as the API merges them: what was scheduled and is answered stands in its answer. */
export function merged(history: readonly HistoryEvent[]): unknown[] {
  const scheduled = new Map<string, HistoryEvent>();
  const answered = new Set<HistoryEvent>();
  for (const event of history) {
    if (event.EventType === 'TaskScheduled') scheduled.set(`task ${event.EventId}`, event);
    if (event.EventType === 'SubOrchestrationInstanceCreated') scheduled.set(`child ${event.EventId}`, event);
  }
  const made: unknown[] = [];
  for (const event of history) {
    const key =
      event.EventType === 'TaskCompleted' || event.EventType === 'TaskFailed'
        ? `task ${event.TaskScheduledId}`
        : event.EventType === 'SubOrchestrationInstanceCompleted' || event.EventType === 'SubOrchestrationInstanceFailed'
          ? `child ${event.TaskScheduledId}`
          : undefined;
    const of = key === undefined ? undefined : scheduled.get(key);
    if (of !== undefined) answered.add(of);
  }
  for (const event of history) {
    if (event.EventType === 'OrchestratorStarted' || event.EventType === 'OrchestratorCompleted' || answered.has(event)) continue;
    made.push(`${event.EventType} ${stamp(event.Timestamp)} ${resultOf(event)}`);
  }
  return made.sort();
}
export function mergedOfApi(events: readonly Record<string, unknown>[]): unknown[] {
  return events
    .map((event) => {
      const result = event['Result'];
      return `${String(event['EventType'])} ${stamp(String(event['Timestamp']))} ${result == null ? '' : JSON.stringify(result)}`;
    })
    .sort();
}
/** Without zeros at the end, which the API leaves out. */
function stamp(time: string): string {
  return time.replace(/\.?0*Z$/, 'Z');
}
function resultOf(event: HistoryEvent): string {
  // A row that a rewind has made one keeps its old columns, of which the API does not tell.
  const result = event.EventType !== 'GenericEvent' && 'Result' in event ? value(event.Result) : null;
  return result === null ? '' : JSON.stringify(result);
}
