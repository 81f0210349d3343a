/**
 * Runs instances that nobody asked for and nobody sees, in hubs of their own and in the real process of the app, while there is nothing else
 * to do: what a person's first instances go through is compiled by then (docs/decisions/0007-rehearsal.md).
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { compileEarly } from '../../base/early-compiling';
import { makeTemporaryFolder } from '../../base/temporary-folders';
import type { Clock } from '../../core/ports/clock';
import type { FunctionDescriptor, FunctionWorker } from '../../core/ports/function-worker';
import type { HistoryStore } from '../../core/ports/history-store';
import type { Logger } from '../../core/ports/logger';
import type { Engine } from '../../engine/engine';
import { SqlJsHistoryStore } from '../../store/sql-js-history-store';
import { watchMeanings } from './meaning-watch';

/** Whoever runs instances, and what it has for rehearsals only; the first is an orchestrator. */
export interface Rehearsed {
  worker: FunctionWorker;
  functions: readonly FunctionDescriptor[];
}

export interface RehearsalsOptions {
  clock: Clock;
  /** As that of the hub is made, so that what V8 finds out about one holds for the other. */
  newEngine: (store: HistoryStore, log: Logger) => Engine;
  /** Whether the hub has a journal. Theirs are not synced often, whatever is with that. */
  onDisk: boolean;
  /** False: there is something to do, and no rehearsal goes on. */
  isFree: () => boolean;
  /** Null: the app's process cannot, or there is none. */
  app: () => Rehearsed | null;
}

/** A person needs longer to ask for something; a program that does not shall not be disturbed. */
const restMs = 250;
const mostRests = 20;
const times = (count: number, size: number): readonly number[] => Array.from({ length: count }, () => size);
/** Instances that run together, one group after the other, in one hub and the other by turns. */
const groups: readonly number[] = [...times(20, 1), ...times(2, 10)];
/**
 * After those: V8 has seen then what the code is used for. The last are more than are over in one breath, so that what comes with many at once is
 * compiled as well.
 */
const compiledEarly: readonly number[] = [...times(20, 1), ...times(10, 10), 150];
const longestMs = 5_000;
const silent = (): void => undefined;

export class Rehearsals {
  private playing = Promise.resolve();
  private isStopped = false;
  private readonly engines = new Set<Engine>();
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
    await Promise.all([...this.engines].map((engine) => engine.stop()));
    await this.playing;
  }

  private async play(round: number): Promise<void> {
    let rests = 0;
    do {
      if (!this.goesOn(round) || ++rests > mostRests) return;
      await this.rest();
    } while (!this.options.isFree());
    const app = this.goesOn(round) ? this.options.app() : null;
    const orchestrator = app?.functions[0]?.name;
    if (app === null || orchestrator === undefined) return;
    let asUsual = silent;
    let folder: string | null = null;
    try {
      // What two have in common is what a third will have as well.
      if (this.options.onDisk) folder = await makeTemporaryFolder('rehearsal');
      const engines = [await this.open(folder, 'one', app), await this.open(folder, 'other', app)];
      let turn = 0;
      for (const [at, count] of [...groups, ...compiledEarly].entries()) {
        if (!this.goesOn(round) || !this.options.isFree()) break;
        const engine = engines[turn++ % engines.length];
        if (engine === undefined) break;
        if (at === groups.length) asUsual = compileEarly();
        await Promise.all(Array.from({ length: count }, () => this.runOne(engine, orchestrator)));
      }
    } catch {
      // The process went away, or it is not what it was taken for: the first instance takes a little longer then.
    } finally {
      asUsual();
      await Promise.all([...this.engines].map((engine) => engine.stop()));
      this.engines.clear();
      if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(silent);
    }
  }

  private async open(folder: string | null, name: string, { worker, functions }: Rehearsed): Promise<Engine> {
    const dir = folder === null ? null : path.join(folder, name);
    const engine = this.options.newEngine(new SqlJsHistoryStore({ dir, log: silent }), silent);
    this.engines.add(engine);
    await engine.open();
    watchMeanings(engine, silent);
    engine.setWorker(worker, functions);
    return engine;
  }

  private async runOne(engine: Engine, name: string): Promise<void> {
    const { instanceId } = await engine.start({ name, input: null });
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
