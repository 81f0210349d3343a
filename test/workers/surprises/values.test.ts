/** The clock, inputs, custom status and thrown texts: where the packages differ from what one would guess. */
import assert from 'node:assert/strict';
import { scenario } from '../orchestrations/scenario';
import { WorkerFixture } from '../worker-fixture';
import { sdk1, sdk2, sdk3, sdks, type Orchestrator } from '../orchestrations/sdks';

const minutes = 60_000;

describe('values that are not what one would guess', () => {
  scenario({
    title: "currentUtcDateTime is the package's own Date: changing it moves the clock for good",
    code: () =>
      function* ({ df }) {
        const before = df.currentUtcDateTime.getTime();
        df.currentUtcDateTime.setTime(before + 30 * minutes);
        const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + minutes));
        yield df.callActivity('A');
        // Two seconds later.
        yield df.callActivity('B');
        const after = df.currentUtcDateTime.getTime() - before;
        yield timer;
        return after;
      },
    script: async (host) => {
      await host.start();
      const startedAt = host.nowMs;
      await host.episode(host.completed(0));
      await host.episode(host.completed(1));
      assert.equal(host.timerAt(2), startedAt + 31 * minutes);
      await host.episode(host.fired(2));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 TS#1 OC | OS TC→1 TmC#2 OC | OS TmF→2 EC#3[Completed] OC',
    output: 30 * minutes,
    only: [sdk2, sdk3],
  });

  scenario({
    title: 'a property of the input that is called Timestamp becomes a Date, at any depth; other text there null',
    code: () =>
      function* ({ df }) {
        const { Timestamp, inner, timestamp } = df.getInput() as Record<string, unknown>;
        const found = (inner as { Timestamp: unknown }[])[0]?.Timestamp;
        return [Timestamp instanceof Date, Timestamp, found instanceof Date, found, timestamp];
      },
    script: (host) => host.start(),
    start: { input: { Timestamp: '2024-05-06T07:08:09Z', inner: [{ Timestamp: 'at noon' }], timestamp: '2024-05-06T07:08:09Z' } },
    rows: 'OS ES EC#0[Completed] OC',
    only: [sdk2, sdk3],
    output: [true, '2024-05-06T07:08:09.000Z', true, null, '2024-05-06T07:08:09Z'],
  });

  const setsAgain = (value: unknown) => (): Orchestrator =>
    function* ({ df }) {
      df.setCustomStatus('working');
      yield df.callActivity('A');
      df.setCustomStatus(value);
      yield df.waitForExternalEvent('Go');
    };
  for (const value of [0, false, '', null]) {
    scenario({
      title: `a custom status that is set to ${JSON.stringify(value)} becomes none`,
      code: setsAgain(value),
      script: async (host) => {
        await host.start();
        assert.equal(host.customStatus, '"working"');
        await host.episode(host.completed(0));
        assert.equal(host.customStatus, null);
      },
      rows: 'OS ES TS#0 OC | OS TC→0 OC',
      status: 'Running',
      only: value === null ? sdks : [sdk1, sdk3],
    });
    if (value === null) continue;
    scenario({
      title: `a custom status that is set to ${JSON.stringify(value)} is that with 2.x`,
      code: setsAgain(value),
      script: async (host) => {
        await host.start();
        await host.episode(host.completed(0));
      },
      rows: 'OS ES TS#0 OC | OS TC→0 OC',
      status: 'Running',
      customStatus: value,
      only: [sdk2],
    });
  }

  // Deviation: where undefined is thrown, Azure says nothing for ever (docs/fidelity.md, "What an orchestrator throws").
  for (const thrown of ['just text', undefined]) {
    scenario({
      title: `an orchestrator that throws ${typeof thrown} after an activity fails, and never hangs`,
      code: () =>
        function* ({ df }) {
          yield df.callActivity('A');
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- bad user code
          throw thrown;
        },
      script: async (host) => {
        await host.start();
        await host.episode(host.completed(0));
        assert.match(
          host.output ?? '',
          thrown === undefined ? /threw something that is not an Error/ : /^Non-Deterministic workflow/,
        );
      },
      rows: `OS ES TS#0 OC | OS TC→0 EC#${thrown === undefined ? 1 : 0}[Failed] OC`,
      status: 'Failed',
      // 1.x lets only the process know: the next test.
      not: thrown === undefined ? [sdk1] : [],
    });
  }

  describe('in the worker', () => {
    const fixture = new WorkerFixture();
    afterEach(() => fixture.cleanUp());

    it('1.x: an orchestrator that throws undefined fails, and never hangs', async () => {
      const app = await fixture.start(null, {
        durableFunctions: 'durable-functions-v1',
        files: {
          'package.json': '{}',
          'Throws/function.json': JSON.stringify({
            bindings: [{ name: 'context', type: 'orchestrationTrigger', direction: 'in' }],
          }),
          'Throws/index.js': "module.exports = require('durable-functions').orchestrator(function* () { throw undefined; });",
        },
      });
      const { decisions } = await app.firstEpisode('Throws');
      const [end] = decisions;
      assert(end?.type === 'CompleteOrchestration');
      assert.equal(end.status, 'Failed');
    });
  });
});
