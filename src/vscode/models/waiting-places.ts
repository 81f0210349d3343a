/** What stands at the ends of lines while nothing is debugged: how many instances wait there, and what came of the line the last time. */
import { countText } from '../../base/count-text';
import type { ReplayTimeline } from '../../replay/replay-timeline';
import { type YieldValue, yieldValues } from './yield-values';

/** What one replay tells of an instance. */
export interface ReplayedInstance {
  instanceId: string;
  /** Where it waits; null: it does not, or the line is not known for sure. */
  waitsAt: { file: string; line1: number } | null;
  /** What came of the lines that it has left behind. */
  values: readonly YieldValue[];
}

export interface LineHint {
  file: string;
  line1: number;
  /** `3 here`; null: none waits here. */
  waiting: string | null;
  instanceIds: readonly string[];
  /** The last result; null: none is known. */
  last: YieldValue | null;
}

export function replayed(timeline: ReplayTimeline): ReplayedInstance {
  const step = timeline.steps.at(-1);
  const frame = step?.kind === 'waiting' ? step.frames[0] : undefined;
  const place = frame?.note === null ? frame.place : null;
  return {
    instanceId: timeline.instanceId,
    waitsAt: place === null ? null : { file: place.file, line1: place.line },
    values: yieldValues(timeline, timeline.steps.length - 1),
  };
}

/**
 * One hint for each line. `running`: those that have not ended; `latest`: of each orchestrator the one that was updated last, the most recent
 * first. `isPartial`: more are running than were looked at.
 */
export function lineHints(
  running: readonly ReplayedInstance[],
  latest: readonly ReplayedInstance[],
  isPartial: boolean,
): LineHint[] {
  const hints = new Map<string, LineHint & { instanceIds: string[] }>();
  const at = ({ file, line1 }: { file: string; line1: number }) => {
    const key = `${file}:${line1}`;
    const hint = hints.get(key) ?? { file, line1, waiting: null, instanceIds: [], last: null };
    hints.set(key, hint);
    return hint;
  };
  for (const { instanceId, waitsAt } of running) if (waitsAt !== null) at(waitsAt).instanceIds.push(instanceId);
  for (const hint of hints.values()) hint.waiting = `${hint.instanceIds.length}${isPartial ? '+' : ''} here`;
  for (const { values } of latest) for (const value of values) at(value).last ??= value;
  return [...hints.values()];
}

/** For a tooltip. */
export function waitingTitle({ instanceIds }: LineHint): string {
  return `${countText(instanceIds.length, 'instance')} ${instanceIds.length === 1 ? 'waits' : 'wait'} here`;
}
