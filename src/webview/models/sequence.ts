/**
 * The sequence diagram of one instance: an arrow for each row that goes out of or comes into the orchestrator. Rows that are
 * only markers (OrchestratorStarted, OrchestratorCompleted) are not drawn; they separate the turns.
 */
import type { HistoryEvent } from '../../core/history/history';
import { fromTimestamp } from '../../core/values/time';
import { counterpartIndex } from '../../core/history/history-links';

export type Lane = 'caller' | 'orchestrator' | 'activities' | 'timers' | 'events' | 'children';

export const laneTitles: Readonly<Record<Lane, string>> = {
  caller: 'Client',
  orchestrator: 'Orchestrator',
  activities: 'Activities',
  timers: 'Timers',
  events: 'Events',
  children: 'Sub-orchestrations',
};

export interface SequenceStep {
  /** Position in the commit order. */
  at: number;
  from: Lane;
  to: Lane;
  label: string;
  /** `answer` arrows are dashed; `failure` ones also have the colour of an error. */
  kind: 'call' | 'answer' | 'failure' | 'control';
  timeMs: number;
  /** From 1: steps of one turn of the orchestrator belong together. */
  turn: number;
}

export interface Sequence {
  lanes: readonly Lane[];
  steps: readonly SequenceStep[];
}

/** Lanes that nothing uses are left out; caller and orchestrator are always there. */
export function buildSequence(events: readonly HistoryEvent[]): Sequence {
  const steps: SequenceStep[] = [];
  const opened = counterpartIndex(events);
  let turn = 0;
  for (let at = 0; at < events.length; at++) {
    const event = events[at];
    if (event === undefined) continue;
    if (event.EventType === 'OrchestratorStarted') turn++;
    const arrow = arrowOf(event, nameOf(events[opened.get(at) ?? -1]));
    if (arrow !== undefined) steps.push({ ...arrow, at, timeMs: fromTimestamp(event.Timestamp), turn: Math.max(1, turn) });
  }
  const used = new Set<Lane>(['caller', 'orchestrator']);
  for (const step of steps) used.add(step.from).add(step.to);
  return { lanes: (Object.keys(laneTitles) as Lane[]).filter((lane) => used.has(lane)), steps };
}

function nameOf(event: HistoryEvent | undefined): string {
  return event !== undefined && 'Name' in event ? event.Name : '';
}

type Arrow = Pick<SequenceStep, 'from' | 'to' | 'label' | 'kind'>;

function arrowOf(event: HistoryEvent, openedName: string): Arrow | undefined {
  switch (event.EventType) {
    case 'ExecutionStarted':
      return { from: 'caller', to: 'orchestrator', label: `start ${event.Name}`, kind: 'call' };
    case 'TaskScheduled':
      return { from: 'orchestrator', to: 'activities', label: event.Name, kind: 'call' };
    case 'TaskCompleted':
      return { from: 'activities', to: 'orchestrator', label: openedName || 'result', kind: 'answer' };
    case 'TaskFailed':
      return { from: 'activities', to: 'orchestrator', label: `${openedName || 'activity'} failed`, kind: 'failure' };
    case 'SubOrchestrationInstanceCreated':
      return { from: 'orchestrator', to: 'children', label: event.Name, kind: 'call' };
    case 'SubOrchestrationInstanceCompleted':
      return { from: 'children', to: 'orchestrator', label: openedName || 'result', kind: 'answer' };
    case 'SubOrchestrationInstanceFailed':
      return { from: 'children', to: 'orchestrator', label: `${openedName || 'sub-orchestration'} failed`, kind: 'failure' };
    case 'TimerCreated':
      return { from: 'orchestrator', to: 'timers', label: 'create timer', kind: 'call' };
    case 'TimerFired':
      return { from: 'timers', to: 'orchestrator', label: 'fired', kind: 'answer' };
    case 'EventSent':
      return { from: 'orchestrator', to: 'events', label: `send ${event.Name} to ${event.InstanceId}`, kind: 'call' };
    case 'EventRaised':
      return { from: 'events', to: 'orchestrator', label: event.Name, kind: 'answer' };
    case 'ExecutionSuspended':
      return { from: 'caller', to: 'orchestrator', label: 'suspend', kind: 'control' };
    case 'ExecutionResumed':
      return { from: 'caller', to: 'orchestrator', label: 'resume', kind: 'control' };
    case 'ExecutionRewound':
      return { from: 'caller', to: 'orchestrator', label: 'rewind', kind: 'control' };
    case 'ExecutionTerminated':
      return { from: 'caller', to: 'orchestrator', label: 'terminate', kind: 'failure' };
    case 'ExecutionCompleted':
    case 'ContinueAsNew':
      return {
        from: 'orchestrator',
        to: 'caller',
        label: event.OrchestrationStatus.toLowerCase(),
        kind: event.OrchestrationStatus === 'Failed' || event.OrchestrationStatus === 'Terminated' ? 'failure' : 'answer',
      };
    case 'OrchestratorStarted':
    case 'OrchestratorCompleted':
      return undefined;
    case 'GenericEvent':
    default:
      return { from: 'caller', to: 'orchestrator', label: event.EventType, kind: 'control' };
  }
}
