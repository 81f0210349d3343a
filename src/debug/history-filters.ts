import { customStatusChange } from './history-facts';
import type { Facts } from './history-condition';

export interface HistoryFilter {
  id: string;
  label: string;
  description: string;
  isDefault: boolean;
  conditionDescription: string;
  /** As `type` of the facts. */
  types: ReadonlySet<string>;
  /** Something went wrong: the editor shows it as it shows exceptions. */
  isFailure: boolean;
}

const name = 'A name, or a comparison such as';

/** What the Breakpoints view offers beside breakpoints on lines. */
export const historyFilters: readonly HistoryFilter[] = [
  {
    id: 'failed',
    label: 'Failed Activities and Sub-orchestrations',
    description: 'Stops where a failure reaches the orchestrator.',
    isDefault: true,
    conditionDescription: `${name} attempt >= 3`,
    types: new Set(['TaskFailed', 'SubOrchestrationInstanceFailed']),
    isFailure: true,
  },
  {
    id: 'eventRaised',
    label: 'Event Raised',
    description: 'Stops where an external event arrives.',
    isDefault: false,
    conditionDescription: 'The name of the event, or a comparison such as input.approved == true',
    types: new Set(['EventRaised']),
    isFailure: false,
  },
  {
    id: 'customStatus',
    label: 'Custom Status Changed',
    description: 'Stops where the custom status is another one than in the step before.',
    isDefault: false,
    conditionDescription: 'A comparison such as value.progress >= 50',
    types: new Set([customStatusChange]),
    isFailure: false,
  },
  {
    id: 'timerFired',
    label: 'Timer Fired',
    description: 'Stops where a timer fires.',
    isDefault: false,
    conditionDescription: 'A comparison such as timerId == 2',
    types: new Set(['TimerFired']),
    isFailure: false,
  },
  {
    id: 'completed',
    label: 'Finished Activities and Sub-orchestrations',
    description: 'Stops where a result reaches the orchestrator.',
    isDefault: false,
    conditionDescription: `${name} result.total > 100`,
    types: new Set(['TaskCompleted', 'SubOrchestrationInstanceCompleted']),
    isFailure: false,
  },
];

/** Whether facts concern what the user named: a function, an event or a type of history row (`TaskFailed`), in any case of letters. */
export function concernsName(facts: Facts, wanted: string): boolean {
  const text = wanted.trim().toLowerCase();
  return [facts['type'], facts['name']].some((each) => typeof each === 'string' && each.toLowerCase() === text);
}
