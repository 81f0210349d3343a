/**
 * The lines of each instance, as they came: what its orchestrator, its activities and the emulator have said about it. In memory only, and
 * bounded: of one instance the newest lines are kept, and of many those that spoke last.
 */
import type { LogEntry, LogLevel } from './logger';
import type { SourcePlace } from '../values/source-place';
import type { Disposable } from './clock';

export interface InstanceLine {
  /** Counts up over all lines of the instance, those that are gone included. */
  number: number;
  /** By the hub's clock; null: not told. */
  at: string | null;
  level: LogLevel;
  /** Null: not a line of the app's code. */
  functionName: string | null;
  message: string;
  /** Lines of one run of the code have one; null: not known. */
  run: string | null;
  /** Where the code wrote it; null: not known. */
  place: SourcePlace | null;
}

interface Lines {
  lines: InstanceLine[];
  chars: number;
  next: number;
}

export interface InstanceLogLimits {
  /** Of one instance. */
  lines: number;
  /** Of all instances. */
  chars: number;
}

const defaultLimits: InstanceLogLimits = { lines: 5000, chars: 16 * 1024 * 1024 };
/** Of one line. */
const longest = 8000;
/** A line costs about so many characters beside its text. */
const perLine = 100;
const mostPlaces = 10_000;

export class InstanceLogs {
  /** The one that spoke last is the last. */
  readonly #all = new Map<string, Lines>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #places = new Map<string, SourcePlace>();
  #chars = 0;

  constructor(private readonly limits: InstanceLogLimits = defaultLimits) {}

  /** Entries without an instance are no business of this. */
  add(entry: LogEntry): void {
    const { instanceId } = entry;
    if (instanceId === undefined) return;
    const known = this.#all.get(instanceId) ?? { lines: [], chars: 0, next: 0 };
    this.#all.delete(instanceId);
    this.#all.set(instanceId, known);
    const message = entry.message.length <= longest ? entry.message : `${entry.message.slice(0, longest)}…`;
    known.lines.push({
      number: known.next++,
      at: entry.at ?? null,
      level: entry.level,
      functionName: entry.functionName ?? null,
      message,
      run: entry.invocationId ?? null,
      place: this.#placeOf(entry),
    });
    this.#count(known, message.length + perLine);
    if (known.lines.length > this.limits.lines) this.#dropFirst(known, known.lines.length - this.limits.lines);
    this.#makeRoom();
    for (const listener of this.#listeners.get(instanceId) ?? []) listener();
  }

  /** Those from this number on that are still here. */
  of(instanceId: string, from = 0): readonly InstanceLine[] {
    const lines = this.#all.get(instanceId)?.lines ?? [];
    const first = lines[0]?.number ?? 0;
    return lines.slice(Math.max(0, from - first));
  }

  /** Called after each new line of the instance. */
  onLine(instanceId: string, listener: () => void): Disposable {
    const known = this.#listeners.get(instanceId) ?? new Set();
    this.#listeners.set(instanceId, known.add(listener));
    return {
      dispose: () => {
        known.delete(listener);
        if (known.size === 0) this.#listeners.delete(instanceId);
      },
    };
  }

  /** One object a line of code: an app has few that log. */
  #placeOf({ place }: LogEntry): SourcePlace | null {
    if (place === undefined) return null;
    const key = `${place.file}:${place.line}:${place.column}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    if (this.#places.size >= mostPlaces) this.#places.clear();
    this.#places.set(key, place);
    return place;
  }

  #makeRoom(): void {
    for (const [instanceId, lines] of this.#all) {
      if (this.#chars <= this.limits.chars) return;
      // The last one may have said all of it.
      if (this.#all.size === 1) {
        this.#dropFirst(lines, Math.ceil(lines.lines.length / 2));
        return;
      }
      this.#count(lines, -lines.chars);
      this.#all.delete(instanceId);
    }
  }

  #dropFirst(lines: Lines, count: number): void {
    for (const { message } of lines.lines.splice(0, count)) this.#count(lines, -message.length - perLine);
  }

  #count(lines: Lines, chars: number): void {
    lines.chars += chars;
    this.#chars += chars;
  }
}
