/**
 * Rewind (spec/engine.md 2.10.9): the history of a failed generation with its failures taken back, so that replay asks for the failed work
 * again.
 *
 *   R1. What succeeded stays, by id and row: it does not run again.
 *   R2. Work that had not ended keeps its row where something will still answer it, as in the real service. Where its result is lost, it is
 *       done again under that row, and where that cannot be, asked for again like failed work: nothing must wait for ever.
 *   R3. Failures that the code handled or retried go too, as in the real service; timers of retries stay. Such a replay may disagree.
 */
import { Generation } from './generation';
import type {
  ExecutionRewound,
  ExecutionStarted,
  GenericEvent,
  HistoryEvent,
  SubOrchestrationInstanceCreated,
  SubOrchestrationInstanceFailed,
  TaskScheduled,
} from '../history/history';

/** What becomes of a child whose answer is missing, or tells of a failure. */
export type ChildFate =
  /** It failed: it is rewound as well, and answers the same call again. */
  | 'rewind'
  /** It still runs, and will answer. */
  | 'keep'
  /** It is gone, or cannot answer any more: the parent calls it anew. */
  | 'create';

/** What becomes of an activity whose answer is missing. */
export type ActivityFate =
  /** It still runs, and will answer. */
  | 'keep'
  /** It is run again, and answers the same call. */
  | 'again'
  /** The orchestration calls it anew. */
  | 'create';

export interface OpenFates {
  activity(call: TaskScheduled): ActivityFate;
  /** `isOutdated`: no answer to this call is in the history, and a later one went to the same child, which answers that. */
  child(call: SubOrchestrationInstanceCreated, isOutdated: boolean): ChildFate;
}

export interface Rewinding {
  /** Commit order, as given; a new array. */
  events: readonly HistoryEvent[];
  /** Ids of the children that are to be rewound with it; one that was called again under its id as often as its calls failed. */
  children: readonly string[];
  /** To be run again under their rows. */
  activities: readonly TaskScheduled[];
}

/** The scheme of Azure Storage and SQL, for JSON-protocol workers: rows keep their places and ids, but mean nothing any more. */
export function markRewound(history: readonly HistoryEvent[], fates: OpenFates): Rewinding {
  const { undone, children, activities } = undoneIn(history, fates);
  const called = new Set(children);
  const events = history.map((event) => {
    if (undone.has(event)) return rewound(event);
    // The end that an earlier rewind has taken back is found again (recorded: `rewind-activity-twice`).
    if (event.EventType === 'GenericEvent' && 'OrchestrationStatus' in event) return { ...event, Reason: rewoundReason(event) };
    const isCalledAgain = event.EventType === 'SubOrchestrationInstanceCreated' && called.has(event.InstanceId);
    return isCalledAgain ? { ...event, Reason: rewoundReason(event) } : event;
  });
  return { events, children, activities };
}

export interface NewExecution {
  executionId: string;
  /** Of the parent, when that is rewound as well. */
  parentExecutionId: string | null;
  reason: string | null;
  /** The history's time form. */
  now: string;
}

/** The scheme of the Durable Task framework, for worker-replayed code: the rows go, and the generation has a new ExecutionId. */
export function removeFailures(history: readonly HistoryEvent[], fates: OpenFates, next: NewExecution): Rewinding {
  const { undone, children, activities } = undoneIn(history, fates);
  const events = history
    .filter((event) => !undone.has(event))
    .map((event) => (event.EventType === 'ExecutionStarted' ? startedAs(event, next) : event));
  const row = { EventId: -1, IsPlayed: false, Timestamp: next.now };
  const mark: ExecutionRewound = {
    ...row,
    EventType: 'ExecutionRewound',
    Reason: next.reason,
    ...(next.parentExecutionId === null ? {} : { ParentExecutionId: next.parentExecutionId }),
  };
  events.push({ ...row, EventType: 'OrchestratorStarted' }, mark, { ...row, EventType: 'OrchestratorCompleted' });
  return { events, children, activities };
}

interface Undone extends Omit<Rewinding, 'events'> {
  undone: ReadonlySet<HistoryEvent>;
}

function undoneIn(history: readonly HistoryEvent[], fates: OpenFates): Undone {
  const failedTasks = new Set<number>();
  const failedChildren = new Map<number, SubOrchestrationInstanceFailed>();
  const lastCalls = new Map<string, number>();
  for (const event of history) {
    if (event.EventType === 'TaskFailed') failedTasks.add(event.TaskScheduledId);
    else if (event.EventType === 'SubOrchestrationInstanceCreated') lastCalls.set(event.InstanceId, event.EventId);
    else if (event.EventType === 'SubOrchestrationInstanceFailed') failedChildren.set(event.TaskScheduledId, event);
  }
  const { open } = new Generation(history);
  const undone = new Set<HistoryEvent>();
  const children: string[] = [];
  const activities: TaskScheduled[] = [];
  for (const event of history) {
    switch (event.EventType) {
      case 'TaskFailed':
      case 'SubOrchestrationInstanceFailed':
        undone.add(event);
        break;
      case 'TaskScheduled':
        if (failedTasks.has(event.EventId)) undone.add(event);
        else if (open.get(event.EventId) === 'activity') {
          const fate = fates.activity(event);
          if (fate === 'create') undone.add(event);
          else if (fate === 'again') activities.push(event);
        }
        break;
      case 'SubOrchestrationInstanceCreated': {
        const hasFailed = failedChildren.has(event.EventId);
        if (!hasFailed && open.get(event.EventId) !== 'child') break;
        const fate = fates.child(event, !hasFailed && lastCalls.get(event.InstanceId) !== event.EventId);
        if (fate === 'create') undone.add(event);
        else if (fate === 'rewind') children.push(event.InstanceId);
        break;
      }
      case 'ExecutionCompleted':
        if (event.OrchestrationStatus === 'Failed') undone.add(event);
        break;
      default:
    }
  }
  return { undone, children, activities };
}

/** The row keeps the columns of what it was. */
function rewound(event: HistoryEvent): GenericEvent {
  return { ...event, EventType: 'GenericEvent', Data: null, Reason: rewoundReason(event) };
}

function rewoundReason({ EventType }: HistoryEvent): string {
  return `Rewound: ${EventType}`;
}

function startedAs(event: ExecutionStarted, { executionId, parentExecutionId }: NewExecution): ExecutionStarted {
  const { OrchestrationInstance, ParentInstance } = event;
  const started: ExecutionStarted = {
    ...event,
    OrchestrationInstance: { ...OrchestrationInstance, ExecutionId: executionId },
  };
  if (parentExecutionId !== null && ParentInstance != null) {
    const parent = { ...ParentInstance.OrchestrationInstance, ExecutionId: parentExecutionId };
    started.ParentInstance = { ...ParentInstance, OrchestrationInstance: parent };
  }
  return started;
}
