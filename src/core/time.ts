/** Epoch milliseconds to the history's text form: UTC, ISO-8601, seven fraction digits. */
let lastMs = Number.NaN;
let lastText = '';

export function toTimestamp(epochMs: number): string {
  if (epochMs !== lastMs) {
    lastText = `${new Date(epochMs).toISOString().slice(0, -1)}0000Z`;
    lastMs = epochMs;
  }
  return lastText;
}

/** With `ticks` of 100 ns (0 to 9999) beyond the millisecond. */
export function toExactTimestamp(epochMs: number, ticks: number): string {
  return `${toTimestamp(epochMs).slice(0, 23)}${String(ticks).padStart(4, '0')}Z`;
}

/** The history's text form (or any ISO-8601 text) to epoch milliseconds; NaN when it is not a time. */
export function fromTimestamp(text: string): number {
  return Date.parse(text);
}
