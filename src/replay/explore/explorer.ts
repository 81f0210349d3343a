/**
 * One orchestration under many schedules (docs/explore.md): in every order, with a failure, a doubled event, an activity that runs twice, two
 * answers in one step. Few are gone through all; of many, so many as are asked for are drawn by a seed.
 *
 *   X1. A schedule is what happens, step by step; where it is silent, everything comes in order. So every beginning of one is one.
 *   X2. It must end, by its code, as it ends in order or as it is expected to; after a failure that was put there, it must only end.
 *   X3. What fails is made shorter as long as it still fails, and in the same way. Of each way in which it goes wrong there is one finding.
 */
import type { HistoryEvent } from '../../core/history/history';
import { DurascopeError } from '../../core/values/errors';
import { isSameJson } from '../../core/values/json-likeness';
import { AskedAhead, mostQuestions, type Way } from './asked-ahead';
import {
  type Call,
  causeOf,
  type Happening,
  inOrder,
  labelOf,
  type OutsideEvent,
  SimulatedRun,
  type SimulatedWorld,
  type State,
} from './simulated-run';

export interface ExploreOptions extends SimulatedWorld {
  /** What comes from outside, once each. */
  events: readonly { name: string; data: string | null }[];
  /** Schedules, at most. */
  runs: number;
  seed: number;
  /** Outputs (JSON text) that it may have. Null: that which it has in order. */
  expect: readonly string[] | null;
  /** What is wrong with a run, or undefined. */
  check: ((run: ExploredRun) => string | undefined) | null;
  /** So many activities fail once, at most, run twice, and so many events are doubled. */
  failures: number;
  doubles: number;
  /** Aborted: it ends with what it knows by then. */
  signal?: AbortSignal;
  /** Told now and then how many schedules it has gone through. */
  onProgress?: (schedules: number) => void;
}

export interface ExploredRun {
  status: string;
  /** Parsed; of a failure its text. */
  output: unknown;
  /** Calls in the order in which they ran: what runs twice stands there twice. */
  calls: readonly (Call & { outcome: 'completed' | 'failed' })[];
  /** States of entities when it is over, by their ids. */
  entities: Readonly<Record<string, unknown>>;
  schedule: string;
}

export interface Finding {
  schedule: string;
  problem: string;
  /** JSON text of an output that it has and was not to have; else null. */
  output: string | null;
  history: readonly HistoryEvent[];
}

export interface Exploration {
  /** Schedules gone through. */
  schedules: number;
  /** There are no others. */
  isComplete: boolean;
  outcomes: readonly { status: string; output: string | null; count: number }[];
  /** Shortest first. */
  findings: readonly Finding[];
}

interface Problem {
  /** Two of a kind are the same mistake. */
  kind: string;
  text: string;
}

type Step = readonly Happening[];

interface Walk {
  state: State;
  steps: Step[];
  eventsLeft: readonly OutsideEvent[];
  failuresLeft: number;
  doublesLeft: number;
  calls: (Call & { outcome: 'completed' | 'failed' })[];
  hasFailure: boolean;
  /** So many steps until everything comes in order. */
  told: number;
}

const mostSteps = 400;
/** Ways to go wrong, after which nobody reads on. */
const mostFindings = 8;
const restEvery = 200;

export class Explorer {
  readonly #run: SimulatedRun;
  readonly #outcomes = new Map<string, { status: string; output: string | null; count: number }>();
  readonly #events: readonly OutsideEvent[];
  readonly #failing = new Map<string, Walk>();
  #schedules = 0;
  #allowed: readonly string[] | null;

  constructor(private readonly options: ExploreOptions) {
    this.#run = new SimulatedRun(options);
    this.#allowed = options.expect;
    const counts = new Map<string, number>();
    this.#events = options.events.map((event) => {
      const nth = (counts.get(event.name) ?? 0) + 1;
      counts.set(event.name, nth);
      return { ...event, nth };
    });
  }

  async explore(): Promise<Exploration> {
    const first = await this.#inOrder(await this.#begin());
    const [event] = first.state.awaitedEvents;
    const isStuck = first.state.end === null && first.state.problem === null && !first.state.isEternal;
    const isGiven = (awaited: string): boolean => this.options.events.some(({ name }) => name === awaited);
    if (isStuck && event !== undefined && !first.state.awaitedEvents.some(isGiven)) {
      throw new DurascopeError(
        'InvalidArgument',
        `'${this.options.name}' waits for the event '${event}': say what it brings with --event '${event}=JSON'.`,
        { details: { event } },
      );
    }
    if (this.#allowed === null && first.state.end?.status === 'Completed') this.#allowed = [first.state.end.output ?? 'null'];
    this.#note(first);
    await this.#everything();
    if (!this.#isComplete) await this.#drawn();
    const findings: Finding[] = [];
    for (const [kind, walk] of this.#failing) findings.push(await this.#shrunk(kind, walk));
    findings.sort((a, b) => lengthOf(a.schedule) - lengthOf(b.schedule));
    const outcomes = [...this.#outcomes.values()].sort((a, b) => b.count - a.count);
    return { schedules: this.#schedules, isComplete: this.#isComplete, outcomes, findings };
  }
  #isComplete = false;

  /** One schedule, by its line. InvalidArgument where something cannot happen there. */
  async follow(schedule: string): Promise<{ run: ExploredRun; problem: string | null; history: readonly HistoryEvent[] }> {
    const inOrder = await this.#inOrder(await this.#begin());
    if (this.#allowed === null && inOrder.state.end?.status === 'Completed') this.#allowed = [inOrder.state.end.output ?? 'null'];
    const walk = await this.#follow(schedule);
    if (typeof walk === 'string') throw new DurascopeError('InvalidArgument', walk);
    return { run: runOf(walk), problem: this.#problemOf(walk)?.text ?? null, history: walk.state.generation.events };
  }

  /** Depth first, each place once; so many as are asked for, else none of them counts. */
  async #everything(): Promise<void> {
    const ahead = new AskedAhead<Walk>((walk) => this.#ways(walk), this.options.runs);
    const visit = async (walk: Walk): Promise<boolean> => {
      const choices = isOver(walk) ? [] : this.#choices(walk);
      if (this.#schedules >= this.options.runs) return false;
      if (choices.length === 0) return this.#goesOn(walk);
      for (const step of choices) {
        const { effects } = this.#run;
        const next = this.#take(walk, step);
        const there = next instanceof Promise ? await next : next;
        if (this.#run.effects !== effects) ahead.wake();
        if (!(await visit(there))) return false;
      }
      return true;
    };
    const first = await this.#begin();
    ahead.from(first);
    try {
      this.#isComplete = await visit(first);
    } finally {
      ahead.stop();
    }
    if (this.#isComplete || this.#isEnough) return;
    this.#schedules = 0;
    this.#outcomes.clear();
  }

  /** Each by chance of its own, so that several can be under way: they count in their order all the same. */
  async #drawn(): Promise<void> {
    const { runs, seed } = this.options;
    let ahead = 0;
    for (let nth = 0; this.#schedules < runs && !this.#isEnough; nth++) {
      for (; ahead < Math.min(runs, nth + mostQuestions); ahead++) {
        const other = new AskedAhead<Walk>(this.#drawnWays(seed, ahead), 1);
        other.from(await this.#begin());
      }
      const ways = this.#drawnWays(seed, nth);
      let walk = await this.#begin();
      for (;;) {
        const [way] = ways(walk);
        if (way === undefined) break;
        const next = way.go();
        walk = next instanceof Promise ? await next : next;
      }
      await this.#goesOn(walk);
    }
  }

  /** The way that the schedule takes from where it is, by its chance. */
  #drawnWays(seed: number, nth: number): (walk: Walk) => Way<Walk>[] {
    const random = randomOf(seed, nth);
    return (walk) => {
      const ways = this.#ways(walk);
      return ways.length === 0 ? [] : [ways[Math.floor(random() * ways.length)] as Way<Walk>];
    };
  }

  #ways(walk: Walk): Way<Walk>[] {
    const choices = isOver(walk) ? [] : this.#choices(walk);
    return choices.map((step) => ({
      isReplay: () => this.#run.isReplay(walk.state, step),
      go: () => this.#take(walk, step),
    }));
  }

  /** Takes note of a schedule that is over. */
  async #goesOn(walk: Walk): Promise<boolean> {
    this.#schedules++;
    const { end } = walk.state;
    const status = end?.status ?? (walk.state.isEternal ? 'goes on for ever' : 'does not end');
    const key = `${status} ${end?.output ?? ''}`;
    const known = this.#outcomes.get(key);
    if (known === undefined) this.#outcomes.set(key, { status, output: end?.output ?? null, count: 1 });
    else known.count++;
    this.#note(walk);
    if (this.#schedules % restEvery === 0) {
      this.options.onProgress?.(this.#schedules);
      // Known states are answered at once: whoever cancels would never be heard.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return !this.#isEnough;
  }

  #note(walk: Walk): void {
    const problem = this.#problemOf(walk);
    if (problem === null) return;
    const before = this.#failing.get(problem.kind);
    if (before === undefined || walk.told < before.told) this.#failing.set(problem.kind, walk);
  }

  get #isEnough(): boolean {
    return this.options.signal?.aborted === true || this.#failing.size >= mostFindings;
  }

  /** X3, from its end: then what is left out one by one. */
  async #shrunk(kind: string, failing: Walk): Promise<Finding> {
    let best = failing;
    let labels = failing.steps.map(stepLabel);
    const fails = async (shorter: readonly string[]): Promise<Walk | null> => {
      const walk = await this.#follow(shorter.join(' '));
      return typeof walk !== 'string' && this.#problemOf(walk)?.kind === kind ? walk : null;
    };
    for (let length = 0; length < labels.length; length++) {
      const walk = await fails(labels.slice(0, length));
      if (walk === null) continue;
      best = walk;
      labels = labels.slice(0, length);
      break;
    }
    for (let at = 0; at < labels.length;) {
      const shorter = labels.toSpliced(at, 1);
      const walk = await fails(shorter);
      if (walk === null) at++;
      else {
        best = walk;
        labels = shorter;
      }
    }
    return {
      schedule: labels.join(' '),
      problem: this.#problemOf(best)?.text ?? '',
      output: kind === 'output' ? (best.state.end?.output ?? 'null') : null,
      history: best.state.generation.events,
    };
  }

  /** A sentence where something in it cannot happen. */
  async #follow(schedule: string): Promise<Walk | string> {
    let walk = await this.#begin();
    for (const label of schedule.split(/\s+/).filter((each) => each !== '')) {
      const step = isOver(walk) ? undefined : this.#choices(walk).find((each) => stepLabel(each) === label);
      if (step === undefined) {
        const possible = isOver(walk) ? [] : this.#choices(walk).map(stepLabel);
        return `'${label}' cannot happen after '${walk.steps.map(stepLabel).join(' ')}': ${possible.length === 0 ? 'the run is over' : `there can be ${possible.slice(0, 20).join(', ')}`}.`;
      }
      walk = await this.#take(walk, step);
    }
    return this.#inOrder(walk);
  }

  async #begin(): Promise<Walk> {
    this.#first ??= this.#run.begin();
    const { failures: failuresLeft, doubles: doublesLeft } = this.options;
    return {
      state: await this.#first,
      steps: [],
      eventsLeft: this.#events,
      failuresLeft,
      doublesLeft,
      calls: [],
      hasFailure: false,
      told: 0,
    };
  }
  #first: Promise<State> | null = null;

  /** To the end with everything in order (X1). Its steps are those before. */
  async #inOrder(from: Walk): Promise<Walk> {
    let walk = from;
    for (let count = 0; !isOver(walk) && count < mostSteps; count++) {
      const next = inOrder(walk.state, walk.eventsLeft)[0];
      if (next === undefined) break;
      walk = { ...(await this.#take(walk, [next])), steps: walk.steps };
    }
    return walk;
  }

  /** What can happen next. Of calls that are the same in name and input, the first stands for all: their orders count once. */
  #choices(walk: Walk): Step[] {
    const singles: Happening[] = [];
    const seen = new Set<string>();
    for (const happening of inOrder(walk.state, walk.eventsLeft)) {
      if (happening.type === 'completes') {
        const { EventType, Name, Input } = causeOf(walk.state, happening.id);
        const same = `${EventType} ${Name} ${Input ?? ''}`;
        if (seen.has(same)) continue;
        seen.add(same);
      }
      if ('name' in happening) {
        const same = `${happening.name} ${happening.data ?? ''}`;
        if (seen.has(same)) continue;
        seen.add(same);
      }
      singles.push(happening);
    }
    const steps: Step[] = singles.map((each) => [each]);
    for (const happening of singles) {
      if (happening.type === 'completes' && causeOf(walk.state, happening.id).EventType === 'TaskScheduled') {
        if (walk.failuresLeft > 0) steps.push([{ type: 'failsOnce', id: happening.id }]);
        if (walk.doublesLeft > 0) steps.push([{ type: 'runsTwice', id: happening.id }]);
      } else if (happening.type === 'comes' && walk.doublesLeft > 0) steps.push([{ ...happening, type: 'comesTwice' }]);
    }
    // In one step: a timer or an event with another.
    for (const one of singles) {
      for (const two of singles) {
        if (one === two || isOfEntity(one) || isOfEntity(two) || (one.type === 'completes' && two.type === 'completes')) continue;
        steps.push([one, two]);
      }
    }
    return steps;
  }

  #take(walk: Walk, step: Step): Walk | Promise<Walk> {
    const next = this.#run.after(walk.state, step);
    return next instanceof Promise ? next.then((state) => took(walk, step, state)) : took(walk, step, next);
  }

  /** X2. */
  #problemOf(walk: Walk): Problem | null {
    const { state } = walk;
    if (state.problem !== null) return { kind: 'code', text: state.problem };
    if (state.end === null && !state.isEternal) {
      const held = [...state.entities].find(([, { scheduler }]) => scheduler.queue.length > 0);
      if (held !== undefined)
        return { kind: 'held', text: `it does not end: the entity '${held[0]}' is locked, and it waits for that` };
      if (walk.steps.length >= mostSteps) return { kind: 'long', text: `it has not ended after ${mostSteps} steps` };
      const waits =
        state.awaitedEvents.length === 0
          ? ''
          : `: it waits for the event ${state.awaitedEvents.map((name) => `'${name}'`).join(', ')}`;
      return { kind: 'stuck', text: `it does not end${waits}` };
    }
    const broken = this.options.check?.(runOf(walk));
    if (broken !== undefined) return { kind: `check ${broken}`, text: broken };
    if (walk.hasFailure || state.end === null) return null;
    const { status, output } = state.end;
    if (status !== 'Completed') return { kind: status, text: `it ends as ${status}: ${output ?? ''}` };
    if (this.#allowed === null || this.#allowed.some((each) => isSameJson(each, output ?? 'null'))) return null;
    const expected = this.#allowed.length === 1 ? (this.#allowed[0] ?? '') : `one of ${this.#allowed.join(', ')}`;
    return { kind: 'output', text: `its output is ${output ?? 'null'}, not ${expected}` };
  }
}

function lengthOf(schedule: string): number {
  return schedule === '' ? 0 : schedule.split(' ').length;
}

function took(walk: Walk, step: Step, state: State): Walk {
  let { eventsLeft, failuresLeft, doublesLeft, hasFailure } = walk;
  const calls = [...walk.calls];
  for (const happening of step) {
    if ('name' in happening) {
      const at = eventsLeft.findIndex(({ name, nth }) => name === happening.name && nth === happening.nth);
      eventsLeft = eventsLeft.toSpliced(at, 1);
    } else if ('id' in happening && happening.type !== 'fires') {
      const { Name: name, Input: input } = causeOf(walk.state, happening.id);
      const call = { name, input, id: happening.id };
      const isFailed = happening.type === 'failsOnce';
      calls.push({ ...call, outcome: isFailed ? 'failed' : 'completed' });
      if (happening.type === 'runsTwice') calls.push({ ...call, outcome: 'completed' });
      hasFailure ||= isFailed;
      if (isFailed) failuresLeft--;
    }
    if (happening.type === 'runsTwice' || happening.type === 'comesTwice') doublesLeft--;
  }
  const steps = [...walk.steps, step];
  const [only, ...others] = step;
  const [next] = inOrder(walk.state, walk.eventsLeft);
  const isInOrder = others.length === 0 && only !== undefined && next !== undefined && labelOf(only) === labelOf(next);
  const told = isInOrder ? walk.told : steps.length;
  return { state, steps, eventsLeft, failuresLeft, doublesLeft, calls, hasFailure, told };
}

function isOver({ state, steps }: Walk): boolean {
  if (state.end !== null && [...state.entities.values()].every(({ inbox }) => inbox.length === 0)) return true;
  return state.problem !== null || state.isEternal || steps.length >= mostSteps;
}

function runOf({ state, calls, steps }: Walk): ExploredRun {
  const text = state.end?.output ?? null;
  let output: unknown = text;
  if (state.end?.status === 'Completed' && text !== null) output = JSON.parse(text);
  const entities = Object.fromEntries(
    [...state.entities].map(([id, { scheduler }]) => [
      id,
      scheduler.state === null ? null : (JSON.parse(scheduler.state) as unknown),
    ]),
  );
  return { status: state.end?.status ?? 'Running', output, calls, entities, schedule: steps.map(stepLabel).join(' ') };
}

/** It brings nothing by itself: a step has one of them. */
function isOfEntity(happening: Happening): boolean {
  return happening.type === 'takes' || ('name' in happening && happening.name.startsWith('@'));
}

function stepLabel(step: Step): string {
  return step.map(labelOf).join('+');
}

/** Numbers from 0 to 1, the same for the `nth` of a seed (mulberry32). */
function randomOf(seed: number, nth: number): () => number {
  let state = (seed + Math.imul(nth, 0x9e3779b9)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
