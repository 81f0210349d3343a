import assert from 'node:assert/strict';
import { scenario } from './scenario';
import type { Orchestrator } from './sdks';
import { sdk1, sdk2, sdk3 } from './sdks';

const chain = (): Orchestrator =>
  function* ({ df }) {
    yield df.callActivity('A');
    return yield df.callActivity('B');
  };
const one = (): Orchestrator =>
  function* ({ df }) {
    return yield df.callActivity('A');
  };
const waits = (): Orchestrator =>
  function* ({ df }) {
    return yield df.waitForExternalEvent('Ok');
  };

describe('orchestrations: terminate, suspend, resume (spec/engine.md 8.6)', () => {
  scenario({
    title: 'X1: terminate while an activity runs',
    code: chain,
    script: async (host) => {
      await host.start();
      await host.episode(host.terminate('because'));
      await host.episode(host.completed(0));
    },
    rows: 'OS ES TS#0 OC | OS ET EC#1[Terminated] OC',
    status: 'Terminated',
    check: (host) => assert.equal(host.output, 'because'),
  });

  scenario({
    title: 'X2: a result and a terminate in one batch, more work follows the result',
    code: chain,
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0), host.terminate());
    },
    rows: 'OS ES TS#0 OC | OS TC→0 ET TS#1 EC#2[Terminated] OC',
    status: 'Terminated',
  });

  scenario({
    title: 'X3: a terminate and the last result in one batch',
    code: one,
    script: async (host) => {
      await host.start();
      await host.episode(host.terminate(), host.completed(0));
    },
    rows: 'OS ES TS#0 OC | OS ET TC→0 EC#1[Terminated] OC',
    status: 'Terminated',
  });

  scenario({
    title: 'X3b: the last result and a terminate in one batch',
    code: one,
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0), host.terminate());
    },
    rows: 'OS ES TS#0 OC | OS TC→0 ET EC#1[Terminated] OC',
    status: 'Terminated',
  });

  scenario({
    title: 'X7: terminate a suspended instance',
    code: waits,
    script: async (host) => {
      await host.start();
      await host.episode(host.suspend());
      await host.episode(host.terminate());
    },
    rows: 'OS ES OC | OS ESu OC | OS ET EC#0[Terminated] OC',
    status: 'Terminated',
  });

  scenario({
    title: 'X9: suspend, event, resume',
    code: waits,
    script: async (host) => {
      await host.start();
      await host.episode(host.suspend());
      await host.episode(host.raised('Ok', 1));
      assert.equal(host.status, 'Suspended');
      await host.episode(host.resume());
    },
    rows: 'OS ES OC | OS ESu OC | OS ER OC | OS ERe EC#0[Completed] OC',
    output: 1,
  });

  scenario({
    title: 'X10: an activity result while suspended',
    code: chain,
    script: async (host) => {
      await host.start();
      await host.episode(host.suspend());
      await host.episode(host.completed(0));
      await host.episode(host.resume());
      await host.episode(host.completed(1, 'b'));
    },
    rows: 'OS ES TS#0 OC | OS ESu OC | OS TC→0 OC | OS ERe TS#1 OC | OS TC→1 EC#2[Completed] OC',
    output: 'b',
  });

  scenario({
    title: 'X10: code that goes on at the resume is not replaying, and its clock is that of the resume',
    code: () =>
      function* ({ df }) {
        yield df.callActivity('A');
        const seen = [df.isReplaying, df.currentUtcDateTime.toISOString()];
        yield df.callActivity('B');
        return [...seen, df.isReplaying];
      },
    // SDK 1.x and 2.x tell by what the code looked like in the first place; the warm way keeps the first answer, as 3.x does.
    only: [sdk3],
    script: async (host) => {
      await host.start();
      await host.episode(host.suspend());
      await host.episode(host.completed(0));
      const outcome = await host.episode(host.resume());
      assert.equal(outcome.outcomes.at(-1)?.decisions.length, 1);
    },
    rows: 'OS ES TS#0 OC | OS ESu OC | OS TC→0 OC | OS ERe TS#1 OC',
    status: 'Running',
  });

  scenario({
    title: 'X11: start and suspend in one batch',
    code: one,
    script: async (host) => {
      await host.start(host.suspend());
      await host.episode(host.resume());
      await host.episode(host.completed(0, 'a'));
    },
    rows: 'OS ES ESu OC | OS ERe TS#0 OC | OS TC→0 EC#1[Completed] OC',
    output: 'a',
  });

  scenario({
    title: 'X11b: start and suspend in one batch, the code throws at once',
    code: () =>
      function* () {
        throw new Error('at once');
      },
    script: async (host) => {
      await host.start(host.suspend());
    },
    rows: 'OS ES ESu EC#0[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title: 'X11c: a result and a suspend in one batch, the code returns with the result',
    code: one,
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0, 'a'), host.suspend());
    },
    rows: 'OS ES TS#0 OC | OS TC→0 ESu EC#1[Completed] OC',
    output: 'a',
  });

  scenario({
    title: 'X11d: an event while suspended, after which the code throws what is no error',
    code: () =>
      function* ({ df }) {
        yield df.waitForExternalEvent('go');
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw 'a text';
      },
    only: [sdk3],
    script: async (host) => {
      await host.start();
      await host.episode(host.suspend());
      await host.episode(host.raised('go'));
    },
    rows: 'OS ES OC | OS ESu OC | OS ER EC#0[Failed] OC',
    status: 'Failed',
  });

  scenario({
    title: 'X12: suspended twice, resumed once',
    code: waits,
    script: async (host) => {
      await host.start();
      await host.episode(host.suspend());
      await host.episode(host.suspend());
      await host.episode(host.resume());
    },
    rows: 'OS ES OC | OS ESu OC | OS ESu OC | OS ERe OC',
    status: 'Running',
  });

  scenario({
    title: 'X13: resume without suspend',
    code: waits,
    script: async (host) => {
      await host.start();
      await host.episode(host.resume());
    },
    rows: 'OS ES OC | OS ERe OC',
    status: 'Running',
  });

  scenario({
    title: 'X14: suspend and resume in one batch',
    code: waits,
    script: async (host) => {
      await host.start();
      await host.episode(host.suspend(), host.resume());
    },
    rows: 'OS ES OC | OS ESu ERe OC',
    status: 'Running',
  });

  scenario({
    title: 'X15: a timer due while suspended',
    code: () =>
      function* ({ df }) {
        yield df.createTimer(new Date(df.currentUtcDateTime.getTime() + 60_000));
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.suspend());
      await host.episode(host.fired(0));
      await host.episode(host.resume());
    },
    rows: 'OS ES TmC#0 OC | OS ESu OC | OS TmF→0 OC | OS ERe EC#1[Completed] OC',
  });

  scenario({
    title: 'X15b: a result and a suspend in one batch, more work follows the result',
    code: chain,
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0), host.suspend());
      await host.episode(host.resume());
      await host.episode(host.completed(1, 'b'));
    },
    rows: 'OS ES TS#0 OC | OS TC→0 ESu OC | OS ERe TS#1 OC | OS TC→1 EC#2[Completed] OC',
    output: 'b',
  });

  scenario({
    title: 'X16: terminate a parent',
    code: () =>
      function* ({ df }) {
        yield df.callSubOrchestrator('Child');
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.terminate());
    },
    rows: 'OS ES SC#0 OC | OS ET EC#1[Terminated] OC',
    status: 'Terminated',
  });
});

describe('orchestrations: sub-orchestrations (spec/engine.md 8.7)', () => {
  const parent = (input?: unknown, id?: string) => (): Orchestrator =>
    function* ({ df }) {
      return yield df.callSubOrchestrator('Child', input, id);
    };

  scenario({
    title: 'S1, S2: calls a child whose id is made from the execution and the number',
    code: parent({ n: 1 }),
    script: async (host) => {
      await host.start();
      assert.equal(host.childId(0), 'exec1:0');
      assert.deepEqual(host.sent, [{ id: 0, input: '{"n":1}' }]);
      await host.episode(host.completed(0, 'child'));
    },
    rows: 'OS ES SC#0 OC | OS SD→0 EC#1[Completed] OC',
    output: 'child',
  });

  scenario({
    title: 'S3: the child throws, the parent does not catch',
    code: parent(),
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0, "Orchestrator function 'Child' failed: no luck"));
    },
    rows: 'OS ES SC#0 OC | OS SF→0 EC#1[Failed] OC',
    status: 'Failed',
    check: (host) => assert.match(host.output ?? '', /Orchestrator function 'Child' failed: no luck/),
  });

  scenario({
    title: 'S4: the child throws, the parent catches',
    code: () =>
      function* ({ df }) {
        try {
          yield df.callSubOrchestrator('Child');
        } catch {
          return 'caught';
        }
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.failed(0));
    },
    rows: 'OS ES SC#0 OC | OS SF→0 EC#1[Completed] OC',
    output: 'caught',
  });

  scenario({
    title: 'S6: two children with all, answers in one batch',
    code: () =>
      function* ({ df }) {
        return yield df.Task.all([df.callSubOrchestrator('Child', 1), df.callSubOrchestrator('Child', 2)]);
      },
    script: async (host) => {
      await host.start();
      await host.episode(host.completed(0, 'a'), host.completed(1, 'b'));
    },
    rows: 'OS ES SC#0 SC#1 OC | OS SD→0 SD→1 EC#2[Completed] OC',
    output: ['a', 'b'],
  });

  for (const [what, id] of [
    ["the parent's own", 'abc'],
    ["the parent's parent's", 'grandparent'],
    ["one that starts with '@'", '@counter@x'],
  ] as const) {
    scenario({
      title: `S10: a chosen child id that is ${what}`,
      code: parent(undefined, id),
      start: { parentInstanceId: 'grandparent' },
      script: (host) => host.start(),
      rows: 'OS ES EC#0[Failed] OC',
      status: 'Failed',
    });
  }

  scenario({
    title: 'a chosen child id is not held to the rules for clients: a slash is taken',
    code: parent(undefined, 'a/b'),
    script: async (host) => {
      await host.start();
      assert.equal(host.childId(0), 'a/b');
      await host.episode(host.completed(0, 'child'));
    },
    rows: 'OS ES SC#0 OC | OS SD→0 EC#1[Completed] OC',
    output: 'child',
  });

  scenario({
    title: 'an unregistered sub-orchestrator',
    code: () =>
      function* ({ df }) {
        yield df.callSubOrchestrator('Missing');
      },
    script: (host) => host.start(),
    rows: 'OS ES EC#0[Failed] OC',
    status: 'Failed',
    check: (host) => assert.match(host.output ?? '', /'Missing' doesn't exist, is disabled, or is not an orchestrator function/),
  });

  scenario({
    title: '(e) a string for a child of SDK 1.x or 2.x arrives with quote characters',
    code: parent('x'),
    only: [sdk1, sdk2],
    script: (host) => host.start(),
    rows: 'OS ES SC#0 OC',
    status: 'Running',
    check: (host) => assert.deepEqual(host.sent, [{ id: 0, input: String.raw`"\"x\""` }]),
  });

  scenario({
    title: '(e) a string for a child of SDK 3.x arrives as it is',
    code: parent('x'),
    only: [sdk3],
    script: (host) => host.start(),
    rows: 'OS ES SC#0 OC',
    status: 'Running',
    check: (host) => assert.deepEqual(host.sent, [{ id: 0, input: '"x"' }]),
  });
});
