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

/** The history's text form (or any ISO-8601 text) to epoch milliseconds; NaN when it is not a time. */
export function fromTimestamp(text: string): number {
  return Date.parse(text);
}
