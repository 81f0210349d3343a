/**
 * Runs the timer-triggered functions of the app on their schedules, as the host does.
 *
 *   Q1. One run of a function at a time: the next occurrence is looked for when the run is over.
 *   Q2. What was due while nothing ran is made up for once, as past due (schedules of a minute or more; not in memory).
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import type { Clock, Disposable } from '../../core/ports/clock';
import type { FunctionDescriptor } from '../../core/ports/function-worker';
import type { Logger, LogLevel } from '../../core/ports/logger';
import { parseSchedule, type TimerSchedule, timeZoneOf } from './timer-schedule';

/** Times are ISO-8601. */
interface TimerRun {
  last?: string;
  next?: string;
  isPastDue?: boolean;
}

export interface TimerTriggersOptions {
  clock: Clock;
  log: Logger;
  /** Runs the function. Rejections are the function's own; whoever runs it has told of them. */
  run: (functionName: string, info: TimerRun) => Promise<unknown>;
  /** App settings, for `%NAME%` in schedules and WEBSITE_TIME_ZONE. */
  setting(name: string): string | undefined;
  /** Where the last and next runs are kept; null: nowhere. */
  file: string | null;
}

interface Timer {
  name: string;
  text: string;
  schedule: TimerSchedule;
  isMonitored: boolean;
  call: Disposable | null;
  nextMs: number | null;
}

type Status = Record<string, { last?: string; next?: string }>;

export class TimerTriggers {
  readonly #timers = new Map<string, Timer>();
  #status: Status | null = null;
  #isStopped = false;
  #write: Promise<void> = Promise.resolve();

  constructor(private readonly options: TimerTriggersOptions) {}

  /** The app's functions as they are now. Those that are new, or have another schedule, begin anew. */
  async update(functions: readonly FunctionDescriptor[]): Promise<void> {
    this.#status ??= await this.#read();
    const timers = functions.filter((each) => each.type === 'timer');
    for (const [name, timer] of this.#timers) {
      if (timers.some((each) => each.name === name && each.schedule === timer.text)) continue;
      timer.call?.dispose();
      this.#timers.delete(name);
    }
    for (const each of timers) if (!this.#isStopped && !this.#timers.has(each.name)) this.#begin(each);
  }

  /** Epoch milliseconds of the next run; null for none. */
  nextRunOf(functionName: string): number | null {
    return this.#timers.get(functionName)?.nextMs ?? null;
  }

  /** No more runs begin. Resolves when what is kept is on disk. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) timer.call?.dispose();
    await this.#write;
  }

  #begin({ name, schedule: text = '', runOnStartup, useMonitor }: FunctionDescriptor): void {
    const schedule = this.#parsed(name, text);
    if (schedule === null) return;
    const isMonitored = schedule.isMonitored && useMonitor !== false;
    const timer: Timer = { name, text, schedule, isMonitored, call: null, nextMs: null };
    this.#timers.set(name, timer);
    const missed = isMonitored ? this.#status?.[name]?.next : undefined;
    const isPastDue = missed !== undefined && Date.parse(missed) <= this.options.clock.now();
    if (isPastDue)
      this.#log('information', `Timer '${name}' was due at ${missed} while the emulator did not run: it runs now.`, name);
    if (isPastDue || runOnStartup === true) void this.#run(timer, isPastDue);
    else this.#arm(timer);
  }

  #parsed(name: string, text: string): TimerSchedule | null {
    try {
      const given = /^%([^%]+)%$/.exec(text.trim())?.[1];
      const resolved = given === undefined ? text : this.options.setting(given);
      if (resolved === undefined) {
        throw new DurascopeError('InvalidArgument', `its schedule is the app setting '${given ?? ''}', which is not there.`);
      }
      return parseSchedule(resolved, timeZoneOf(this.options.setting('WEBSITE_TIME_ZONE')));
    } catch (error) {
      this.#log('error', `Timer '${name}' does not run: ${messageOf(error)}`, name);
      return null;
    }
  }

  #arm(timer: Timer): void {
    const { clock } = this.options;
    timer.nextMs = timer.schedule.next(clock.now());
    if (timer.nextMs === null) {
      this.#log('warning', `The schedule '${timer.text}' of timer '${timer.name}' has no time to come.`, timer.name);
      return;
    }
    this.#log('debug', `Timer '${timer.name}' runs next at ${iso(timer.nextMs)}.`, timer.name);
    this.#keep(timer, {});
    timer.call = clock.at(timer.nextMs, () => void this.#run(timer, false));
  }

  async #run(timer: Timer, isPastDue: boolean): Promise<void> {
    const { clock, run } = this.options;
    const { name } = timer;
    timer.call = null;
    const last = this.#status?.[name]?.last;
    const next = timer.schedule.next(clock.now());
    try {
      await run(name, { isPastDue, ...(last === undefined ? {} : { last }), ...(next === null ? {} : { next: iso(next) }) });
    } catch {
      // The next run is another chance.
    }
    if (this.#isStopped || this.#timers.get(name) !== timer) return;
    this.#keep(timer, { last: iso(clock.now()) });
    this.#arm(timer);
  }

  #keep(timer: Timer, { last }: { last?: string }): void {
    if (this.#status === null) return;
    const before = this.#status[timer.name];
    const kept = last ?? before?.last;
    this.#status[timer.name] = {
      ...(kept === undefined ? {} : { last: kept }),
      ...(timer.nextMs === null ? {} : { next: iso(timer.nextMs) }),
    };
    const { file } = this.options;
    if (file === null || !timer.isMonitored) return;
    const text = JSON.stringify(this.#status, null, 2);
    this.#write = this.#write
      .then(() => replaceFile(file, text))
      .catch((error: unknown) => this.#log('warning', `${file} cannot be written: ${String(error)}`));
  }

  async #read(): Promise<Status> {
    if (this.options.file === null) return {};
    try {
      return JSON.parse(await readFile(this.options.file, 'utf8')) as Status;
    } catch {
      // None yet, or torn: nothing is past due then.
      return {};
    }
  }

  #log(level: LogLevel, message: string, functionName?: string): void {
    this.options.log({ level, category: 'timers', message, ...(functionName === undefined ? {} : { functionName }) });
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
