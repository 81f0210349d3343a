import assert from 'node:assert/strict';
import { modesOf, newRunner, running, scenario } from './scenario';
import type { Orchestrator, Sdk } from './sdks';
import { sdk2, sdk3, sdks } from './sdks';
import { TestHost } from './test-host';

const activity =
  (name = 'A', input: unknown = null) =>
  (): Orchestrator =>
    function* ({ df }) {
      return yield df.callActivity(name, input);
    };

interface Changed {
  title: string;
  before: (sdk: Sdk) => Orchestrator;
  after: (sdk: Sdk) => Orchestrator;
  rows: string;
  status: string;
  text?: RegExp;
}

/** The process restarts with other code after the first episode. */
const changed: Changed[] = [
  {
    title: 'ND1: the name of the activity changed',
    before: activity('A'),
    after: activity('B'),
    rows: 'OS ES TS#0 OC | OS TC→0 EC#1[Failed] OC',
    status: 'Failed',
    text: /^Non-Deterministic workflow detected: .*an activity task with sequence number 0 named 'A', but .* scheduled an activity task named 'B'/,
  },
  {
    title: 'ND2: the activity became a timer',
    before: activity('A'),
    after: () =>
      function* ({ df }) {
        yield df.createTimer(new Date(df.currentUtcDateTime.getTime() + 1000));
      },
    rows: 'OS ES TS#0 OC | OS TC→0 EC#1[Failed] OC',
    status: 'Failed',
    text: /instead produced a CreateTimerOrchestratorAction action with this sequence number/,
  },
  {
    title: 'ND3: the activity call was removed',
    before: activity('A'),
    after: () =>
      function* () {
        return 1;
      },
    rows: 'OS ES TS#0 OC | OS TC→0 EC#0[Failed] OC',
    status: 'Failed',
    text: /the current replay execution hasn't \(yet\?\) scheduled this task/,
  },
  {
    title: 'ND4: another activity in parallel after it is no error',
    before: () =>
      function* ({ df }) {
        yield df.Task.all([df.callActivity('A')]);
      },
    after: () =>
      function* ({ df }) {
        yield df.Task.all([df.callActivity('A'), df.callActivity('B')]);
      },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC',
    status: 'Running',
  },
  {
    title: 'ND5: another letter case is no error',
    before: activity('A'),
    after: activity('a'),
    rows: 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC',
    status: 'Completed',
  },
  {
    title: 'ND6: another input is no error',
    before: activity('A', 1),
    after: activity('A', 2),
    rows: 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC',
    status: 'Completed',
  },
];

describe('orchestrations: determinism, duplicates, latecomers (spec/engine.md 8.8)', () => {
  for (const { title, before, after, rows, status, text } of changed) {
    for (const sdk of sdks) {
      // SDK 1.x finds results by name and so never gets that far.
      if (sdk.isV1 && (title.startsWith('ND5') || title.startsWith('ND4'))) continue;
      for (const mode of modesOf(sdk)) {
        it(`${title} (${sdk.version}, ${mode})`, async () => {
          const first = newRunner(sdk, { Orchestration: before(sdk) }, mode);
          const host = await new TestHost(first).start();
          first.dispose();
          const second = newRunner(sdk, { Orchestration: after(sdk) }, mode);
          try {
            const restarted = new TestHost(second);
            Object.assign(restarted, { history: host.history, executionId: host.executionId, nowMs: host.nowMs });
            await restarted.episode(restarted.completed(0));
            assert.equal(restarted.rows, rows);
            assert.equal(restarted.status, status);
            if (text !== undefined) assert.match(restarted.output ?? '', text);
          } finally {
            second.dispose();
          }
        });
      }
    }
  }

  scenario({
    title: 'D1, D4: a second result for the same activity changes nothing',
    code: () =>
      function* ({ df }) {
        const first: unknown = yield df.callActivity('A');
        yield df.waitForExternalEvent('Go');
        return first;
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0, 'one'));
      await host.episode(host.failed(0));
      await host.episode(host.raised('Go'));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 OC | OS TF→0 OC | OS ER EC#1[Completed] OC',
    output: 'one',
  });

  scenario({
    title: 'D6: newGuid gives the same values in each replay, all different',
    code: () =>
      function* ({ df }) {
        const guids = [df.newGuid(df.instanceId), df.newGuid(df.instanceId)];
        yield df.callActivity('A');
        guids.push(df.newGuid(df.instanceId));
        yield df.callActivity('B');
        return guids;
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0));
      await host.episode(host.completed(1));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 EC#2[Completed] OC',
    output: [
      '11a91577-356c-57f3-a4bb-fc063263302f',
      'ecff90e8-60d3-5d6c-ab88-9755dd0efbce',
      '84f80124-10c5-5c91-aa03-28419542557c',
    ],
  });

  scenario({
    title: 'D7: the clock is that of the episode, also when it is replayed',
    code: () =>
      function* ({ df }) {
        const times = [df.currentUtcDateTime.toISOString()];
        yield df.callActivity('A');
        times.push(df.currentUtcDateTime.toISOString());
        yield df.callActivity('B');
        return [...times, df.currentUtcDateTime.toISOString()];
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0));
      await host.episode(host.completed(1));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 EC#2[Completed] OC',
    output: ['2024-01-01T00:00:01.000Z', '2024-01-01T00:00:02.000Z', '2024-01-01T00:00:03.000Z'],
  });
});

/** Ids of what was scheduled and has not ended. */
function openTasks({ history }: TestHost): number[] {
  const ended = new Set(history.map((event) => ('TaskScheduledId' in event ? event.TaskScheduledId : -1)));
  return history
    .filter(({ EventType }) => EventType === 'TaskScheduled' || EventType === 'SubOrchestrationInstanceCreated')
    .map(({ EventId }) => EventId)
    .filter((id) => !ended.has(id));
}

describe('orchestrations: the check beside a warm run', () => {
  for (const sdk of [sdk2, sdk3]) {
    it(`fails code that calls another activity each time, and names it (${sdk.version})`, () => {
      let calls = 0;
      return running(
        sdk,
        'warm',
        function* ({ df }) {
          calls += 1;
          yield df.callActivity(calls === 1 ? 'A' : 'B');
          yield df.callActivity('C');
        },
        async ({ host }) => {
          await host.start();
          await host.episode(host.completed(0));
          assert.equal(host.status, 'Failed');
          assert.match(
            host.output ?? '',
            /^Non-Deterministic workflow detected: .*an activity task with sequence number 0 named 'A', but .* scheduled an activity task named 'B'/,
          );
        },
      );
    });

    it(`fails code that stops early when it is replayed (${sdk.version})`, () => {
      let runs = 0;
      return running(
        sdk,
        'warm',
        function* ({ df }) {
          runs += 1;
          yield df.callActivity('A');
          if (runs > 1) return 'early';
          return yield df.callActivity('B');
        },
        async ({ host }) => {
          await host.start();
          await host.episode(host.completed(0));
          assert.match(host.output ?? '', /its first run called the activity 'B' as number 2 .* did nothing more/);
        },
      );
    });

    it(`only warns of values that differ, as production would go on (${sdk.version})`, () => {
      let runs = 0;
      return running(
        sdk,
        'warm',
        function* ({ df }) {
          runs += 1;
          yield df.callActivity('A', runs);
          return runs;
        },
        async ({ host, warnings }) => {
          await host.start();
          await host.episode(host.completed(0));
          assert.equal(host.status, 'Completed');
          assert.equal(warnings.length, 1);
          assert.match(warnings[0] ?? '', /not deterministic: a replay .* called the activity 'A' with another input/);
        },
      );
    });

    it(`runs on completion and at episodes 2, 4, 8 ..., with logs cut off (${sdk.version})`, async () => {
      let runs = 0;
      const lines: unknown[] = [];
      const runner = newRunner(
        sdk,
        {
          *Orchestration(context) {
            runs += 1;
            for (let i = 0; i < 9; i++) {
              context.log(`step ${i}`);
              yield context.df.callActivity('A', i);
            }
          },
        },
        'warm',
        {},
        (...args) => lines.push(args[0]),
      );
      try {
        const host = await new TestHost(runner).start();
        const after: number[] = [];
        for (let id = 0; id < 9; id++) {
          await host.episode(host.completed(id));
          after.push(runs - 1);
        }
        // Episodes 2 to 10.
        assert.deepEqual(after, [1, 1, 2, 2, 2, 2, 3, 3, 4]);
        assert.equal(lines.length, 9);
        assert.equal(host.status, 'Completed');
      } finally {
        runner.dispose();
      }
    });

    it(`takes values that are equal as JSON for equal: activities, retries, children, entities, events (${sdk.version})`, () => {
      const odd = (): unknown[] => [
        NaN,
        undefined,
        -0,
        Infinity,
        null,
        new Date(0),
        { n: NaN, u: undefined, z: -0, at: new Date(5), list: [undefined, () => 1] },
        Object.assign(Object.create({ inherited: 1 }) as object, { own: Symbol('x') }),
        new Map([['a', 1]]),
      ];
      return running(
        sdk,
        'warm',
        function* ({ df }) {
          const entity = sdk.entityId('Counter', 'one');
          const child = (value: unknown, index: number) => df.callSubOrchestrator('Child', value, `child-${index}`);
          const seen: unknown[] = [];
          for (const value of odd()) {
            df.signalEntity(entity, 'add', value);
            df.setCustomStatus({ value });
            seen.push(yield df.callActivity('A', value));
            seen.push(yield df.callActivityWithRetry('A', sdk.retry(1000, 2), value));
          }
          yield df.Task.all(odd().map(child));
          yield df.Task.all(odd().map((value) => df.callSubOrchestratorWithRetry('Child', sdk.retry(1000, 2), value)));
          seen.push(yield df.waitForExternalEvent('Go'));
          return [...seen, ...odd()];
        },
        async ({ host, warnings }) => {
          await host.start();
          for (let round = 0; host.status === 'Running' && round < 200; round++) {
            const open = openTasks(host);
            await host.episode(...(open.length === 0 ? [host.raised('Go')] : open.map((id) => host.completed(id))));
          }
          assert.equal(host.status, 'Completed', host.output ?? '');
          assert.deepEqual(warnings, []);
        },
        {},
        { determinismCheck: { atEpisodes: () => true } },
      );
    });

    it(`does not take a context that it cannot imitate for a difference (${sdk.version})`, () =>
      running(
        sdk,
        'warm',
        function* (context) {
          yield context.df.callActivity('A');
          // Only the real context is its own: a stand-in that inherits from it is not.
          if (!Object.hasOwn(context, sdk === sdk3 ? 'invocationId' : 'bindings')) throw new Error('a stand-in');
          return 'real';
        },
        async ({ host, warnings }) => {
          await host.start();
          await host.episode(host.completed(0));
          assert.equal(host.output, '"real"');
          assert.deepEqual(warnings, []);
        },
      ));
  }
});

describe('orchestrations: custom status (spec/engine.md 8.9)', () => {
  scenario({
    title: 'CS1: set after each activity',
    code: () =>
      function* ({ df }) {
        yield df.callActivity('A');
        df.setCustomStatus('Tokyo');
        yield df.callActivity('B');
        df.setCustomStatus('Seattle');
      },
    script: async (host) => {
      await host.start();
      assert.equal(host.customStatus, null);
      await host.episode(host.completed(0));
      assert.equal(host.customStatus, '"Tokyo"');
      await host.episode(host.completed(1));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 EC#2[Completed] OC',
    customStatus: 'Seattle',
  });

  scenario({
    title: 'CS2, CS7: two sets in one turn: the last one, and no row',
    code: () =>
      function* ({ df }) {
        df.setCustomStatus(1);
        df.setCustomStatus({ done: [1, 2] });
        yield df.callActivity('A');
      },
    script: (host) => host.start(),
    rows: 'OS ES TS#0 OC',
    status: 'Running',
    customStatus: { done: [1, 2] },
  });

  scenario({
    title: 'CS3: null clears it',
    code: () =>
      function* ({ df }) {
        df.setCustomStatus('busy');
        yield df.callActivity('A');
        df.setCustomStatus(null);
      },
    script: async (host) => {
      await host.start();
      assert.equal(host.customStatus, '"busy"');
      await host.episode(host.completed(0));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 EC#1[Completed] OC',
    customStatus: null,
  });

  for (const [id, length, status] of [
    ['CS4: 8,703 characters of JSON are accepted', 8703, 'Completed'],
    ['CS5: 8,704 characters are too many', 8704, 'Failed'],
  ] as const) {
    scenario({
      title: id,
      code: () =>
        function* ({ df }) {
          df.setCustomStatus('x'.repeat(length - 2));
        },
      script: (host) => host.start(),
      rows: `OS ES EC#0[${status}] OC`,
      status,
      check: (host) => {
        assert.equal(host.customStatus?.length, status === 'Completed' ? length : undefined);
        if (status === 'Failed') assert.match(host.output ?? '', /^Orchestrator function 'Orchestration' failed: .*17 KB/);
      },
    });
  }

  scenario({
    title: 'CS6: set, then it throws in the same turn',
    code: () =>
      function* ({ df }) {
        df.setCustomStatus('last words');
        throw new Error('no luck');
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Failed] OC',
    status: 'Failed',
    customStatus: 'last words',
  });

  for (const [value, kept] of [
    [0, [sdk2]],
    ['', [sdk2]],
    [false, [sdk2]],
  ] as const) {
    for (const sdk of sdks) {
      scenario({
        title: `a custom status of ${JSON.stringify(value)} is ${kept.includes(sdk) ? 'kept' : 'none'}`,
        code: () =>
          function* ({ df }) {
            df.setCustomStatus(value);
          },
        only: [sdk],
        script: (host) => host.start(),
        rows: 'OS ES EC#0[Completed] OC',
        customStatus: kept.includes(sdk) ? value : null,
      });
    }
  }
});
