/** Durations as people write and read them. */

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `90s`, `1.5 h`, `2d12h`, whatever the case, in milliseconds; NaN for what is none. */
export function parseDuration(text: string): number {
  let ms = Number.NaN;
  let read = 0;
  for (const [part, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|[smhdw])/giy)) {
    ms = (read === 0 ? 0 : ms) + Number(amount) * (unitMs[unit.toLowerCase()] ?? Number.NaN);
    read += part.length;
  }
  return read === text.length ? ms : Number.NaN;
}

/** `850 ms`, `2.4 s`, `3 m 05 s`, `2 h 07 m`, `3 d 4 h`; never negative. */
export function durationText(ms: number): string {
  const positive = Math.max(0, ms);
  if (positive < 1000) return `${Math.round(positive)} ms`;
  if (positive < 59_950) return `${(positive / 1000).toFixed(1)} s`;
  const seconds = Math.round(positive / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
