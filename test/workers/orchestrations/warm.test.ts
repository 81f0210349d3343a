import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import type { OrchestrationRunnerOptions } from '../../../src/workers/node/child/orchestrations/orchestration-runner';
import { SdkHooks } from '../../../src/workers/node/child/orchestrations/sdk-hooks';
import { type Mode, newRunner, running } from './scenario';
import type { Orchestrator } from './sdks';
import { loadedModules, sdk2, sdk3 } from './sdks';
import { TestHost } from './test-host';

const load = createRequire(__filename);

/** Counts how often the code starts from its first line. */
function counted(): { code: Orchestrator; starts: () => number } {
  let starts = 0;
  return {
    starts: () => starts,
    *code({ df }) {
      starts += 1;
      for (let i = 0; i < 3; i++) yield df.callActivity('A', i);
      return 'done';
    },
  };
}

const unchecked = { determinismCheck: { onCompletion: false, atEpisodes: () => false } };

describe('orchestrations: what is kept warm', () => {
  for (const sdk of [sdk2, sdk3]) {
    it(`runs each line once while it is warm, and answers at once (${sdk.version})`, () => {
      const { code, starts } = counted();
      return running(
        sdk,
        'warm',
        code,
        async ({ host, runner }) => {
          await host.start();
          const reply = runner.run({
            instanceId: host.instanceId,
            executionId: host.executionId,
            name: 'Orchestration',
            knownLength: 2,
            events: [
              ...host.history.slice(2),
              { ...host.history[0], EventType: 'OrchestratorStarted' } as never,
              host.completed(0),
            ],
          });
          assert.ok(!(reply instanceof Promise));
          assert.equal(starts(), 1);
        },
        {},
        unchecked,
      );
    });

    it(`asks for the history when the orchestration was forgotten, or when the last episode was not committed (${sdk.version})`, () => {
      const { code, starts } = counted();
      return running(
        sdk,
        'warm',
        code,
        async ({ host, runner }) => {
          await host.start();
          runner.forget(host.instanceId);
          await host.episode(host.completed(0));
          assert.equal(host.askedAgain, 1);
          // An outcome that is lost: the same episode comes again with something more.
          const lost = await host.ask([{ ...host.history[0], EventType: 'OrchestratorStarted' } as never, host.completed(1)]);
          assert.equal(lost.decisions.length, 1);
          await host.episode(host.completed(1), host.raised('Late'));
          assert.equal(host.askedAgain, 2);
          await host.episode(host.completed(2));
          assert.equal(host.rows, 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 ER TS#2 OC | OS TC→2 EC#3[Completed] OC');
          assert.equal(starts(), 3);
        },
        {},
        unchecked,
      );
    });

    it(`lets the least recently used go (${sdk.version})`, async () => {
      const { code } = counted();
      const runner = newRunner(sdk, { Orchestration: code }, 'warm', { ...unchecked, maxWarm: 2 });
      try {
        const hosts = [];
        for (const instanceId of ['a', 'b', 'c']) hosts.push(await new TestHost(runner, { instanceId }).start());
        for (const host of [...hosts].reverse()) await host.episode(host.completed(0));
        assert.deepEqual(
          hosts.map((host) => host.askedAgain),
          [1, 0, 0],
        );
      } finally {
        runner.dispose();
      }
    });

    it(`keeps no more events than it may, but always the one that runs (${sdk.version})`, async () => {
      const { code } = counted();
      const runner = newRunner(sdk, { Orchestration: code }, 'warm', { ...unchecked, maxWarmEvents: 5 });
      try {
        const first = await new TestHost(runner, { instanceId: 'a' }).start();
        const second = await new TestHost(runner, { instanceId: 'b' }).start();
        await first.episode(first.completed(0));
        await second.episode(second.completed(0));
        assert.deepEqual([first.askedAgain, second.askedAgain], [0, 1]);
      } finally {
        runner.dispose();
      }
    });

    it(`starts cold when the app gets hooks (${sdk.version})`, async () => {
      let canStayWarm = true;
      const { code, starts } = counted();
      const runner = newRunner(sdk, { Orchestration: code }, 'warm', { ...unchecked, canStayWarm: () => canStayWarm });
      try {
        const host = await new TestHost(runner).start();
        canStayWarm = false;
        const cold = await new TestHost(runner, { instanceId: 'cold' }).start();
        await cold.episode(cold.completed(0));
        assert.equal(starts(), 3);
        assert.equal(host.askedAgain + cold.askedAgain, 0);
      } finally {
        runner.dispose();
      }
    });

    it(`says once that Azure schedules a task again that is raced twice (${sdk.version})`, () =>
      running(
        sdk,
        'warm',
        function* ({ df }) {
          const tasks = [df.callActivity('A'), df.callActivity('B'), df.callActivity('C')];
          while (tasks.length > 0) {
            const winner = yield df.Task.any([...tasks]);
            tasks.splice(tasks.indexOf(winner as (typeof tasks)[0]), 1);
          }
          return 'all';
        },
        async ({ host, warnings }) => {
          await host.start();
          for (const id of [1, 0, 2]) await host.episode(host.completed(id));
          assert.equal(host.rows, 'OS ES TS#0 TS#1 TS#2 OC | OS TC→1 TS#3 TS#4 OC | OS TC→0 OC | OS TC→2 OC');
          assert.match(warnings[0] ?? '', /waits again, in a Task.any or Task.all, for A, .*issues\/574/);
        },
      ));
  }

  for (const sdk of [sdk2, sdk3]) {
    const flags: Orchestrator = function* ({ df }) {
      const seen = [df.isReplaying];
      df.setCustomStatus({ seen: [...seen] });
      for (const id of [0, 1]) {
        yield df.callActivity('A', { id, wasReplaying: df.isReplaying });
        seen.push(df.isReplaying);
        df.setCustomStatus({ seen: [...seen], now: df.currentUtcDateTime, of: df.instanceId });
      }
      return seen;
    };
    const outcomes = async (mode: Mode, options: Partial<OrchestrationRunnerOptions>) =>
      running(
        sdk,
        mode,
        flags,
        async ({ host, warnings }) => {
          const statuses: (string | null)[] = [(await host.start()).customStatus];
          for (const id of [0, 1]) statuses.push((await host.episode(host.completed(id))).customStatus);
          return { rows: host.rows, statuses, output: host.output, warnings };
        },
        {},
        options,
      );

    for (const [what, options] of [
      ['whose instance is checked', {}],
      ['whose instance is not checked', { determinismCheck: { watches: () => false } }],
    ] as const) {
      it(`O2: code sees of isReplaying what a cold run shows it, and no warning comes of that, ${what} (${sdk.version})`, async () => {
        const cold = await outcomes('cold', options);
        assert.equal(cold.output, '[true,true,false]');
        assert.deepEqual(await outcomes('warm', options), cold);
      });
    }

    it(`is shown by isReplaying alone when code that asks for it ends by it: it fails as in production (${sdk.version})`, () =>
      running(
        sdk,
        'warm',
        function* ({ df }) {
          yield df.callActivity(df.isReplaying ? 'B' : 'A');
          return 'end';
        },
        async ({ host }) => {
          await host.start();
          await host.episode(host.completed(0));
          assert.equal(host.status, 'Failed');
          assert.match(host.output ?? '', /^Non-Deterministic workflow detected: /);
        },
        {},
        { determinismCheck: { watches: () => false } },
      ));
  }

  it('the context prints as the SDK made it', () =>
    running(
      sdk3,
      'warm',
      function* ({ df }) {
        yield df.callActivity('A');
        return [
          /isReplaying: (true|false),/.test(inspect(df)),
          Object.keys(df).includes('isReplaying'),
          'isReplaying' in { ...df },
        ];
      },
      async ({ host }) => {
        await host.start();
        await host.episode(host.completed(0));
        assert.equal(host.output, '[true,true,true]');
      },
      {},
      unchecked,
    ));

  it('an input that user code changes is new at each replay', () =>
    running(
      sdk3,
      'warm',
      function* ({ df }) {
        const input = df.getInput() as { n: number };
        input.n += 1;
        yield df.callActivity('A', input.n);
        return input.n;
      },
      async ({ host, warnings }) => {
        await host.start();
        await host.episode(host.completed(0));
        assert.equal(host.output, '2');
        assert.deepEqual(warnings, []);
      },
      { input: { n: 1 } },
    ));

  it('a name of Timestamp in the input is a Date for the code, as in every SDK 2.x and 3.x', () =>
    running(
      sdk3,
      'warm',
      function* ({ df }) {
        const { at } = df.getInput() as { at: { Timestamp: Date } };
        yield df.callActivity('A');
        return at.Timestamp.getTime();
      },
      async ({ host, warnings }) => {
        await host.start();
        await host.episode(host.completed(0));
        assert.equal(host.output, String(Date.UTC(2020, 0, 1)));
        assert.deepEqual(warnings, []);
      },
      { input: { at: { Timestamp: '2020-01-01T00:00:00Z' } } },
    ));
});

describe('orchestrations: opening an SDK', () => {
  interface Executor {
    prototype: Record<string, unknown>;
  }
  const file = load.resolve('durable-functions/lib/src/orchestrations/TaskOrchestrationExecutor.js');
  const { TaskOrchestrationExecutor: known } = load(file) as { TaskOrchestrationExecutor: new () => object };

  const opened = (executor: unknown): number =>
    new SdkHooks().attach({ [file]: { exports: { TaskOrchestrationExecutor: executor } } });

  it('gives it back as it was', () => {
    const { execute } = known.prototype as Record<string, unknown>;
    const hooks = new SdkHooks();
    hooks.attach(loadedModules);
    assert.notEqual((known.prototype as Record<string, unknown>)['execute'], execute);
    hooks.detach();
    assert.equal((known.prototype as Record<string, unknown>)['execute'], execute);
  });

  it('leaves alone what has another shape', () => {
    const strange: [string, unknown][] = [
      ['no class', {}],
      ['no methods', () => undefined],
      [
        'another constructor',
        class extends known {
          constructor() {
            super();
            throw new Error('wants arguments');
          }
        },
      ],
      [
        'execute with other parameters',
        class extends known {
          execute(): void {
            // Takes none.
          }
        },
      ],
      [
        'other state',
        class extends known {
          sequenceNumber = 1;
        },
      ],
      [
        'other events',
        class extends known {
          eventToTaskValuePayload = { 5: [], 99: [] };
        },
      ],
    ];
    for (const [what, executor] of strange) assert.equal(opened(executor), 0, what);
  });

  it('runs cold with an SDK that it does not know', async () => {
    const { execute } = known.prototype as { execute: unknown } & Executor['prototype'];
    const { code, starts } = counted();
    (known.prototype as Record<string, unknown>)['execute'] = function (this: unknown, ...args: unknown[]) {
      return (execute as (...all: unknown[]) => unknown).apply(this, args);
    };
    try {
      const runner = newRunner(sdk3, { Orchestration: code }, 'warm', unchecked);
      const host = await new TestHost(runner).start();
      for (const id of [0, 1, 2]) await host.episode(host.completed(id));
      runner.dispose();
      assert.equal(host.status, 'Completed');
      // Once to see that nothing comes through, then each episode from the first line.
      assert.ok(starts() >= 4);
    } finally {
      (known.prototype as Record<string, unknown>)['execute'] = execute;
    }
  });
});
