/**
 * Keeps the young generation of this process' main thread small. V8 takes its limit as an option of Node.js alone, before anything runs; how much it
 * grows at a time V8 reads whenever it would grow it.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

interface Heap {
  /** Bytes of both halves. */
  youngSize(): number;
  /** By which factor the young generation grows; 1: it does not. */
  growBy(factor: number): void;
  onCollection(listener: () => void): void;
}

const ownHeap: Heap = {
  youngSize: () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? Infinity,
  growBy: (factor) => setFlagsFromString(`--semi-space-growth-factor=${factor}`),
  onCollection: (listener) => new PerformanceObserver(listener).observe({ entryTypes: ['gc'] }),
};

/**
 * For as long as the process lives: the young generation grows to two halves of `halfMebibytes` (a power of two), in one step, and no further. V8
 * makes it smaller where little is done, and may grow it again then. It is larger for a while where much survives several collections of one turn of
 * the event loop.
 */
export function keepYoungGenerationSmall(halfMebibytes: number, heap: Heap = ownHeap): void {
  const most = 2 * halfMebibytes * 1024 * 1024;
  let factor = 0;
  const look = (): void => {
    const wanted = Math.max(1, Math.min(8, Math.floor(most / heap.youngSize())));
    if (wanted === factor) return;
    factor = wanted;
    heap.growBy(factor);
  };
  look();
  heap.onCollection(look);
}
