/**
 * What came of a schedule, and whether it is right.
 *
 *   X2. It must end, by its code, as it ends in order or as it is expected to; after a failure that was put there, it must only end.
 */
import type { HistoryEvent } from '../../core/history/history';
import { isSameJson } from '../../core/values/json-likeness';
import type { ExploredRun, ExploreOptions } from './exploration';
import { isAtEnd, type State } from './happening';
import { firstInstanceId } from './simulated-run';
import { mostSteps, stepLabel, type Walk } from './walk';

export interface Problem {
  /** Two of a kind are the same mistake. */
  kind: string;
  text: string;
  /** Number of the instance that shows it. */
  at: number;
}

export interface Outcome {
  status: string;
  /** JSON text, or why it failed. */
  output: string | null;
}

export class Judge {
  #expected: readonly string[] | null;

  /** `names`: of the orchestrators, by number of the instance. */
  constructor(
    private readonly options: Pick<ExploreOptions, 'expect' | 'check' | 'others'>,
    private readonly names: readonly string[],
  ) {
    this.#expected = options.expect;
  }

  /** What comes of it in order is right, where nobody said otherwise. */
  allow(walk: Walk): void {
    const { status, output } = outcomeOf(walk.state);
    if (this.#expected === null && status === 'Completed') this.#expected = [output ?? 'null'];
  }

  /** X2. */
  problemOf(walk: Walk): Problem | null {
    const { state } = walk;
    const { instances } = state;
    const one = instances.length === 1;
    const whose = (at: number): string => (one ? 'it' : `'${this.names[at] ?? ''}' (instance ${at + 1})`);
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
    const broken = this.options.check?.(this.runOf(walk));
    if (broken !== undefined) return { kind: `check ${broken}`, text: broken, at: 0 };
    const { status, output } = outcomeOf(state);
    if (walk.hasFailure || status === goesOn) return null;
    const at = instances.findIndex((each) => each?.end?.status !== 'Completed');
    const end = instances[at]?.end;
    if (end != null) return { kind: `${end.status} ${at}`, text: `${whose(at)} ends as ${end.status}: ${end.output ?? ''}`, at };
    if (this.#expected === null || this.#expected.some((each) => isSameJson(each, output ?? 'null'))) return null;
    const expected = this.#expected.length === 1 ? (this.#expected[0] ?? '') : `one of ${this.#expected.join(', ')}`;
    const text = `${one ? 'its output is' : 'their outputs are'} ${output ?? 'null'}, not ${expected}`;
    return { kind: 'output', text, at: one ? 0 : oddOne(instances, this.#expected) };
  }

  runOf({ state, calls, steps }: Walk): ExploredRun {
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
            instances: this.names.map((name, at) => ({
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
export function outcomeOf({ instances }: State): Outcome {
  const statuses: string[] = instances.map((each) => each?.end?.status ?? (each?.isEternal === true ? goesOn : doesNotEnd));
  const status = [doesNotEnd, goesOn, ...statuses].find((each) => each !== 'Completed' && statuses.includes(each)) ?? 'Completed';
  if (instances.length === 1) return { status, output: instances[0]?.end?.output ?? null };
  return { status, output: JSON.stringify(instances.map(valueOf)) };
}

function valueOf(instance: State['instances'][number]): unknown {
  const text = instance?.end?.output ?? null;
  return instance?.end?.status === 'Completed' && text !== null ? JSON.parse(text) : text;
}

/** Of the instance that shows the problem. */
export function historyOf({ state }: Walk, problem: Problem | null): readonly HistoryEvent[] {
  return state.instances[problem?.at ?? 0]?.generation.events ?? [];
}

/** Of several: the first whose output stands in its place in none of the lists. */
function oddOne(instances: State['instances'], lists: readonly string[]): number {
  const allowed = lists.map((each) => JSON.parse(each) as unknown);
  const textOf = (value: unknown): string => JSON.stringify(value ?? null);
  const isOdd = (each: State['instances'][number], at: number): boolean =>
    !allowed.some((list) => Array.isArray(list) && isSameJson(textOf(list[at]), textOf(valueOf(each))));
  return Math.max(0, instances.findIndex(isOdd));
}
