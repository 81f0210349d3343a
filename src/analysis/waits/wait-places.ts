/**
 * Where an orchestrator stood at each moment of a replay: the graph of its code is walked with what it asked for and what came in.
 *
 *   W1. A place is told only when every way through the code that fits all moments, those after it too, stands there.
 *   W2. When no way fits, the code that ran is not the text, or does what was not understood: then no moment has a place.
 *   W3. Of frames that differ, the outer ones are told as far as they are the same.
 */
import type { Decision, SendEvent } from '../../core/decisions/decisions';
import type { HistoryEvent } from '../../core/history/history';
import { awaitedRequestId, isRequestName, readRequest } from '../../core/entities/entity-messages';
import { isEntityId } from '../../core/values/instance-id';
import type { ReplayMoment } from '../../core/ports/replay-worker';
import type { WaitFrame, WaitGraph, WaitNode, WaitTarget, WorkLabel } from './wait-graph';

type WorkDecision = Exclude<Decision, { type: 'CompleteOrchestration' }>;

export type MomentOfRun = Pick<ReplayMoment, 'rows' | 'decisions'>;

/**
 * One piece of work that a node asked for, or an event that it waits for. `ordinal`: by which event of the name it is answered, from 1; 0
 * where that is not known.
 */
type Asked = { id: number; isBetween: boolean } | { event: string | null; ordinal: number };

interface State {
  node: number;
  asked: ReadonlyMap<number, readonly Asked[]>;
  beside: readonly WorkLabel[];
  /** Events that code beside may take. */
  besideEvents: readonly (string | null)[];
  /** Waits for events so far, by name. */
  listens: ReadonlyMap<string, number>;
  /** Something was cancelled on the way. */
  isCancelled: boolean;
}

type Reached = Map<string, { state: State; from: Set<string> }>;

const mostMoments = 3000;
const mostStates = 64;
/** Of one moment. */
const mostSteps = 50_000;

/** For each moment the frames, innermost first; null where they are not known, or the code has ended. */
export function waitPlaces(
  graph: WaitGraph,
  history: readonly HistoryEvent[],
  moments: readonly MomentOfRun[],
): (readonly WaitFrame[] | null)[] {
  const nowhere = moments.map(() => null);
  if (moments.length > mostMoments) return nowhere;
  const reached: Reached[] = [];
  const answers = new Answers(history, moments);
  const start: State = {
    node: graph.entry,
    asked: new Map(),
    beside: [],
    besideEvents: [],
    listens: new Map(),
    isCancelled: false,
  };
  let before: ReadonlyMap<string, State> = new Map([['', start]]);
  for (const moment of moments) {
    const now: Reached = new Map();
    const walk = new Walk(graph, answers.until(moment.rows), moment);
    for (const [key, state] of before) {
      const stops = walk.from(state);
      if (stops === null) return nowhere;
      for (const [stop, stopped] of stops) {
        const known = now.get(stop) ?? { state: stopped, from: new Set() };
        known.from.add(key);
        now.set(stop, known);
      }
    }
    if (now.size === 0 || now.size > mostStates) return nowhere; // W2
    reached.push(now);
    before = new Map([...now].map(([key, { state }]) => [key, state]));
  }
  const places: (readonly WaitFrame[] | null)[] = [];
  let alive: ReadonlySet<string> | null = null;
  for (const now of reached.toReversed()) {
    const fitting: [string, { state: State; from: Set<string> }][] = [...now].filter(([key]) => alive === null || alive.has(key)); // W1
    places.push(commonFrames(fitting.map(([, { state }]) => graph.nodes[state.node])));
    alive = new Set(fitting.flatMap(([, { from }]) => [...from]));
  }
  return places.toReversed();
}

/** W3 */
function commonFrames(nodes: readonly (WaitNode | undefined)[]): readonly WaitFrame[] | null {
  let common: readonly WaitFrame[] | null = null;
  for (const node of nodes) {
    if (node?.type !== 'wait') return null;
    common = common === null ? node.frames : sameOuter(common, node.frames);
  }
  return common === null || common.length === 0 ? null : common;
}

function sameOuter(one: readonly WaitFrame[], other: readonly WaitFrame[]): readonly WaitFrame[] {
  let count = 0;
  while (count < one.length && isSame(one.at(-1 - count), other.at(-1 - count))) count++;
  return count === 0 ? [] : one.slice(-count);
}

function isSame(one: WaitFrame | undefined, other: WaitFrame | undefined): boolean {
  return one?.place.file === other?.place.file && one?.place.line === other?.place.line;
}

type Answer = 'done' | 'failed' | 'either' | 'open' | 'maybe';

/** What had come in by some row. */
class Answers {
  private readonly rows = new Map<number, { row: number; isFailed: boolean; isEither: boolean }[]>();
  private readonly requests = new Map<string, { row: number; isFailed: boolean }>();
  private readonly events: { name: string; row: number }[] = [];
  private readonly longTimers = new Set<number>();
  /** Work whose answer cannot be told. */
  private readonly unknown = new Set<number>();
  private limit = 0;

  constructor(history: readonly HistoryEvent[], moments: readonly MomentOfRun[]) {
    for (const [row, event] of history.entries()) {
      switch (event.EventType) {
        case 'TaskCompleted':
        case 'SubOrchestrationInstanceCompleted':
          this.add(event.TaskScheduledId, row, false);
          break;
        case 'TaskFailed':
        case 'SubOrchestrationInstanceFailed':
          this.add(event.TaskScheduledId, row, true);
          break;
        case 'TimerFired':
          this.add(event.TimerId, row, false);
          break;
        case 'EventRaised':
          this.events.push({ name: event.Name.toLowerCase(), row });
          this.requests.set(event.Name, { row, isFailed: false });
          break;
        case 'EntityOperationCompleted':
        case 'EntityOperationFailed':
          this.requests.set(event.RequestId, { row, isFailed: event.EventType === 'EntityOperationFailed' });
          break;
        case 'EntityLockGranted':
          this.requests.set(event.CriticalSectionId, { row, isFailed: false });
          break;
        case 'TimerCreated':
          if (Date.parse(event.FireAt) - Date.parse(event.Timestamp) > longTimerMs) this.longTimers.add(event.EventId);
          break;
        default:
      }
    }
    for (const decision of moments.flatMap(({ decisions }) => decisions)) {
      const request = requestOf(decision);
      if (request === '') this.unknown.add(decision.id);
      const answer = request === null || request === '' ? undefined : this.requests.get(request);
      if (answer !== undefined) this.add(decision.id, answer.row, answer.isFailed, true);
    }
  }

  private add(id: number, row: number, isFailed: boolean, isEither = false): void {
    this.rows.set(id, [...(this.rows.get(id) ?? []), { row, isFailed, isEither }]);
  }

  until(limit: number): this {
    this.limit = limit;
    return this;
  }

  /** Of a wait that begins now: known where all that began before it have been answered. */
  ordinalOf(event: string | null, { listens, besideEvents }: State): number {
    if (event === null || listens.has('') || besideEvents.length > 0) return 0;
    const before = listens.get(event) ?? 0;
    return this.raised(event) >= before ? before + 1 : 0;
  }

  private raised(event: string): number {
    return this.events.filter(({ name, row }) => name === event && row < this.limit).length;
  }

  isLongTimer(id: number): boolean {
    return this.longTimers.has(id);
  }

  of(asked: Asked, { listens, besideEvents }: State, isCancellable: boolean): Answer {
    if ('event' in asked) {
      const { event } = asked;
      if (event === null) return this.events.some(({ row }) => row < this.limit) || isCancellable ? 'maybe' : 'open';
      const raised = this.raised(event);
      if (isCancellable) return 'maybe';
      if (raised === 0 || raised < asked.ordinal) return 'open';
      const takenBeside = besideEvents.some((each) => each === null || each === event) || listens.has('');
      // Each wait takes one: as many as there are waits, and all have been answered.
      return !takenBeside && (asked.ordinal > 0 || raised >= (listens.get(event) ?? 0)) ? 'done' : 'maybe';
    }
    if (this.unknown.has(asked.id)) return 'maybe';
    const answers = this.rows.get(asked.id)?.filter(({ row }) => row < this.limit) ?? [];
    const [only] = answers;
    if (only === undefined) return isCancellable ? 'maybe' : 'open';
    if (answers.length > 1) return 'maybe';
    return only.isEither && !only.isFailed ? 'either' : only.isFailed ? 'failed' : 'done';
  }
}

/** SDKs put longer timers together out of shorter ones. */
const longTimerMs = 2.5 * 24 * 60 * 60 * 1000;

/** By which the answer of an entity is known; empty when it is not. */
function requestOf(decision: Decision): string | null {
  switch (decision.type) {
    case 'SendEvent':
      return isEntityId(decision.instanceId) ? (awaitedRequestId(decision.name, decision.input) ?? '') : null;
    case 'CallEntity':
      return decision.requestId;
    case 'LockEntities':
      return decision.criticalSectionId;
    default:
      return null;
  }
}

interface Way {
  state: State;
  /** Decisions of the moment that have been seen. */
  seen: number;
}

/** The ways from one moment to the next. */
class Walk {
  private readonly decisions: readonly WorkDecision[];
  private readonly hasEnded: boolean;

  constructor(
    private readonly graph: WaitGraph,
    private readonly answers: Answers,
    { decisions }: MomentOfRun,
  ) {
    this.decisions = decisions.filter((each): each is WorkDecision => each.type !== 'CompleteOrchestration');
    this.hasEnded = this.decisions.length < decisions.length;
  }

  /** Where the code may stand, by a key; null when that takes too long to find out. */
  from(start: State): Map<string, State> | null {
    const stops = new Map<string, State>();
    const visited = new Set<string>();
    const left: Way[] = [{ state: start, seen: 0 }];
    for (let way = left.pop(); way !== undefined; way = left.pop()) {
      const stateKey = keyOf(way.state);
      const key = `${way.seen} ${stateKey}`;
      if (visited.has(key)) continue;
      visited.add(key);
      if (visited.size > mostSteps) return null;
      const isAtEnd = way.seen === this.decisions.length;
      const next = this.decisions[way.seen];
      if (next !== undefined && way.state.beside.some((label) => matches(label, next))) left.push({ ...way, seen: way.seen + 1 });
      const stays = this.step(way, left);
      if (stays && isAtEnd) stops.set(stateKey, way.state);
    }
    return stops;
  }

  /** Puts the ways that go on into `left`; true when the code may stand still here. */
  private step({ state, seen }: Way, left: Way[]): boolean {
    const node = this.graph.nodes[state.node];
    if (node === undefined) return false;
    const go = (to: readonly number[], changed: Partial<State> = {}, by = 0): void => {
      for (const each of to) left.push({ state: { ...state, ...changed, node: each }, seen: seen + by });
    };
    const decision = this.decisions[seen];
    switch (node.type) {
      case 'step':
        go(node.next);
        return false;
      case 'emit':
        if (decision !== undefined && matches(node.label, decision)) {
          go(node.next, { asked: withAsked(state, node.isMany, { id: decision.id, isBetween: false }) }, 1);
        }
        if (node.label.isCancellable) go(node.next);
        return false;
      case 'listen': {
        const name = node.event ?? '';
        const listens = new Map(state.listens).set(name, (state.listens.get(name) ?? 0) + 1);
        const ordinal = this.answers.ordinalOf(node.event, state);
        go(node.next, { listens, asked: withAsked(state, node.isMany, { event: node.event, ordinal }) });
        return false;
      }
      case 'spawn':
        go(node.next, {
          beside: [...new Set([...state.beside, ...node.labels])],
          besideEvents: [...new Set([...state.besideEvents, ...node.events])],
        });
        return false;
      case 'cancel':
        go(node.next, { isCancelled: true });
        return false;
      case 'forget': {
        const asked = new Map(state.asked);
        for (const each of node.nodes) asked.delete(each);
        go(node.next, { asked });
        return false;
      }
      case 'wait':
        return this.wait(node, { state, seen }, left, go);
      case 'end':
        return this.hasEnded;
      case 'lost':
        if (decision !== undefined) left.push({ state, seen: seen + 1 });
        return true;
    }
  }

  private wait(
    node: Extract<WaitNode, { type: 'wait' }>,
    { state, seen }: Way,
    left: Way[],
    go: (to: readonly number[]) => void,
  ): boolean {
    const { stays, goes, throws } = this.outcome(node.target, state);
    this.again(node.target, { state, seen }, left);
    if (goes) go(node.next);
    if (throws && node.thrown !== null) go([node.thrown]);
    return stays && !this.hasEnded;
  }

  private outcome({ mode, nodes, opaque }: WaitTarget, state: State): { stays: boolean; goes: boolean; throws: boolean } {
    const answers = nodes.flatMap((each): Answer[] => {
      const node = this.graph.nodes[each];
      const isCancellable =
        node?.type === 'emit'
          ? node.label.isCancellable && state.isCancelled
          : node?.type === 'listen' && (node.ends === 'early' || (node.ends === 'cancelled' && state.isCancelled));
      const asked = state.asked.get(each);
      if (asked === undefined) return node !== undefined && 'isMany' in node && node.isMany ? [] : ['maybe'];
      return asked.map((one) => ('isBetween' in one && one.isBetween ? 'open' : this.answers.of(one, state, isCancellable)));
    });
    const has = (...wanted: readonly Answer[]): boolean => answers.some((answer) => wanted.includes(answer));
    if (mode === 'any') {
      if (has('done', 'failed', 'either')) return { stays: false, goes: true, throws: false };
      const isOpen = opaque || has('maybe') || answers.length === 0;
      return { stays: true, goes: isOpen, throws: answers.length === 0 };
    }
    if (has('open')) return { stays: true, goes: false, throws: false };
    const isOpen = opaque || has('maybe');
    return { stays: isOpen, goes: isOpen || !has('failed'), throws: isOpen || has('failed', 'either') };
  }

  /** Work that is asked for again while the code stands where it stood. */
  private again({ nodes }: WaitTarget, { state, seen }: Way, left: Way[]): void {
    const decision = this.decisions[seen];
    if (decision === undefined) return;
    for (const each of nodes) {
      const node = this.graph.nodes[each];
      if (node?.type !== 'emit') continue;
      const { label } = node;
      for (const [index, one] of (state.asked.get(each) ?? []).entries()) {
        if ('event' in one) continue;
        const answer = this.answers.of(one, state, false);
        const isTimer = decision.type === 'CreateTimer';
        const mayAgain = one.isBetween
          ? answer === 'done' && (isTimer ? this.answers.isLongTimer(one.id) : matches(label, decision))
          : isTimer &&
            ((label.retries && answer === 'failed') ||
              (label.polls && (answer === 'done' || answer === 'either')) ||
              (label.kind === 'timer' && answer === 'done' && this.answers.isLongTimer(one.id)));
        if (!mayAgain) continue;
        const isBetween = isTimer && label.kind !== 'timer';
        const all = (state.asked.get(each) ?? []).with(index, { id: decision.id, isBetween });
        left.push({ state: { ...state, asked: new Map(state.asked).set(each, all) }, seen: seen + 1 });
      }
    }
  }
}

function withAsked({ node, asked }: State, isMany: boolean, one: Asked): ReadonlyMap<number, readonly Asked[]> {
  return new Map(asked).set(node, isMany ? [...(asked.get(node) ?? []), one] : [one]);
}

const labelNumbers = new WeakMap<WorkLabel, number>();
let lastLabel = 0;

function numberOf(label: WorkLabel): number {
  const known = labelNumbers.get(label) ?? ++lastLabel;
  labelNumbers.set(label, known);
  return known;
}

function keyOf({ node, asked, beside, besideEvents, listens, isCancelled }: State): string {
  const askedText = [...asked]
    .sort(([a], [b]) => a - b)
    .map(
      ([each, all]) =>
        `${each}:${all.map((one) => ('event' in one ? (one.event ?? '') : `${one.id}${one.isBetween ? '~' : ''}`)).join()}`,
    );
  const besideText = beside.map(numberOf).sort((a, b) => a - b);
  return `${node}|${askedText.join(';')}|${besideText.join()}|${[...besideEvents].sort().join()}|${[...listens].sort().join(';')}|${isCancelled}`;
}

function matches({ kind, name, input }: WorkLabel, decision: WorkDecision): boolean {
  const isNamed = (given: string): boolean => name === null || given.toLowerCase() === name.toLowerCase();
  const hasInput = (given: string | null | undefined): boolean => input === null || sameJson(input, given ?? null);
  switch (decision.type) {
    case 'ScheduleTask':
      return kind === 'any' || ((kind === 'activity' || kind === 'task') && isNamed(decision.name) && hasInput(decision.input));
    case 'CreateSubOrchestration':
      return (
        kind === 'any' || ((kind === 'subOrchestration' || kind === 'task') && isNamed(decision.name) && hasInput(decision.input))
      );
    case 'CreateTimer':
      return kind === 'any' || kind === 'timer';
    case 'SendEvent':
      if (!isEntityId(decision.instanceId)) return kind === 'any' || (kind === 'message' && isNamed(decision.name));
      return kind === 'any' || matchesMessage(kind, isNamed, decision);
    case 'CallEntity':
    case 'SignalEntity':
      return kind === 'any' || (kind === 'entity' && isNamed(decision.operation));
    case 'LockEntities':
      return kind === 'any' || kind === 'lock';
    case 'UnlockEntity':
      return kind === 'any' || kind === 'unlock';
  }
}

function matchesMessage(kind: WorkLabel['kind'], isNamed: (name: string) => boolean, { name, input }: SendEvent): boolean {
  const request = isRequestName(name) ? readRequest(input) : null;
  if (request === null) return kind === 'unlock';
  if (request.op === undefined) return kind === 'lock';
  return kind === 'entity' && isNamed(request.op);
}

/** Whether a payload may be the literal: some workers wrap it. */
function sameJson(literal: string, payload: string | null): boolean {
  if (payload === null) return false;
  if (payload === literal) return true;
  try {
    const value = JSON.parse(payload) as unknown;
    const wanted = JSON.parse(literal) as unknown;
    if (Array.isArray(value) && value.length === 1) return value[0] === wanted;
    // What is something else entirely was put into a form of its own: it tells nothing.
    return value === wanted || typeof value !== typeof wanted;
  } catch {
    // No JSON at all: the text itself may have been given.
    return JSON.stringify(payload) === literal;
  }
}
