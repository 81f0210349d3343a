/** Time that goes on only when it is told to. What is measured in time that passes (back-offs after a lost process) is the computer's. */
import type { Clock, Disposable } from '../core/ports/clock';

interface Appointment {
  atMs: number;
  callback: () => void;
}

export class VirtualClock implements Clock {
  readonly #appointments = new Set<Appointment>();
  readonly #soon = new Set<NodeJS.Immediate>();
  readonly #later = new Set<NodeJS.Timeout>();
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  aheadOfComputerMs(): null {
    return null;
  }

  at(epochMs: number, callback: () => void): Disposable {
    const appointment = { atMs: epochMs, callback };
    this.#appointments.add(appointment);
    if (epochMs <= this.#now) this.#keepDue();
    return { dispose: () => void this.#appointments.delete(appointment) };
  }

  after(delayMs: number, callback: () => void): Disposable {
    const timer = setTimeout(() => {
      this.#later.delete(timer);
      callback();
    }, delayMs);
    this.#later.add(timer);
    return {
      dispose: () => {
        this.#later.delete(timer);
        clearTimeout(timer);
      },
    };
  }

  /** Forward only; what is due then happens soon. */
  moveTo(epochMs: number): void {
    this.#now = Math.max(this.#now, epochMs);
    this.#keepDue();
  }

  stop(): void {
    this.#appointments.clear();
    for (const each of this.#soon) clearImmediate(each);
    for (const each of this.#later) clearTimeout(each);
  }

  #keepDue(): void {
    const soon = setImmediate(() => {
      this.#soon.delete(soon);
      const due = [...this.#appointments].filter(({ atMs }) => atMs <= this.#now).sort((a, b) => a.atMs - b.atMs);
      for (const appointment of due) if (this.#appointments.delete(appointment)) appointment.callback();
    });
    this.#soon.add(soon);
  }
}
