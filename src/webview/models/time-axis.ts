/** The words on a chart's time axis: as many as fit beside one another, none over another. */
import { scaleTime } from 'd3-scale';
import { axisText, dateTimeText, durationText } from './time-text';
import type { FoldedTime } from './folded-time';
import type { TimeWindow } from './time-window';

export interface AxisMark {
  kind: 'tick' | 'fold';
  /** Pixels from the left of the chart to its middle. */
  left: number;
  text: string;
  /** Half of what the text needs. */
  halfWidth: number;
}

const characterPx = 6.8;
const gapPx = 10;
const pxPerTick = 110;

/** `shown`: the stretch of shown time that is `widthPx` wide. */
export function axisMarks(time: FoldedTime, shown: TimeWindow, widthPx: number): AxisMark[] {
  const pxPerMs = widthPx / (shown.toMs - shown.fromMs);
  const leftOf = (ms: number): number => (time.toShown(ms) - shown.fromMs) * pxPerMs;
  const kept: AxisMark[] = [];
  const keep = (kind: AxisMark['kind'], left: number, text: string): void => {
    const halfWidth = (text.length * characterPx) / 2;
    const isInside = left >= 0 && left + halfWidth <= widthPx;
    const collides = kept.some((other) => Math.abs(other.left - left) < other.halfWidth + halfWidth + gapPx);
    if (isInside && !collides) kept.push({ kind, left, text, halfWidth });
  };
  const [fromMs, toMs] = [time.toReal(shown.fromMs), time.toReal(shown.toMs)];
  const inSight = time.folds.filter((fold) => fold.toMs > fromMs && fold.fromMs < toMs);
  for (const fold of inSight.toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs)).slice(0, Math.ceil(widthPx / 40))) {
    keep('fold', (leftOf(fold.fromMs) + leftOf(fold.toMs)) / 2, `⋯ ${durationText(fold.toMs - fold.fromMs)}`);
  }
  let day = '';
  for (const stretch of stretchesBetween(inSight, fromMs, toMs)) {
    const stretchPx = leftOf(stretch.toMs) - leftOf(stretch.fromMs);
    const ticks = scaleTime()
      .domain([stretch.fromMs, stretch.toMs])
      .ticks(Math.max(1, Math.floor(stretchPx / pxPerTick)));
    const [first, second] = ticks;
    const stepMs =
      first === undefined || second === undefined ? stretch.toMs - stretch.fromMs : second.getTime() - first.getTime();
    for (const tick of stretchPx < pxPerTick && inSight.length > 0 ? [new Date(stretch.fromMs)] : ticks) {
      const ms = tick.getTime();
      const today = dateTimeText(ms).slice(0, 10);
      const text = axisText(ms, stepMs);
      // A day that differs from that of the mark before is said.
      const isPlain = day === '' || day === today || text.includes('-') || inSight.length === 0;
      const before = kept.length;
      keep('tick', leftOf(ms), isPlain ? text : `${today.slice(5)} ${text}`);
      if (kept.length > before) day = today;
    }
  }
  return kept.sort((a, b) => a.left - b.left);
}

function stretchesBetween(folds: readonly TimeWindow[], fromMs: number, toMs: number): TimeWindow[] {
  const stretches: TimeWindow[] = [];
  let reachedMs = fromMs;
  for (const fold of folds) {
    if (fold.fromMs > reachedMs) stretches.push({ fromMs: reachedMs, toMs: fold.fromMs });
    reachedMs = Math.max(reachedMs, fold.toMs);
  }
  if (reachedMs < toMs) stretches.push({ fromMs: reachedMs, toMs });
  return stretches;
}
