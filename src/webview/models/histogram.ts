/** Instances over their creation time: bins with a count for each status. */
import type { OrchestrationStatus } from '../../core/status';

export interface HistogramBin {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  total: number;
  byStatus: Readonly<Partial<Record<OrchestrationStatus, number>>>;
}

export interface HistogramEntry {
  createdMs: number;
  status: OrchestrationStatus;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Widths a person can read off an axis. */
const widths = [
  10,
  50,
  100,
  500,
  second,
  2 * second,
  5 * second,
  10 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  30 * day,
  91 * day,
  365 * day,
] as const;

/** The smallest readable width with which `spanMs` needs at most `maxBins` bins. */
export function binWidth(spanMs: number, maxBins: number): number {
  return widths.find((width) => spanMs / width < maxBins) ?? Math.ceil(spanMs / maxBins / (365 * day)) * 365 * day;
}

/** Bins that cover all entries, without a gap; their borders are multiples of the width. Empty for no entries. */
export function histogram(entries: Iterable<HistogramEntry>, maxBins: number): HistogramBin[] {
  const valid = [...entries].filter((entry) => !Number.isNaN(entry.createdMs));
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { createdMs } of valid) {
    if (createdMs < first) first = createdMs;
    if (createdMs > last) last = createdMs;
  }
  if (valid.length === 0) return [];
  // One bin fewer, since the borders are rounded outwards.
  const width = binWidth(last - first, Math.max(1, maxBins - 1));
  const start = Math.floor(first / width) * width;
  const counts = Array.from(
    { length: Math.floor((last - start) / width) + 1 },
    (): Partial<Record<OrchestrationStatus, number>> => ({}),
  );
  for (const { createdMs, status } of valid) {
    const bin = counts[Math.floor((createdMs - start) / width)];
    if (bin !== undefined) bin[status] = (bin[status] ?? 0) + 1;
  }
  return counts.map((byStatus, at) => ({
    fromMs: start + at * width,
    toMs: start + (at + 1) * width,
    total: Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    byStatus,
  }));
}
