/**
 * Random orchestrations under random orders of results, run three ways at once: warm, rebuilt at every episode, and cold. All three must
 * decide the same, and the host's ids must be the SDK's.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { InboundEvent } from '../../../src/core/history/history';
import type { EpisodeOutcome } from '../../../src/core/ports/function-worker';
import { isTerminal } from '../../../src/core/values/status';
import { SdkHooks } from '../../../src/workers/node/child/orchestrations/sdk-hooks';
import { SdkOrchestrationRunner } from '../../../src/workers/node/child/orchestrations/sdk-orchestration-runner';
import type { Mode } from './scenario';
import type { Context, Orchestrator, Sdk, Task, TimerTask } from './sdks';
import { loadedModules, sdk1, sdk2, sdk3 } from './sdks';
import { TestHost } from './test-host';

type Node =
  | { type: 'activity' }
  | { type: 'retry'; attempts: number }
  | { type: 'timer'; seconds: number }
  | { type: 'event'; name: string }
  | { type: 'sub'; retry: boolean }
  | { type: 'all' | 'any'; children: Node[] };

interface Statement {
  node: Node;
  /** What follows: wait for what a race left over, cancel its timers, set the status, take a GUID. */
  then: 'nothing' | 'leftovers' | 'again' | 'cancel' | 'status' | 'guid';
}

const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.record({ type: fc.constant('activity' as const) }),
  fc.record({ type: fc.constant('retry' as const), attempts: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ type: fc.constant('timer' as const), seconds: fc.constantFrom(30, 3600, 8 * 86_400) }),
  fc.record({ type: fc.constant('event' as const), name: fc.constantFrom('X', 'Y') }),
  fc.record({ type: fc.constant('sub' as const), retry: fc.boolean() }),
);
const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.record({
      type: fc.constantFrom('all' as const, 'any' as const),
      children: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));
const program = fc.array(
  fc.record({
    node: tree,
    then: fc.constantFrom<Statement['then']>('nothing', 'leftovers', 'again', 'cancel', 'status', 'guid'),
  }),
  { minLength: 1, maxLength: 4 },
);
/** Each number picks among what can happen next. */
const choices = fc.array(fc.nat(), { minLength: 5, maxLength: 60 });

interface Seen {
  replaying: boolean;
  at: string;
}

/** The same code for every SDK. `trace` gets a line for each time that the code goes on. */
function orchestrator(sdk: Sdk, statements: readonly Statement[], trace: Seen[]): Orchestrator {
  return function* (context) {
    const { df } = context;
    const output: unknown[] = [];
    const seen = (): void => void trace.push({ replaying: df.isReplaying, at: df.currentUtcDateTime.toISOString() });
    let count = 0;
    const make = (node: Node, timers: TimerTask[]): Task => {
      count += 1;
      switch (node.type) {
        case 'activity':
          return df.callActivity(`T${count}`, count);
        case 'retry':
          return df.callActivityWithRetry(`T${count}`, sdk.retry(1000 + count, node.attempts), count);
        case 'timer': {
          const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + node.seconds * 1000 + count));
          timers.push(timer);
          return timer;
        }
        case 'event':
          // SDK 2.x gives a buffered event to every later wait of its name.
          return df.waitForExternalEvent(sdk === sdk2 ? `${node.name}${count}` : node.name);
        case 'sub':
          return node.retry
            ? df.callSubOrchestratorWithRetry('Child', sdk.retry(500, 2), count)
            : df.callSubOrchestrator('Child', count);
        case 'all':
        case 'any':
          return df.Task[node.type](node.children.map((child) => make(child, timers)));
      }
    };
    for (const statement of statements) {
      const timers: TimerTask[] = [];
      const { node } = statement;
      const parts = node.type === 'any' ? node.children.map((child) => make(child, timers)) : [];
      const task = node.type === 'any' ? df.Task.any(parts) : make(node, timers);
      try {
        const result: unknown = yield task;
        output.push(node.type === 'any' ? parts.indexOf(result as Task) : plain(result));
      } catch (error) {
        output.push(error instanceof Error ? error.message.slice(0, 20) : 'thrown');
      }
      seen();
      // Both leave the code, so that nobody can tell a warm run from a cold one.
      output.push(df.isReplaying);
      yield* afterwards(statement, context, parts, timers, output);
    }
    return output;
  };
}

/** Results without the tasks that a race inside gives. */
function plain(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(plain);
  return typeof result === 'object' && result !== null && 'isCompleted' in result ? 'task' : result;
}

function* afterwards(
  { then }: Statement,
  { df }: Context,
  parts: readonly Task[],
  timers: readonly TimerTask[],
  output: unknown[],
): Generator<unknown, void, unknown> {
  switch (then) {
    case 'nothing':
      break;
    case 'leftovers':
      for (const part of parts) {
        try {
          output.push(typeof (yield part));
        } catch {
          output.push('a leftover failed');
        }
      }
      break;
    case 'again': {
      // Already scheduled tasks beside a new one.
      const more = df.callActivity('T39', 'more');
      if (parts.length > 0) output.push([...parts, more].indexOf((yield df.Task.any([...parts, more])) as Task));
      break;
    }
    case 'cancel':
      for (const timer of timers) {
        try {
          timer.cancel();
        } catch {
          output.push('too late');
        }
      }
      break;
    case 'status':
      df.setCustomStatus({ sofar: output.length, replaying: df.isReplaying });
      break;
    case 'guid':
      output.push(df.newGuid(df.instanceId));
      break;
  }
}

/** What could happen to the instance now, made up from its history. */
function possibilities(host: TestHost): (() => InboundEvent)[] {
  const done = new Set<number>();
  for (const event of host.history) {
    if ('TaskScheduledId' in event) done.add(event.TaskScheduledId);
    if (event.EventType === 'TimerFired') done.add(event.TimerId);
  }
  const can: (() => InboundEvent)[] = [];
  for (const event of host.history) {
    if (done.has(event.EventId)) continue;
    if (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated') {
      const { EventId: id } = event;
      can.push(
        () => host.completed(id, { of: id }),
        () => host.failed(id, `failure of ${id}`),
      );
    } else if (event.EventType === 'TimerCreated') {
      can.push(() => host.fired(event.EventId));
    }
  }
  return can;
}

/** Mostly one that is waited for. */
function eventName(host: TestHost, pick: number): string {
  return host.awaited[pick % 4] ?? (pick % 2 === 0 ? 'X' : 'Y');
}

interface Way {
  mode: Mode;
  runner: SdkOrchestrationRunner;
  host: TestHost;
  trace: Seen[];
}

const activities = Array.from({ length: 40 }, (_, index) => `T${index}`);
const names = { activity: activities, orchestrator: ['Orchestration', 'Child'], entity: [] };

async function play(sdk: Sdk, modes: readonly Mode[], statements: readonly Statement[], picks: readonly number[]): Promise<void> {
  const hooks = new SdkHooks();
  hooks.attach(loadedModules);
  const ways = modes.map((mode): Way => {
    const trace: Seen[] = [];
    const invoke = sdk.register(orchestrator(sdk, statements, trace));
    const runner = new SdkOrchestrationRunner(
      {
        invoke,
        functionNames: (type) => names[type],
        canStayWarm: () => mode !== 'cold',
        determinismCheck: { onCompletion: false, atEpisodes: () => false },
        // What the code sees of a replay beside the warm run is seen by nobody else.
        quietly: (run) => {
          const length = trace.length;
          try {
            return run();
          } finally {
            trace.length = length;
          }
        },
      },
      hooks,
    );
    return { mode, runner, trace, host: new TestHost(runner, { forgetful: mode === 'rebuilt' }) };
  });
  const [leader] = ways;
  if (leader === undefined) return;

  const state = { isSuspended: false };
  /** One episode in every way; the first leads, the others get the same messages. */
  const episode = async (inbound: InboundEvent[] | null): Promise<void> => {
    const known = leader.trace.length;
    const startMs = leader.host.nowMs;
    let expected: { outcome: string; seen: Seen[] } | undefined;
    for (const way of ways) {
      way.host.nowMs = startMs;
      if (way.mode !== 'warm') way.trace.length = 0;
      if (inbound === null) await way.host.start();
      else await way.host.episode(...inbound);
      const outcome = text(way.host.outcomes.at(-1));
      // While the instance is suspended a cold run is told what the warm one waits for, and looked at beside it in quiet.
      const seen = !state.isSuspended && (way.mode === 'warm' || !sdk.isV1) ? way.trace.slice(known) : [];
      if (way.mode === 'warm') checkIds(way);
      if (expected === undefined) expected = { outcome, seen };
      else assert.deepEqual({ way: way.mode, outcome, seen }, { way: way.mode, ...expected }, way.host.rows);
    }
  };

  try {
    await episode(null);
    let next = 0;
    while (!isTerminal(leader.host.status) && next < picks.length) {
      const batch: InboundEvent[] = [];
      const size = 1 + ((picks[next] ?? 0) % 3);
      const used = new Set<unknown>();
      for (let i = 0; i < size && next < picks.length; i++) {
        const pick = picks[next] ?? 0;
        next += 1;
        const can = possibilities(leader.host);
        const choice = pick % (can.length + 3);
        const make = can[choice];
        if (make === undefined) {
          if (choice === can.length && !state.isSuspended && pick % 5 === 0) {
            batch.push(leader.host.suspend());
            state.isSuspended = true;
          } else {
            batch.push(leader.host.raised(eventName(leader.host, pick), { pick }));
          }
          continue;
        }
        const event = make();
        const key = 'TaskScheduledId' in event ? event.TaskScheduledId : 'TimerId' in event ? event.TimerId : -1;
        if (used.has(key)) continue;
        used.add(key);
        batch.push(event);
      }
      if (state.isSuspended && (picks[next] ?? 0) % 2 === 0) {
        batch.push(leader.host.resume());
        state.isSuspended = false;
      }
      if (batch.length > 0) await episode(batch);
    }
    if (state.isSuspended) {
      state.isSuspended = false;
      await episode([leader.host.resume()]);
    }
    // Everything ends when everything has come.
    for (let rounds = 0; !isTerminal(leader.host.status) && rounds < 80; rounds++) {
      const make = possibilities(leader.host)[0];
      await episode([make === undefined ? leader.host.raised(eventName(leader.host, rounds), rounds) : make()]);
    }
    assert.ok(isTerminal(leader.host.status), `never ends: ${leader.host.rows}`);
    assert.equal(leader.host.status, 'Completed', leader.host.output ?? '');
  } finally {
    hooks.detach();
  }
}

/** Stacks are of the way in which it ran. */
function text(outcome: EpisodeOutcome | undefined): string {
  return JSON.stringify(outcome, (key, value: unknown) => (key === 'details' ? undefined : value));
}

interface Insides {
  kept: ReadonlyMap<
    string,
    { run?: { executor: { sequenceNumber: number; isDoneExecuting(): boolean } }; host?: { next: number } }
  >;
}

/** The number that the SDK would give next is the host's, or above it while the host still waits for the rest of a failed group. */
function checkIds(way: Way): void {
  const kept = (way.runner as unknown as Insides).kept.get(way.host.instanceId);
  if (kept?.run === undefined || kept.host === undefined || kept.run.executor.isDoneExecuting()) return;
  const { sequenceNumber } = kept.run.executor;
  assert.ok(kept.host.next <= sequenceNumber, `${kept.host.next} > ${sequenceNumber}: ${way.host.rows}`);
}

/**
 * What a whole action list does not tell, a cold replay cannot know, and neither can the real host: that code waits again for a task of an
 * earlier race, or that SDK 3.x registers a finished wait once more.
 */
function modesFor(statements: readonly Statement[]): readonly Mode[] {
  const isUntold = ({ node, then }: Statement): boolean =>
    then === 'leftovers' || (then === 'again' && (hasWait(node) || hasGroup(node)));
  return statements.some(isUntold) ? ['warm', 'rebuilt'] : ['warm', 'rebuilt', 'cold'];
}

function hasWait(node: Node): boolean {
  return node.type === 'event' || ((node.type === 'all' || node.type === 'any') && node.children.some(hasWait));
}

function hasGroup(node: Node): boolean {
  return node.type === 'any' && node.children.some(({ type }) => type === 'all' || type === 'any');
}

/** The host does such tasks again, and results go to whom they are not meant for (recorded: `regrouped`). */
function groupsAnew({ node, then }: Statement): boolean {
  return (then === 'again' || then === 'leftovers') && (node.type === 'all' || node.type === 'any');
}

/** The host is past such a race before it has met the attempts (recorded: `race-retry-timer`). */
function cancelsBesideRetry({ node, then }: Statement): boolean {
  const isOfMany = (each: Node): boolean =>
    each.type === 'retry' || (each.type === 'sub' && each.retry) || (each.type === 'timer' && each.seconds > longestTimerS);
  return then === 'cancel' && node.type === 'any' && nodesOf(node).some(isOfMany);
}

/** Longer ones are made of several. */
const longestTimerS = 6 * 24 * 60 * 60;

/**
 * A group that fails while another member of it, or of the race that it is in, retries or waits for the next part of a long timer: the SDK
 * goes on and numbers what follows, the host numbers the retry first. The real engine does so too (spec/functions-worker.md 6.2), and what
 * comes of it is nobody's plan.
 */
function retriesBesideGroup(node: Node): boolean {
  const every = nodesOf(node);
  const retries = every.some(
    (each) =>
      each.type === 'retry' || (each.type === 'sub' && each.retry) || (each.type === 'timer' && each.seconds > longestTimerS),
  );
  return retries && every.some(({ type }) => type === 'all');
}

function nodesOf(node: Node): Node[] {
  return [node, ...('children' in node ? node.children.flatMap(nodesOf) : [])];
}

/** The name of such an event is of the test's making with SDK 2.x, and once the group has failed nobody tells it any more. */
function waitsInAll(node: Node): boolean {
  return node.type === 'all' ? hasWait(node) : node.type === 'any' && node.children.some(waitsInAll);
}

const runs = Number(process.env['RANDOM_RUNS'] ?? 100);

describe('orchestrations: random ones under random orders of results', () => {
  for (const sdk of [sdk2, sdk3]) {
    it(`decide the same warm, rebuilt and cold, with the SDK's own ids (${sdk.version})`, async () => {
      await fc.assert(
        fc.asyncProperty(program, choices, (statements, picks) => {
          fc.pre(!statements.some((statement) => groupsAnew(statement) || cancelsBesideRetry(statement)));
          fc.pre(!statements.some(({ node }) => retriesBesideGroup(node) || (sdk === sdk2 && waitsInAll(node))));
          return play(sdk, modesFor(statements), statements, picks);
        }),
        { numRuns: runs },
      );
    });
  }

  it(`come to their end, also when the process starts anew for each episode (${sdk1.version})`, async () => {
    await fc.assert(
      fc.asyncProperty(program.filter(isForSdk1), choices, (statements, picks) =>
        play(sdk1, ['cold', 'rebuilt'], statements, picks),
      ),
      { numRuns: runs },
    );
  });
});

/** SDK 1.x finds a retry's rows by name and order, one retry at a time, and knows of a timer's firing before the code cancels it. */
function isForSdk1(statements: readonly Statement[]): boolean {
  return statements.every(
    ({ node, then }) => then !== 'cancel' && (!hasRetry(node) || node.type === 'retry' || node.type === 'sub'),
  );
}

function hasRetry(node: Node): boolean {
  if (node.type === 'all' || node.type === 'any') return node.children.some(hasRetry);
  return node.type === 'retry' || (node.type === 'sub' && node.retry);
}
