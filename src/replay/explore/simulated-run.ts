/**
 * One orchestration, or several side by side, in a hub without time and chance: what happens next is whoever explores's to say. States form a tree; each is
 * asked for once, whatever number of schedules goes through it.
 *
 *   M1. Every question is a replay from the start, as after a crash at the checkpoint before. What the code decides is held against the next one;
 *       a generation's last question, which none follows, is asked twice, and two answers are a divergence.
 *   M2. Activities run for real, once for each name and input; what they gave, and the events that they raised meanwhile, is remembered.
 *   M3. An entity takes one message at a time, when whoever explores says so; its operations run for real, once for each state and input.
 *   M4. Time stands still but for timers: when one fires, it is its time. There is one time for all: of all timers the earliest fires.
 */
import { httpActivityName } from '../../core/values/http-activity';
import type { EventRaised, HistoryEvent, TaskScheduled, SubOrchestrationInstanceCreated } from '../../core/history/history';
import type { ActivityOutcome, FunctionWorker } from '../../core/ports/function-worker';
import { resultEvent } from '../../core/turns/result-event';
import type { OutgoingMessage } from '../../core/turns/messages';
import { parseEntityId } from '../../core/values/entity-id';
import { fromTimestamp, toTimestamp } from '../../core/values/time';
import { delivered, type EntityWorld, refused, signalFrom, SimulatedEntities } from './simulated-entities';
import { causeOf, type Happening, inOrder, instanceOf, labelOf, type State } from './happening';
import { envelope, executionIdOf, type InstanceState, SimulatedInstance } from './simulated-instance';

export interface Call {
  name: string;
  input: string | null;
  /** The scheduling id. */
  id: number;
  /** Of several instances, whose it is. */
  instanceId?: string;
}

/** An instance that runs beside. */
export interface Other {
  name: string;
  input: string | null;
  id: string;
}

/** What an activity did, and the events that it raised through a client. */
export type ExploredOutcome = ActivityOutcome & { raised?: readonly RaisedEvent[] };
export interface RaisedEvent {
  instanceId: string;
  name: string;
  data: string | null;
}

export interface SimulatedWorld {
  worker: Pick<FunctionWorker, 'runEpisode' | 'runEntityBatch' | 'forget'> & {
    runActivity(...request: Parameters<FunctionWorker['runActivity']>): Promise<ExploredOutcome>;
  };
  name: string;
  input: string | null;
  others?: readonly Other[];
}

export const firstInstanceId = 'explored';
const startMs = Date.UTC(2026, 0, 1);
/** Events that instances raise to each other in one step. */
const mostRounds = 1000;

export class SimulatedRun {
  /** So often something has run for real: activities, sub-orchestrations, entities. */
  effects = 0;
  readonly #outcomes = new Map<string, Promise<ExploredOutcome>>();
  /** Activities that raise events, by what they are called with. */
  readonly #raising = new Set<string>();
  readonly #children = new Map<string, Promise<ActivityOutcome>>();
  readonly #entities: SimulatedEntities;
  readonly #ids: readonly string[];
  readonly #instances: readonly SimulatedInstance[];

  constructor(
    private readonly world: SimulatedWorld,
    private readonly depth = 0,
  ) {
    this.#entities = new SimulatedEntities(world.worker);
    const { name, input, others = [] } = world;
    const all = [{ name, input, id: firstInstanceId }, ...others];
    this.#ids = all.map(({ id }) => id);
    this.#instances = all.map((each) => new SimulatedInstance(world.worker, each));
  }

  /** Names of the events that the code of an instance has waited for, in any state. */
  awaitedBy(at: number): ReadonlySet<string> {
    return this.#instances[at]?.awaited ?? new Set();
  }

  /** One alone has begun; of several each begins when whoever explores says so. */
  async begin(): Promise<State> {
    const nothing: State = {
      instances: this.#instances.map(() => null),
      entities: new Map(),
      nowMs: startMs,
      touched: new Set(),
      next: new Map(),
    };
    return this.#instances.length > 1 ? nothing : this.after(nothing, [{ type: 'begins', at: 0 }]);
  }

  /** The state after these came in one step. Known ones are answered at once. */
  after(state: State, happenings: readonly Happening[]): State | Promise<State> {
    const key = this.#keyOf(state, happenings);
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
    if (state.next.has(this.#keyOf(state, happenings))) return true;
    return happenings.every((happening) => {
      switch (happening.type) {
        case 'completes':
        case 'runsTwice': {
          const cause = causeOf(state, happening);
          return (cause.EventType === 'TaskScheduled' ? this.#outcomes : this.#children).has(memoryKey(cause));
        }
        case 'comes':
        case 'comesTwice':
          return !happening.name.startsWith('@');
        case 'takes':
          return false;
        case 'begins':
        case 'failsOnce':
        case 'fires':
          return true;
      }
    });
  }

  #keyOf(state: State, happenings: readonly Happening[]): string {
    return happenings
      .map((happening) => {
        if (happening.type !== 'runsTwice' || this.#raising.has(memoryKey(causeOf(state, happening)))) return labelOf(happening);
        // What has run twice is the same answer.
        return labelOf({ ...happening, type: 'completes' });
      })
      .join('+');
  }

  async #arrive(state: State, happenings: readonly Happening[]): Promise<State> {
    const step = new StepOfAll(state, this.#ids);
    const takes = async (entityId: string, message?: EventRaised): Promise<void> => {
      this.effects++;
      const { world, messages } = await this.#entities.take(step.entities, entityId, step.nowMs, message);
      step.entities = world;
      step.touched.add(entityId);
      step.send(messages);
    };
    for (const happening of happenings) {
      if (happening.type === 'takes') {
        await takes(happening.entityId);
        continue;
      }
      const { at } = happening;
      if (happening.type === 'begins') {
        step.instances[at] = await this.#begun(step, at);
      } else if (happening.type === 'fires') {
        const timer = instanceOf(state, at).generation.events.find(
          (event) => event.EventType === 'TimerCreated' && event.EventId === happening.id,
        );
        const FireAt = timer?.EventType === 'TimerCreated' ? timer.FireAt : toTimestamp(step.nowMs);
        step.nowMs = Math.max(step.nowMs, Math.ceil(fromTimestamp(FireAt)) || step.nowMs);
        // It is later for all.
        for (const each of state.instances.keys()) step.touched.add(each);
        for (const entityId of state.entities.keys()) step.touched.add(entityId);
        step.tell(at, { ...envelope(step.nowMs), EventType: 'TimerFired', TimerId: happening.id, FireAt });
      } else if ('name' in happening) {
        const { name: Name, data: Input } = happening;
        const signal = signalFrom(Name, Input, toTimestamp(step.nowMs));
        for (let count = happening.type === 'comes' ? 1 : 2; count > 0; count--) {
          if (signal !== null) await takes(signal.entityId, signal.message);
          else step.tell(at, { ...envelope(step.nowMs), EventType: 'EventRaised', Name, Input });
        }
      } else await this.#answer(step, state, happening);
    }
    for (let round = 0; ; round++) {
      const told = step.nextTold();
      if (told === null) break;
      if (round === mostRounds) throw refused('its instances raise events to each other without end');
      const before = step.instances[told.at];
      if (before == null || before.end !== null) continue;
      const after = await (this.#instances[told.at] as SimulatedInstance).after(before, told.events, step.nowMs);
      step.instances[told.at] = after;
      step.send(after.messages);
    }
    if (this.depth > 0 && step.entities.size > 0) throw refused(`the sub-orchestration '${this.world.name}' addresses entities`);
    const { instances, entities, nowMs, touched } = step;
    return { instances, entities, nowMs, touched, next: new Map() };
  }

  async #begun(step: StepOfAll, at: number): Promise<InstanceState> {
    const begun = await (this.#instances[at] as SimulatedInstance).begin(step.nowMs);
    step.touched.add(at);
    step.send(begun.messages);
    return begun;
  }

  async #answer(step: StepOfAll, state: State, happening: Extract<Happening, { id: number }>): Promise<void> {
    const { at, id } = happening;
    const cause = causeOf(state, happening);
    const now = toTimestamp(step.nowMs);
    if (happening.type === 'failsOnce') {
      const reason = `Activity function '${cause.Name}' failed:  an error that was put there by the exploration`;
      const failure = { ok: false, reason, details: 'an error that was put there by the exploration' } as const;
      step.tell(at, resultEvent(now, id, failure));
    } else if (cause.EventType === 'TaskScheduled') {
      const outcome = await this.#activity(cause);
      if (outcome.raised !== undefined) this.#raising.add(memoryKey(cause));
      const times = happening.type === 'runsTwice' ? 2 : 1;
      for (let count = 0; count < times; count++) {
        for (const { instanceId, name: Name, data: Input } of outcome.raised ?? []) {
          const signal = signalFrom(Name, Input, now);
          if (signal !== null) {
            step.send([{ instanceId: signal.entityId, executionId: null, event: signal.message }]);
            continue;
          }
          const to = this.#ids.indexOf(instanceId);
          if (to < 0) continue;
          step.touched.add(to);
          if (state.instances[to] === null) {
            // What the client throws, as far as the activity does not catch it.
            const details = `No instance with ID '${instanceId}' found.`;
            const reason = `Activity function '${cause.Name}' failed:  ${details}`;
            step.tell(at, resultEvent(now, id, { ok: false, reason, details }));
            return;
          }
          step.tell(to, { ...envelope(step.nowMs), EventType: 'EventRaised', Name, Input });
        }
      }
      step.tell(at, resultEvent(now, id, outcome));
    } else {
      const outcome = await this.#child(cause);
      const row = { ...envelope(step.nowMs), TaskScheduledId: id };
      step.tell(
        at,
        outcome.ok
          ? { ...row, EventType: 'SubOrchestrationInstanceCompleted', Result: outcome.result }
          : { ...row, EventType: 'SubOrchestrationInstanceFailed', Reason: outcome.reason, Details: outcome.details },
      );
    }
  }

  #activity(asked: TaskScheduled): Promise<ExploredOutcome> {
    const { Name: name, Input: input, EventId: taskId } = asked;
    if (name === httpActivityName) throw refused('it makes durable HTTP calls');
    const key = memoryKey(asked);
    let known = this.#outcomes.get(key);
    if (known === undefined) {
      this.effects++;
      const instanceId = firstInstanceId;
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
    const run = new SimulatedRun({ worker: this.world.worker, name, input }, this.depth + 1);
    let state = await run.begin();
    for (let steps = 0; ; steps++) {
      const child = instanceOf(state, 0);
      const { end, problem } = child;
      if (end?.status === 'Completed') return { ok: true, result: end.output };
      if (end !== null || problem !== null) return { ok: false, reason: end?.output ?? problem ?? '', details: '' };
      const next = inOrder(state, [])[0];
      if (next === undefined || steps > 1000 || child.isEternal) {
        throw refused(
          `the sub-orchestration '${name}' does not end by itself (it waits for ${child.awaitedEvents.join(', ') || 'nothing'})`,
        );
      }
      state = await run.after(state, [next]);
    }
  }
}

/** What becomes of a state in one step. */
class StepOfAll {
  readonly instances: (InstanceState | null)[];
  entities: EntityWorld;
  nowMs: number;
  readonly touched = new Set<number | string>();
  readonly #told = new Map<number, HistoryEvent[]>();

  constructor(
    { instances, entities, nowMs }: State,
    private readonly ids: readonly string[],
  ) {
    this.instances = [...instances];
    this.entities = entities;
    this.nowMs = nowMs;
  }

  tell(at: number, event: HistoryEvent): void {
    this.touched.add(at);
    const told = this.#told.get(at);
    if (told === undefined) this.#told.set(at, [event]);
    else told.push(event);
  }

  /** To entities and to instances; what nobody has under that id is lost. */
  send(messages: readonly OutgoingMessage[]): void {
    this.entities = delivered(this.entities, messages);
    for (const { instanceId, event } of messages) {
      if (parseEntityId(instanceId) !== null) {
        this.touched.add(instanceId);
        continue;
      }
      const to = this.ids.indexOf(instanceId);
      if (to >= 0) this.tell(to, event);
    }
  }

  nextTold(): { at: number; events: readonly HistoryEvent[] } | null {
    for (const [at, events] of this.#told) {
      this.#told.delete(at);
      return { at, events };
    }
    return null;
  }
}

/** Two calls of which are the same. */
function memoryKey({ Name: name, Input: input }: Pick<TaskScheduled, 'Name' | 'Input'>): string {
  return `${name.toLowerCase()} ${input ?? ''}`;
}
