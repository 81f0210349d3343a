/** In what order external events come out, and when the code goes on: where the packages differ from what one would guess. */
import assert from 'node:assert/strict';
import { running, scenario } from '../orchestrations/scenario';
import { sdk1, sdk2, sdk3, type Orchestrator, type Task } from '../orchestrations/sdks';

/** Waits one after the other, after an activity during which events may come. */
const waitsAfterActivity = (times: number) => (): Orchestrator =>
  function* ({ df }) {
    yield df.callActivity('A');
    const seen: unknown[] = [];
    for (let at = 0; at < times; at++) seen.push(yield df.waitForExternalEvent('Go'));
    return seen;
  };

describe('events come out in another order than one would guess', () => {
  scenario({
    title: 'early events of one name: first in, first out',
    code: waitsAfterActivity(2),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Go', 1));
      await host.episode(host.raised('Go', 2));
      await host.episode(host.completed(0));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS ER OC | OS TC→0 EC#1[Completed] OC',
    output: [1, 2],
    only: [sdk1, sdk3],
  });

  scenario({
    title: 'events that come while several wait: last in, first out',
    code: () =>
      function* ({ df }) {
        return yield df.Task.all(['first', 'second', 'third'].map(() => df.waitForExternalEvent('Go')));
      },
    script: async (host) => {
      await host.start();
      for (const data of [1, 2, 3]) await host.episode(host.raised('Go', data));
    },
    rows: 'OS ES OC | OS ER OC | OS ER OC | OS ER EC#0[Completed] OC',
    output: [3, 2, 1],
    only: [sdk2, sdk3],
  });

  scenario({
    title: '2.x: an early event does not wake its wait until another row comes, of whatever kind',
    code: waitsAfterActivity(1),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Go', 1));
      await host.episode(host.completed(0));
      assert.equal(host.status, 'Running');
      await host.episode(host.raised('Nobody waits for this'));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS TC→0 OC | OS ER EC#1[Completed] OC',
    output: [1],
    only: [sdk2],
  });

  scenario({
    title: '2.x: of two early events the first is lost',
    code: waitsAfterActivity(1),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Go', 1));
      await host.episode(host.raised('Go', 2));
      await host.episode(host.completed(0));
      await host.episode(host.raised('Nobody waits for this'));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS ER OC | OS TC→0 OC | OS ER EC#1[Completed] OC',
    output: [2],
    only: [sdk2],
  });

  scenario({
    title: '2.x: an early event comes out of every later wait again, and the next one is never seen',
    code: waitsAfterActivity(2),
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('Go', 1));
      await host.episode(host.completed(0));
      await host.episode(host.raised('Nobody waits for this'));
      await host.episode(host.raised('Go', 2));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS TC→0 OC | OS ER OC | OS ER EC#1[Completed] OC',
    output: [1, 1],
    only: [sdk2],
  });

  scenario({
    title: 'a wait that was raced twice takes two events: one that comes before the next wait is lost',
    code: () =>
      function* ({ df }) {
        const go = df.waitForExternalEvent('Go');
        for (;;) {
          const reminder = df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
          if (((yield df.Task.any([go, reminder])) as Task) === go) break;
        }
        yield df.callActivity('A');
        return [go.result, yield df.waitForExternalEvent('Go')];
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.fired(0));
      await host.episode(host.raised('Go', 1));
      await host.episode(host.raised('Go', 2));
      await host.episode(host.fired(1));
      await host.episode(host.completed(2));
    },
    rows: 'OS ES TmC#0 OC | OS TmF→0 TmC#1 OC | OS ER TS#2 OC | OS ER OC | OS TmF→1 OC | OS TC→2 OC',
    status: 'Running',
    only: [sdk2, sdk3],
  });

  scenario({
    title: 'an event named by the number of a call that runs answers that call',
    code: () =>
      function* ({ df }) {
        return [yield df.callActivity('A'), yield df.callActivity('B')];
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.raised('0', 'event'));
      assert.equal(host.status, 'Running');
      await host.episode(host.completed(0, 'activity'));
      await host.episode(host.completed(1, 'b'));
    },
    rows: 'OS ES TS#0 OC | OS ER OC | OS TC→0 TS#1 OC | OS TC→1 EC#2[Completed] OC',
    output: ['event', 'b'],
    only: [sdk2, sdk3],
  });

  for (const sdk of [sdk2, sdk3]) {
    it(`an event taken for the answer of a call is warned of, one that is waited for by a number is not (${sdk.version})`, () =>
      running(
        sdk,
        'warm',
        function* ({ df }) {
          yield df.waitForExternalEvent('0');
          yield df.callActivity('A');
        },
        async ({ host, warnings }) => {
          await host.start();
          await host.episode(host.raised('0'));
          assert.equal(warnings.length, 0);
          await host.episode(host.raised('0'));
          assert.equal(warnings.length, 1);
          assert.match(warnings.join(), /^The event '0' came .* Give events names that are no numbers\.$/);
          await host.episode(host.completed(0));
          assert.deepEqual(
            host.outcomes.flatMap(({ astray }) => astray ?? []),
            [[1, "taken for the result of 'A'"]],
          );
        },
      ));
  }
});
