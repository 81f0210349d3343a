import assert from 'node:assert/strict';
import { scenario } from './scenario';
import type { Context, Task, TimerTask } from './sdks';

describe('orchestrations: basics (spec/engine.md 8.1)', () => {
  scenario({
    title: 'B1: returns at once',
    code: () =>
      function* () {
        return 'done';
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Completed] OC',
    output: 'done',
  });

  scenario({
    title: 'B2: three activities in sequence',
    code: () =>
      function* ({ df }) {
        const output: unknown[] = [];
        for (const city of ['Tokyo', 'Seattle', 'London']) output.push(yield df.callActivity('SayHello', city));
        return output;
      },
    script: async (host) => {
      await host.start();
      for (const id of [0, 1, 2]) await host.episode(host.completed(id, `Hello ${id}`));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 EC#3[Completed] OC',
    output: ['Hello 0', 'Hello 1', 'Hello 2'],
    check: (host) =>
      assert.deepEqual(host.sent, [
        { id: 0, input: '["Tokyo"]' },
        { id: 1, input: '["Seattle"]' },
        { id: 2, input: '["London"]' },
      ]),
  });

  const fanOut = ({ df }: Context) => df.Task.all([df.callActivity('A', 1), df.callActivity('B', 2), df.callActivity('C', 3)]);

  scenario({
    title: 'B3: fan-out, results one by one',
    code: () =>
      function* (context) {
        return yield fanOut(context);
      },
    script: async (host) => {
      await host.start();
      for (const id of [0, 1, 2]) await host.episode(host.completed(id, id));
    },
    rows: 'OS ES TS#0 TS#1 TS#2 OC | OS TC→0 OC | OS TC→1 OC | OS TC→2 EC#3[Completed] OC',
    output: [0, 1, 2],
  });

  scenario({
    title: 'B4: fan-out, all results in one batch',
    code: () =>
      function* (context) {
        return yield fanOut(context);
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0, 'a'), host.completed(1, 'b'), host.completed(2, 'c'));
    },
    rows: 'OS ES TS#0 TS#1 TS#2 OC | OS TC→0 TC→1 TC→2 EC#3[Completed] OC',
    output: ['a', 'b', 'c'],
  });

  scenario({
    title: 'B5: fan-out, results in reverse order',
    code: () =>
      function* (context) {
        return yield fanOut(context);
      },
    script: async (host) => {
      await host.start();
      for (const id of [2, 1, 0]) await host.episode(host.completed(id, id));
    },
    rows: 'OS ES TS#0 TS#1 TS#2 OC | OS TC→2 OC | OS TC→1 OC | OS TC→0 EC#3[Completed] OC',
    output: [0, 1, 2],
  });

  scenario({
    title: 'B6: throws at once',
    code: () =>
      function* () {
        throw new Error('no luck');
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Failed] OC',
    status: 'Failed',
    check: (host) => assert.equal(host.output, "Orchestrator function 'Orchestration' failed: no luck"),
  });

  scenario({
    title: 'B7: an activity, then it throws',
    code: () =>
      function* ({ df }) {
        yield df.callActivity('A');
        throw new Error('no luck');
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 EC#1[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title: 'B8: an activity fails, not caught',
    code: () =>
      function* ({ df }) {
        return yield df.callActivity('A');
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0, "Activity function 'A' failed:  boom"));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 EC#1[Failed] OC',
    status: 'Failed',
    check: (host) =>
      assert.match(host.output ?? '', /^Orchestrator function 'Orchestration' failed: Activity function 'A' failed: {2}boom/),
  });

  scenario({
    title: 'B9: an activity fails, caught',
    code: () =>
      function* ({ df }) {
        try {
          yield df.callActivity('A');
        } catch {
          return 'caught';
        }
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 EC#1[Completed] OC',
    output: 'caught',
  });

  scenario({
    title: 'B10: an activity fails, caught, compensated',
    code: () =>
      function* ({ df }) {
        try {
          yield df.callActivity('A');
        } catch {
          return yield df.callActivity('B');
        }
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.completed(1, 'undone'));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 TS#1 OC | OS TC→1 EC#2[Completed] OC',
    output: 'undone',
  });

  scenario({
    title: 'B11: fan-out, the middle one fails: failed only after the last result',
    code: () =>
      function* (context) {
        return yield fanOut(context);
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0));
      await host.episode(host.failed(1));
      assert.equal(host.status, 'Running');
      await host.episode(host.completed(2));
    },
    rows: 'OS ES TS#0 TS#1 TS#2 OC | OS TC→0 OC | OS TF→1 OC | OS TC→2 EC#3[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title: 'B12: any of two activities: Running until the other ends too',
    code: () =>
      function* ({ df }) {
        const winner = (yield df.Task.any([df.callActivity('A'), df.callActivity('B')])) as Task;
        return winner.result;
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0, 'first'));
      assert.equal(host.status, 'Running');
      await host.episode(host.completed(1, 'second'));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TC→0 OC | OS TC→1 EC#2[Completed] OC',
    output: 'first',
  });

  scenario({
    title: 'an activity that is never yielded never runs (functions-worker.md 5)',
    code: () =>
      function* ({ df }) {
        df.callActivity('A');
        return 'done';
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Completed] OC',
  });

  const race = ({ df }: Context): [TimerTask, Task] => [
    df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000)),
    df.callActivity('A'),
  ];

  scenario({
    title: 'B14: timer against activity: the activity wins, the timer is not cancelled and fires meanwhile',
    code: () =>
      function* (context) {
        const { df } = context;
        const [timer, activity] = race(context);
        const winner = (yield df.Task.any([timer, activity])) as Task;
        return winner === activity ? yield df.callActivity('B') : 'Timer finished';
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(1));
      await host.episode(host.fired(0));
      await host.episode(host.completed(2, 'B finished'));
    },
    rows: 'OS ES TmC#0 TS#1 OC | OS TC→1 TS#2 OC | OS TmF→0 OC | OS TC→2 EC#3[Completed] OC',
    output: 'B finished',
  });

  scenario({
    title: 'B15: the timer wins: over only when the activity is',
    code: () =>
      function* (context) {
        const [timer, activity] = race(context);
        const winner = (yield context.df.Task.any([timer, activity])) as Task;
        return winner === timer ? 'Timer finished' : 'Activity finished';
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
      assert.equal(host.status, 'Running');
      await host.episode(host.completed(1));
    },
    rows: 'OS ES TmC#0 TS#1 OC | OS TmF→0 OC | OS TC→1 EC#2[Completed] OC',
    output: 'Timer finished',
  });

  scenario({
    title: 'B16: an unregistered activity',
    code: () =>
      function* ({ df }) {
        return yield df.callActivity('Missing');
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Failed] OC',
    status: 'Failed',
    check: (host) =>
      assert.equal(
        host.output,
        "Orchestrator function 'Orchestration' failed: The function 'Missing' doesn't exist, is disabled, or is not an activity function. " +
          "Additional info: The following are the known activity functions: 'A', 'B', 'C', 'SayHello'. " +
          'The real extension leaves such an instance Running for ever, without a word.',
      ),
  });

  scenario({
    title: 'B16: the nearest activity is named',
    code: () =>
      function* ({ df }) {
        return yield df.callActivity('SayHelo');
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Failed] OC',
    status: 'Failed',
    check: (host) =>
      assert.match(host.output ?? '', / Did you mean 'SayHello'\? The real extension leaves such an instance Running/),
  });

  scenario({
    title: 'B17: an unregistered orchestrator',
    code: () =>
      function* () {
        return 1;
      },
    start: { name: 'Missing' },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Failed] OC',
    status: 'Failed',
    check: (host) =>
      assert.match(host.output ?? '', /^Orchestrator function 'Missing' failed: The function 'Missing' doesn't exist/),
  });

  scenario({
    title: '(d) falsy activity results arrive as they are',
    code: () =>
      function* ({ df }) {
        const output: unknown[] = [];
        for (let i = 0; i < 4; i++) output.push(yield df.callActivity('A', i));
        return output;
      },
    script: async (host) => {
      await host.start();
      for (const [id, value] of [0, '', false, null].entries()) await host.episode(host.completed(id, value));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TS#2 OC | OS TC→2 TS#3 OC | OS TC→3 EC#4[Completed] OC',
    output: [0, '', false, null],
  });
});
