/* eslint-disable @typescript-eslint/require-await -- orchestrators of this SDK are asynchronous generators that only yield */
import {
  RetryPolicy,
  type ActivityContext,
  EntityInstanceId,
  type LockHandle,
  TaskEntity,
  type OrchestrationContext,
  type TOrchestrator,
  type TaskHubGrpcClient,
  type TaskHubGrpcWorker,
  whenAll,
  whenAny,
} from '@microsoft/durabletask-js';
import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { causeTexts } from '../../src/core/history/divergence';
import type { ReplayTimeline } from '../../src/replay/replay-timeline';
import { GrpcFixture } from './grpc-fixture';
import { contentOf, lookBothWays, namesOf, openConnected } from './replay-helpers';

class Counter extends TaskEntity<number> {
  add(value: number): number {
    this.state += value;
    return this.state;
  }
  protected override initializeState(): number {
    return 0;
  }
}
const counter = new EntityInstanceId('counter', 'replayed');

type Code = (context: OrchestrationContext, input: unknown) => AsyncGenerator<unknown, unknown, never>;

describe('replay by a connected program', () => {
  let fixture: GrpcFixture;
  let client: TaskHubGrpcClient;
  let program: TaskHubGrpcWorker;
  before(async () => {
    fixture = await GrpcFixture.start();
    client = fixture.client();
    program = await connect(orchestrators);
  });
  after(() => fixture.stop());

  const activities: Record<string, (context: ActivityContext, input: unknown) => unknown> = {
    SayHello: (_, city) => `Hello ${String(city)}!`,
    Double: (_, value) => Number(value) * 2,
    Flaky: () => {
      if (++tries < 3) throw new Error('again');
      return tries;
    },
    Fail: () => {
      throw new Error('no luck');
    },
  };
  let tries = 0;
  const orchestrators: Record<string, Code> = {
    async *HelloCities(context) {
      const greetings: unknown[] = [];
      for (const city of ['Tokyo', 'Seattle', 'London']) {
        greetings.push(yield context.callActivity('SayHello', city));
        context.setCustomStatus({ city });
      }
      return greetings;
    },
    async *FanOut(context) {
      const doubled: number[] = yield whenAll([1, 2, 3, 4].map((value) => context.callActivity('Double', value)));
      return doubled.reduce((sum, value) => sum + value, 0);
    },
    async *Everything(context) {
      yield context.createTimer(0.01);
      const child: unknown = yield context.callSubOrchestrator('Child', 'x');
      context.setCustomStatus('waits');
      const answer: unknown = yield context.waitForExternalEvent('Approve');
      try {
        yield context.callActivity('Fail');
      } catch (error) {
        return [child, answer, (error as Error).message.includes('no luck')];
      }
      return null;
    },
    async *Child(context, input) {
      return [context.instanceId.length > 0, input, yield context.callActivity('Double', 4)];
    },
    async *Throws(context) {
      yield context.callActivity('Double', 1);
      throw new TypeError('not today');
    },
    async *Countdown(context, input) {
      const left = Number(input);
      const doubled: number = yield context.callActivity('Double', left);
      context.setCustomStatus({ left, doubled });
      if (left > 1) context.continueAsNew(left - 1, false);
      return 'done';
    },
    async *Retries(context) {
      const retry = new RetryPolicy({ maxNumberOfAttempts: 5, firstRetryIntervalInMilliseconds: 10 });
      const done: unknown = yield context.callActivity('Flaky', undefined, { retry });
      const slow = context.createTimer(3600);
      const quick = context.callActivity('Double', 2);
      const winner: unknown = yield whenAny([slow, quick]);
      return [done, winner === quick];
    },
    async *Counts(context) {
      context.entities.signalEntity(counter, 'add', 1);
      const added: unknown = yield context.entities.callEntity(counter, 'add', 2);
      context.setCustomStatus(added);
      const lock = (yield context.entities.lockEntities(counter)) as LockHandle;
      yield context.entities.callEntity(counter, 'add', 4);
      lock.release();
      return yield context.callActivity('Double', added);
    },
    async *Waits(context) {
      context.setCustomStatus('ready');
      const first: unknown = yield context.waitForExternalEvent('One');
      context.setCustomStatus('half');
      return [first, yield context.waitForExternalEvent('Two')];
    },
  };
  const connect = (orchestrators: Record<string, Code>): Promise<TaskHubGrpcWorker> =>
    fixture.worker((worker) => {
      for (const [name, code] of Object.entries(orchestrators)) worker.addNamedOrchestrator(name, code as TOrchestrator);
      for (const [name, run] of Object.entries(activities)) worker.addNamedActivity(name, run);
      worker.addNamedEntity('counter', () => new Counter());
    });
  const run = async (name: string, input?: unknown): Promise<string> => {
    const id = await client.scheduleNewOrchestration(name, input);
    await client.waitForOrchestrationCompletion(id, true, 20);
    return id;
  };
  /** The replay, looked at there and back, which leaves no trace. */
  const travel = async (instanceId: string): Promise<ReplayTimeline> => {
    const before = await contentOf(fixture.emulator);
    const timeline = await openConnected(fixture.emulator, instanceId);
    await lookBothWays(timeline);
    assert.equal(await contentOf(fixture.emulator), before);
    return timeline;
  };
  const statuses = (timeline: ReplayTimeline) => timeline.steps.map(({ customStatus }) => customStatus);

  it('shows what the code asked for and its custom status at every moment, and commits nothing', async () => {
    const timeline = await travel(await run('HelloCities'));
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.program, 'connected JavaScript program');
    assert.deepEqual(namesOf(timeline), [['SayHello'], ['SayHello'], ['SayHello'], ['CompleteOrchestration']]);
    assert.deepEqual(statuses(timeline), [null, '{"city":"Tokyo"}', '{"city":"Seattle"}', '{"city":"London"}']);
    assert.deepEqual(
      timeline.steps.map(({ kind }) => kind),
      ['started', 'resumed', 'resumed', 'completed'],
    );
    assert.equal(timeline.steps.at(-1)?.output, '["Hello Tokyo!","Hello Seattle!","Hello London!"]');
    assert.deepEqual(
      timeline.steps.map(({ rows }) => [rows.from, rows.to]),
      [
        [0, 2],
        [2, 6],
        [6, 10],
        [10, timeline.history.length],
      ],
    );
    assert.deepEqual(
      timeline.steps[0]?.pending.map(({ name, id, sinceRow }) => [name, id, sinceRow]),
      [['SayHello', 1, 2]],
    );
    assert.match(timeline.notes.join(' '), /variables stay there/);
    assert.deepEqual(await timeline.scopes(0, 0), []);
    await assert.rejects(timeline.evaluate(0, 0, 'city'), (error) => DurascopeError.is(error, 'NotSupported'));
  });

  it('has a moment for each result of a fan-out', async () => {
    const timeline = await travel(await run('FanOut'));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(
      timeline.steps.map(({ pending }) => pending.length),
      [4, 3, 2, 1, 0],
    );
    assert.equal(timeline.steps.at(-1)?.output, '20');
  });

  it('goes through timers, events, children and failures that are caught', async () => {
    const id = await client.scheduleNewOrchestration('Everything');
    await client.raiseOrchestrationEvent(id, 'Approve', true);
    await client.waitForOrchestrationCompletion(id, true, 20);
    const timeline = await travel(id);
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.at(-1)?.output, '[[true,"x",8],true,true]');
    assert.deepEqual(
      namesOf(timeline).filter((names) => names.length > 0),
      [['CreateTimer'], ['Child'], ['Fail'], ['CompleteOrchestration']],
    );
    const child = timeline.steps.flatMap(({ pending }) => pending).find(({ kind }) => kind === 'subOrchestration');
    assert.equal((await travel(child?.instanceId ?? '')).steps.at(-1)?.output, '[true,"x",8]');
  });

  it('shows the failure of an orchestration that threw', async () => {
    const timeline = await travel(await run('Throws'));
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.at(-1)?.kind, 'failed');
    assert.equal(timeline.steps.at(-1)?.failure?.ErrorMessage, 'not today');
  });

  it('replays the last generation of an eternal orchestration, which is given its own input', async () => {
    const timeline = await travel(await run('Countdown', 3));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(statuses(timeline), [null, '{"left":1,"doubled":2}']);
  });

  it('shows retries and what was cancelled as they were', async () => {
    const timeline = await travel(await run('Retries'));
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.at(-1)?.output, '[3,true]');
  });

  it('goes through calls, signals and locks of entities', async () => {
    const timeline = await travel(await run('Counts'));
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.at(-1)?.output, '6');
    assert.deepEqual(
      timeline.steps.map(({ decisions }) => decisions.map(({ type }) => type)),
      [
        ['SignalEntity', 'CallEntity'],
        ['LockEntities'],
        ['CallEntity'],
        ['UnlockEntity', 'ScheduleTask'],
        ['CompleteOrchestration'],
      ],
    );
    assert.deepEqual(
      timeline.steps.map(({ pending }) => pending.map(({ kind }) => kind)),
      [['entity'], ['entity'], ['entity'], ['activity'], []],
    );
  });

  it('shows how far an instance has come that waits, is suspended or was terminated', async () => {
    const id = await client.scheduleNewOrchestration('Waits');
    await client.waitForOrchestrationStart(id, true, 20);
    assert.deepEqual(statuses(await travel(id)), ['"ready"']);
    const { hub } = fixture.emulator;
    const half = new Promise<void>((resolve) => {
      const subscription = hub.subscribe((changes) => {
        if (!JSON.stringify(changes).includes('half')) return;
        subscription.dispose();
        resolve();
      });
    });
    await client.raiseOrchestrationEvent(id, 'One', 1);
    await half;
    const timeline = await travel(id);
    assert.deepEqual(statuses(timeline), ['"ready"', '"half"']);
    assert.equal(timeline.steps.at(-1)?.kind, 'waiting');
    await client.terminateOrchestration(id, 'enough');
    await client.waitForOrchestrationCompletion(id, true, 20);
    const ended = await travel(id);
    assert.deepEqual(
      ended.steps.map(({ kind }) => kind),
      ['started', 'resumed', 'terminated'],
    );
  });

  describe('when the code was changed since', () => {
    before(() => fixture.stopWorker(program));
    const sequence = (...names: string[]): Code =>
      async function* (context) {
        const results: unknown[] = [];
        for (const name of names) results.push(yield context.callActivity(name, 1));
        return results;
      };
    const changed = async (before: Code, after: Code): Promise<ReplayTimeline> => {
      for (const name of ['A', 'B', 'B2', 'C']) activities[name] = () => name;
      const first = await connect({ Main: before });
      const id = await run('Main');
      await fixture.stopWorker(first);
      const second = await connect({ Main: after });
      const timeline = await travel(id);
      await fixture.stopWorker(second);
      return timeline;
    };

    it('names an activity that was renamed, at its row', async () => {
      const { divergence, steps } = await changed(sequence('A', 'B', 'C'), sequence('A', 'B2', 'C'));
      assert.equal(divergence?.recorded, 'activity B #2');
      assert.equal(divergence.actual, 'activity B2 #2');
      assert.equal(divergence.rowIndex, 6);
      assert.equal(divergence.cause, 'renamedCall');
      assert.match(divergence.message, new RegExp(causeTexts.renamedCall.explanation.slice(0, 20)));
      assert.deepEqual(
        steps.map(({ kind }) => kind),
        ['started', 'resumed', 'diverged'],
      );
    });

    it('names calls that changed places', async () => {
      const { divergence } = await changed(sequence('A', 'B', 'C'), sequence('A', 'C', 'B'));
      assert.deepEqual([divergence?.recorded, divergence?.actual], ['activity B #2', 'activity C #2']);
      assert.match(divergence?.cause ?? '', /reorderedCalls|removedCall/);
    });

    it('names a call that was added', async () => {
      const { divergence } = await changed(sequence('A', 'C'), sequence('A', 'B', 'C'));
      assert.deepEqual([divergence?.recorded, divergence?.actual], ['activity C #2', 'activity B #2']);
    });

    it('names a call that was taken out at the end', async () => {
      const { divergence } = await changed(sequence('A', 'B'), sequence('A'));
      assert.deepEqual([divergence?.recorded, divergence?.actual], ['activity B #2', null]);
      assert.match(divergence?.message ?? '', /has completed by then/);
    });

    it('names a call that waits for another one now', async () => {
      const both: Code = async function* (context) {
        return yield whenAll(['A', 'B'].map((name) => context.callActivity(name)));
      };
      const { divergence } = await changed(both, sequence('A', 'B'));
      assert.deepEqual([divergence?.recorded, divergence?.actual], ['activity B #2', null]);
    });

    it('names operations of entities that are gone or have become others', async () => {
      const counts = (operation: string | null): Code =>
        async function* (context) {
          if (operation === null) return 1;
          return yield context.entities.callEntity(counter, operation, 1);
        };
      const gone = await changed(counts('add'), counts(null));
      assert.deepEqual([gone.divergence?.recorded, gone.divergence?.actual], ['entity call add #1', null]);
      const renamed = await changed(counts('add'), counts('count'));
      assert.deepEqual(
        [renamed.divergence?.recorded, renamed.divergence?.actual],
        ['entity call add #1', 'entity call count #1'],
      );
    });

    it('says so when the code asks for other work each time', async () => {
      let calls = 0;
      const { divergence } = await changed(sequence('A', 'B'), async function* (context) {
        calls++;
        yield context.callActivity('A');
        return yield context.callActivity(`Other${calls}`);
      });
      assert.equal(divergence?.recorded, 'activity B #2');
      assert.equal(divergence.cause, 'globalState');
    });
  });
});
