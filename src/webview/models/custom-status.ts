/** The custom status: how full it is and what it has been (spec/engine.md 4). */
import type { CustomStatusChange } from '../../core/instances/instance';
import { customStatusLimitKb, customStatusProblem } from '../../core/values/custom-status';
import { fromTimestamp } from '../../core/values/time';

/** The first size in bytes that fails. */
export const customStatusFailsAtBytes = (customStatusLimitKb + 1) * 1024;

export interface CustomStatusMeter {
  /** 2 × UTF-16 length of the JSON text. */
  bytes: number;
  /** 0 to 1 of the size that fails; at most 1. */
  ratio: number;
  level: 'ok' | 'near' | 'over';
}

export function customStatusMeter(json: string | null): CustomStatusMeter {
  const bytes = 2 * (json?.length ?? 0);
  const ratio = Math.min(1, bytes / customStatusFailsAtBytes);
  const over = customStatusProblem(json) !== null;
  return { bytes, ratio, level: over ? 'over' : ratio >= 0.8 ? 'near' : 'ok' };
}

export interface CustomStatusStep {
  value: string | null;
  at: string;
  /** How long it stood; null while it still does. */
  stoodMs: number | null;
}

/** Every value, newest first; the newest stands until `endMs` (the end of the instance), or still when that is null. */
export function customStatusSteps(changes: readonly CustomStatusChange[], endMs: number | null): CustomStatusStep[] {
  const steps = changes.map((change, at): CustomStatusStep => {
    const next = changes[at + 1];
    const until = next === undefined ? endMs : fromTimestamp(next.at);
    return { value: change.value, at: change.at, stoodMs: until === null ? null : Math.max(0, until - fromTimestamp(change.at)) };
  });
  return steps.reverse();
}
