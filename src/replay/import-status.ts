/**
 * The history that the status API shows (spec/http-api.md 4.1), made whole again. The API merges scheduled work into its results and leaves
 * out ids and episode marks: numbers are given anew, in the order in which the work was scheduled.
 */
import type { HistoryEvent } from '../core/history/history';
import { canonicalEvent, timestamp, unknownTime, type RawEvent } from './canonical-event';

export interface StatusAnswer {
  instanceId?: string | undefined;
  name?: string | undefined;
  input?: unknown;
  output?: unknown;
  historyEvents: readonly RawEvent[];
  [more: string]: unknown;
}

/** Work with the time at which it was scheduled. */
interface Scheduled {
  at: string;
  event: Record<string, unknown>;
  /** The result, in the list of what came in; null while there is none. */
  answer: Incoming | null;
}

interface Incoming {
  at: string;
  event: Record<string, unknown>;
  /** Made by the orchestrator's own episode: the completion. */
  isEnd: boolean;
}

export function fromStatusApi(answer: StatusAnswer): { events: HistoryEvent[]; notes: string[] } {
  const notes: string[] = [];
  const scheduled: Scheduled[] = [];
  const incoming: Incoming[] = [];
  let withoutResult = 0;
  let orphans = 0;
  for (const view of answer.historyEvents) {
    const at = timestamp(view['Timestamp']) ?? unknownTime;
    const event: Record<string, unknown> = { ...view, Timestamp: at };
    const type = String(view['EventType']);
    const arrives = (isEnd = false): Incoming => {
      const one = { at, event, isEnd };
      incoming.push(one);
      return one;
    };
    switch (type) {
      case 'ExecutionStarted':
        event['Name'] ??= view['FunctionName'] ?? answer.name;
        delete event['FunctionName'];
        if (event['Input'] == null && answer.input !== undefined && answer.input !== null) {
          event['Input'] = JSON.stringify(answer.input);
        }
        arrives();
        break;
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'SubOrchestrationInstanceCompleted':
      case 'SubOrchestrationInstanceFailed': {
        const isTask = type.startsWith('Task');
        if (type.endsWith('Completed')) {
          if ('Result' in view) event['Result'] = JSON.stringify(view['Result'] ?? null);
          else withoutResult += 1;
        }
        const source = {
          EventType: isTask ? 'TaskScheduled' : 'SubOrchestrationInstanceCreated',
          Name: view['FunctionName'] ?? '',
          Version: '',
          Input: view['Input'] ?? null,
          ...(isTask ? {} : { InstanceId: '' }),
        };
        if (view['FunctionName'] === undefined) orphans += 1;
        for (const field of ['FunctionName', 'ScheduledTime', 'Input']) Reflect.deleteProperty(event, field);
        scheduled.push({ at: timestamp(view['ScheduledTime']) ?? at, event: source, answer: arrives() });
        break;
      }
      case 'TaskScheduled':
      case 'SubOrchestrationInstanceCreated':
      case 'TimerCreated':
      case 'EventSent':
        scheduled.push({ at, event, answer: null });
        break;
      case 'TimerFired': {
        const fired = arrives();
        const timer = scheduled.find(
          (one) => one.answer === null && one.event['EventType'] === 'TimerCreated' && one.event['FireAt'] === view['FireAt'],
        );
        if (timer !== undefined) timer.answer = fired;
        break;
      }
      case 'ExecutionCompleted':
      case 'ContinueAsNew':
        event['Result'] = resultText('Result' in view ? view['Result'] : answer.output, view['OrchestrationStatus']);
        arrives(true);
        break;
      default:
        arrives();
    }
  }
  if (withoutResult > 0) {
    notes.push(
      `${withoutResult} results are missing: the code is given null for them. Ask for the status with showHistoryOutput=true.`,
    );
  }
  if (orphans > 0) notes.push(`${orphans} results do not say which function they are of.`);
  // Sorting is stable: what was scheduled at the same time stays in the order of its results.
  scheduled.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  scheduled.forEach((one, id) => number(one, id));
  if (scheduled.some((one, index) => isAmbiguous(one, scheduled[index + 1]))) {
    notes.push('Several calls were scheduled at the same time: which result belongs to which of them is a guess.');
  }
  if (scheduled.some(({ event }) => event['InstanceId'] === '')) {
    notes.push('The ids of sub-orchestrations that have ended are not part of this form of a history.');
  }
  if (scheduled.some(({ event }) => event['EventType'] === 'EventSent' && event['Input'] == null)) {
    notes.push('What was sent to entities is missing, so their answers find nobody. Ask for the status with showInput=true.');
  }
  return { events: wholeHistory(incoming, scheduled), notes };
}

function number({ event, answer }: Scheduled, id: number): void {
  event['EventId'] = id;
  if (answer === null) return;
  answer.event[event['EventType'] === 'TimerCreated' ? 'TimerId' : 'TaskScheduledId'] = id;
}

/** Two calls of one function at one time, at least one of them answered. */
function isAmbiguous(one: Scheduled, next: Scheduled | undefined): boolean {
  if (next === undefined || one.at !== next.at || one.event['EventType'] === 'TimerCreated') return false;
  return one.event['EventType'] === next.event['EventType'] && (one.answer ?? next.answer) !== null;
}

/** An episode for everything that came in; what was scheduled stands in the one after which it was. */
function wholeHistory(incoming: readonly Incoming[], scheduled: readonly Scheduled[]): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  const add = (raw: Record<string, unknown>): void => {
    const event = canonicalEvent(raw);
    if (event !== undefined) events.push(event);
  };
  const mark = (type: string, at: string): void => add({ EventType: type, EventId: -1, IsPlayed: false, Timestamp: at });
  let next = 0;
  let clock = '';
  const schedule = (isDue: (one: Scheduled) => boolean): void => {
    // Numbers ascend: whatever stands before one that is due is due too.
    const upTo = scheduled.findLastIndex(isDue);
    for (; next <= upTo; next++) {
      const one = scheduled[next];
      if (one !== undefined) add({ IsPlayed: false, Timestamp: one.at, ...one.event });
    }
  };
  for (const [index, one] of incoming.entries()) {
    if (one.isEnd) {
      schedule(() => true);
      add({ EventId: scheduled.length, IsPlayed: false, ...one.event });
      continue;
    }
    if (index > 0) {
      schedule((work) => work.answer === one || work.at < one.at);
      mark('OrchestratorCompleted', clock);
    }
    if (one.at > clock) clock = one.at;
    mark('OrchestratorStarted', clock);
    add({ EventId: -1, IsPlayed: false, ...one.event });
  }
  schedule(() => true);
  if (incoming.length > 0) mark('OrchestratorCompleted', clock);
  return events;
}

/** Failure and terminate reasons are texts, everything else is JSON. */
function resultText(value: unknown, status: unknown): string | null {
  if (value === undefined || value === null) return null;
  const isReason = status === 'Failed' || status === 'Terminated';
  return isReason && typeof value === 'string' ? value : JSON.stringify(value);
}
