/**
 * Runs instances that nobody asked for and nobody sees, in a hub of their own in memory and in the real process of the app, while there is
 * nothing else to do: what a person's first instances go through is compiled by then (docs/decisions/0007-rehearsal.md).
 */
import type { Clock } from '../core/ports/clock';
import type { FunctionWorker } from '../core/ports/function-worker';
import { Engine } from '../engine/engine';
import { SqlJsHistoryStore } from '../store/sql-js-history-store';

export interface RehearsalsOptions {
  clock: Clock;
  newId: () => string;
  /** As the engine of the hub has it. */
  runAhead: number;
  /** False: there is something to do, and no rehearsal goes on. */
  isFree: () => boolean;
  /** What runs the instances; null: the app's process cannot, or there is none. */
  worker: () => FunctionWorker | null;
}

/** A person needs longer to ask for something; a program that does not shall not be disturbed. */
const restMs = 500;
const mostRests = 20;
/** Instances that run together, one group after the other. */
const groups: readonly number[] = [...Array.from({ length: 40 }, () => 1), ...Array.from({ length: 10 }, () => 10)];
const longestMs = 5_000;

export class Rehearsals {
  private playing = Promise.resolve();
  private isStopped = false;
  private next: Engine | null = null;
  private round = 0;
  private wake: (() => void) | null = null;

  constructor(private readonly options: RehearsalsOptions) {}

  /** The process of the app is new: what was under way for the one before ends. Resolves when this one is over. */
  begin(): Promise<void> {
    const round = ++this.round;
    this.wake?.();
    this.playing = this.playing.then(() => this.play(round));
    return this.playing;
  }

  /** Resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake?.();
    await this.next?.stop();
    await this.playing;
  }

  private async play(round: number): Promise<void> {
    let rests = 0;
    do {
      if (!this.goesOn(round) || ++rests > mostRests) return;
      await this.rest();
    } while (!this.options.isFree());
    if (!this.goesOn(round)) return;
    const worker = this.options.worker();
    const [orchestrator] = worker?.functions() ?? [];
    if (worker === null || orchestrator === undefined) return;
    const { clock, newId, runAhead } = this.options;
    const log = (): void => undefined;
    const engine = new Engine({ store: new SqlJsHistoryStore({ dir: null, log }), clock, newId, log }, { runAhead });
    this.next = engine;
    try {
      await engine.open();
      engine.setWorker(worker);
      for (const count of groups) {
        if (!this.goesOn(round) || !this.options.isFree()) break;
        await Promise.all(Array.from({ length: count }, () => this.runOne(engine, orchestrator.name)));
      }
    } catch {
      // The process went away, or it is not what it was taken for: the first instance takes a little longer then.
    } finally {
      this.next = null;
      await engine.stop();
    }
  }

  private async runOne(engine: Engine, name: string): Promise<void> {
    const { instanceId } = await engine.start({ name });
    const { runtimeStatus } = await engine.waitForCompletion(instanceId, longestMs);
    if (runtimeStatus !== 'Completed') throw new Error(`It ended ${runtimeStatus}.`);
  }

  private goesOn(round: number): boolean {
    return !this.isStopped && round === this.round;
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => {
      const pause = this.options.clock.after(restMs, resolve);
      this.wake = () => {
        pause.dispose();
        resolve();
      };
    });
  }
}
