/** What a replay that went well shows otherwise than it was. */
import type { Divergence } from '../core/history/divergence';
import type { HistoryEvent } from '../core/history/history';
import { isEntityRow, isScheduledRow } from '../core/decisions/non-determinism';
import { payloadValue } from '../core/values/payload';
import type { ReplayRun } from '../core/ports/replay-worker';

/** Whole sentences. Values may differ between replays without breaking them; the user should know all the same. */
export function endNotes(history: readonly HistoryEvent[], run: ReplayRun, divergence: Divergence | null): string[] {
  if (divergence !== null) return [];
  const notes: string[] = [];
  const completed = history.findLast((event) => event.EventType === 'ExecutionCompleted');
  if (completed?.OrchestrationStatus === 'Completed' && run.end.type === 'completed') {
    if (!sameValue(completed.Result, run.end.output)) {
      notes.push('The code returns another output than the one that is recorded.');
    }
  }
  if (completed === undefined) notes.push(...newWork(history, run));
  return notes;
}

function newWork(history: readonly HistoryEvent[], run: ReplayRun): string[] {
  const lastEnd = history.findLastIndex((event) => event.EventType === 'OrchestratorCompleted');
  if (lastEnd < 0) return [];
  const rows = new Set(history.flatMap((event) => (isScheduledRow(event) || isEntityRow(event) ? [event.EventId] : [])));
  const isSuspended =
    history.findLastIndex((event) => event.EventType === 'ExecutionSuspended') >
    history.findLastIndex((event) => event.EventType === 'ExecutionResumed');
  if (isSuspended) return [];
  const extra = run.moments
    .filter((moment) => moment.rows <= lastEnd)
    .flatMap((moment) => moment.decisions)
    .filter((decision) => decision.type !== 'CompleteOrchestration' && !rows.has(decision.id)).length;
  return extra === 0
    ? []
    : [
        `The code now asks for ${extra} more piece${extra === 1 ? '' : 's'} of work than the history has; the instance would get to it when it next runs.`,
      ];
}

function sameValue(one: string | null, other: string | null): boolean {
  return JSON.stringify(payloadValue(one)) === JSON.stringify(payloadValue(other));
}
