/**
 * The world as the code sees it in a replay: no network and no other programs; and while an orchestrator runs, a clock, random numbers and
 * UUIDs that are the same each time one replay is run again (stepping back runs it again). What an orchestrator asks of the world is
 * noted: it is what makes replays disagree with their histories.
 *
 *   W1. Outside of `during` the clock, randomness and the environment are the real ones: the app loads as ever.
 */
import childProcess from 'node:child_process';
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import type { DeterminismCause } from '../../../../core/history/divergence';
import type { ImpureUse } from '../../../../core/ports/replay-worker';
import { appCaller } from '../loading/source-place';

/** The world of one run. */
export interface WorldState {
  nowMs: number;
  seed: number;
}

const mostUses = 200;

const networkRefusal = 'The network cannot be reached from a replay: only recorded results count there.';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

export class SealedWorld {
  uses: ImpureUse[] = [];
  private state: WorldState | null = null;

  /** Runs orchestrator code. */
  during<T>(state: WorldState, run: () => T): T {
    const before = this.state;
    this.state = state;
    try {
      return run();
    } finally {
      this.state = before;
    }
  }

  /** Call it before any code of the app is loaded, and after the process has made its own connections. */
  install(): void {
    this.sealNetwork();
    this.sealPrograms();
    this.watchClock();
    this.watchRandomness();
    this.watchTimers();
    this.watchEnvironment();
    this.watchFiles();
    syncBuiltinESMExports();
  }

  private note(cause: DeterminismCause, what: string): void {
    if (this.state === null || this.uses.length >= mostUses) return;
    const caller = appCaller();
    // A library's own doing, the SDK's above all, is not the app's fault; what a library does for the app is.
    if (caller === null) return;
    const known = this.uses.some((use) => use.what === what && use.place?.line === caller.line && use.place.file === caller.file);
    if (!known) this.uses.push({ cause, what, place: caller });
  }

  private sealNetwork(): void {
    const note = (): void => this.note('network', 'network');
    net.Socket.prototype.connect = function (this: net.Socket) {
      note();
      process.nextTick(() => this.destroy(Object.assign(new Error(networkRefusal), { code: 'ECONNREFUSED' })));
      return this;
    };
    dgram.Socket.prototype.send = function (...args: unknown[]) {
      note();
      const callback = args.findLast((one) => typeof one === 'function') as ((error: Error) => void) | undefined;
      process.nextTick(() => callback?.(new Error(networkRefusal)));
    };
    const { fetch } = globalThis;
    globalThis.fetch = (...args) => {
      this.note('network', 'fetch');
      return fetch(...args);
    };
  }

  private sealPrograms(): void {
    for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
      this.replace(childProcess, name, () => () => {
        this.note('process', `child_process.${name}`);
        throw new Error('Other programs cannot be started from a replay: only recorded results count there.');
      });
    }
  }

  private watchClock(): void {
    const RealDate = Date;
    const now = (): number => {
      const { state } = this;
      if (state === null) return RealDate.now();
      this.note('currentTime', 'Date');
      // Code that waits for time to pass must not wait for ever.
      state.nowMs += 1;
      return state.nowMs;
    };
    const Watched = function (this: unknown, ...args: unknown[]) {
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- `Date()` without new is a text
      if (new.target === undefined) return new RealDate(now()).toString();
      const values = args.length === 0 ? [now()] : args;
      return Reflect.construct(RealDate, values, new.target === Watched ? RealDate : new.target) as object;
    } as unknown as DateConstructor;
    Object.defineProperties(Watched, {
      ...Object.getOwnPropertyDescriptors(RealDate),
      now: { value: now, writable: true, configurable: true },
    });
    RealDate.prototype.constructor = Watched;
    globalThis.Date = Watched;
    for (const name of ['now'] as const) {
      this.replace(performance, name, (original) => (...args) => {
        this.note('currentTime', `performance.${name}`);
        return original.apply(performance, args);
      });
    }
    const real = process.hrtime as unknown as AnyFunction & { bigint(): bigint };
    const hrtime = (...args: unknown[]): unknown => real.apply(process, args);
    const bigint = (): bigint => real.bigint();
    const watched = ((...args: unknown[]) => {
      this.note('currentTime', 'process.hrtime');
      return hrtime(...args);
    }) as unknown as typeof process.hrtime;
    watched.bigint = () => {
      this.note('currentTime', 'process.hrtime');
      return bigint();
    };
    process.hrtime = watched;
  }

  private watchRandomness(): void {
    this.replace(Math, 'random', (original) => () => {
      this.note('random', 'Math.random');
      return this.state === null ? original() : nextRandom(this.state);
    });
    const fill = (bytes: Uint8Array, state: WorldState): void => {
      for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(nextRandom(state) * 256);
    };
    this.replace(crypto, 'randomBytes', (original) => (...args) => {
      const [size, callback] = args;
      this.note('random', 'crypto.randomBytes');
      if (this.state === null || callback !== undefined || typeof size !== 'number') return original(...args);
      const bytes = Buffer.alloc(size);
      fill(bytes, this.state);
      return bytes;
    });
    this.replace(crypto, 'randomInt', (original) => (...args) => {
      this.note('random', 'crypto.randomInt');
      const [first, second] = args;
      if (this.state === null || typeof first !== 'number' || args.some((one) => typeof one === 'function'))
        return original(...args);
      const [low, high] = typeof second === 'number' ? [first, second] : [0, first];
      return low + Math.floor(nextRandom(this.state) * (high - low));
    });
    const uuid =
      (original: AnyFunction): AnyFunction =>
      (...args) => {
        this.note('uuid', 'crypto.randomUUID');
        if (this.state === null) return original(...args);
        const bytes = Buffer.alloc(16);
        fill(bytes, this.state);
        bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
        bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
        return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      };
    this.replace(crypto, 'randomUUID', uuid);
    const { webcrypto } = crypto;
    const original = webcrypto.randomUUID.bind(webcrypto) as AnyFunction;
    Object.defineProperty(webcrypto, 'randomUUID', { value: uuid(original), configurable: true, writable: true });
    const getRandomValues = webcrypto.getRandomValues.bind(webcrypto) as AnyFunction;
    const values: AnyFunction = (array) => {
      this.note('random', 'crypto.getRandomValues');
      if (this.state === null) return getRandomValues(array);
      const { buffer, byteOffset, byteLength } = array as Uint8Array;
      fill(new Uint8Array(buffer, byteOffset, byteLength), this.state);
      return array;
    };
    Object.defineProperty(webcrypto, 'getRandomValues', { value: values, configurable: true, writable: true });
  }

  private watchTimers(): void {
    for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
      const original = globalThis[name] as unknown as AnyFunction;
      const watched: AnyFunction = (...args) => {
        this.note('timer', name);
        return original(...args);
      };
      Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original));
      (globalThis as unknown as Record<string, AnyFunction>)[name] = watched;
    }
  }

  private watchEnvironment(): void {
    process.env = new Proxy(process.env, {
      get: (env, name) => {
        if (typeof name === 'string') this.note('environment', `process.env.${name}`);
        return Reflect.get(env, name) as unknown;
      },
    });
    for (const name of ['uptime', 'memoryUsage', 'cwd', 'cpuUsage'] as const) {
      const original = (process as unknown as Record<string, AnyFunction>)[name];
      if (original === undefined) continue;
      const watched: AnyFunction = (...args) => {
        this.note('process', `process.${name}`);
        return original.apply(process, args);
      };
      Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original));
      Object.defineProperty(process, name, { value: watched, configurable: true, writable: true });
    }
  }

  private watchFiles(): void {
    const names = [
      'readFileSync',
      'readFile',
      'existsSync',
      'statSync',
      'stat',
      'readdirSync',
      'writeFileSync',
      'writeFile',
    ] as const;
    for (const name of names) {
      this.replace(
        fs,
        name,
        (original) =>
          function (...args) {
            watch();
            return original.apply(fs, args);
          },
      );
      const watch = (): void => this.note('fileSystem', `fs.${name}`);
    }
    for (const name of ['readFile', 'writeFile', 'stat', 'readdir', 'access'] as const) {
      this.replace(fs.promises, name, (original) => (...args) => {
        this.note('fileSystem', `fs.promises.${name}`);
        return original.apply(fs.promises, args);
      });
    }
  }

  private replace<T extends object>(owner: T, name: keyof T & string, make: (original: AnyFunction) => AnyFunction): void {
    const original = owner[name] as unknown as AnyFunction;
    const made = make(original);
    // What else hangs on the function: `promisify.custom` above all.
    Object.defineProperties(made, Object.getOwnPropertyDescriptors(original));
    Object.defineProperty(owner, name, { value: made, configurable: true, writable: true });
  }
}

/** Mulberry32. */
function nextRandom(state: WorldState): number {
  state.seed = (state.seed + 0x6d2b79f5) | 0;
  let t = state.seed;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
