/**
 * One orchestration in a hub without time and chance: what the code decides in a state is asked of its worker, and what happens next is whoever
 * explores's to say. States form a tree; each is asked for once, whatever number of schedules goes through it.
 *
 *   M1. Every question is a replay from the start, as after a crash at the checkpoint before. What the code decides is held against the next one;
 *       a generation's last question, which none follows, is asked twice, and two answers are a divergence.
 *   M2. Activities run for real, once for each name and input; what they gave is remembered.
 *   M3. An entity takes one message at a time, when whoever explores says so; its operations run for real, once for each state and input.
 *   M4. Time stands still but for timers: when one fires, it is its time.
 */
import type { CompleteOrchestration, Decision } from '../../core/decisions/decisions';
import { httpActivityName } from '../../core/dialects/durable-http';
import { saysNonDeterministic } from '../../core/decisions/non-determinism';
import type {
  EventRaised,
  ExecutionStarted,
  HistoryEvent,
  TaskScheduled,
  SubOrchestrationInstanceCreated,
} from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import type { ActivityOutcome, EpisodeOutcome, FunctionWorker } from '../../core/ports/function-worker';
import { checkOutcome } from '../../core/turns/outcome-checks';
import { Generation } from '../../core/turns/generation';
import { resultEvent } from '../../core/turns/result-event';
import { applyDecisions, nextGenerationEvents } from '../../core/turns/turn';
import { DurascopeError } from '../../core/values/errors';
import { fromTimestamp, toTimestamp } from '../../core/values/time';
import { appendedRow, startedGeneration } from './generations';
import { delivered, type EntityWorld, refused, signalFrom, SimulatedEntities } from './simulated-entities';

/** Something that happens, by the scheduling id that it answers, or by the name of the event. */
export type Happening =
  | { type: 'completes' | 'failsOnce' | 'runsTwice'; id: number }
  | { type: 'fires'; id: number }
  | { type: 'takes'; entityId: string }
  | ({ type: 'comes' | 'comesTwice' } & OutsideEvent);

export interface OutsideEvent {
  name: string;
  data: string | null;
  /** Of its name, from 1. */
  nth: number;
}

export interface Call {
  name: string;
  input: string | null;
  /** The scheduling id. */
  id: number;
}

export interface State {
  row: InstanceRow;
  generation: Generation;
  started: ExecutionStarted;
  entities: EntityWorld;
  nowMs: number;
  awaitedEvents: readonly string[];
  /** Activities, sub-orchestrations asked for by the step that led here. */
  newCalls: readonly Call[];
  end: { status: 'Completed' | 'Failed' | 'Terminated'; output: string | null } | null;
  /** It has continued as new so often that it is taken for one that never ends. */
  isEternal: boolean;
  /** What went wrong with the code itself. */
  problem: string | null;
  readonly next: Map<string, State | Promise<State>>;
}

export interface SimulatedWorld {
  worker: Pick<FunctionWorker, 'runEpisode' | 'runActivity' | 'runEntityBatch' | 'forget'>;
  name: string;
  input: string | null;
}

const instanceId = 'explored';
const startMs = Date.UTC(2026, 0, 1);
const mostGenerations = 4;

export class SimulatedRun {
  /** So often something has run for real: activities, sub-orchestrations, entities. */
  effects = 0;
  readonly #outcomes = new Map<string, Promise<ActivityOutcome>>();
  readonly #children = new Map<string, Promise<ActivityOutcome>>();
  readonly #entities: SimulatedEntities;

  constructor(
    private readonly world: SimulatedWorld,
    private readonly depth = 0,
  ) {
    this.#entities = new SimulatedEntities(world.worker);
  }

  begin(): Promise<State> {
    const { row, started } = startedGeneration(
      this.world.name,
      this.world.input,
      instanceId,
      executionIdOf(0),
      toTimestamp(startMs),
    );
    const from = { row, started, generation: new Generation(), entities: new Map(), nowMs: startMs, generations: 0 };
    return this.#step(from, [started]);
  }

  /** The state after these came in one step. Known ones are answered at once. */
  after(state: State, happenings: readonly Happening[]): State | Promise<State> {
    const key = happenings.map(keyOf).join('+');
    const known = state.next.get(key);
    if (known !== undefined) return known;
    const asked = this.#arrive(state, happenings).then((next) => {
      state.next.set(key, next);
      return next;
    });
    state.next.set(key, asked);
    return asked;
  }

  /** Nothing would run for real: what is asked for is known, or the code alone. */
  isReplay(state: State, happenings: readonly Happening[]): boolean {
    if (state.next.has(happenings.map(keyOf).join('+'))) return true;
    return happenings.every((happening) => {
      switch (happening.type) {
        case 'completes':
        case 'runsTwice': {
          const cause = causeOf(state, happening.id);
          return (cause.EventType === 'TaskScheduled' ? this.#outcomes : this.#children).has(memoryKey(cause));
        }
        case 'comes':
        case 'comesTwice':
          return !happening.name.startsWith('@');
        case 'takes':
          return false;
        case 'failsOnce':
        case 'fires':
          return true;
      }
    });
  }

  async #arrive(state: State, happenings: readonly Happening[]): Promise<State> {
    let { nowMs, entities } = state;
    const events: HistoryEvent[] = [];
    const takes = async (entityId: string, message?: EventRaised): Promise<void> => {
      this.effects++;
      const { world, answers } = await this.#entities.take(entities, entityId, nowMs, message);
      entities = world;
      events.push(...answers.flatMap(({ instanceId: to, event }) => (to === instanceId ? [event] : [])));
    };
    for (const happening of happenings) {
      if (happening.type === 'fires') {
        const timer = state.generation.events.find(
          (event) => event.EventType === 'TimerCreated' && event.EventId === happening.id,
        );
        const FireAt = timer?.EventType === 'TimerCreated' ? timer.FireAt : toTimestamp(nowMs);
        nowMs = Math.max(nowMs, Math.ceil(fromTimestamp(FireAt)) || nowMs);
        events.push({ ...envelope(nowMs), EventType: 'TimerFired', TimerId: happening.id, FireAt });
      } else if ('name' in happening) {
        const { name: Name, data: Input } = happening;
        const signal = signalFrom(Name, Input, toTimestamp(nowMs));
        for (let count = happening.type === 'comes' ? 1 : 2; count > 0; count--) {
          if (signal !== null) await takes(signal.entityId, signal.message);
          else events.push({ ...envelope(nowMs), EventType: 'EventRaised', Name, Input });
        }
      } else if (happening.type === 'takes') await takes(happening.entityId);
      else events.push(await this.#answer(state, happening, nowMs));
    }
    if (events.length === 0 || state.end !== null) return { ...state, entities, nowMs, newCalls: [], next: new Map() };
    return this.#step({ ...state, entities, nowMs, generations: state.row.generation }, events);
  }

  async #answer(state: State, happening: Extract<Happening, { id: number }>, nowMs: number): Promise<HistoryEvent> {
    const cause = causeOf(state, happening.id);
    const at = toTimestamp(nowMs);
    if (happening.type === 'failsOnce') {
      const reason = `Activity function '${cause.Name}' failed:  an error that was put there by the exploration`;
      return resultEvent(at, happening.id, { ok: false, reason, details: 'an error that was put there by the exploration' });
    }
    if (cause.EventType === 'TaskScheduled') return resultEvent(at, happening.id, await this.#activity(cause));
    const outcome = await this.#child(cause);
    return outcome.ok
      ? {
          ...envelope(nowMs),
          EventType: 'SubOrchestrationInstanceCompleted',
          TaskScheduledId: happening.id,
          Result: outcome.result,
        }
      : {
          ...envelope(nowMs),
          EventType: 'SubOrchestrationInstanceFailed',
          TaskScheduledId: happening.id,
          Reason: outcome.reason,
          Details: outcome.details,
        };
  }

  #activity(asked: TaskScheduled): Promise<ActivityOutcome> {
    const { Name: name, Input: input, EventId: taskId } = asked;
    if (name === httpActivityName) throw refused('it makes durable HTTP calls');
    const key = memoryKey(asked);
    let known = this.#outcomes.get(key);
    if (known === undefined) {
      this.effects++;
      known = this.world.worker.runActivity({ instanceId, executionId: executionIdOf(0), taskId, name, input });
      this.#outcomes.set(key, known);
    }
    return known;
  }

  /** A sub-orchestration is one answer: it runs with everything in order. */
  #child(asked: SubOrchestrationInstanceCreated): Promise<ActivityOutcome> {
    const key = memoryKey(asked);
    let known = this.#children.get(key);
    if (known === undefined) {
      this.effects++;
      known = this.#runChild(asked.Name, asked.Input);
      this.#children.set(key, known);
    }
    return known;
  }

  async #runChild(name: string, input: string | null): Promise<ActivityOutcome> {
    if (this.depth > 10) throw refused(`'${name}' calls itself more than ten levels deep`);
    const run = new SimulatedRun({ ...this.world, name, input }, this.depth + 1);
    let state = await run.begin();
    for (let steps = 0; state.end === null; steps++) {
      const next = inOrder(state, [])[0];
      if (next === undefined || steps > 1000 || state.isEternal) {
        throw refused(
          `the sub-orchestration '${name}' does not end by itself (it waits for ${state.awaitedEvents.join(', ') || 'nothing'})`,
        );
      }
      state = await run.after(state, [next]);
      if (state.problem !== null) break;
    }
    if (state.end?.status === 'Completed') return { ok: true, result: state.end.output };
    return { ok: false, reason: state.end?.output ?? state.problem ?? '', details: '' };
  }

  async #step(
    from: Pick<State, 'row' | 'generation' | 'started' | 'entities' | 'nowMs'> & { generations: number },
    arrived: readonly HistoryEvent[],
  ): Promise<State> {
    let { row, started, entities, generations } = from;
    let { generation } = from;
    const now = toTimestamp(from.nowMs);
    let newEvents: HistoryEvent[] = [{ ...envelope(from.nowMs), EventType: 'OrchestratorStarted' }, ...arrived];
    const newCalls: Call[] = [];
    for (;;) {
      const answered = await this.#ask(row, generation, newEvents);
      if (typeof answered === 'string')
        return {
          ...from,
          row,
          generation,
          started,
          entities,
          awaitedEvents: [],
          newCalls,
          end: null,
          isEternal: false,
          problem: answered,
          next: new Map(),
        };
      const outcome = checkOutcome(answered, {
        name: row.name,
        newEvents,
        customStatus: row.customStatus,
        nextId: Math.max(0, generation.highestId + 1),
      });
      refuseNativeEntities(outcome.decisions);
      for (const event of newEvents) if (!event.EventType.startsWith('Orchestrator')) event.IsPlayed = true;
      const turn = applyDecisions({
        row,
        generation,
        started,
        newEvents,
        decisions: outcome.decisions,
        now,
        storeInputs: true,
        defaultVersion: '',
        newId: () => executionIdOf(generations),
      });
      for (const event of turn.events) {
        if (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated') {
          newCalls.push({ name: event.Name, input: event.Input, id: event.EventId });
        }
      }
      entities = delivered(entities, turn.messages);
      if (this.depth > 0 && entities.size > 0) throw refused(`the sub-orchestration '${row.name}' addresses entities`);
      const { completion } = turn;
      if (completion?.status === 'ContinuedAsNew' && ++generations < mostGenerations) {
        newEvents = nextGenerationEvents(row, started, completion, executionIdOf(generations), now);
        started = newEvents[1] as ExecutionStarted;
        row = { ...row, executionId: started.OrchestrationInstance.ExecutionId, input: started.Input, generation: generations };
        generation = new Generation();
        continue;
      }
      const after = new Generation([...generation.events, ...newEvents, ...turn.events]);
      return {
        row: appendedRow(row, outcome.customStatus, after.events.length),
        generation: after,
        started,
        entities,
        nowMs: from.nowMs,
        awaitedEvents: outcome.awaitedEvents,
        newCalls,
        end: endOf(completion),
        isEternal: completion?.status === 'ContinuedAsNew',
        problem: problemOf(completion),
        next: new Map(),
      };
    }
  }

  /** M1. What is wrong, as a sentence, where there is no single answer. */
  async #ask(row: InstanceRow, generation: Generation, newEvents: readonly HistoryEvent[]): Promise<EpisodeOutcome | string> {
    const { worker } = this.world;
    const request = { instanceId, executionId: row.executionId, name: row.name, history: generation.events, newEvents };
    worker.forget(instanceId);
    const first = await worker.runEpisode(request);
    if (!first.decisions.some(({ type }) => type === 'CompleteOrchestration')) return first;
    worker.forget(instanceId);
    const second = await worker.runEpisode(request);
    if (JSON.stringify(first.decisions) === JSON.stringify(second.decisions)) return first;
    return 'replayed once more over the same history, the code asked for something else: it does not replay after a crash';
  }
}

/** Everything that can happen in the state, what was asked for first first; timers in the order of their times, after everything else. */
export function inOrder(state: State, events: readonly OutsideEvent[]): Happening[] {
  // Entities answer at once.
  const taking = [...state.entities].flatMap(([entityId, { inbox }]): Happening[] =>
    inbox.length === 0 ? [] : [{ type: 'takes', entityId }],
  );
  // What is left to them has no order any more that somebody could tell.
  if (state.end !== null) return taking.slice(0, 1);
  const answers: Happening[] = taking;
  let timer: { id: number; fireAt: string } | null = null;
  for (const [id, work] of state.generation.open) {
    if (work !== 'timer') {
      answers.push({ type: 'completes', id });
      continue;
    }
    const created = state.generation.events.find((event) => event.EventType === 'TimerCreated' && event.EventId === id);
    const fireAt = created?.EventType === 'TimerCreated' ? created.FireAt : '';
    if (timer === null || fireAt < timer.fireAt) timer = { id, fireAt };
  }
  const coming = events.map((event): Happening => ({ type: 'comes', ...event }));
  return [...answers, ...coming, ...(timer === null ? [] : [{ type: 'fires', id: timer.id } as const])];
}

/** Two calls of which are the same. */
function memoryKey({ Name: name, Input: input }: Pick<TaskScheduled, 'Name' | 'Input'>): string {
  return `${name.toLowerCase()} ${input ?? ''}`;
}

function keyOf(happening: Happening): string {
  // What has run twice is the same answer.
  if (happening.type === 'runsTwice') return `c${happening.id}`;
  return labelOf(happening);
}

/** As a schedule names it: `c0` completes, `f0` fails once, `d0` completes after having run twice, `t1` fires, `e:Go` comes, `e:Go#2` the second of the name, `ee:Go` twice. */
export function labelOf(happening: Happening): string {
  switch (happening.type) {
    case 'completes':
      return `c${happening.id}`;
    case 'failsOnce':
      return `f${happening.id}`;
    case 'runsTwice':
      return `d${happening.id}`;
    case 'takes':
      // Labels have neither spaces nor plus signs.
      return `n:${happening.entityId.replaceAll(/[\s+%]/g, encodeURIComponent)}`;
    case 'fires':
      return `t${happening.id}`;
    case 'comes':
      return `e:${eventLabel(happening)}`;
    case 'comesTwice':
      return `ee:${eventLabel(happening)}`;
  }
}

function eventLabel({ name, nth }: OutsideEvent): string {
  return nth === 1 ? name : `${name}#${nth}`;
}

export function causeOf(state: State, id: number): TaskScheduled | SubOrchestrationInstanceCreated {
  const found = state.generation.events.find(
    (event) =>
      event.EventId === id && (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated'),
  );
  if (found === undefined) throw new DurascopeError('InvalidArgument', `Nothing with the id ${id} is under way there.`);
  return found as TaskScheduled | SubOrchestrationInstanceCreated;
}

function endOf(completion: CompleteOrchestration | null): State['end'] {
  if (completion === null || completion.status === 'ContinuedAsNew') return null;
  return { status: completion.status, output: completion.result };
}

function problemOf(completion: CompleteOrchestration | null): string | null {
  if (completion?.status !== 'Failed' || !saysNonDeterministic(completion.result)) return null;
  return `the code does not replay its own history: ${completion.result ?? ''}`;
}

function refuseNativeEntities(decisions: readonly Decision[]): void {
  for (const { type } of decisions) {
    if (['CallEntity', 'SignalEntity', 'LockEntities'].includes(type)) {
      throw refused('its package speaks to entities in a way that is not explored yet');
    }
  }
}

function envelope(nowMs: number): { EventId: number; IsPlayed: boolean; Timestamp: string } {
  return { EventId: -1, IsPlayed: false, Timestamp: toTimestamp(nowMs) };
}

function executionIdOf(generation: number): string {
  return `00000000-0000-4000-8000-${String(generation).padStart(12, '0')}`;
}
