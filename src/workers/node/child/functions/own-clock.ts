/** The clock as it was before any code of the app ran: apps put others in its place, for tests or by polyfills. */
const OwnDate = globalThis.Date;
const now = OwnDate.now.bind(OwnDate);

/** Milliseconds since some moment; never goes back. */
export const monotonicMs = performance.now.bind(performance);

let lastMs = Number.NaN;
let lastText = '';

/** So many milliseconds from now, in the history's time form. */
export function timestampAhead(aheadMs: number): string {
  const ms = now() + aheadMs;
  if (ms !== lastMs) {
    lastText = `${new OwnDate(ms).toISOString().slice(0, -1)}0000Z`;
    lastMs = ms;
  }
  return lastText;
}
