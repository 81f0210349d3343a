/**
 * Time with its idle stretches folded: where nothing runs and little else than waiting happens, a chart gives a narrow mark instead of its
 * whole width. Shown time is in milliseconds as well, and is real time with the folds taken out.
 */
import type { TimeWindow } from './time-window';

export interface Fold extends TimeWindow {
  shownFromMs: number;
  shownToMs: number;
}

/** Shorter stretches are never folded. */
const shortestMs = 1000;
/** Of a whole, from where on idle stretches are in the way. */
const idleShare = 0.8;
/** Of what is not idle: a stretch that is shorter than this may stay. */
const smallShare = 0.02;
/** All folds together, of what is not idle. */
const foldsShare = 0.4;
/** How many times narrower a stretch must get to be worth a fold. */
const worthwhile = 4;

export class FoldedTime {
  constructor(readonly folds: readonly Fold[]) {}

  toShown(ms: number): number {
    const fold = this.#last((each) => each.fromMs <= ms);
    if (fold === undefined) return ms;
    if (ms >= fold.toMs) return fold.shownToMs + (ms - fold.toMs);
    return fold.shownFromMs + ((ms - fold.fromMs) / (fold.toMs - fold.fromMs)) * (fold.shownToMs - fold.shownFromMs);
  }

  toReal(shownMs: number): number {
    const fold = this.#last((each) => each.shownFromMs <= shownMs);
    if (fold === undefined) return shownMs;
    if (shownMs >= fold.shownToMs) return fold.toMs + (shownMs - fold.shownToMs);
    const share = (shownMs - fold.shownFromMs) / (fold.shownToMs - fold.shownFromMs);
    return fold.fromMs + share * (fold.toMs - fold.fromMs);
  }

  /** The last of the folds that `holds`, which holds for all before one for which it does. */
  #last(holds: (fold: Fold) => boolean): Fold | undefined {
    let low = 0;
    let high = this.folds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const fold = this.folds[middle];
      if (fold !== undefined && holds(fold)) low = middle + 1;
      else high = middle;
    }
    return this.folds[low - 1];
  }
}

export const unfolded = new FoldedTime([]);

/** `busy`: what happens between `fromMs` and `toMs`, in any order; moments are stretches without length. */
export function foldIdle(busy: readonly TimeWindow[], fromMs: number, toMs: number): FoldedTime {
  const gaps = gapsBetween(busy, fromMs, toMs).filter((gap) => gap.toMs - gap.fromMs > shortestMs);
  const idleMs = gaps.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0);
  if (idleMs < idleShare * (toMs - fromMs)) return unfolded;
  const busyMs = toMs - fromMs - idleMs;
  // Where nothing takes time at all, folds are all there is to see.
  const widthOf = (count: number): number => Math.max(1, busyMs * foldsShare) / Math.max(1, count);
  const longer = gaps.filter((gap) => gap.toMs - gap.fromMs > smallShare * busyMs);
  const long = longer.filter((gap) => gap.toMs - gap.fromMs > worthwhile * widthOf(longer.length));
  const widthMs = widthOf(long.length);
  let cutMs = 0;
  const folds = long.map((gap) => {
    const shownFromMs = gap.fromMs - cutMs;
    const shownMs = Math.min(widthMs, gap.toMs - gap.fromMs);
    cutMs += gap.toMs - gap.fromMs - shownMs;
    return { ...gap, shownFromMs, shownToMs: shownFromMs + shownMs };
  });
  return new FoldedTime(folds);
}

function gapsBetween(busy: readonly TimeWindow[], fromMs: number, toMs: number): TimeWindow[] {
  const gaps: TimeWindow[] = [];
  let reachedMs = fromMs;
  for (const each of busy.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (each.fromMs > reachedMs) gaps.push({ fromMs: reachedMs, toMs: Math.min(each.fromMs, toMs) });
    reachedMs = Math.max(reachedMs, each.toMs);
  }
  if (reachedMs < toMs) gaps.push({ fromMs: reachedMs, toMs });
  return gaps;
}
