/** When tasks begin, and which groups count them: where the packages differ from what one would guess. */
import assert from 'node:assert/strict';
import { running, scenario } from '../orchestrations/scenario';
import { sdk1, sdk2, sdk3, type Context, type Orchestrator, type Sdk } from '../orchestrations/sdks';
import type { TestHost } from '../orchestrations/test-host';

describe('tasks begin, end and count otherwise than one would guess', () => {
  scenario({
    title: 'an activity begins when it is yielded, not when it is called',
    code: () =>
      function* ({ df }) {
        const a = df.callActivity('A');
        const b = df.callActivity('B');
        return [yield a, yield b];
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0, 'a'));
      await host.episode(host.completed(1, 'b'));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 EC#2[Completed] OC',
    output: ['a', 'b'],
  });

  scenario({
    title: 'the quick fix: a group in front of the yields starts all, and the yields give what has ended',
    code: () =>
      function* ({ df }) {
        const a = df.callActivity('A');
        const b = df.callActivity('B');
        yield df.Task.all([a, b]);
        return [yield a, yield b];
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(1, 'b'));
      await host.episode(host.completed(0, 'a'));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TC→1 OC | OS TC→0 EC#2[Completed] OC',
    output: ['a', 'b'],
  });

  scenario({
    title:
      "a timer's time counts from its making, though it is set when it is yielded: none is lost by waiting for something else",
    code: () =>
      function* ({ df }) {
        const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
        yield df.callActivity('A');
        yield timer;
      },
    script: async (host) => {
      await host.start();
      const startedAt = host.nowMs;
      host.tick(30_000);
      await host.episode(host.completed(0));
      assert.equal(host.timerAt(1), startedAt + 60_000);
      await host.episode(host.fired(1));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TmC#1 OC | OS TmF→1 EC#2[Completed] OC',
  });

  scenario({
    title: 'the last failure of a retry is seen only after one more timer has fired',
    code: (sdk) =>
      function* ({ df }) {
        try {
          yield df.callActivityWithRetry('A', sdk.retry(5000, 2));
        } catch {
          return 'caught';
        }
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.fired(1));
      await host.episode(host.failed(2));
      assert.equal(host.status, 'Running');
      await host.episode(host.fired(3));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC | OS TmF→3 EC#4[Completed] OC',
    output: 'caught',
  });

  // Deviation: Azure schedules both again (docs/fidelity.md, "A task raced twice").
  scenario({
    title: 'running tasks that are grouped anew are done twice, and answer for each other',
    code: () =>
      function* ({ df }) {
        const tasks = [df.callActivity('A'), df.callActivity('B')];
        yield df.Task.any(tasks);
        return yield df.Task.all(tasks);
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0, 'a'));
      await host.episode(host.completed(1, 'b'));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TC→0 TS#2 TS#3 OC | OS TC→1 OC',
    status: 'Running',
    only: [sdk2, sdk3],
  });

  const twoGroups = {
    code: () =>
      function* ({ df }: Context) {
        const shared = df.callActivity('A');
        const first = df.Task.all([shared, df.callActivity('B')]);
        df.Task.all([shared, df.callActivity('C')]);
        return (yield first) as unknown;
      },
  };

  scenario({
    title: 'a task in two groups counts in the last only: the first waits for ever',
    ...twoGroups,
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(1, 'b'));
      await host.episode(host.completed(0, 'a'));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TC→1 OC | OS TC→0 OC',
    status: 'Running',
    only: [sdk2, sdk3],
  });

  scenario({
    title: 'a task in two groups counts in both with 1.x',
    ...twoGroups,
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(1, 'b'));
      await host.episode(host.completed(0, 'a'));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TC→1 OC | OS TC→0 EC#2[Completed] OC',
    output: ['a', 'b'],
    only: [sdk1],
  });

  scenario({
    title: 'Task.any does not see a task that has finished, and does it again: the running one wins',
    code: () =>
      function* ({ df }) {
        const done = df.callActivity('A');
        yield done;
        const other = df.callActivity('B');
        const winner: unknown = yield df.Task.any([done, other]);
        return winner === other;
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0));
      await host.episode(host.completed(1));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 TS#2 OC | OS TC→1 OC',
    status: 'Running',
    only: [sdk3],
  });

  for (const group of ['all', 'any'] as const) {
    const code = () =>
      function* ({ df }: Context) {
        const done = df.callActivity('A');
        yield done;
        yield df.Task[group]([done]);
        return 'past';
      };

    scenario({
      title: `Task.${group} of tasks that have all finished waits for ever`,
      code,
      script: async (host) => {
        await host.start();
        await host.episode(host.completed(0));
        await host.episode(host.raised('Anything'));
      },
      rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS ER OC',
      status: 'Running',
      only: [sdk3],
    });

    scenario({
      title: `Task.${group} of tasks that have all finished goes on at once with 1.x and 2.x`,
      code,
      script: async (host) => {
        await host.start();
        await host.episode(host.completed(0));
      },
      rows: 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC',
      output: 'past',
      only: [sdk1, sdk2],
    });
  }

  /** Goes on from a group in which a task with retries is not over. */
  const leavesRetry = (sdk: Sdk): Orchestrator =>
    function* ({ df }) {
      const answers: unknown[] = [];
      try {
        yield df.Task.all([df.callActivity('A'), df.callActivityWithRetry('B', sdk.retry(5000, 2))]);
      } catch {
        for (const name of ['C', 'SayHello']) answers.push(yield df.callActivity(name));
      }
      return answers;
    };
  const retryThenRest = async (host: TestHost, answer: Parameters<TestHost['completed']>[1]): Promise<void> => {
    await host.start();
    await host.episode(host.failed(1));
    await host.episode(host.failed(0));
    await host.episode(host.fired(2));
    await host.episode(host.completed(3, answer));
    await host.episode(host.completed(4, 'c'));
    await host.episode(host.completed(5, 'd'));
  };

  // Recorded on the real engine, too, for an activity, a timer, a child and an HTTP call that follow.
  scenario({
    title:
      "what follows a group that a task's retries outlive is numbered otherwise by package and engine: it gets the results of others",
    code: leavesRetry,
    script: (host) => retryThenRest(host, 'b'),
    rows: 'OS ES TS#0 TS#1 OC | OS TF→1 TmC#2 OC | OS TF→0 OC | OS TmF→2 TS#3 OC | OS TC→3 TS#4 OC | OS TC→4 TS#5 OC | OS TC→5 EC#6[Completed] OC',
    output: ['b', 'd'],
    only: [sdk2, sdk3],
  });

  for (const sdk of [sdk2, sdk3]) {
    it(`whoever gets the result of a retry that was left behind is warned, once (${sdk.version})`, () =>
      running(sdk, 'warm', leavesRetry(sdk), async ({ host, warnings }) => {
        await retryThenRest(host, 'b');
        assert.equal(warnings.length, 1);
        assert.match(warnings.join(), /^The result of 'B' has gone to another call .* a task with retries /);
        assert.deepEqual(
          host.outcomes.map(({ astray }) => astray),
          [
            ...[undefined, undefined, undefined, undefined],
            [[1, "given to 'C' instead of 'B'"]],
            [[1, "given to a retry of 'B' instead of 'C'"]],
            undefined,
          ],
        );
      }));

    it(`nobody is warned where all that a group began is waited for (${sdk.version})`, () =>
      running(
        sdk,
        'warm',
        function* ({ df }) {
          const tried = df.callActivityWithRetry('B', sdk.retry(5000, 2));
          yield df.Task.all([df.callActivity('A'), tried]);
          return yield df.callActivityWithRetry('C', sdk.retry(5000, 3));
        },
        async ({ host, warnings }) => {
          await host.start();
          await host.episode(host.failed(1));
          await host.episode(host.completed(0));
          await host.episode(host.fired(2));
          await host.episode(host.completed(3));
          await host.episode(host.failed(4));
          await host.episode(host.fired(5));
          await host.episode(host.completed(6));
          assert.equal(host.status, 'Completed');
          assert.deepEqual(warnings, []);
          assert.ok(host.outcomes.every(({ astray }) => astray === undefined));
        },
      ));
  }
});
