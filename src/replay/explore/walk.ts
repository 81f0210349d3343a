/**
 * One schedule under way: what has happened, and what can happen next.
 *
 *   X3. Of orders that differ only in steps which concern nobody in common, one is gone through: the one in which smaller numbers of instances come
 *       first, and entities after them.
 */
import type { RanCall } from './exploration';
import { causeOf, type Happening, inOrder, isAtEnd, labelOf, type OutsideEvent, type State } from './happening';

/** What happens at once. */
export type Step = readonly Happening[];

export interface Walk {
  state: State;
  steps: Step[];
  eventsLeft: readonly OutsideEvent[];
  failuresLeft: number;
  doublesLeft: number;
  calls: RanCall[];
  hasFailure: boolean;
  /** So many steps until everything comes in order. */
  told: number;
  /** Of each step, whose it was and whom it concerned. */
  trail: readonly { actor: number | string; touched: State['touched'] }[];
}

/** A schedule that is longer does not end. */
export const mostSteps = 400;

/** What can happen next. Of calls that are the same in name and input, the first stands for all: their orders count once. */
export function choicesAt(walk: Walk): Step[] {
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

/** The walk after one step more, which has led to `state`. */
export function took(walk: Walk, step: Step, state: State): Walk {
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

export function isOver({ state: { instances, entities }, steps }: Walk): boolean {
  if (instances.some((each) => each !== null && each.problem !== null) || steps.length >= mostSteps) return true;
  if (!instances.every(isAtEnd)) return false;
  return instances.some((each) => each?.isEternal) || [...entities.values()].every(({ inbox }) => inbox.length === 0);
}

/** X3, of its last step: it could have come before one of somebody with a greater number. */
export function isOtherOrder({ trail }: Walk): boolean {
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

/** It brings nothing by itself, or begins something: a step has one of them. */
function isAlone(happening: Happening): boolean {
  return happening.type === 'takes' || happening.type === 'begins' || ('name' in happening && happening.name.startsWith('@'));
}

/** The line by which the step is told, and found again. */
export function stepLabel(step: Step): string {
  return step.map(labelOf).join('+');
}
