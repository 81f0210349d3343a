/**
 * The timeline of one instance: a bar for each activity, timer, sub-orchestration and event that came, out of the history alone.
 *
 *   T1. A bar stands where its scheduling row was written and ends where its answer was created; without an answer it is open.
 *   T2. The history does not say when a wait for an event began. The bar starts where the orchestrator last came to rest before
 *       the event, and says so (`startIsGuess`).
 *      So does the bar of an event that is waited for now.
 *   T3. Bars are in the order of their starts, ties in commit order.
 */
import type { HistoryEvent } from '../../core/history/history';
import { fromTimestamp } from '../../core/values/time';
import { answeredId } from '../../core/history/history-links';

export type BarKind = 'activity' | 'timer' | 'child' | 'event';
export type BarState = 'open' | 'completed' | 'failed' | 'abandoned';

export interface TimelineBar {
  /** Unique in the timeline. */
  key: string;
  kind: BarKind;
  label: string;
  /** Of the scheduling row; -1 for events. */
  eventId: number;
  startMs: number;
  /** Null while it is open. */
  endMs: number | null;
  /** When a worker took it up, where known: before that it was queued. */
  runStartMs: number | null;
  state: BarState;
  /** No worker has taken it up yet. */
  isQueued: boolean;
  startIsGuess: boolean;
  /** From 1; above 1 for a retry. */
  attempt: number;
  /** Positions in the commit order: the row that opened it, the row that closed it. */
  openedAt: number | null;
  closedAt: number | null;
  /** Timers: when they are due. Children: their instance id. */
  dueMs: number | null;
  childInstanceId: string | null;
}

export interface Episode {
  startMs: number;
  endMs: number | null;
  /** Position of its OrchestratorStarted. */
  at: number;
}

export interface Timeline {
  bars: readonly TimelineBar[];
  episodes: readonly Episode[];
  startMs: number;
  /** Of the last row. */
  lastMs: number;
  /** True when the orchestration ended: open bars are abandoned then. */
  ended: boolean;
}

/** An activity that is not over, as the hub tells of it. */
export interface PendingActivity {
  /** EventId of the TaskScheduled row. */
  eventId: number;
  /** When a worker took it up; absent while none has. */
  startedAt?: string;
}

interface RetryChain {
  name: string;
  attempt: number;
}

/** The whole timeline. `pending` and `awaited` (names of events) are what the history does not say of what is not over. */
export function buildTimeline(
  events: readonly HistoryEvent[],
  pending: readonly PendingActivity[] = [],
  awaited: readonly string[] = [],
): Timeline {
  const bars: TimelineBar[] = [];
  const episodes: Episode[] = [];
  const open = new Map<number, TimelineBar>();
  const started = new Map(
    pending.map(({ eventId, startedAt }) => [eventId, startedAt === undefined ? null : fromTimestamp(startedAt)]),
  );
  // Retries: a failure makes its chain available to what the same episode schedules, a timer carries it on (2.10.7).
  const chainOfTimer = new Map<number, RetryChain>();
  let chains: RetryChain[] = [];
  let restMs: number | null = null;
  let startMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  let ended = false;

  const add = (bar: Partial<TimelineBar> & Pick<TimelineBar, 'key' | 'kind' | 'label' | 'startMs'>): TimelineBar => {
    const whole: TimelineBar = {
      eventId: -1,
      endMs: null,
      runStartMs: null,
      state: 'open',
      isQueued: false,
      startIsGuess: false,
      attempt: 1,
      openedAt: null,
      closedAt: null,
      dueMs: null,
      childInstanceId: null,
      ...bar,
    };
    bars.push(whole);
    return whole;
  };
  // Some SDKs give a retry the id of the attempt before it.
  const ids = new Set<number>();
  const keyOf = (id: number, at: number): string => {
    if (ids.has(id)) return `${id}-${at}`;
    ids.add(id);
    return String(id);
  };
  const takeChain = (name: string): number => {
    const found = chains.findIndex((chain) => chain.name === name);
    if (found < 0) return 1;
    const [chain] = chains.splice(found, 1);
    return (chain?.attempt ?? 0) + 1;
  };

  for (let at = 0; at < events.length; at++) {
    const event = events[at];
    if (event === undefined) continue;
    const ms = fromTimestamp(event.Timestamp);
    if (ms < startMs) startMs = ms;
    if (ms > lastMs) lastMs = ms;
    const answered = answeredId(event);
    const bar = answered === undefined ? undefined : open.get(answered);
    switch (event.EventType) {
      case 'OrchestratorStarted':
        episodes.push({ startMs: ms, endMs: null, at });
        chains = [];
        break;
      case 'OrchestratorCompleted': {
        const episode = episodes.at(-1);
        if (episode !== undefined) episode.endMs = ms;
        restMs = ms;
        break;
      }
      case 'TaskScheduled':
      case 'SubOrchestrationInstanceCreated': {
        const child = event.EventType === 'SubOrchestrationInstanceCreated';
        open.set(
          event.EventId,
          add({
            key: keyOf(event.EventId, at),
            kind: child ? 'child' : 'activity',
            label: event.Name,
            eventId: event.EventId,
            startMs: ms,
            runStartMs: started.get(event.EventId) ?? null,
            isQueued: !child && started.get(event.EventId) === null,
            attempt: takeChain(event.Name),
            openedAt: at,
            childInstanceId: child ? event.InstanceId : null,
          }),
        );
        break;
      }
      case 'TimerCreated': {
        const [chain] = chains;
        if (chain !== undefined) {
          chains.shift();
          chainOfTimer.set(event.EventId, chain);
        }
        const dueMs = fromTimestamp(event.FireAt);
        const label = chain === undefined ? 'Timer' : `Retry delay (${chain.name})`;
        open.set(
          event.EventId,
          add({ key: keyOf(event.EventId, at), kind: 'timer', label, eventId: event.EventId, startMs: ms, openedAt: at, dueMs }),
        );
        break;
      }
      case 'EventRaised':
        // T2
        add({
          key: `event-${at}`,
          kind: 'event',
          label: event.Name,
          startMs: Math.min(restMs ?? ms, ms),
          startIsGuess: true,
          endMs: ms,
          state: 'completed',
          closedAt: at,
        });
        break;
      case 'TaskFailed':
      case 'SubOrchestrationInstanceFailed':
        if (bar !== undefined) chains.push({ name: bar.label, attempt: bar.attempt });
        break;
      case 'TimerFired': {
        const chain = chainOfTimer.get(event.TimerId);
        if (chain !== undefined) chains.push(chain);
        break;
      }
      case 'ExecutionCompleted':
      case 'ContinueAsNew':
        ended = true;
        break;
      default:
        break;
    }
    if (bar !== undefined && answered !== undefined) {
      if ('QueuedMs' in event) bar.runStartMs = Math.min(ms, bar.startMs + event.QueuedMs);
      bar.endMs = Math.max(bar.startMs, ms);
      bar.closedAt = at;
      bar.isQueued = false;
      bar.state =
        event.EventType === 'TaskFailed' || event.EventType === 'SubOrchestrationInstanceFailed' ? 'failed' : 'completed';
      open.delete(answered);
    }
  }
  if (ended) {
    for (const bar of open.values()) {
      bar.state = 'abandoned';
      bar.isQueued = false;
      bar.endMs = Math.max(bar.startMs, lastMs);
    }
  }
  if (!ended && events.length > 0) {
    for (const name of awaited) {
      add({ key: `awaited-${name}`, kind: 'event', label: name, startMs: restMs ?? lastMs, startIsGuess: true });
    }
  }
  bars.sort((a, b) => a.startMs - b.startMs); // T3: stable, and bars were added in commit order
  const empty = events.length === 0;
  return { bars, episodes, startMs: empty ? 0 : startMs, lastMs: empty ? 0 : lastMs, ended };
}
