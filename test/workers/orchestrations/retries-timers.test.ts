import assert from 'node:assert/strict';
import { scenario } from './scenario';
import type { Orchestrator, Sdk, Task } from './sdks';
import { sdk1, sdk2, sdk3 } from './sdks';
import type { TestHost } from './test-host';

const retried =
  (attempts: number, firstMs = 5000, more: Record<string, number> = {}) =>
  (sdk: Sdk): Orchestrator =>
    function* ({ df }) {
      return yield df.callActivityWithRetry('A', sdk.retry(firstMs, attempts, more), 'x');
    };

/** Seconds from the failure's clock to each timer. */
function delays(host: TestHost, ids: readonly number[]): number[] {
  let clock = Number.NaN;
  const found = new Map<number, number>();
  for (const event of host.history) {
    if (event.EventType === 'OrchestratorStarted') clock = Date.parse(event.Timestamp);
    if (event.EventType === 'TimerCreated') found.set(event.EventId, (Date.parse(event.FireAt) - clock) / 1000);
  }
  return ids.map((id) => found.get(id) ?? Number.NaN);
}

describe('orchestrations: retries (spec/engine.md 8.2)', () => {
  scenario({
    title: 'R1: three attempts, the second succeeds',
    code: retried(3),
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.fired(1));
      await host.episode(host.completed(2, 'ok'));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TC→2 EC#3[Completed] OC',
    output: 'ok',
    check: (host) => {
      assert.deepEqual(delays(host, [1]), [5]);
      assert.deepEqual(host.sent, [
        { id: 0, input: '["x"]' },
        { id: 2, input: '["x"]' },
      ]);
    },
  });

  scenario({
    title: 'R2, (b): two attempts, both fail: four ids, the last timer at once',
    code: retried(2),
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.fired(1));
      await host.episode(host.failed(2));
      await host.episode(host.fired(3));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC | OS TmF→3 EC#4[Failed] OC',
    status: 'Failed',
    check: (host) => assert.deepEqual(delays(host, [1, 3]), [5, 0]),
  });

  scenario({
    title: 'R3: three attempts, all fail',
    code: retried(3),
    script: async (host) => {
      await host.start();
      for (const id of [0, 2, 4]) {
        await host.episode(host.failed(id));
        await host.episode(host.fired(id + 1));
      }
    },
    rows:
      'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC | OS TmF→3 TS#4 OC | OS TF→4 TmC#5 OC | ' +
      'OS TmF→5 EC#6[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title: 'R4: one attempt fails',
    code: retried(1),
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.fired(1));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 EC#2[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title: 'R6: backoff with a longest interval',
    code: retried(5, 5000, { backoffCoefficient: 2, maxRetryIntervalInMilliseconds: 12_000 }),
    script: async (host) => {
      await host.start();
      for (const id of [0, 2, 4, 6, 8]) {
        await host.episode(host.failed(id));
        await host.episode(host.fired(id + 1));
      }
    },
    rows:
      'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC | OS TmF→3 TS#4 OC | OS TF→4 TmC#5 OC | ' +
      'OS TmF→5 TS#6 OC | OS TF→6 TmC#7 OC | OS TmF→7 TS#8 OC | OS TF→8 TmC#9 OC | OS TmF→9 EC#10[Failed] OC',
    status: 'Failed',
    check: (host) => assert.deepEqual(delays(host, [1, 3, 5, 7, 9]), [5, 10, 12, 12, 0]),
  });

  scenario({
    title: 'R7: the time-out of a retry policy, which the SDK does not know of, ends the instance',
    code: retried(5, 5000, { retryTimeoutInMilliseconds: 8000 }),
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.fired(1));
      await host.episode(host.failed(2));
      await host.episode(host.fired(3));
      await host.episode(host.failed(4, 'third'));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC | OS TmF→3 TS#4 OC | OS TF→4 EC#5[Failed] OC',
    status: 'Failed',
    check: (host) => {
      const end = host.history.find((event) => event.EventType === 'ExecutionCompleted');
      assert.match(
        end?.Result ?? '',
        /retryTimeoutInMilliseconds of a retry policy, 8000, is over at attempt 3 of 5\..* Running for ever\./,
      );
    },
  });

  scenario({
    title: 'R7: timers are early in the real engine, so that more attempts fit into a time-out',
    code: retried(3, 1000, { retryTimeoutInMilliseconds: 2500 }),
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.fired(1));
      await host.episode(host.failed(2));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 TmC#1 OC | OS TmF→1 TS#2 OC | OS TF→2 TmC#3 OC',
    status: 'Running',
  });

  scenario({
    title: 'R8: a retried activity and a plain one, both answers in one batch',
    code: (sdk) =>
      function* ({ df }) {
        return yield df.Task.all([df.callActivityWithRetry('A', sdk.retry(5000, 3)), df.callActivity('B')]);
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0), host.completed(1, 'b'));
      await host.episode(host.fired(2));
      await host.episode(host.completed(3, 'a'));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TF→0 TC→1 TmC#2 OC | OS TmF→2 TS#3 OC | OS TC→3 EC#4[Completed] OC',
    output: ['a', 'b'],
  });

  scenario({
    title: 'R9: a sub-orchestration with a chosen id, both attempts fail',
    code: (sdk) =>
      function* ({ df }) {
        return yield df.callSubOrchestratorWithRetry('Child', sdk.retry(5000, 2), null, 'kid');
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.fired(1));
      await host.episode(host.failed(2));
      await host.episode(host.fired(3));
    },
    rows: 'OS ES SC#0 OC | OS SF→0 TmC#1 OC | OS TmF→1 SC#2 OC | OS SF→2 TmC#3 OC | OS TmF→3 EC#4[Failed] OC',
    status: 'Failed',
    check: (host) => assert.deepEqual([host.childId(0), host.childId(2)], ['kid', 'kid']),
  });

  scenario({
    title: 'R10: a sub-orchestration without an id, the second attempt succeeds',
    code: (sdk) =>
      function* ({ df }) {
        return yield df.callSubOrchestratorWithRetry('Child', sdk.retry(5000, 2));
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.fired(1));
      await host.episode(host.completed(2, 'ok'));
    },
    rows: 'OS ES SC#0 OC | OS SF→0 TmC#1 OC | OS TmF→1 SC#2 OC | OS SD→2 EC#3[Completed] OC',
    output: 'ok',
    check: (host) => assert.deepEqual([host.childId(0), host.childId(2)], ['exec1:0', 'exec1:2']),
  });

  scenario({
    title: 'R11: a failure that must not be retried',
    code: retried(3),
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0, 'boom', { ErrorType: 'Fatal', ErrorMessage: 'never again', IsNonRetriable: true }));
    },
    rows: 'OS ES TS#0 OC | OS TF→0 EC#1[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title:
      'all of a retried and a plain activity, both fail, then another: the host waits for the retry first (functions-worker.md 6.2)',
    code: (sdk) =>
      function* ({ df }) {
        try {
          yield df.Task.all([df.callActivityWithRetry('A', sdk.retry(5000, 3)), df.callActivity('B')]);
        } catch {
          yield df.callActivity('C');
        }
        return 'done';
      },
    // SDK 1.x waits for all of them.
    not: [sdk1],
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
      await host.episode(host.failed(1));
      await host.episode(host.fired(2));
      await host.episode(host.completed(3));
      await host.episode(host.completed(4));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TF→0 TmC#2 OC | OS TF→1 OC | OS TmF→2 TS#3 OC | OS TC→3 TS#4 OC | OS TC→4 EC#5[Completed] OC',
  });

  scenario({
    title: 'a step of SDK 1.x with a retry and an activity that ends early keeps its ids (functions-worker.md 6.11)',
    code: (sdk) =>
      function* ({ df }) {
        const first: unknown = yield df.Task.all([df.callActivityWithRetry('A', sdk.retry(5000, 3)), df.callActivity('B')]);
        return [first, yield df.callActivity('C')];
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(1, 'b'));
      await host.episode(host.failed(0));
      await host.episode(host.fired(2));
      await host.episode(host.completed(3, 'a'));
      await host.episode(host.completed(4, 'c'));
    },
    rows: 'OS ES TS#0 TS#1 OC | OS TC→1 OC | OS TF→0 TmC#2 OC | OS TmF→2 TS#3 OC | OS TC→3 TS#4 OC | OS TC→4 EC#5[Completed] OC',
    output: [['a', 'b'], 'c'],
  });
});

const inSeconds = (df: { currentUtcDateTime: Date }, seconds: number): Date =>
  new Date(df.currentUtcDateTime.getTime() + seconds * 1000);
const day = 86_400;

describe('orchestrations: timers (spec/engine.md 8.3)', () => {
  const waitsOne = (seconds: number) => (): Orchestrator =>
    function* ({ df }) {
      yield df.createTimer(inSeconds(df, seconds));
      return df.currentUtcDateTime.toISOString();
    };

  scenario({
    title: 'T1: waits one timer',
    code: waitsOne(60),
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC',
    output: '2024-01-01T00:01:01.000Z',
  });

  const eventOrTimer = (cancel: boolean, then?: string) => (): Orchestrator =>
    function* ({ df }) {
      const timer = df.createTimer(inSeconds(df, 60));
      const event = df.waitForExternalEvent('Ok');
      const winner = (yield df.Task.any([timer, event])) as Task;
      if (cancel) timer.cancel();
      if (then !== undefined) yield df.waitForExternalEvent(then);
      return winner === event ? 'event' : 'timer';
    };

  scenario({
    title: 'T2: event against timer, event wins, timer cancelled',
    code: eventOrTimer(true),
    script: async (host) => {
      await host.start();
      assert.deepEqual(host.awaited, ['Ok']);
      await host.episode(host.raised('Ok'));
      await host.episode(host.fired(0));
    },
    rows: 'OS ES TmC#0 OC | OS ER EC#1[Completed] OC',
    output: 'event',
  });

  scenario({
    title: 'golden race-then-new-twice: the event that is handed on says that it was received, one that was not does not',
    code: () =>
      function* ({ df }) {
        if (df.getInput() === 1) return yield df.waitForExternalEvent('Never');
        const event = df.waitForExternalEvent('Ok');
        const timer = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
        yield df.Task.any([event, timer]);
        timer.cancel();
        df.continueAsNew(1);
        return undefined;
      },
    only: [sdk3],
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Other'), host.raised('Ok'));
      const carried = host.history.filter((event) => event.EventType === 'EventRaised');
      assert.deepEqual(
        carried.map(({ Name, Note }) => [Name, Note]),
        [
          ['Other', undefined],
          ['Ok', 'carried over, received before'],
        ],
      );
    },
    rows: 'OS ES ER ER OC',
    status: 'Running',
  });

  scenario({
    title: 'T3, (c): the timer is not cancelled: Running until it fires',
    code: eventOrTimer(false),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok'));
      assert.equal(host.status, 'Running');
      await host.episode(host.fired(0));
    },
    rows: 'OS ES TmC#0 OC | OS ER OC | OS TmF→0 EC#1[Completed] OC',
    output: 'event',
  });

  scenario({
    title: 'T4: cancelled, but it fires while the next event is waited for',
    code: eventOrTimer(true, 'Go'),
    // On replay SDK 1.x knows of the firing before the code cancels, and throws.
    not: [sdk1],
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Ok'));
      await host.episode(host.fired(0));
      await host.episode(host.raised('Go'));
    },
    rows: 'OS ES TmC#0 OC | OS ER OC | OS TmF→0 OC | OS ER EC#1[Completed] OC',
    output: 'event',
  });

  scenario({
    title: 'T5: the timer wins',
    code: eventOrTimer(false),
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
      await host.episode(host.raised('Ok'));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC',
    output: 'timer',
  });

  scenario({
    title: 'T6: a timer created and cancelled in one turn still takes its id and its row',
    code: () =>
      function* ({ df }) {
        const timer = df.createTimer(inSeconds(df, 60));
        timer.cancel();
        yield df.Task.any([timer, df.callActivity('A')]);
        return 'done';
      },
    script: async (host) => {
      await host.start();
      assert.equal(host.outcomes[0]?.decisions[0]?.type === 'CreateTimer' && host.outcomes[0].decisions[0].isCanceled, true);
      await host.episode(host.completed(1));
    },
    rows: 'OS ES TmC#0 TS#1 OC | OS TC→1 EC#2[Completed] OC',
  });

  scenario({
    title: 'T7: a timer in the past',
    code: waitsOne(-60),
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC',
  });

  scenario({
    // Longer than six days: three days, then the rest of up to six at once. (Spec/engine.md has 3 + 3 + 1, which no SDK counts.)
    title: 'T8: a timer of seven days is two timers of 3 + 4',
    code: waitsOne(7 * day),
    only: [sdk2, sdk3],
    script: async (host) => {
      await host.start();
      for (const id of [0, 1]) await host.episode(host.fired(id));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 TmC#1 OC | OS TmF→1 EC#2[Completed] OC',
    check: (host) => assert.deepEqual(delays(host, [0, 1]), [3 * day, 4 * day]),
  });

  scenario({
    title: 'ten days: +3, +6, +10 (functions-worker.md 6.4)',
    code: waitsOne(10 * day),
    only: [sdk2, sdk3],
    script: async (host) => {
      await host.start();
      for (const id of [0, 1, 2]) await host.episode(host.fired(id));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 TmC#1 OC | OS TmF→1 TmC#2 OC | OS TmF→2 EC#3[Completed] OC',
    check: (host) => {
      const start = Date.UTC(2024, 0, 1, 0, 0, 1);
      assert.deepEqual(
        [0, 1, 2].map((id) => (host.timerAt(id) - start) / 1000 / day),
        [3, 6, 10],
      );
    },
  });

  scenario({
    title: 'below schema V3 a timer of seven days is one timer',
    code: waitsOne(7 * day),
    only: [sdk1],
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC',
  });

  scenario({
    title: 'T9: a timer of five days is one timer',
    code: waitsOne(5 * day),
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 EC#1[Completed] OC',
  });
});
