/**
 * The clock of the emulator's hubs, which its developer sets: timers, retries, scheduled starts, delayed signals and timer triggers follow
 * it. What is measured in time that passes (waits of clients, timeouts, back-offs) does not: a program that waits five seconds waits five.
 *
 *   V1. It is on disk before anybody can see it: after a kill it is never behind what the histories say.
 *   V2. It goes forward, but for the way back to the computer's time.
 *   V3. A way forward stops at every due moment, and goes on when all work of it is over, as time would have.
 *   V4. `auto`, and a way, jump only when nothing runs, nothing waits to run, and no client has asked for anything a moment ago: one that starts an
 *       instance and raises its event at once is not overtaken. What functions of the app ask for is no client's: nothing jumps while they run.
 */
import { DurascopeError } from '../../core/values/errors';
import type { ClockChange, ClockMode } from '../../core/values/clock-change';
import type { Clock, Disposable } from '../../core/ports/clock';
import type { DueWork, HubClock, HubClockState, HubRest } from '../../core/ports/hub-clock';
import type { Logger } from '../../core/ports/logger';
import { toExactTimestamp, toTimestamp } from '../../core/values/time';
import { Listeners } from '../listeners';

/** What the clock must know of a hub that lives by it. */
export interface ClockedHub {
  rest(): HubRest;
  onTurn(listener: () => void): Disposable;
}

/** The computer's own, with moments of a finer kind. */
export interface ComputerClock extends Clock {
  exactTimeAhead?(aheadMs: number): string;
}

/** What is kept on disk. `pausedAtMs`: what it showed when it was stopped; null while it runs. */
export interface KeptClock {
  mode: ClockMode;
  aheadMs: number;
  pausedAtMs: number | null;
}

export interface HubTimeOptions {
  computer: ComputerClock;
  /** As it was; null: the computer's time. */
  kept: KeptClock | null;
  /** Keeps it before it counts. Throws when it cannot. */
  keep(state: KeptClock): void;
  /** Calls of functions that no hub knows of (HTTP, timer triggers, by hand): time does not jump under them. */
  callsUnderWay(): number;
  /** How many of the hubs' commands functions of the app have asked for, so far. Default: none. */
  commandsOfApp?(): number;
  /** Of `auto`, and of a way, without a command in between: more are a loop that never ends. Default 20,000. */
  mostJumps?: number;
  log: Logger;
}

interface Appointment {
  atMs: number;
  callback: () => void;
  armed: Disposable | null;
}

/** After a client's command `auto` waits so long for the next one. */
const clientGraceMs = 50;
const defaultMostJumps = 20_000;
/** Who asked for a way is answered then, at the latest. */
const longestAnswerMs = 5_000;
/** Jumps of `auto` are told to listeners that often. */
const tellEveryMs = 250;
/** The last day that the history's text form can tell. */
const endOfTimeMs = Date.UTC(9999, 11, 31);

export class HubTime implements Clock, HubClock {
  #mode: ClockMode;
  #aheadMs: number;
  #pausedAtMs: number | null;
  readonly #appointments = new Set<Appointment>();
  readonly #hubs = new Map<ClockedHub, Disposable>();
  readonly #listeners = new Listeners<HubClockState>();
  #look: Disposable | null = null;
  #telling: Disposable | null = null;
  #goalMs: number | null = null;
  readonly #arrivals = new Set<() => void>();
  #jumps = 0;
  #commands = 0;
  #lastCommandMs = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  constructor(private readonly options: HubTimeOptions) {
    const { kept } = options;
    this.#mode = kept?.mode ?? 'running';
    this.#aheadMs = kept?.aheadMs ?? 0;
    this.#pausedAtMs = kept?.pausedAtMs ?? null;
  }

  now(): number {
    return this.#pausedAtMs ?? this.options.computer.now() + this.#aheadMs;
  }

  exactTime(): string {
    if (this.#pausedAtMs !== null) return toExactTimestamp(this.#pausedAtMs, 0);
    return this.options.computer.exactTimeAhead?.(this.#aheadMs) ?? toTimestamp(this.now());
  }

  aheadOfComputerMs(): number | null {
    return this.#pausedAtMs === null ? this.#aheadMs : null;
  }

  at(epochMs: number, callback: () => void): Disposable {
    const appointment: Appointment = { atMs: epochMs, callback, armed: null };
    this.#appointments.add(appointment);
    this.#arm(appointment);
    return {
      dispose: () => {
        this.#appointments.delete(appointment);
        appointment.armed?.dispose();
      },
    };
  }

  after(delayMs: number, callback: () => void): Disposable {
    return this.options.computer.after(delayMs, callback);
  }

  /** The hub lives by this clock from now on; disposing ends that. */
  drive(hub: ClockedHub): Disposable {
    this.#hubs.set(
      hub,
      hub.onTurn(() => this.lookAgain()),
    );
    this.lookAgain();
    return {
      dispose: () => {
        this.#hubs.get(hub)?.dispose();
        this.#hubs.delete(hub);
      },
    };
  }

  /** A client has just had an answer of the app's, and may ask for more. */
  clientAnswered(): void {
    this.#clientAsked();
    this.lookAgain();
  }

  /** Something has ended that kept time from jumping. */
  lookAgain(): void {
    if (!this.#isJumping || this.#look !== null || this.#isStopped) return;
    // Not in this turn of the event loop: what ended may be what makes a client go on.
    this.#look = this.options.computer.after(0, () => {
      this.#look = null;
      this.#jumpIfAtRest();
    });
  }

  clock(): Promise<HubClockState> {
    return Promise.resolve(this.state());
  }

  state(): HubClockState {
    const now = this.now();
    const next = this.#next();
    return {
      mode: this.#mode,
      now: toTimestamp(now),
      aheadMs: now - this.options.computer.now(),
      next: next === null ? null : { dueAt: toTimestamp(next.dueMs), instanceId: next.instanceId, kind: next.kind },
      goingTo: this.#goalMs === null ? null : toTimestamp(this.#goalMs),
      busy: this.#busy(),
    };
  }

  async setClock(change: ClockChange): Promise<HubClockState> {
    this.#change(change);
    if (this.#goalMs !== null) {
      this.#tell();
      await this.#arrival();
    }
    return this.#tell();
  }

  onClock(listener: (state: HubClockState) => void): Disposable {
    return this.#listeners.add(listener);
  }

  /** No more jumps, no more appointments. */
  stop(): void {
    this.#isStopped = true;
    this.#look?.dispose();
    this.#telling?.dispose();
    for (const { armed } of this.#appointments) armed?.dispose();
    this.#appointments.clear();
    this.#arrive();
  }

  get #mostJumps(): number {
    return this.options.mostJumps ?? defaultMostJumps;
  }

  get #isJumping(): boolean {
    return this.#mode === 'auto' || this.#goalMs !== null;
  }

  /** Of the way under way. */
  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const late = this.options.computer.after(longestAnswerMs, () => arrive());
      const arrive = (): void => {
        late.dispose();
        this.#arrivals.delete(arrive);
        resolve();
      };
      this.#arrivals.add(arrive);
    });
  }

  #arrive(): void {
    this.#goalMs = null;
    for (const arrive of [...this.#arrivals]) arrive();
  }

  #change(change: ClockChange): void {
    this.#jumps = 0;
    this.#arrive();
    if ('real' in change) {
      this.#become({ mode: 'running', aheadMs: 0, pausedAtMs: null });
    } else if ('mode' in change) {
      const now = this.now();
      const pausedAtMs = change.mode === 'paused' ? now : null;
      this.#become({ mode: change.mode, aheadMs: now - this.options.computer.now(), pausedAtMs });
    } else if ('next' in change) {
      const next = this.#next();
      if (next === null) {
        throw new DurascopeError(
          'InvalidArgument',
          'Nothing waits for its time: there is no timer to jump to. Start an instance first.',
        );
      }
      this.#jump(next.dueMs);
    } else {
      const to = 'to' in change ? change.to : this.now() + change.forwardMs;
      if (!Number.isFinite(to) || to > endOfTimeMs) {
        throw new DurascopeError('InvalidArgument', 'The clock cannot go beyond the year 9999.');
      }
      if (to < this.now()) {
        throw new DurascopeError(
          'InvalidArgument',
          `The clock goes forward only: it shows ${toTimestamp(this.now())}. \`real\` brings back the computer's time.`,
        );
      }
      const next = this.#next();
      // With nothing on the way there is no way.
      if (this.#busy() === null && (next === null || next.dueMs > to)) this.#jump(to);
      else this.#goalMs = to;
    }
    this.lookAgain();
  }

  #jump(toMs: number): void {
    const to = Math.max(Math.round(toMs), this.now());
    this.#become({
      mode: this.#mode,
      aheadMs: to - this.options.computer.now(),
      pausedAtMs: this.#mode === 'paused' ? to : null,
    });
  }

  #become(state: KeptClock): void {
    this.options.keep(state); // V1
    this.#mode = state.mode;
    this.#aheadMs = state.aheadMs;
    this.#pausedAtMs = state.pausedAtMs;
    for (const appointment of this.#appointments) {
      appointment.armed?.dispose();
      appointment.armed = null;
      this.#arm(appointment);
    }
  }

  #arm(appointment: Appointment): void {
    const { computer } = this.options;
    const come = (): void => {
      this.#appointments.delete(appointment);
      appointment.callback();
    };
    if (appointment.atMs <= this.now()) appointment.armed = computer.after(0, come);
    else if (this.#pausedAtMs === null) appointment.armed = computer.at(appointment.atMs - this.#aheadMs, come);
  }

  #next(): DueWork | null {
    let first: DueWork | null = null;
    for (const hub of this.#hubs.keys()) {
      const { next } = hub.rest();
      // What is due beyond the end of time never comes: no clock could say when.
      if (next !== null && next.dueMs <= endOfTimeMs && (first === null || next.dueMs < first.dueMs)) first = next;
    }
    return first;
  }

  #busy(): string | null {
    const calls = this.options.callsUnderWay();
    if (calls > 0) return calls === 1 ? 'A function of the app is under way.' : `${calls} functions of the app are under way.`;
    for (const hub of this.#hubs.keys()) {
      const { busy } = hub.rest();
      if (busy !== null) return busy;
    }
    return null;
  }

  #jumpIfAtRest(): void {
    if (!this.#isJumping || this.#isStopped) return;
    const { computer, log } = this.options;
    let commands = -(this.options.commandsOfApp?.() ?? 0);
    for (const hub of this.#hubs.keys()) commands += hub.rest().commands;
    if (commands !== this.#commands) {
      this.#commands = commands;
      this.#clientAsked();
    }
    if (this.#busy() !== null) return;
    const next = this.#next();
    if (next !== null && next.dueMs <= this.now()) return; // It comes by itself.
    const goalMs = this.#goalMs;
    const toMs = goalMs === null || (next !== null && next.dueMs <= goalMs) ? next?.dueMs : goalMs;
    if (toMs === undefined) return;
    const sinceCommand = computer.now() - this.#lastCommandMs;
    if (sinceCommand >= 0 && sinceCommand < clientGraceMs) {
      this.#look = computer.after(clientGraceMs - sinceCommand, () => {
        this.#look = null;
        this.#jumpIfAtRest();
      });
      return;
    }
    if (++this.#jumps > this.#mostJumps) {
      this.#pauseLoop(next?.instanceId ?? '');
      return;
    }
    try {
      this.#jump(toMs);
    } catch (error) {
      log({ level: 'error', category: 'clock', message: `The clock cannot be kept on disk and does not jump: ${String(error)}` });
      this.#mode = this.#pausedAtMs === null ? 'running' : 'paused';
      this.#arrive();
      this.#tell();
      return;
    }
    const whose = next?.dueMs === toMs ? { instanceId: next.instanceId } : {};
    log({ level: 'debug', category: 'clock', message: `The clock jumps to ${toTimestamp(toMs)}.`, ...whose });
    if (goalMs !== null && toMs >= goalMs && next?.dueMs !== toMs) this.#arrive();
    this.#telling ??= computer.after(tellEveryMs, () => {
      this.#telling = null;
      this.#tell();
    });
    this.lookAgain();
  }

  #clientAsked(): void {
    this.#lastCommandMs = this.options.computer.now();
    this.#jumps = 0;
  }

  #pauseLoop(instanceId: string): void {
    const now = this.now();
    this.#become({ mode: 'paused', aheadMs: this.#aheadMs, pausedAtMs: now });
    this.#arrive();
    this.options.log({
      level: 'warning',
      category: 'clock',
      message: `The clock was paused at ${toTimestamp(now)}: it had jumped ${this.#mostJumps} times without a break, and '${instanceId}' would go on for ever. Set it to auto once more for as many again, or terminate what never ends.`,
      instanceId,
    });
    this.#tell();
  }

  #tell(): HubClockState {
    const state = this.state();
    this.#listeners.tell(state);
    return state;
  }
}
