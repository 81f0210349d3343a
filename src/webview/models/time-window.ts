/** The stretch of time a chart shows, and how zooming, panning and following move it. */

export interface TimeWindow {
  fromMs: number;
  toMs: number;
}

const smallestMs = 1;

/** `whole` with 2 % air on both sides, and never narrower than a millisecond. */
export function fitWindow(fromMs: number, toMs: number): TimeWindow {
  const span = Math.max(toMs - fromMs, smallestMs);
  const air = span * 0.02;
  return { fromMs: fromMs - air, toMs: toMs + air };
}

/** Zooms by `factor` (below 1: closer) around `anchorMs`, which keeps its place; no wider than `limit`. */
export function zoomWindow(window: TimeWindow, factor: number, anchorMs: number, limit: TimeWindow): TimeWindow {
  const span = window.toMs - window.fromMs;
  const next = Math.min(Math.max(span * factor, smallestMs), limit.toMs - limit.fromMs);
  const share = (anchorMs - window.fromMs) / span;
  return keepInside({ fromMs: anchorMs - share * next, toMs: anchorMs + (1 - share) * next }, limit);
}

/** Moves by a part of its width (1: a whole window to the right), stopping at the limit. */
export function panWindow(window: TimeWindow, part: number, limit: TimeWindow): TimeWindow {
  const shift = (window.toMs - window.fromMs) * part;
  return keepInside({ fromMs: window.fromMs + shift, toMs: window.toMs + shift }, limit);
}

function keepInside(window: TimeWindow, limit: TimeWindow): TimeWindow {
  const span = window.toMs - window.fromMs;
  if (span >= limit.toMs - limit.fromMs) return limit;
  const fromMs = Math.min(Math.max(window.fromMs, limit.fromMs), limit.toMs - span);
  return { fromMs, toMs: fromMs + span };
}
