/**
 * Gives memory back once nothing has been done for a while. V8 collects when something is allocated: what a start or a burst of work leaves
 * behind would stay for as long as nothing happens.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8 gives a young generation up only where hardly anything was allocated in the five seconds before. */
const restMs = 6_000;
/** Growth of the heap that is worth a collection, which takes a few hundredths of a second. */
const worthBytes = 6 * 1024 * 1024;

interface Heap {
  /** Bytes that it has of the system. */
  size(): number;
  /** Young objects alone, or all. */
  collect(which: 'young' | 'all'): void;
}

const ownHeap: Heap = {
  size: () => getHeapStatistics().total_heap_size,
  collect: (which) => {
    // Nobody who looks for a global `gc` shall find one.
    setFlagsFromString('--expose-gc');
    try {
      const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
      if (which === 'all') collect();
      collect({ type: 'minor' }); // Also lets go of the memory that the one before has given up.
    } finally {
      setFlagsFromString('--no-expose-gc');
    }
  },
};

/** While nothing is done there is no timer. */
export class IdleCollection {
  private timer: NodeJS.Timeout | null = null;
  private isBusy = false;
  private sizeBefore = 0;

  constructor(private readonly heap: Heap = ownHeap) {}

  /** Something was done. */
  touch(): void {
    this.isBusy = true;
    if (this.timer === null) this.rest(() => this.begin());
  }

  private rest(next: () => void): void {
    this.isBusy = false;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.isBusy) this.rest(() => this.begin());
      else next();
    }, restMs);
    this.timer.unref();
  }

  private begin(): void {
    if (this.heap.size() < this.sizeBefore + worthBytes) return;
    // How much was allocated is counted from one collection to the next.
    this.heap.collect('young');
    this.rest(() => {
      this.heap.collect('all');
      this.sizeBefore = this.heap.size();
    });
  }
}
