import type { Decision } from '../core/decisions/decisions';
import type { SourcePlace } from '../core/values/source-place';
import type { ReplayStep, ReplayTimeline } from './replay-timeline';

/** A moment of a replay, for a line and for JSON. */
export interface StepLine {
  index: number;
  kind: ReplayStep['kind'];
  /** History rows consumed by arriving here: `[from, to)`, from 0. */
  rows: { from: number; to: number };
  /** Types and names of those rows. */
  came: readonly string[];
  /** What the code asked for then. */
  asked: readonly string[];
  /** JSON text. */
  customStatus: string | null;
  /** Where the code waits; null where that is not told, or it has ended. */
  place: SourcePlace | null;
  /** Why there is no place, a sentence; null where there is one, or the code has ended. */
  placeNote: string | null;
}

/** All moments, told in full. */
export async function stepLines(timeline: ReplayTimeline): Promise<StepLine[]> {
  const lines: StepLine[] = [];
  for (const { index } of timeline.steps) {
    await timeline.complete?.(index);
    const step = timeline.steps[index];
    if (step === undefined) continue;
    const { kind, rows, customStatus, decisions, frames } = step;
    const [frame] = frames;
    const came = timeline.history
      .slice(rows.from, rows.to)
      .filter(({ EventType }) => EventType !== 'OrchestratorStarted' && EventType !== 'OrchestratorCompleted')
      .map((event) => ('Name' in event ? `${event.EventType} ${event.Name}` : event.EventType));
    // One with a note begins there, and waits elsewhere.
    const place = frame === undefined || frame.note !== null ? null : frame.place;
    lines.push({ index, kind, rows, came, asked: decisions.map(askedText), customStatus, place, placeNote: frame?.note ?? null });
  }
  return lines;
}

function askedText(decision: Decision): string {
  switch (decision.type) {
    case 'ScheduleTask':
      return `${decision.name} #${decision.id}`;
    case 'CreateSubOrchestration':
      return `orchestration ${decision.name} #${decision.id}`;
    case 'CreateTimer':
      return `timer #${decision.id} for ${decision.fireAt.replace(/(\.\d{3})\d*Z$/, '$1Z')}`;
    case 'SendEvent':
      return `event ${decision.name} to ${decision.instanceId}`;
    case 'CallEntity':
      return `${decision.operation} of ${decision.instanceId} #${decision.id}`;
    case 'SignalEntity':
      return `signal ${decision.operation} to ${decision.instanceId}`;
    case 'LockEntities':
      return `lock on ${decision.lockSet.join(', ')}`;
    case 'UnlockEntity':
      return `release of ${decision.instanceId}`;
    case 'CompleteOrchestration':
      return decision.status === 'ContinuedAsNew' ? 'to continue as new' : 'the end';
  }
}

const mostNotes = 3;

/** Why places are missing: each reason once, of many the first ones. */
export function placeNotes(lines: readonly StepLine[]): string[] {
  const all = new Set(lines.flatMap(({ placeNote }) => placeNote ?? []));
  return [...all].slice(0, mostNotes);
}
