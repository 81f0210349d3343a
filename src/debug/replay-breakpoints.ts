/**
 * Breakpoints of all kinds, held against moments.
 *
 *   B1. Whether a breakpoint stops at a moment depends on the moment alone, not on how the user came there: hits count the moments from
 *       the start of the replay up to it. So going back stops where going forward does.
 */
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { messageOf } from '../base/error-message';
import type { ReplayTimeline } from '../replay/replay-timeline';
import { HistoryFacts } from './history-facts';
import { concernsName, historyFilters, type HistoryFilter } from './history-filters';
import { parseHistoryCondition, type Facts, type HistoryCondition } from './history-condition';
import { parseHitCondition } from './hit-condition';
import { stepAt, type Position } from './replay-cursor';
import type { ReplayProvider } from './replay-provider';
import { waitLines, waitWord } from './wait-lines';

interface LineBreakpoint {
  id: number;
  file: string;
  asked: number;
  line: number;
  isVerified: boolean;
  message: string | null;
  /** What is wrong with how it was written: it never stops. */
  problem: string | null;
  condition: string | null;
  hits: ((hits: number) => boolean) | null;
  logMessage: string | null;
  /** Whether `condition` held, by moment. */
  known: Map<ReplayTimeline, Map<number, boolean>>;
}
interface NameBreakpoint {
  id: number;
  name: string;
  condition: HistoryCondition | null;
  hits: ((hits: number) => boolean) | null;
}
interface ActiveFilter {
  filter: HistoryFilter;
  condition: HistoryCondition | null;
}

export interface BreakpointHit {
  reason: 'breakpoint' | 'function breakpoint' | 'exception';
  ids: number[];
  /** What in the history the stop is about. */
  facts: Facts | null;
  isFailure: boolean;
}

export class ReplayBreakpoints {
  #nextId = 1;
  readonly #lines = new Map<string, LineBreakpoint[]>();
  #names: NameBreakpoint[] = [];
  #filters: ActiveFilter[] = [];
  readonly #stops = new Map<ReplayTimeline, ReadonlyMap<string, ReadonlySet<number>>>();
  readonly #facts = new Map<ReplayTimeline, HistoryFacts>();
  readonly #told = new Set<string>();

  /** `tell`: a line for the user, told once. */
  constructor(
    private readonly readSource: ReplayProvider['readSource'],
    private readonly tell: (text: string) => void,
  ) {}

  /** Replaces those of one file. */
  async setLines(
    file: string,
    asked: readonly DebugProtocol.SourceBreakpoint[],
    timelines: Iterable<ReplayTimeline>,
  ): Promise<DebugProtocol.Breakpoint[]> {
    const breakpoints = asked.map((each): LineBreakpoint => {
      const hits = hitsOf(each.hitCondition);
      return {
        id: this.#nextId++,
        file,
        asked: each.line,
        line: each.line,
        isVerified: false,
        message: null,
        problem: hits === undefined ? noHitCount(each.hitCondition) : null,
        condition: each.condition?.trim() ? each.condition : null,
        hits: hits ?? null,
        logMessage: each.logMessage?.trim() ? each.logMessage : null,
        known: new Map(),
      };
    });
    this.#lines.set(fileKey(file), breakpoints);
    await this.#verify(breakpoints, [...timelines]);
    return breakpoints.map(toProtocol);
  }

  /** Holds all against the timelines, after one was opened; returns those that are not what they were. */
  async verifyAgain(timelines: Iterable<ReplayTimeline>): Promise<DebugProtocol.Breakpoint[]> {
    const all = [...this.#lines.values()].flat();
    const before = all.map((each) => JSON.stringify(toProtocol(each)));
    await this.#verify(all, [...timelines]);
    return all.map(toProtocol).filter((each, index) => JSON.stringify(each) !== before[index]);
  }

  /** Function breakpoints: the names of functions, events and types of history rows. */
  setNames(asked: readonly DebugProtocol.FunctionBreakpoint[], timelines: Iterable<ReplayTimeline>): DebugProtocol.Breakpoint[] {
    this.#names = [];
    const open = [...timelines];
    return asked.map(({ name, condition, hitCondition }) => {
      const id = this.#nextId++;
      const hits = hitsOf(hitCondition);
      if (hits === undefined) return { id, verified: false, message: noHitCount(hitCondition) };
      const parsed = conditionOf(condition);
      if (typeof parsed === 'string') return { id, verified: false, message: parsed };
      this.#names.push({ id, name, condition: parsed, hits });
      const occurs = open.some((timeline) =>
        timeline.steps.some((_step, index) =>
          this.#factsOf(timeline)
            .ofStep(index)
            .some((facts) => concernsName(facts, name)),
        ),
      );
      return occurs ? { id, verified: true } : { id, verified: false, message: `Nothing in the history is named ${name}.` };
    });
  }

  setFilters(asked: readonly { filterId: string; condition?: string }[]): DebugProtocol.Breakpoint[] {
    this.#filters = [];
    return asked.map(({ filterId, condition }) => {
      const filter = historyFilters.find(({ id }) => id === filterId);
      if (filter === undefined) return { verified: false, message: `There is no filter '${filterId}'.` };
      const parsed = conditionOf(condition);
      if (typeof parsed === 'string') return { verified: false, message: parsed };
      this.#filters.push({ filter, condition: parsed });
      return { verified: true };
    });
  }

  /** Lines between `from` and `to` at which one can stop. */
  async locations(file: string, from: number, to: number, timelines: Iterable<ReplayTimeline>): Promise<number[]> {
    const { all } = await this.#candidates(file, [...timelines]);
    return all.filter((line) => line >= from && line <= to);
  }

  /** What stops at the moment; null when nothing does. Writes the log points that it passes to `log` when that is given. */
  async hitAt(
    position: Position,
    log: ((text: string, breakpoint: { file: string; line: number }) => void) | null,
  ): Promise<BreakpointHit | null> {
    const lines: number[] = [];
    for (const breakpoint of this.#linesAt(position)) {
      if (breakpoint.problem !== null || !(await this.#isHit(breakpoint, position))) continue;
      if (breakpoint.logMessage === null) lines.push(breakpoint.id);
      else log?.(await this.#interpolate(breakpoint.logMessage, position), breakpoint);
    }
    if (lines.length > 0) return { reason: 'breakpoint', ids: lines, facts: null, isFailure: false };
    const facts = this.#factsOf(position.timeline).ofStep(position.step);
    for (const { filter, condition } of this.#filters) {
      const found = facts.find((each) => filter.types.has(String(each['type'])) && (condition === null || condition(each)));
      if (found !== undefined) return { reason: 'exception', ids: [], facts: found, isFailure: filter.isFailure };
    }
    for (const { id, name, condition, hits } of this.#names) {
      const concerns = (each: Facts): boolean => concernsName(each, name) && (condition === null || condition(each));
      const found = facts.find(concerns);
      if (found === undefined) continue;
      if (hits !== null && !hits(this.#countFacts(position, concerns))) continue;
      return { reason: 'function breakpoint', ids: [id], facts: found, isFailure: false };
    }
    return null;
  }

  /** What history says about arriving at the moment. */
  factsAt({ timeline, step }: Position): Facts[] {
    return this.#factsOf(timeline).ofStep(step);
  }

  #countFacts({ timeline, step }: Position, concerns: (facts: Facts) => boolean): number {
    let count = 0;
    for (let index = 0; index <= step; index++) count += this.#factsOf(timeline).ofStep(index).filter(concerns).length;
    return count;
  }

  #linesAt(position: Position): LineBreakpoint[] {
    if (this.#lines.size === 0) return [];
    return enteredPlaces(position).flatMap(({ file, line }) =>
      (this.#lines.get(fileKey(file)) ?? []).filter((breakpoint) => breakpoint.line === line),
    );
  }

  async #isHit(breakpoint: LineBreakpoint, position: Position): Promise<boolean> {
    if (!(await this.#holds(breakpoint, position))) return false;
    if (breakpoint.hits === null) return true;
    let count = 0;
    for (let step = 0; step <= position.step; step++) {
      const earlier = { timeline: position.timeline, step };
      if (this.#linesAt(earlier).includes(breakpoint) && (await this.#holds(breakpoint, earlier))) count++;
    }
    return breakpoint.hits(count); // B1
  }

  async #holds({ condition, known }: LineBreakpoint, { timeline, step }: Position): Promise<boolean> {
    if (condition === null) return true;
    const results = known.get(timeline) ?? new Map<number, boolean>();
    known.set(timeline, results);
    let result = results.get(step);
    if (result === undefined) {
      try {
        result = (await timeline.evaluate(step, 0, `!!(${condition})`)).value === 'true';
      } catch (error) {
        this.#tellOnce(`The condition ${condition} of a breakpoint: ${messageOf(error)}`);
        result = false;
      }
      results.set(step, result);
    }
    return result;
  }

  async #interpolate(template: string, { timeline, step }: Position): Promise<string> {
    const parts = template.split(/(\{[^{}]*\})/);
    const texts = parts.map(async (part) => {
      if (!/^\{.+\}$/s.test(part)) return part;
      try {
        return (await timeline.evaluate(step, 0, part.slice(1, -1))).value.replace(/^(['"])(.*)\1$/s, '$2');
      } catch (error) {
        return `{${messageOf(error)}}`;
      }
    });
    return (await Promise.all(texts)).join('');
  }

  async #verify(breakpoints: readonly LineBreakpoint[], timelines: readonly ReplayTimeline[]): Promise<void> {
    for (const breakpoint of breakpoints) {
      const { stops, all } = await this.#candidates(breakpoint.file, timelines);
      const line = all.find((each) => each >= breakpoint.asked) ?? all.at(-1);
      breakpoint.line = line ?? breakpoint.asked;
      breakpoint.isVerified = breakpoint.problem === null && line !== undefined && stops.has(line);
      breakpoint.message = breakpoint.problem ?? (breakpoint.isVerified ? null : whyUnverified(line, breakpoint.file));
    }
  }

  async #candidates(
    file: string,
    timelines: readonly ReplayTimeline[],
  ): Promise<{ stops: ReadonlySet<number>; all: readonly number[] }> {
    const stops = new Set(timelines.flatMap((timeline) => [...(this.#stopsOf(timeline).get(fileKey(file)) ?? [])]));
    const written = waitLines(file, (await this.readSource(file)) ?? '');
    return { stops, all: [...new Set([...stops, ...written])].sort((a, b) => a - b) };
  }

  #stopsOf(timeline: ReplayTimeline): ReadonlyMap<string, ReadonlySet<number>> {
    const known = this.#stops.get(timeline);
    if (known !== undefined) return known;
    const stops = new Map<string, Set<number>>();
    for (const { frames } of timeline.steps) {
      for (const { place } of frames) {
        if (place === null) continue;
        const lines = stops.get(fileKey(place.file)) ?? new Set();
        stops.set(fileKey(place.file), lines.add(place.line));
      }
    }
    this.#stops.set(timeline, stops);
    return stops;
  }

  #factsOf(timeline: ReplayTimeline): HistoryFacts {
    const facts = this.#facts.get(timeline) ?? new HistoryFacts(timeline);
    this.#facts.set(timeline, facts);
    return facts;
  }

  #tellOnce(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.tell(text);
  }
}

/** Where the code waits, and the calls on the way there that the step before was not yet in. */
function enteredPlaces(position: Position): { file: string; line: number }[] {
  const { frames } = stepAt(position);
  const before = position.timeline.steps[position.step - 1]?.frames ?? [];
  return frames.flatMap(({ place }, index) => {
    if (place === null) return [];
    const depth = frames.length - index;
    const then = before[before.length - depth]?.place;
    const isSame = index > 0 && then != null && then.line === place.line && then.file === place.file;
    return isSame ? [] : [place];
  });
}

function whyUnverified(line: number | undefined, file: string): string {
  return line === undefined
    ? `A replay stops only where an orchestrator waits: there is no ${waitWord(file)} in this file.`
    : 'The history that is replayed never waits on this line.';
}

/** Null: none asked for. Undefined: not understood. */
function hitsOf(text: string | undefined): ((hits: number) => boolean) | null | undefined {
  if (text === undefined || text.trim() === '') return null;
  return parseHitCondition(text) ?? undefined;
}

function noHitCount(text: string | undefined): string {
  return `'${text ?? ''}' is no hit count: write 3, >= 3 or % 3.`;
}

/** A text says what is wrong with it. */
function conditionOf(text: string | undefined): HistoryCondition | null | string {
  if (text === undefined || text.trim() === '') return null;
  try {
    return parseHistoryCondition(text);
  } catch (error) {
    return messageOf(error);
  }
}

function toProtocol({ id, line, isVerified, message, file }: LineBreakpoint): DebugProtocol.Breakpoint {
  return {
    id,
    verified: isVerified,
    line,
    source: { path: file },
    ...(message === null ? {} : { message }),
  };
}

/** Paths as keys: where the file system does not tell letters apart, neither does the editor. */
function fileKey(file: string): string {
  const normal = path.normalize(file);
  return process.platform === 'win32' || process.platform === 'darwin' ? normal.toLowerCase() : normal;
}
