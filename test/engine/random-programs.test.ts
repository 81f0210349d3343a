/** Random orchestrations under random orders of everything that can happen to them, crashes included. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DurascopeError } from '../../src/core/values/errors';
import type { HistoryEvent } from '../../src/core/history/history';
import { ManualClock } from '../support/manual-clock';
import { MemoryStore } from '../support/memory-store';
import { ScriptRun } from '../support/script-run';
import type { Script, ScriptContext, Task } from '../support/script-types';
import { toSequence } from '../support/sequence';
import { TestHub, type TestHubOptions } from '../support/test-hub';

type Leaf =
  | { type: 'activity'; value: number }
  | { type: 'timer'; seconds: number }
  | { type: 'event' }
  | { type: 'child'; steps: readonly Step[] };
type Step = Leaf | { type: 'all' | 'any'; leaves: readonly Leaf[] } | { type: 'status'; value: number };

interface Program {
  profile: 'A' | 'G';
  steps: readonly Step[];
  /** Continue-as-new so often. */
  rounds: number;
}

const activity = fc.record({ type: fc.constant('activity' as const), value: fc.nat(99) });
const timer = fc.record({ type: fc.constant('timer' as const), seconds: fc.integer({ min: -1, max: 5 }) });
const event = fc.record({ type: fc.constant('event' as const) });
const plain = fc.oneof({ weight: 3, arbitrary: activity }, timer, event);
const child = fc.record({ type: fc.constant('child' as const), steps: fc.array(plain, { maxLength: 3 }) });
const leaf = fc.oneof({ weight: 4, arbitrary: plain }, child);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: leaf },
  fc.record({ type: fc.constantFrom('all' as const, 'any' as const), leaves: fc.array(leaf, { minLength: 1, maxLength: 4 }) }),
  fc.record({ type: fc.constant('status' as const), value: fc.nat(9) }),
);
const program: fc.Arbitrary<Program> = fc.record({
  profile: fc.constantFrom('A' as const, 'G' as const),
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  rounds: fc.integer({ min: 0, max: 2 }),
});
/** One number a decision of fate. */
const fate = fc.array(fc.nat(1_000_000), { maxLength: 60 });

function scriptOf({ steps, rounds }: Pick<Program, 'steps' | 'rounds'>): Script {
  return function* (context) {
    const values: unknown[] = [];
    for (const [index, each] of steps.entries()) {
      switch (each.type) {
        case 'status':
          context.setStatus(each.value);
          break;
        case 'all':
          values.push(yield context.all(each.leaves.map((one, at) => begin(context, one, `${index}.${at}`))));
          break;
        case 'any':
          // Who wins is a matter of fate, and no part of the outcome.
          yield context.any(each.leaves.map((one, at) => begin(context, one, `${index}.${at}`)));
          break;
        default:
          values.push(yield begin(context, each, String(index)));
      }
    }
    const round = typeof context.input === 'number' ? context.input : 0;
    if (round < rounds) context.continueAsNew(round + 1);
    return values;
  };
}

function begin(context: ScriptContext, one: Leaf, place: string): Task {
  switch (one.type) {
    case 'activity':
      return context.activity('a', one.value);
    case 'timer':
      return context.timer(context.nowMs + one.seconds * 1000);
    case 'event':
      return context.waitEvent('Go');
    case 'child':
      return context.child('child', one.steps, { instanceId: `${context.instanceId}-${String(context.input)}-${place}` });
  }
}

const childScript: Script = (context) => scriptOf({ steps: context.input as Step[], rounds: 0 })(context);

class World {
  #hub!: TestHub;
  readonly #clock = new ManualClock();
  #store = new MemoryStore();

  constructor(private readonly options: TestHubOptions) {}

  get hub(): TestHub {
    return this.#hub;
  }

  async open(): Promise<void> {
    this.#hub = await TestHub.open({ ...this.options, store: this.#store, clock: this.#clock });
  }

  async crash(): Promise<void> {
    this.#hub.beforeCommit = () => new Promise(() => undefined);
    this.#hub.engine.setWorker(null);
    this.#store = new MemoryStore(structuredClone(this.#store.committed));
    await this.open();
  }

  /** Completes the next activity as its input says. */
  completeCall(at: number): void {
    const call = this.#hub.worker.calls[at];
    const input: unknown = JSON.parse(call?.input ?? 'null');
    call?.complete(Array.isArray(input) ? input[0] : input);
  }

  async raiseWaited(at: number): Promise<void> {
    const waiting = this.#hub.store.query({}).instances.filter((row) => row.awaitedEvents.includes('Go'));
    const row = waiting[at % Math.max(waiting.length, 1)];
    if (row !== undefined) await unlessChanged(this.#hub.engine.raiseEvent(row.instanceId, 'Go', 'null'));
  }

  async act(number: number): Promise<void> {
    const { hub } = this;
    const rest = Math.floor(number / 10);
    const row = hub.store.instance('x');
    const { calls } = hub.worker;
    switch (number % 10) {
      case 0:
        await this.crash();
        break;
      case 1:
        if (row?.runtimeStatus === 'Running') await unlessChanged(hub.engine.suspend('x', null));
        break;
      case 2:
        if (row?.runtimeStatus === 'Suspended') await unlessChanged(hub.engine.resume('x', null));
        break;
      case 3:
        calls[rest % Math.max(calls.length, 1)]?.reject(new DurascopeError('WorkerExited', 'gone'));
        break;
      case 4:
        hub.clock.advance((rest % 4) * 1000);
        break;
      case 5:
      case 6:
        await this.raiseWaited(rest);
        break;
      case 7:
        // Several at once: with luck they share an episode.
        for (let i = 0; i < rest % 4; i++) this.completeCall(0);
        break;
      default:
        if (calls.length > 0) this.completeCall(rest % calls.length);
    }
    if (rest % 3 > 0) await this.#hub.quiet();
  }

  async finish(): Promise<void> {
    for (let round = 0; round < 500; round++) {
      const { hub } = this;
      await hub.quiet();
      const row = hub.row('x');
      if (row.completedTime !== null) return;
      if (row.runtimeStatus === 'Suspended') await hub.engine.resume('x', null);
      else if (hub.worker.calls.length > 0) this.completeCall(0);
      else if (hub.clock.armed > 0) hub.clock.advance(10_000);
      else await this.raiseWaited(round);
    }
    assert.fail(`does not end: ${this.hub.sequence('x')}`);
  }
}

/** The engine may know of a change of state that is not committed yet: it refuses then what the row still allows. */
function unlessChanged(request: Promise<void>): Promise<void> {
  return request.catch((error: unknown) => {
    if (!DurascopeError.is(error, 'InstanceWrongState') && !DurascopeError.is(error, 'InstanceTerminal')) throw error;
  });
}

async function run(given: Program, numbers: readonly number[]): Promise<TestHub> {
  const world = new World({
    profile: given.profile,
    scripts: { main: scriptOf(given), child: childScript },
    activities: { a: 'manual' },
    engine: { oneMessagePerEpisode: numbers.length === 0 || (numbers[0] ?? 0) % 2 === 0, maxIdleInstances: 1 },
  });
  await world.open();
  await world.hub.engine.start({ name: 'main', instanceId: 'x', input: '0' });
  for (const number of numbers) {
    if (world.hub.row('x').completedTime !== null) break;
    await world.act(number);
  }
  await world.finish();
  return world.hub;
}

/** Each episode of the history, asked again with what came before it, decides what the history says it decided. */
function assertReplays(given: Program, history: readonly HistoryEvent[]): void {
  const scheduled = (event: HistoryEvent): boolean =>
    ['TaskScheduled', 'TimerCreated', 'SubOrchestrationInstanceCreated', 'EventSent', 'ExecutionCompleted'].includes(
      event.EventType,
    );
  const episodes: HistoryEvent[][] = [];
  for (const each of history) {
    if (each.EventType === 'OrchestratorStarted') episodes.push([]);
    episodes.at(-1)?.push(each);
  }
  const past: HistoryEvent[] = [];
  for (const episode of episodes) {
    const first = episode[1];
    assert.ok(first !== undefined);
    const outcome = new ScriptRun(
      { profile: given.profile, activityNames: ['a'], script: scriptOf(given) },
      {
        instanceId: 'x',
        executionId: 'any',
        name: 'main',
        history: past,
        newEvents: episode.filter((each) => !scheduled(each) && each.EventType !== 'OrchestratorCompleted'),
      },
    ).outcome();
    const used = new Set(past.map((each) => each.EventId));
    assert.deepEqual(
      outcome.decisions.map((decision) => decision.id).filter((id) => !used.has(id)),
      episode.filter(scheduled).map((each) => each.EventId),
      toSequence(history),
    );
    past.push(...episode);
  }
}

describe('random programs', () => {
  it('end the same whatever the order of results, timers, events, suspensions, worker exits and crashes, and replay', async () => {
    await fc.assert(
      fc.asyncProperty(program, fate, async (given, numbers) => {
        const calm = await run(given, []);
        const wild = await run(given, numbers);
        const { runtimeStatus, output } = wild.row('x');
        const expected = calm.row('x');
        assert.deepEqual([runtimeStatus, output], [expected.runtimeStatus, expected.output], wild.sequence('x'));
        assert.equal(runtimeStatus, 'Completed');
        for (const hub of [calm, wild]) {
          assertReplays(given, hub.history('x'));
          assertWellFormed(hub.history('x'));
        }
      }),
      { numRuns: Number(process.env['DURASCOPE_RUNS'] ?? 60) },
    );
  });
});

function assertWellFormed(history: readonly HistoryEvent[]): void {
  const ids = history.map((each) => each.EventId).filter((id) => id >= 0);
  assert.equal(new Set(ids).size, ids.length, 'an id twice');
  const answers = history.flatMap((each) =>
    'TaskScheduledId' in each ? [each.TaskScheduledId] : 'TimerId' in each ? [each.TimerId] : [],
  );
  assert.equal(new Set(answers).size, answers.length, 'an answer twice');
  assert.ok(
    answers.every((id) => ids.includes(id)),
    'an answer to nothing',
  );
  assert.equal(history.filter((each) => each.EventType === 'ExecutionCompleted').length, 1);
}
