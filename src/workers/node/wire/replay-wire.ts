/** A run as it goes from the replaying process to its parent: what moments have in common is said once. */
import type { ReplayFrame, ReplayMoment, ReplayRun } from '../../../core/ports/replay-worker';

/** Fields of a moment; `frames` is an index, `customStatus` is left out where it is that of the moment before. */
type PackedMoment = Omit<ReplayMoment, 'frames' | 'customStatus'> & { frames: number; customStatus?: string | null };

export interface PackedRun extends Omit<ReplayRun, 'moments'> {
  moments: readonly PackedMoment[];
  stacks: readonly (readonly ReplayFrame[])[];
}

export function packRun(run: ReplayRun): PackedRun {
  const stacks: (readonly ReplayFrame[])[] = [];
  const places = new Map<readonly ReplayFrame[], number>();
  let status: string | null | undefined;
  const moments = run.moments.map(({ frames, customStatus, ...rest }): PackedMoment => {
    let at = places.get(frames);
    if (at === undefined) {
      at = stacks.push(frames) - 1;
      places.set(frames, at);
    }
    if (customStatus === status) return { ...rest, frames: at };
    status = customStatus;
    return { ...rest, frames: at, customStatus };
  });
  return { ...run, moments, stacks };
}

export function unpackRun({ stacks, moments: packed, ...run }: PackedRun): ReplayRun {
  let status: string | null = null;
  const moments = packed.map(({ frames, customStatus, ...rest }): ReplayMoment => {
    if (customStatus !== undefined) status = customStatus;
    return { ...rest, frames: stacks[frames] ?? [], customStatus: status };
  });
  return { ...run, moments };
}
