/** Why an instance failed, from the instance itself down to the call that went wrong first. */
import { attemptsByRow } from '../history/attempts';
import { rootCauseOf } from '../values/failure-text';
import { readableFailure, thrownIn } from '../values/serialised-exception';
import type {
  FailureDetails,
  HistoryEvent,
  SubOrchestrationInstanceCreated,
  SubOrchestrationInstanceFailed,
  TaskFailed,
  TaskScheduled,
} from '../history/history';
import type { TaskHubClient } from './task-hub-client';

export interface FailureLink {
  kind: 'orchestration' | 'activity' | 'entity';
  /** Function name; of an entity its id. */
  name: string;
  /** Of the orchestration; of a call that of its caller. */
  instanceId: string;
  /** Of the failure; null where the history does not say. */
  errorType: string | null;
  /** Of its root cause: without what the levels between have put in front of it. */
  message: string;
  /** What the app's code threw around its root cause (inner exceptions of .NET), the outermost first. Absent: nothing. */
  outer?: string[];
  stackTrace: string | null;
  /** JSON text of what it was given. */
  input: string | null;
  /** Of an activity: which attempt this was, from 1. */
  attempt: number | null;
  /** Index of the failure's row in the caller's history; null for the orchestration that was asked about. */
  rowIndex: number | null;
}

/** Deeper is not followed: a chain is for eyes. */
const maxDepth = 20;
/** Of a longer history its last rows are looked at: the failure that ended it is among them. */
const mostRows = 20_000;

/**
 * The failed instance first, the root cause last; empty for one that has not failed. A link is followed where the failure that ended an
 * orchestration is the one of a call, told by its text; what the code itself threw is the end of the chain.
 */
export async function failureChain(hub: Pick<TaskHubClient, 'get' | 'history'>, instanceId: string): Promise<FailureLink[]> {
  const chain: FailureLink[] = [];
  const seen = new Set<string>();
  let next: string | null = instanceId;
  let rowIndex: number | null = null;
  while (next !== null && chain.length < maxDepth && !seen.has(next)) {
    seen.add(next);
    const id: string = next;
    next = null;
    const row = await hub.get(id);
    if (row === undefined || (row.runtimeStatus !== 'Failed' && chain.length === 0)) break;
    const { failureDetails: details } = row;
    const message = details?.ErrorMessage ?? row.output ?? 'It was ended before its caller got a result.';
    const innermost = innermostOf(details);
    chain.push({
      kind: 'orchestration',
      name: row.name,
      instanceId: id,
      ...told(innermost?.ErrorMessage ?? message, innermost?.ErrorType, innermost?.StackTrace ?? row.failureStack),
      ...outerOf(details),
      input: row.input,
      attempt: null,
      rowIndex,
    });
    const from = Math.max(0, row.historyLength - mostRows);
    const history = await hub.history(id, from);
    const found = callThatFailed(history, from, `${row.output ?? ''}\n${message}`);
    if (found === null) break;
    if (found.childId !== null) {
      next = found.childId;
      rowIndex = found.link.rowIndex;
    } else chain.push({ ...found.link, instanceId: id });
  }
  return chain;
}

/** The last failed call whose text is in that of the orchestration's failure. */
function callThatFailed(
  history: readonly HistoryEvent[],
  from: number,
  text: string,
): { link: Omit<FailureLink, 'instanceId'>; childId: string | null } | null {
  const attempts = attemptsByRow(history);
  for (let at = history.length - 1; at >= 0; at--) {
    const event = history[at];
    if (event?.EventType !== 'TaskFailed' && event?.EventType !== 'SubOrchestrationInstanceFailed') continue;
    const { FailureDetails: details, Reason, TaskScheduledId } = event;
    const message = details?.ErrorMessage ?? Reason;
    if (!text.includes(message)) continue;
    const scheduled = history.findLast((each) => each.EventId === TaskScheduledId && isCall(each));
    if (scheduled === undefined || !isCall(scheduled)) continue;
    const isChild = scheduled.EventType === 'SubOrchestrationInstanceCreated';
    return {
      link: {
        kind: isChild ? 'orchestration' : 'activity',
        name: scheduled.Name,
        ...toldByRow(event),
        input: scheduled.Input ?? scheduled.KeptInput ?? null,
        attempt: isChild ? null : (attempts.get(at) ?? 1),
        rowIndex: from + at,
      },
      childId: isChild ? scheduled.InstanceId : null,
    };
  }
  return null;
}

/** What a row says of the failure of a call: the exception that the host has wrapped, or the details that an SDK has sent. */
function toldByRow({ Reason, Details, FailureDetails: details }: TaskFailed | SubOrchestrationInstanceFailed): Told {
  const thrown = thrownIn(Details ?? '');
  if (thrown !== null) return told(thrown.message, undefined, thrown.stack);
  const innermost = innermostOf(details);
  return {
    ...told(innermost?.ErrorMessage ?? Reason, innermost?.ErrorType, innermost?.StackTrace ?? Details ?? ''),
    ...outerOf(details),
  };
}

type Told = Pick<FailureLink, 'errorType' | 'message' | 'stackTrace' | 'outer'>;

/** An SDK's `Error` says no more than nothing: what the stack begins with is asked before. */
function told(text: string, type: string | undefined, stack: string | null | undefined): Told {
  const cause = rootCauseOf(text);
  const stackTrace = (stack == null || stack === '' ? cause.stack : readableFailure(stack)) ?? null;
  const ofStack = stackTrace === null ? null : rootCauseOf(stackTrace).errorType;
  const isVague = type === undefined || type === '' || type === 'Error';
  return { errorType: (isVague ? (cause.errorType ?? ofStack) : type) ?? null, message: cause.message, stackTrace };
}

/** The cause below the causes: that is where it happened. */
function innermostOf(details: FailureDetails | null | undefined): FailureDetails | undefined {
  let found = details ?? undefined;
  while (found?.InnerFailure != null) found = found.InnerFailure;
  return found;
}

/** Without those in which the package hands on the failure of a call. */
function outerOf(details: FailureDetails | null | undefined): Pick<FailureLink, 'outer'> {
  const outer: string[] = [];
  for (let each = details; each?.InnerFailure != null; each = each.InnerFailure) {
    if (!/\bTaskFailedException$/.test(each.ErrorType)) outer.push(`${each.ErrorType}: ${each.ErrorMessage}`);
  }
  return outer.length === 0 ? {} : { outer };
}

function isCall(event: HistoryEvent): event is TaskScheduled | SubOrchestrationInstanceCreated {
  return event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated';
}
