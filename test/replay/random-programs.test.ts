/** Random orchestrations, run live under random orders of what happens, then replayed: both directions show the same, the end is the live one's. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isTerminal } from '../../src/core/values/status';
import { openReplay } from '../../src/replay/open-replay';
import type { NodeReplayWorker } from '../../src/workers/node/node-replay-worker';
import { look, ReplayFixture, type LiveApp } from './replay-fixture';

const source = `
df.app.activity('Echo', { handler: (value) => ({ value, list: [value, value] }) });
df.app.activity('Fail', { handler: (value) => { throw new Error('failed ' + value); } });
df.app.orchestration('Child', function* (context) { return yield context.df.callActivity('Echo', context.df.getInput()); });
df.app.orchestration('Endless', function* (context) {
  const left = context.df.getInput();
  yield context.df.callActivity('Echo', left);
  if (left > 0) context.df.continueAsNew(left - 1);
  return left;
});
const make = (df, [kind, arg], depth = 0) => {
  switch (kind) {
    case 'echo': return df.callActivity('Echo', arg);
    case 'fail': return df.callActivity('Fail', arg);
    case 'retry': return df.callActivityWithRetry('Fail', new (require('durable-functions').RetryOptions)(1000, 2), arg);
    case 'child': return df.callSubOrchestrator('Child', arg);
    case 'timer': return df.createTimer(new Date(df.currentUtcDateTime.getTime() + arg * 1000));
    case 'event': return df.waitForExternalEvent(arg);
    case 'all': return df.Task.all(arg.map((one) => make(df, one, depth + 1)));
    case 'any': return df.Task.any(arg.map((one) => make(df, one, depth + 1)));
  }
};
function* step(context, statement, log) {
  const [node, then] = statement;
  const task = make(context.df, node);
  try {
    const value = yield task;
    log.push(node[0] === 'any' ? 'won' : value);
  } catch (error) {
    log.push(error.message.slice(0, 30));
  }
  if (then === 'status') context.df.setCustomStatus({ done: log.length, id: context.df.newGuid('x') });
  if (then === 'log') context.log('done', log.length, context.df.isReplaying);
  return log.length;
}
df.app.orchestration('Random', function* (context) {
  const { statements } = context.df.getInput();
  const log = [];
  let count = 0;
  for (const statement of statements) {
    if (statement[1] === 'delegate') count += yield* step(context, statement, log);
    else if (statement[1] === 'plain') log.push(yield context.df.callActivity('Echo', ++count));
    else count = yield* step(context, statement, log);
  }
  return { log, count };
});
`;

type Node = [string, unknown];
const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.tuple(fc.constant('echo'), fc.constantFrom('a', { n: 1 }, [1, 2], null)),
  fc.tuple(fc.constantFrom('fail', 'retry', 'child'), fc.integer({ min: 0, max: 9 })),
  fc.tuple(fc.constant('timer'), fc.integer({ min: 1, max: 100 })),
  fc.tuple(fc.constant('event'), fc.constantFrom('X', 'Y')),
);
const node: fc.Arbitrary<Node> = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('all', 'any'), fc.array(leaf, { minLength: 1, maxLength: 3 })) },
);
const program = fc.array(fc.tuple(node, fc.constantFrom('status', 'log', 'delegate', 'plain', 'nothing')), {
  minLength: 1,
  maxLength: 6,
});
const script = fc.record({
  statements: program,
  /** What happens while nothing goes on by itself. */
  acts: fc.array(fc.constantFrom('X', 'Y', 'x', 'suspend', 'resume', 'time'), { maxLength: 6 }),
  end: fc.constantFrom('complete', 'terminate', 'leave'),
});

describe('replays of random orchestrations', () => {
  const fixture = new ReplayFixture();
  let live: LiveApp;
  let worker: NodeReplayWorker;
  before(async () => {
    live = await fixture.live(source);
    worker = await fixture.replayWorker(live.dir);
  });
  after(() => fixture.cleanUp());

  it('show the same in both directions, and end as the live run did', async () => {
    await fc.assert(
      fc.asyncProperty(script, async ({ statements, acts, end }) => {
        const { engine } = live;
        const { instanceId } = await engine.start({ name: 'Random', input: JSON.stringify({ statements }) });
        const isOver = async () => isTerminal((await engine.get(instanceId))?.runtimeStatus ?? 'Pending');
        const quiet = () =>
          live.until(instanceId, async (row) => {
            const { activities, children, timers, events } = await engine.waitingFor(instanceId);
            // A result may be on its way while nothing is waited for.
            const isStill =
              activities.length + children.length === 0 &&
              (timers.length + events.length > 0 || row.runtimeStatus === 'Suspended');
            return isTerminal(row.runtimeStatus) || (isStill && row.runtimeStatus !== 'Pending' && row.historyLength > 0);
          });
        const act = async (what: string): Promise<void> => {
          await quiet();
          if (await isOver()) return;
          if (what === 'time') live.clock.advance(3_600_000);
          else if (what === 'suspend') await engine.suspend(instanceId, null).catch(() => undefined);
          else if (what === 'resume') await engine.resume(instanceId, null).catch(() => undefined);
          else await engine.raiseEvent(instanceId, what, '{"from":"outside"}').catch(() => undefined);
        };
        for (const what of acts) await act(what);
        if (end === 'terminate') {
          await quiet();
          if (!(await isOver())) await engine.terminate(instanceId, 'enough');
        } else if (end === 'complete') {
          await engine.resume(instanceId, null).catch(() => undefined);
          for (let round = 0; round < 60 && !(await isOver()); round++) {
            await act('time');
            const row = await engine.get(instanceId);
            for (const name of row?.awaitedEvents ?? []) await act(name);
          }
        }
        await quiet();
        const { row, history } = await live.now(instanceId);
        if (!history.some((event) => event.EventType === 'ExecutionStarted')) return;
        const timeline = await openReplay({ instanceId, executionId: row.executionId, functionName: row.name, history }, worker);
        assert.equal(timeline.divergence, null, timeline.divergence?.message);
        const forwards: unknown[] = [];
        for (const step of timeline.steps) forwards.push(await look(timeline, step.index));
        const backwards: unknown[] = [];
        for (const step of timeline.steps.toReversed()) backwards.push(await look(timeline, step.index));
        assert.deepEqual(backwards.toReversed(), forwards);
        const last = timeline.steps.at(-1);
        assert.ok(last);
        assert.equal(last.rows.to, history.length);
        if (row.runtimeStatus === 'Completed') {
          assert.equal(last.kind, 'completed');
          assert.equal(last.output, row.output);
        }
        if (row.runtimeStatus === 'Terminated') assert.equal(last.kind, 'terminated');
        if (row.runtimeStatus === 'Running') {
          // The code may have ended while the host waits for what it left open.
          if (last.kind !== 'waiting') assert.ok(last.pending.length > 0);
          else
            assert.deepEqual(
              last.pending.filter(({ kind }) => kind === 'event').map(({ name }) => name),
              row.awaitedEvents,
            );
        }
        // While it is suspended its row shows the status that the code sets with what is held back (recorded: `suspend-status`); the
        // replay shows the code where the host has let it come.
        const lastOf = (type: string): number => history.findLastIndex((event) => event.EventType === type);
        if (lastOf('ExecutionSuspended') <= lastOf('ExecutionResumed')) assert.equal(last.customStatus, row.customStatus);
        await timeline.dispose();
      }),
      { numRuns: 40 },
    );
  });

  it('show the last generation of one that continues as new', async () => {
    const { row, history } = await live.run('Endless', 3);
    const timeline = await openReplay(
      { instanceId: row.instanceId, executionId: row.executionId, functionName: row.name, history },
      worker,
    );
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.at(-1)?.output, '0');
    assert.equal((await timeline.evaluate(0, 0, 'left')).value, '0');
  });
});
