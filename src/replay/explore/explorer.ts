/**
 * One orchestration, or several side by side, under many schedules (docs/explore.md): in every order, with a failure, a doubled event, an activity that
 * runs twice, two answers in one step. Few are gone through all; of many, so many as are asked for are drawn by a seed.
 *
 *   X1. A schedule is what happens, step by step; where it is silent, everything comes in order. So every beginning of one is one.
 *   X2 (judge.ts). What it has to be.
 *   X3 (walk.ts). Which of several orders that are the same counts.
 *   X4. What fails is made shorter as long as it still fails, and in the same way. Of each way in which it goes wrong there is one finding.
 */
import type { HistoryEvent } from '../../core/history/history';
import { awaitedSpelling } from '../../core/instances/meanings/event-spelling';
import { DurascopeError } from '../../core/values/errors';
import { AskedAhead, mostQuestions, type Way } from './asked-ahead';
import type { Exploration, ExploredRun, ExploreOptions, Finding } from './exploration';
import { historyOf, Judge, type Outcome, outcomeOf } from './judge';
import { inOrder, isAtEnd, type OutsideEvent, type State } from './happening';
import { SimulatedRun } from './simulated-run';
import { choicesAt, isOtherOrder, isOver, mostSteps, type Step, stepLabel, took, type Walk } from './walk';

/** Ways to go wrong, after which nobody reads on. */
const mostFindings = 8;
const restEvery = 200;

export class Explorer {
  readonly #run: SimulatedRun;
  readonly #outcomes = new Map<string, Outcome & { count: number }>();
  readonly #events: readonly OutsideEvent[];
  readonly #names: readonly string[];
  readonly #judge: Judge;
  readonly #failing = new Map<string, Walk>();
  #schedules = 0;
  #isComplete = false;
  #first: Promise<State> | null = null;

  constructor(private readonly options: ExploreOptions) {
    this.#run = new SimulatedRun(options);
    this.#names = [options.name, ...(options.others ?? []).map(({ name }) => name)];
    this.#judge = new Judge(options, this.#names);
    this.#events = placedEvents(options.events, this.#names.length);
  }

  async explore(): Promise<Exploration> {
    const first = await this.#inOrder(await this.#begin());
    this.#askForMissing(first);
    this.#judge.allow(first);
    this.#note(first);
    await this.#everything();
    if (!this.#isComplete) await this.#drawn();
    const findings: Finding[] = [];
    for (const [kind, walk] of this.#failing) findings.push(await this.#shrunk(kind, walk));
    findings.sort((a, b) => lengthOf(a.schedule) - lengthOf(b.schedule));
    const outcomes = [...this.#outcomes.values()].sort((a, b) => b.count - a.count);
    return { schedules: this.#schedules, isComplete: this.#isComplete, outcomes, findings, unawaited: this.#unawaited() };
  }

  #unawaited(): Exploration['unawaited'] {
    const told = new Map<string, string>();
    for (const { name, at } of this.#events) {
      const awaited = this.#run.awaitedBy(at);
      // Signals to entities are no events of an instance.
      if (name.startsWith('@') || awaited.has(name)) continue;
      const orchestrator = this.#names[at] ?? '';
      const meant = awaitedSpelling(name, [...awaited]);
      const schedules = this.#isComplete ? 'under no schedule' : 'under none of the schedules';
      const waited = [...awaited].map((each) => `'${each}'`).join(', ');
      const hint =
        meant !== null
          ? ` Did you mean '${meant}'? Names are compared exactly.`
          : waited === ''
            ? ' It waits for no event.'
            : ` It waits for ${waited}.`;
      const event = at === 0 ? name : `${at + 1}.${name}`;
      told.set(event, `'${orchestrator}' waits for the event '${name}' ${schedules}, so that it has no effect.${hint}`);
    }
    return [...told].map(([event, message]) => ({ event, message }));
  }

  /** One schedule, by its line. InvalidArgument where something cannot happen there. */
  async follow(schedule: string): Promise<{ run: ExploredRun; problem: string | null; history: readonly HistoryEvent[] }> {
    const inOrder = await this.#inOrder(await this.#begin());
    this.#judge.allow(inOrder);
    const walk = await this.#follow(schedule);
    if (typeof walk === 'string') throw new DurascopeError('InvalidArgument', walk);
    const problem = this.#judge.problemOf(walk);
    return { run: this.#judge.runOf(walk), problem: problem?.text ?? null, history: historyOf(walk, problem) };
  }

  /** InvalidArgument where the run in order waits for an event that nobody gave. */
  #askForMissing(inOrder: Walk): void {
    for (const [at, instance] of inOrder.state.instances.entries()) {
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
  }

  /** Depth first, each place once; so many as are asked for, else none of them counts. */
  async #everything(): Promise<void> {
    const ahead = new AskedAhead<Walk>((walk) => (isOtherOrder(walk) ? null : this.#ways(walk)), this.options.runs);
    const visit = async (walk: Walk): Promise<boolean> => {
      const choices = isOver(walk) ? [] : choicesAt(walk);
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
    const choices = isOver(walk) ? [] : choicesAt(walk);
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
    const problem = this.#judge.problemOf(walk);
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
      return typeof walk !== 'string' && this.#judge.problemOf(walk)?.kind === kind ? walk : null;
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
    const problem = this.#judge.problemOf(best);
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
      const step = isOver(walk) ? undefined : choicesAt(walk).find((each) => stepLabel(each) === label);
      if (step === undefined) {
        const possible = isOver(walk) ? [] : choicesAt(walk).map(stepLabel);
        const before = walk.steps.length === 0 ? 'at the start' : `after '${walk.steps.map(stepLabel).join(' ')}'`;
        return `'${label}' cannot happen ${before}: ${possible.length === 0 ? 'the run is over' : `there can be ${possible.slice(0, 20).join(', ')}`}.`;
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

  #take(walk: Walk, step: Step): Walk | Promise<Walk> {
    const next = this.#run.after(walk.state, step);
    return next instanceof Promise ? next.then((state) => took(walk, step, state)) : took(walk, step, next);
  }
}

/** What comes to which instance: `2.Name` to the second, where there are several. InvalidArgument where it is not there. */
function placedEvents(events: ExploreOptions['events'], instances: number): OutsideEvent[] {
  const counts = new Map<string, number>();
  return events.map((event) => {
    const nth = (counts.get(event.name) ?? 0) + 1;
    counts.set(event.name, nth);
    const [, number = '1', name = event.name] = (instances > 1 ? /^(\d+)\.(.+)$/s.exec(event.name) : null) ?? [];
    const at = Number(number) - 1;
    if (at >= 0 && at < instances) return { ...event, name, at, nth };
    const text = `The event '${event.name}' comes to the instance ${number}, and there are ${instances}.`;
    throw new DurascopeError('InvalidArgument', text);
  });
}

function lengthOf(schedule: string): number {
  return schedule === '' ? 0 : schedule.split(' ').length;
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
