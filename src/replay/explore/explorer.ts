/**
 * One orchestration, or several side by side, under many schedules (docs/explore.md): in every order, with a failure, a doubled event, an activity that
 * runs twice, two answers in one step. Few are gone through all; of many, so many as are asked for are drawn by a seed.
 *
 *   X1. A schedule is what happens, step by step; where it is silent, everything comes in order. So every beginning of one is one.
 *   X2. It must end, by its code, as it ends in order or as it is expected to; after a failure that was put there, it must only end.
 *   X3. Of orders that differ only in steps which concern nobody in common, one is gone through: the one in which smaller numbers of instances come
 *       first, and entities after them.
 *   X4. What fails is made shorter as long as it still fails, and in the same way. Of each way in which it goes wrong there is one finding.
 */
import type { HistoryEvent } from '../../core/history/history';
import { DurascopeError } from '../../core/values/errors';
import { isSameJson } from '../../core/values/json-likeness';
import { AskedAhead, mostQuestions, type Way } from './asked-ahead';
import {
  type Call,
  causeOf,
  firstInstanceId,
  type Happening,
  inOrder,
  isAtEnd,
  labelOf,
  type OutsideEvent,
  SimulatedRun,
  type SimulatedWorld,
  type State,
} from './simulated-run';

export interface ExploreOptions extends SimulatedWorld {
  /** What comes from outside, once each. Of several instances `2.Name` comes to the second. */
  events: readonly { name: string; data: string | null }[];
  /** Schedules, at most. */
  runs: number;
  seed: number;
  /** Outputs (JSON text) that it may have; several instances have a list of theirs. Null: that which it has in order. */
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
  /** Of several, each; `output` is then a list of theirs. */
  instances?: readonly { name: string; instanceId: string; status: string; output: unknown }[];
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
  /** Number of the instance that shows it. */
  at: number;
}

interface Outcome {
  status: string;
  /** JSON text, or why it failed. */
  output: string | null;
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
  /** Of each step, whose it was and whom it concerned. */
  trail: readonly { actor: number | string; touched: State['touched'] }[];
}

const mostSteps = 400;
/** Ways to go wrong, after which nobody reads on. */
const mostFindings = 8;
const restEvery = 200;

export class Explorer {
  readonly #run: SimulatedRun;
  readonly #outcomes = new Map<string, { status: string; output: string | null; count: number }>();
  readonly #events: readonly OutsideEvent[];
  /** Of the orchestrators, by number of the instance. */
  readonly #names: readonly string[];
  readonly #failing = new Map<string, Walk>();
  #schedules = 0;
  #allowed: readonly string[] | null;

  constructor(private readonly options: ExploreOptions) {
    this.#run = new SimulatedRun(options);
    this.#allowed = options.expect;
    const counts = new Map<string, number>();
    const names = [options.name, ...(options.others ?? []).map(({ name }) => name)];
    this.#names = names;
    this.#events = options.events.map((event) => {
      const nth = (counts.get(event.name) ?? 0) + 1;
      counts.set(event.name, nth);
      const [, number = '1', name = event.name] = (names.length > 1 ? /^(\d+)\.(.+)$/s.exec(event.name) : null) ?? [];
      const at = Number(number) - 1;
      if (names[at] !== undefined) return { ...event, name, at, nth };
      throw new DurascopeError(
        'InvalidArgument',
        `The event '${event.name}' comes to the instance ${number}, and there are ${names.length}.`,
      );
    });
  }

  async explore(): Promise<Exploration> {
    const first = await this.#inOrder(await this.#begin());
    for (const [at, instance] of first.state.instances.entries()) {
      if (instance === null || isAtEnd(instance) || instance.problem !== null) continue;
      const [awaited] = instance.awaitedEvents;
      const isGiven = (awaitedName: string): boolean =>
        this.#events.some((event) => event.at === at && event.name === awaitedName);
      if (awaited === undefined || instance.awaitedEvents.some(isGiven)) continue;
      const event = at === 0 ? awaited : `${at + 1}.${awaited}`;
      const orchestrator = this.#names[at] ?? '';
      const text = `'${orchestrator}' waits for the event '${awaited}': say what it brings with --event '${event}=JSON'.`;
      throw new DurascopeError('InvalidArgument', text, { details: { event, orchestrator } });
    }
    this.#allow(first);
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
    this.#allow(inOrder);
    const walk = await this.#follow(schedule);
    if (typeof walk === 'string') throw new DurascopeError('InvalidArgument', walk);
    const problem = this.#problemOf(walk);
    return { run: this.#runOf(walk), problem: problem?.text ?? null, history: historyOf(walk, problem) };
  }

  /** What comes of it in order is right, where nobody said otherwise. */
  #allow(walk: Walk): void {
    const { status, output } = outcomeOf(walk.state);
    if (this.#allowed === null && status === 'Completed') this.#allowed = [output ?? 'null'];
  }

  /** Depth first, each place once; so many as are asked for, else none of them counts. */
  async #everything(): Promise<void> {
    const ahead = new AskedAhead<Walk>((walk) => (isOtherOrder(walk) ? null : this.#ways(walk)), this.options.runs);
    const visit = async (walk: Walk): Promise<boolean> => {
      const choices = isOver(walk) ? [] : this.#choices(walk);
      if (this.#schedules >= this.options.runs) return false;
      if (choices.length === 0) return this.#goesOn(walk);
      for (const step of choices) {
        const { effects } = this.#run;
        const next = this.#take(walk, step);
        const there = next instanceof Promise ? await next : next;
        if (this.#run.effects !== effects) ahead.wake();
        if (!isOtherOrder(there) && !(await visit(there))) return false;
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
    const { status, output } = outcomeOf(walk.state);
    const key = `${status} ${output ?? ''}`;
    const known = this.#outcomes.get(key);
    if (known === undefined) this.#outcomes.set(key, { status, output, count: 1 });
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

  /** X4, from its end: then what can be left out one by one. */
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
    // Backwards, for what comes later hangs on what came before; again from the end after each.
    for (let at = labels.length - 1; at >= 0; at--) {
      const shorter = labels.toSpliced(at, 1);
      const walk = await fails(shorter);
      if (walk === null) continue;
      best = walk;
      labels = shorter;
      at = labels.length;
    }
    const problem = this.#problemOf(best);
    return {
      schedule: labels.join(' '),
      problem: problem?.text ?? '',
      output: kind === 'output' ? (outcomeOf(best.state).output ?? 'null') : null,
      history: historyOf(best, problem),
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
      trail: [],
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
        const { EventType, Name, Input } = causeOf(walk.state, happening);
        const same = `${happening.at} ${EventType} ${Name} ${Input ?? ''}`;
        if (seen.has(same)) continue;
        seen.add(same);
      }
      if ('name' in happening) {
        const same = `${happening.at} ${happening.name} ${happening.data ?? ''}`;
        if (seen.has(same)) continue;
        seen.add(same);
      }
      singles.push(happening);
    }
    const steps: Step[] = singles.map((each) => [each]);
    for (const happening of singles) {
      if (happening.type === 'completes' && causeOf(walk.state, happening).EventType === 'TaskScheduled') {
        if (walk.failuresLeft > 0) steps.push([{ ...happening, type: 'failsOnce' }]);
        if (walk.doublesLeft > 0) steps.push([{ ...happening, type: 'runsTwice' }]);
      } else if (happening.type === 'comes' && walk.doublesLeft > 0) steps.push([{ ...happening, type: 'comesTwice' }]);
    }
    // In one step: a timer or an event with another.
    for (const one of singles) {
      for (const two of singles) {
        if (one === two || isAlone(one) || isAlone(two) || (one.type === 'completes' && two.type === 'completes')) continue;
        if ('at' in one && 'at' in two && one.at !== two.at) continue;
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
    const { instances } = state;
    const one = instances.length === 1;
    const whose = (at: number): string => (one ? 'it' : `'${this.#names[at] ?? ''}' (instance ${at + 1})`);
    for (const [at, each] of instances.entries()) {
      if (each?.problem != null) return { kind: `code ${at}`, text: one ? each.problem : `${whose(at)}: ${each.problem}`, at };
    }
    for (const [at, each] of instances.entries()) {
      if (isAtEnd(each)) continue;
      const held = [...state.entities].find(([, { scheduler }]) => scheduler.queue.length > 0);
      if (held !== undefined) {
        const text = `${whose(at)} does not end: the entity '${held[0]}' is locked, and it waits for that`;
        return { kind: 'held', text, at };
      }
      if (walk.steps.length >= mostSteps) return { kind: 'long', text: `it has not ended after ${mostSteps} steps`, at };
      const awaited = each?.awaitedEvents ?? [];
      const waits = awaited.length === 0 ? '' : `: it waits for the event ${awaited.map((name) => `'${name}'`).join(', ')}`;
      return { kind: `stuck ${at}`, text: `${whose(at)} does not end${waits}`, at };
    }
    const broken = this.options.check?.(this.#runOf(walk));
    if (broken !== undefined) return { kind: `check ${broken}`, text: broken, at: 0 };
    const { status, output } = outcomeOf(state);
    if (walk.hasFailure || status === goesOn) return null;
    const at = instances.findIndex((each) => each?.end?.status !== 'Completed');
    const end = instances[at]?.end;
    if (end != null) return { kind: `${end.status} ${at}`, text: `${whose(at)} ends as ${end.status}: ${end.output ?? ''}`, at };
    if (this.#allowed === null || this.#allowed.some((each) => isSameJson(each, output ?? 'null'))) return null;
    const expected = this.#allowed.length === 1 ? (this.#allowed[0] ?? '') : `one of ${this.#allowed.join(', ')}`;
    const text = `${one ? 'its output is' : 'their outputs are'} ${output ?? 'null'}, not ${expected}`;
    return { kind: 'output', text, at: one ? 0 : oddOne(instances, this.#allowed) };
  }

  #runOf({ state, calls, steps }: Walk): ExploredRun {
    const { status, output: text } = outcomeOf(state);
    const isOne = state.instances.length === 1;
    const entities = Object.fromEntries(
      [...state.entities].map(([id, { scheduler }]) => [
        id,
        scheduler.state === null ? null : (JSON.parse(scheduler.state) as unknown),
      ]),
    );
    const of = (at: number): unknown => valueOf(state.instances[at] ?? null);
    const ids = [firstInstanceId, ...(this.options.others ?? []).map(({ id }) => id)];
    return {
      status: status === goesOn || status === doesNotEnd ? 'Running' : status,
      output: isOne ? of(0) : text === null ? null : (JSON.parse(text) as unknown),
      calls,
      ...(isOne
        ? {}
        : {
            instances: this.#names.map((name, at) => ({
              name,
              instanceId: ids[at] ?? '',
              status: state.instances[at]?.end?.status ?? 'Running',
              output: of(at),
            })),
          }),
      entities,
      schedule: steps.map(stepLabel).join(' '),
    };
  }
}

const goesOn = 'goes on for ever';
const doesNotEnd = 'does not end';

/** Of several: that of the first which has not completed, and a list of the outputs. */
function outcomeOf({ instances }: State): Outcome {
  const statuses: string[] = instances.map((each) => each?.end?.status ?? (each?.isEternal === true ? goesOn : doesNotEnd));
  const status = [doesNotEnd, goesOn, ...statuses].find((each) => each !== 'Completed' && statuses.includes(each)) ?? 'Completed';
  if (instances.length === 1) return { status, output: instances[0]?.end?.output ?? null };
  return { status, output: JSON.stringify(instances.map(valueOf)) };
}

function valueOf(instance: State['instances'][number]): unknown {
  const text = instance?.end?.output ?? null;
  return instance?.end?.status === 'Completed' && text !== null ? JSON.parse(text) : text;
}

/** Of several: the first whose output stands in its place in none of the lists. */
function oddOne(instances: State['instances'], lists: readonly string[]): number {
  const allowed = lists.map((each) => JSON.parse(each) as unknown);
  const textOf = (value: unknown): string => JSON.stringify(value ?? null);
  const isOdd = (each: State['instances'][number], at: number): boolean =>
    !allowed.some((list) => Array.isArray(list) && isSameJson(textOf(list[at]), textOf(valueOf(each))));
  return Math.max(0, instances.findIndex(isOdd));
}

function historyOf({ state }: Walk, problem: Problem | null): readonly HistoryEvent[] {
  return state.instances[problem?.at ?? 0]?.generation.events ?? [];
}

/** X3, of its last step: it could have come before one of somebody with a greater number. */
function isOtherOrder({ trail }: Walk): boolean {
  const last = trail.at(-1);
  if (last === undefined) return false;
  for (const before of trail.slice(0, -1).reverse()) {
    for (const each of last.touched) if (before.touched.has(each)) return false;
    if (isGreater(before.actor, last.actor)) return true;
  }
  return false;
}

function isGreater(one: number | string, two: number | string): boolean {
  return typeof one === typeof two ? one > two : typeof one === 'string';
}

/** Whose step it is: that of an instance, or of an entity. */
function actorOf([first]: Step): number | string {
  if (first === undefined) return 0;
  if (first.type === 'takes') return first.entityId;
  return 'name' in first && first.name.startsWith('@') ? first.name.slice(0, first.name.lastIndexOf('.')) : first.at;
}

function lengthOf(schedule: string): number {
  return schedule === '' ? 0 : schedule.split(' ').length;
}

function took(walk: Walk, step: Step, state: State): Walk {
  let { eventsLeft, failuresLeft, doublesLeft, hasFailure } = walk;
  const calls = [...walk.calls];
  for (const happening of step) {
    if ('name' in happening) {
      const at = eventsLeft.findIndex(
        (each) => each.name === happening.name && each.nth === happening.nth && each.at === happening.at,
      );
      eventsLeft = eventsLeft.toSpliced(at, 1);
    } else if ('id' in happening && happening.type !== 'fires') {
      const { Name: name, Input: input } = causeOf(walk.state, happening);
      const instanceId = state.instances.length === 1 ? undefined : state.instances[happening.at]?.row.instanceId;
      const call = { name, input, id: happening.id, ...(instanceId === undefined ? {} : { instanceId }) };
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
  const trail = [...walk.trail, { actor: actorOf(step), touched: state.touched }];
  return { state, steps, eventsLeft, failuresLeft, doublesLeft, calls, hasFailure, told, trail };
}

function isOver({ state: { instances, entities }, steps }: Walk): boolean {
  if (instances.some((each) => each !== null && each.problem !== null) || steps.length >= mostSteps) return true;
  if (!instances.every(isAtEnd)) return false;
  return instances.some((each) => each?.isEternal) || [...entities.values()].every(({ inbox }) => inbox.length === 0);
}

/** It brings nothing by itself, or begins something: a step has one of them. */
function isAlone(happening: Happening): boolean {
  return happening.type === 'takes' || happening.type === 'begins' || ('name' in happening && happening.name.startsWith('@'));
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
