/**
 * Replays by real programs of the Durable Task SDKs of other languages, as far as their toolchains are here (see sdk-toolchains.ts); the
 * others are named. What is seen is the same in every language.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TaskHubClient } from '../../src/core/ports/task-hub-client';
import { isTerminal } from '../../src/core/values/status';
import type { ReplayTimeline } from '../../src/replay/replay-timeline';
import { GrpcFixture } from '../grpc/grpc-fixture';
import { contentOf, lookBothWays, namesOf, openConnected } from '../grpc/replay-helpers';
import { buildProgram, SdkProgram } from '../support/sdk-program';
import { type Toolchain, toolchains } from '../support/sdk-toolchains';

describe('replays by programs in other languages', function () {
  this.timeout(15 * 60_000);
  for (const toolchain of toolchains) {
    describe(toolchain.name, () => {
      replays(toolchain);
    });
  }
});

function replays(toolchain: Toolchain): void {
  let folder = '';
  let fixture: GrpcFixture;
  let hub: TaskHubClient;
  let program: SdkProgram | undefined;
  let isHere = true;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-replay-'));
    fixture = await GrpcFixture.start();
    ({ hub } = fixture.emulator);
    const source = path.join(folder, toolchain.name);
    await mkdir(source);
    await buildProgram(toolchain, source).catch(() => (isHere = false));
    if (isHere) program = await connect();
  });
  after(async () => {
    await program?.stop();
    await fixture.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const connectedIs = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const isSo = (): boolean => fixture.emulator.connectedWorkers().length === count;
      const subscription = fixture.emulator.onEvent(() => {
        if (!isSo()) return;
        subscription.dispose();
        resolve();
      });
    });
  const connect = async (env?: Record<string, string>): Promise<SdkProgram> => {
    const connected = connectedIs(1);
    const started = new SdkProgram(toolchain, path.join(folder, toolchain.name), fixture.address, env);
    await Promise.race([connected, started.ended()]);
    return started;
  };
  const begin = async (name: string, input?: unknown, version?: string): Promise<string> => {
    const text = input === undefined ? {} : { input: JSON.stringify(input) };
    return (await hub.start({ name, ...text, ...(version === undefined ? {} : { version }) })).instanceId;
  };
  const ended = async (instanceId: string): Promise<string> => {
    const row = await hub.waitForCompletion(instanceId, 30_000);
    assert.ok(isTerminal(row.runtimeStatus), `${row.name} has not ended: ${program?.output ?? ''}`);
    return instanceId;
  };
  const run = async (name: string, input?: unknown, version?: string): Promise<string> =>
    ended(await begin(name, input, version));
  /** The replay, looked at there and back, which leaves no trace. */
  const travel = async (instanceId: string): Promise<ReplayTimeline> => {
    const before = await contentOf(fixture.emulator);
    const timeline = await openConnected(fixture.emulator, instanceId);
    await lookBothWays(timeline);
    assert.equal(await contentOf(fixture.emulator), before);
    return timeline;
  };
  const statuses = (timeline: ReplayTimeline): unknown[] =>
    timeline.steps.map(({ customStatus }) => (customStatus === null ? null : (JSON.parse(customStatus) as unknown)));
  const kinds = (timeline: ReplayTimeline): string[] => timeline.steps.map(({ kind }) => kind);
  /** Without timers: Java's SDK sets one more where one fires in the very millisecond for which it was set. */
  const workOf = (timeline: ReplayTimeline): string[][] =>
    namesOf(timeline)
      .map((names) => names.filter((name) => name !== 'CreateTimer'))
      .filter((names) => names.length > 0);
  const output = (timeline: ReplayTimeline): unknown => JSON.parse(timeline.steps.at(-1)?.output ?? 'null');
  const checks: { title: string; check: () => Promise<void> }[] = [];
  /** Where the SDK has what the orchestrator uses. */
  const when = (
    title: string,
    check: () => Promise<void>,
    languages: readonly string[] = ['python', 'java', 'go', 'csharp'],
  ): void => {
    if (languages.includes(toolchain.name)) checks.push({ title, check });
  };
  it('show the same as in every language, if its toolchain is here', async () => {
    if (!isHere) {
      console.log(`      ${toolchain.name} does not run here: it needs ${toolchain.needs}`);
      return;
    }
    for (const { title, check } of checks) {
      await check();
      console.log(`        ${title}`);
    }
  });

  when('shows what the code asked for and its custom status at every moment', async () => {
    const timeline = await travel(await run('HelloCities'));
    assert.equal(timeline.divergence, null);
    const language = toolchain.name === 'csharp' ? '\\.NET' : toolchain.name;
    assert.match(timeline.program ?? '', new RegExp(`connected ${language} program`, 'i'));
    assert.deepEqual(namesOf(timeline), [['SayHello'], ['SayHello'], ['SayHello'], ['CompleteOrchestration']]);
    assert.deepEqual(statuses(timeline), [null, { city: 'Tokyo' }, { city: 'Seattle' }, { city: 'London' }]);
    assert.deepEqual(kinds(timeline), ['started', 'resumed', 'resumed', 'completed']);
    assert.deepEqual(output(timeline), ['Hello Tokyo!', 'Hello Seattle!', 'Hello London!']);
  });

  when('has a moment for each result of a fan-out', async () => {
    const timeline = await travel(await run('FanOut'));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(
      timeline.steps.map(({ pending }) => pending.length),
      [4, 3, 2, 1, 0],
    );
    assert.equal(output(timeline), 20);
  });

  when('goes through timers, children, events and failures that are caught', async () => {
    const id = await begin('Everything');
    await hub.raiseEvent(id, 'Approve', 'true');
    const timeline = await travel(await ended(id));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(output(timeline), [['x', 8], true, true]);
    assert.deepEqual(workOf(timeline), [['Child'], ['Fail'], ['CompleteOrchestration']]);
    assert.equal(timeline.steps[0]?.pending[0]?.kind, 'timer');
    const child = timeline.steps.flatMap(({ pending }) => pending).find(({ kind }) => kind === 'subOrchestration');
    assert.deepEqual(output(await travel(child?.instanceId ?? '')), ['x', 8]);
  });

  when('shows the failure of an orchestration that threw', async () => {
    const timeline = await travel(await run('Throws'));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(kinds(timeline), ['started', 'failed']);
    assert.match(timeline.steps.at(-1)?.failure?.ErrorMessage ?? '', /not today/);
  });

  when('replays the last generation of an orchestration that continued as new', async () => {
    const timeline = await travel(await run('Countdown', 3));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(statuses(timeline), [null, { left: 1, doubled: 2 }]);
    assert.equal(output(timeline), 'done');
  });

  when('shows each attempt at what is retried, and the timers between', async () => {
    const timeline = await travel(await run('Retries'));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(output(timeline), [3, 4]);
    assert.deepEqual(workOf(timeline), [['Flaky'], ['Flaky'], ['Flaky'], ['Double'], ['CompleteOrchestration']]);
    const attempts = timeline.steps
      .flatMap(({ pending }) => pending.map(({ name, attempt }) => `${name} ${attempt}`))
      .filter((text) => /^[FD]/.test(text));
    assert.deepEqual(
      attempts.filter((text, index) => text !== attempts[index - 1]),
      ['Flaky 1', 'Flaky 2', 'Flaky 3', 'Double 1'],
    );
    assert.ok(timeline.steps[1]?.pending.some(({ kind }) => kind === 'timer'));
  });

  when('goes through a history that was rewound', async () => {
    const id = await run('Rewinds');
    assert.equal((await travel(id)).steps.at(-1)?.kind, 'failed');
    await hub.rewind(id, 'mended');
    const timeline = await travel(await ended(id));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(output(timeline), [2, 'done']);
    assert.deepEqual(workOf(timeline), [['Double'], ['FailsOnce'], ['CompleteOrchestration']]);
  });

  when('shows a race of an event and a timer, whichever the code asked for first', async () => {
    const id = await begin('Race');
    await hub.raiseEvent(id, 'Approve', 'true');
    const timeline = await travel(await ended(id));
    assert.equal(timeline.divergence, null);
    assert.deepEqual(output(timeline), [true, 4]);
  });

  when('shows how far an instance has come that waits, is suspended or was terminated', async () => {
    const id = await begin('Waits');
    const has = (status: string): Promise<void> =>
      new Promise((resolve) => {
        const subscription = hub.subscribe((changes) => {
          if (!JSON.stringify(changes).includes(status)) return;
          subscription.dispose();
          resolve();
        });
      });
    let changed = has('half');
    await hub.raiseEvent(id, 'One', '1');
    await changed;
    assert.deepEqual(statuses(await travel(id)), ['ready', 'half']);
    changed = has('Suspended');
    await hub.suspend(id, 'later');
    await changed;
    assert.deepEqual(statuses(await travel(id)), ['ready', 'half']);
    changed = has('Running');
    await hub.resume(id, 'now');
    await changed;
    assert.equal((await travel(id)).steps.at(-1)?.kind, 'waiting');
    await hub.terminate(id, 'enough');
    const timeline = await travel(await ended(id));
    assert.equal(timeline.steps.at(-1)?.kind, 'terminated');
    assert.deepEqual(statuses(timeline).at(-1), 'half');
  });

  when(
    'goes through calls, signals, failures and locks of entities',
    async () => {
      const timeline = await travel(await run('Counts'));
      assert.equal(timeline.divergence, null);
      assert.equal(output(timeline), 6);
      // .NET's package without the scheduler's sends them as Durable Functions does.
      const said = (type: string): string => (toolchain.name === 'csharp' && type.includes('Entit') ? 'SendEvent' : type);
      assert.deepEqual(
        timeline.steps.map(({ decisions }) => decisions.map(({ type }) => type)),
        [
          ['SignalEntity', 'CallEntity'],
          ['CallEntity'],
          ['LockEntities'],
          ['CallEntity'],
          ['ScheduleTask'],
          ['UnlockEntity', 'ScheduleTask'],
          ['CompleteOrchestration'],
        ].map((types) => types.map(said)),
      );
      assert.deepEqual(statuses(timeline), [null, 3, true, true, true, true, true]);
      assert.deepEqual(
        timeline.steps.map(({ pending }) => pending.map(({ kind }) => kind)),
        [['entity'], ['entity'], ['entity'], ['entity'], ['activity'], ['activity'], []],
      );
    },
    ['python', 'csharp'],
  );

  when(
    'is given the version that it was started with',
    async () => {
      assert.equal(output(await travel(await run('Versioned', undefined, '1.2'))), '1.2');
    },
    ['python', 'csharp'],
  );

  when('goes through a history of hundreds of events', async () => {
    const timeline = await travel(await run('Chain', 100));
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.length, 101);
    assert.deepEqual(statuses(timeline).at(-1), 99);
  });

  when('names what was changed in the code since', async () => {
    const ids = await Promise.all(
      ['Main', 'Pair', ...(toolchain.name === 'python' || toolchain.name === 'csharp' ? ['Calls'] : [])].map((name) => run(name)),
    );
    const gone = connectedIs(0);
    await program?.stop();
    await gone;
    program = await connect({ DURASCOPE_CHANGED: '1' });
    const [main, pair, calls] = await Promise.all(ids.map((id) => travel(id)));
    assert.deepEqual(
      [main?.divergence?.recorded, main?.divergence?.actual, main?.divergence?.cause],
      ['activity EchoB #2', 'activity EchoB2 #2', 'renamedCall'].map((text) => numbered(text)),
    );
    assert.deepEqual([pair?.divergence?.recorded, pair?.divergence?.actual], [numbered('activity EchoB #2'), null]);
    if (calls !== undefined) {
      assert.match(calls.divergence?.recorded ?? '', new RegExp(`^${numbered('entity call get #1')}$`, 'i'));
      assert.equal(calls.divergence?.actual, numbered('activity EchoA #1'));
    }
  });

  /** Numbers begin at 0 in some SDKs, as the titles have them at 1. */
  const numbered = (text: string): string =>
    toolchain.name === 'python' ? text : text.replace(/#(\d+)/, (_, number: string) => `#${Number(number) - 1}`);
}
