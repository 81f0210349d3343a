import type { HistoryEvent } from '../history/history';
import type { InstanceRow } from './instance';

/**
 * Why a rewind of this failed history would most likely end as non-deterministic, to be said before it is asked for; null when nothing speaks
 * against it. The engine takes back failures and the calls that failed; what the code asked for after one of them stays, and the replay does
 * not come to it (timers of retries above all).
 */
export function rewindDoubt(history: readonly HistoryEvent[], profile: InstanceRow['profile']): string | null {
  if (profile === 'G') return null;
  const failed = new Set<number>();
  for (const event of history) if (isFailure(event)) failed.add(event.TaskScheduledId);
  let firstFailure = false;
  let wasJustFailure = false;
  for (const event of history) {
    if (isFailure(event)) firstFailure = wasJustFailure = true;
    else if (event.EventType === 'OrchestratorStarted') wasJustFailure = false;
    else if (firstFailure && event.EventType === 'TimerCreated') {
      const what = wasJustFailure ? 'A call with a retry policy failed' : 'The code set a timer after a call had failed';
      return doubt(what, 'its timers stay in the history, but the replay does not ask for them again');
    } else if (firstFailure && isCall(event) && !failed.has(event.EventId)) {
      return doubt(
        'The code went on after a call had failed',
        'what it asked for then stays in the history, but the replay does not come to it',
      );
    }
  }
  return null;
}

function doubt(what: string, why: string): string {
  return `${what}. The rewind will most likely end as non-deterministic, as in the real engine: ${why}. Restart the instance instead.`;
}

function isFailure(event: HistoryEvent): event is HistoryEvent & { TaskScheduledId: number } {
  return event.EventType === 'TaskFailed' || event.EventType === 'SubOrchestrationInstanceFailed';
}

function isCall(event: HistoryEvent): boolean {
  return ['TaskScheduled', 'SubOrchestrationInstanceCreated', 'EventSent'].includes(event.EventType);
}
