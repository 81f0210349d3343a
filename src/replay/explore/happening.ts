/** What can happen next in a state of a simulated run, in which order, and how a schedule names it. */
import type { SubOrchestrationInstanceCreated, TaskScheduled } from '../../core/history/history';
import { DurascopeError } from '../../core/values/errors';
import type { EntityWorld } from './simulated-entities';
import type { InstanceState } from './simulated-instance';

/** Something that happens to the instance number `at`, by the scheduling id that it answers, or by the name of the event. */
export type Happening =
  | { type: 'begins'; at: number }
  | { type: 'completes' | 'failsOnce' | 'runsTwice'; at: number; id: number }
  | { type: 'fires'; at: number; id: number }
  | { type: 'takes'; entityId: string }
  | ({ type: 'comes' | 'comesTwice' } & OutsideEvent);

export interface OutsideEvent {
  at: number;
  name: string;
  data: string | null;
  /** Of its name, from 1. */
  nth: number;
}

export interface State {
  /** By number; null: it has not begun. */
  instances: readonly (InstanceState | null)[];
  entities: EntityWorld;
  nowMs: number;
  /** Whom the step that led here concerned: numbers of instances, ids of entities. Steps that have none in common can as well come in the other order. */
  touched: ReadonlySet<number | string>;
  readonly next: Map<string, State | Promise<State>>;
}

export function instanceOf(state: State, at: number): InstanceState {
  const found = state.instances[at];
  if (found == null) throw new DurascopeError('InvalidArgument', `The instance ${at + 1} has not begun there.`);
  return found;
}

export function isAtEnd(instance: InstanceState | null): boolean {
  return instance !== null && (instance.end !== null || instance.isEternal);
}

/** Everything that can happen in the state, what was asked for first first; timers in the order of their times, after everything else. */
export function inOrder(state: State, events: readonly OutsideEvent[]): Happening[] {
  const beginning = [...state.instances.entries()].flatMap(([at, each]): Happening[] =>
    each === null ? [{ type: 'begins', at }] : [],
  );
  // Entities answer at once.
  const taking = [...state.entities].flatMap(([entityId, { inbox }]): Happening[] =>
    inbox.length === 0 ? [] : [{ type: 'takes', entityId }],
  );
  // What is left to them has no order any more that somebody could tell.
  if (state.instances.every((each) => each !== null && each.end !== null)) return taking.slice(0, 1);
  const answers: Happening[] = [...beginning, ...taking];
  let timers: { at: number; id: number; fireAt: string }[] = [];
  for (const [at, instance] of state.instances.entries()) {
    if (instance === null || isAtEnd(instance)) continue;
    let timer: { at: number; id: number; fireAt: string } | null = null;
    for (const [id, work] of instance.generation.open) {
      if (work !== 'timer') {
        answers.push({ type: 'completes', at, id });
        continue;
      }
      const created = instance.generation.events.find((event) => event.EventType === 'TimerCreated' && event.EventId === id);
      const fireAt = created?.EventType === 'TimerCreated' ? created.FireAt : '';
      if (timer === null || fireAt < timer.fireAt) timer = { at, id, fireAt };
    }
    if (timer !== null) timers.push(timer);
  }
  // M4 of simulated-run.ts
  timers = timers.filter(({ fireAt }) => timers.every((each) => each.fireAt >= fireAt));
  const coming = events.flatMap((event): Happening[] => {
    const to = state.instances[event.at] ?? null;
    return event.name.startsWith('@') || (to !== null && !isAtEnd(to)) ? [{ type: 'comes', ...event }] : [];
  });
  return [...answers, ...coming, ...timers.map(({ at, id }): Happening => ({ type: 'fires', at, id }))];
}

/**
 * As a schedule names it: `c0` completes, `f0` fails once, `d0` completes after having run twice, `t1` fires, `e:Go` comes, `e:Go#2` the second of the name, `ee:Go` twice;
 * `s` an instance begins. What concerns the second instance, and those after it, begins with its number: `2.c0`.
 */
export function labelOf(happening: Happening): string {
  if (happening.type === 'takes') {
    // Labels have neither spaces nor plus signs.
    return `n:${happening.entityId.replaceAll(/[\s+%]/g, encodeURIComponent)}`;
  }
  const whose = happening.at === 0 ? '' : `${happening.at + 1}.`;
  switch (happening.type) {
    case 'begins':
      return `${whose}s`;
    case 'completes':
      return `${whose}c${happening.id}`;
    case 'failsOnce':
      return `${whose}f${happening.id}`;
    case 'runsTwice':
      return `${whose}d${happening.id}`;
    case 'fires':
      return `${whose}t${happening.id}`;
    case 'comes':
      return `${whose}e:${eventLabel(happening)}`;
    case 'comesTwice':
      return `${whose}ee:${eventLabel(happening)}`;
  }
}

function eventLabel({ name, nth }: OutsideEvent): string {
  return nth === 1 ? name : `${name}#${nth}`;
}

export function causeOf(state: State, { at, id }: { at: number; id: number }): TaskScheduled | SubOrchestrationInstanceCreated {
  const found = instanceOf(state, at).generation.events.find(
    (event) =>
      event.EventId === id && (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated'),
  );
  if (found === undefined) throw new DurascopeError('InvalidArgument', `Nothing with the id ${id} is under way there.`);
  return found as TaskScheduled | SubOrchestrationInstanceCreated;
}
