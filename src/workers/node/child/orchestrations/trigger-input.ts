/** The orchestration trigger's input (spec/functions-worker.md 4): one JSON object of ten keys, all of them always there. */
import { boundedJson } from '../../../../core/values/dotnet-json';
import { lenientJson } from '../../../../core/values/newtonsoft-json';
import type { ExecutionStarted, HistoryEvent } from '../../../../core/history/history';
import { sdkEvent } from './sdk-events';

/** What the host tells an SDK about timers, as .NET TimeSpans and in milliseconds. */
export const timerLimits = {
  longRunningTimerInterval: '3.00:00:00',
  longRunningTimerIntervalMs: 3 * 24 * 60 * 60 * 1000,
  maximumShortTimer: '6.00:00:00',
  maximumShortTimerMs: 6 * 24 * 60 * 60 * 1000,
} as const;

interface TriggerInput {
  instanceId: string;
  started: ExecutionStarted;
  /** Events that have taken effect, in the order in which they did. */
  events: readonly HistoryEvent[];
  /** Index of the first event that is new. */
  newFrom: number;
  isReplaying: boolean;
  httpPollDelayMs: number;
}

export function triggerJson(trigger: TriggerInput): string {
  const { started, events, newFrom } = trigger;
  const history = events.map((event, index) => sdkEvent(event, index < newFrom));
  const rest = JSON.stringify({
    instanceId: trigger.instanceId,
    isReplaying: trigger.isReplaying,
    parentInstanceId: started.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: timerLimits.longRunningTimerInterval,
    maximumShortTimerDuration: timerLimits.maximumShortTimer,
    defaultHttpAsyncRequestSleepTimeMillseconds: trigger.httpPollDelayMs,
  });
  return `{"history":${JSON.stringify(history)},"input":${inputJson(started)},${rest.slice(1)}`;
}

/** The instance's input as a value, never shared: user code may change it. */
export function parsedInput(started: ExecutionStarted): unknown {
  return JSON.parse(inputJson(started)) as unknown;
}

function inputJson(started: ExecutionStarted): string {
  const text = started.Input;
  if (text === null || text === '') return 'null';
  try {
    JSON.parse(text);
    return boundedJson(text);
  } catch {
    // An input that is no JSON (an imported history, say) is handed over as the text it is.
    return lenientJson(text) ?? JSON.stringify(text);
  }
}
