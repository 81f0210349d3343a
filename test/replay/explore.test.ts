import assert from 'node:assert/strict';
import type { Exploration, ExploreOptions } from '../../src/replay/explore/exploration';
import { Explorer } from '../../src/replay/explore/explorer';
import type { RaisedEvent } from '../../src/replay/explore/simulated-run';
import { counter, type EntityScript } from '../support/entity-script';
import { ScriptedWorker, type ActivityScript } from '../support/scripted-worker';
import type { Script } from '../support/script-types';

interface Small {
  script: Script;
  activities?: Record<string, ActivityScript>;
  events?: ExploreOptions['events'];
  expect?: readonly string[];
  check?: ExploreOptions['check'];
  children?: Record<string, Script>;
  runs?: number;
  failures?: number;
  input?: string;
  others?: ExploreOptions['others'];
  /** Events that activities raise, by their names. */
  raises?: Record<string, RaisedEvent>;
}

function scripted({ script, activities = {}, children = {} }: Small): { worker: ScriptedWorker } {
  const scripts = { main: script, ...children };
  return { worker: new ScriptedWorker('A', { scripts, activities, entities: { counter, account, mutex } }) };
}

function explorer(small: Small): Explorer {
  const { worker } = scripted(small);
  const raising: ExploreOptions['worker'] = {
    forget: (id) => worker.forget(id),
    runEpisode: (request) => worker.runEpisode(request),
    runEntityBatch: (request) => worker.runEntityBatch(request),
    runActivity: async (request) => {
      const raised = small.raises?.[request.name];
      const outcome = await worker.runActivity(request);
      return raised === undefined ? outcome : { ...outcome, raised: [raised] };
    },
  };
  return new Explorer({ worker: raising, ...exploredWith(small) });
}

function exploredWith(options: Small): Omit<ExploreOptions, 'worker'> {
  return {
    name: 'main',
    others: options.others ?? [],
    input: options.input ?? null,
    events: options.events ?? [],
    runs: options.runs ?? 5000,
    seed: 1,
    expect: options.expect ?? null,
    check: options.check ?? null,
    failures: options.failures ?? 1,
    doubles: 1,
  };
}

const account: EntityScript = (context) => {
  const balance = (context.state ??= 120) as number;
  if (context.operation === 'withdraw') context.state = balance - (context.input as number);
  return balance;
};
const mutex: EntityScript = (context) => {
  const isFree = context.state === undefined || context.state === context.input;
  if (isFree) context.state = context.input;
  return isFree;
};

const explore = (small: Small): Promise<Exploration> => explorer(small).explore();
const event = (name: string, data: unknown = null) => ({ name, data: JSON.stringify(data) });
const minute = 60_000;
const names = (calls: readonly { name: string; outcome: string }[]): string[] =>
  calls.filter(({ outcome }) => outcome === 'completed').map(({ name }) => name);

/** Ten small orchestrators, each with a race that everybody has written once. */
const races: Record<string, { small: Small; finds: RegExp }> = {
  'a compensation that is lost when the second of two bookings fails': {
    small: {
      script: function* (context) {
        yield context.activity('bookHotel');
        try {
          yield context.activity('bookFlight');
          return 'booked';
        } catch {
          return 'nothing booked';
        }
      },
      activities: { bookHotel: () => 1, bookFlight: () => 2, cancelHotel: () => 3 },
      check: ({ output, calls }) =>
        output === 'nothing booked' && names(calls).includes('bookHotel') && !names(calls).includes('cancelHotel')
          ? 'the hotel stays booked'
          : undefined,
    },
    finds: /the hotel stays booked/,
  },
  'a card that is charged twice when the first charge is slow': {
    small: {
      script: function* (context) {
        const charge = context.activity('charge');
        const timer = context.timer(context.nowMs + minute);
        if ((yield context.any([charge, timer])) === charge) timer.cancel();
        else yield context.activity('charge');
        return 'paid';
      },
      activities: { charge: () => 1 },
      check: ({ calls }) => (new Set(calls.map(({ id }) => id)).size > 1 ? 'charged twice' : undefined),
      failures: 0,
    },
    finds: /charged twice/,
  },
  'an event that comes before it is waited for, and is taken for missing': {
    small: {
      script: function* (context) {
        let approved: unknown = false;
        yield context.activity('ask');
        const answer = context.waitEvent('Approval');
        const timer = context.timer(context.nowMs + minute);
        if ((yield context.any([answer, timer])) === answer) {
          timer.cancel();
          approved = answer.value;
        }
        return approved;
      },
      activities: { ask: () => null },
      events: [event('Approval', true)],
    },
    finds: /its output is false, not true/,
  },
  'a timer and a completion in one step, of which the wrong one wins': {
    small: {
      script: function* (context) {
        const work = context.activity('work');
        const timer = context.timer(context.nowMs + minute);
        const winner = yield context.any([timer, work]);
        if (winner === work) timer.cancel();
        return work.isDone ? 'done' : 'late';
      },
      activities: { work: () => 1 },
    },
    finds: /its output is "late", not "done"/,
  },
  'continue-as-new that loses an event': {
    small: {
      script: function* (context) {
        const seen = (context.input ?? []) as string[];
        const order = yield context.waitEvent('Order');
        yield context.activity('save', order);
        const all = [...seen, order];
        if (all.length === 2) return 'both';
        context.continueAsNew(all, { preserve: false });
        return undefined;
      },
      activities: { save: () => null },
      events: [event('Order', 'a'), event('Order', 'b')],
    },
    finds: /it does not end: it waits for the event 'Order'/,
  },
  'the first answer of two, which is not always the same one': {
    small: {
      script: function* (context) {
        const [a, b] = [context.activity('east'), context.activity('west')];
        const first = yield context.any([a, b]);
        return first === a ? 'east' : 'west';
      },
      activities: { east: () => 1, west: () => 2 },
    },
    finds: /its output is "west", not "east"/,
  },
  'locks that two branches take in another order': {
    small: {
      script: function* (context) {
        // Each branch asks for its locks by events that the other gives back.
        const left = context.waitEvent('LeftFree');
        const right = context.waitEvent('RightFree');
        const first = yield context.any([left, right]);
        if (first === right && !left.isDone) yield context.waitEvent('RightFree');
        yield context.all([left, right]);
        return 'both';
      },
      events: [event('LeftFree'), event('RightFree')],
    },
    finds: /it does not end: it waits for the event/,
  },
  'a sum that is kept in the order of the answers': {
    small: {
      script: function* (context) {
        const log: unknown[] = [];
        const tasks = [context.activity('one'), context.activity('two'), context.activity('three')];
        const open = new Set(tasks);
        while (open.size > 0) {
          const done = (yield context.any([...open])) as (typeof tasks)[number];
          open.delete(done);
          log.push(done.value);
        }
        return log;
      },
      activities: { one: () => 1, two: () => 2, three: () => 3 },
    },
    finds: /its output is \[.*\], not \[1,2,3\]/,
  },
  'a doubled event that is taken for the next one': {
    small: {
      script: function* (context) {
        const first = yield context.waitEvent('Step');
        const second = yield context.waitEvent('Step');
        return [first, second];
      },
      events: [event('Step', 'one'), event('Step', 'two')],
    },
    finds: /its output is \["(one|two)","(one|two)"\], not \["one","two"\]/,
  },
  'a balance that somebody else draws from between the look and the booking': {
    small: {
      script: function* (context) {
        const balance = Number(yield context.callEntity('@account@a', 'balance'));
        if (balance < 100) return 'too little';
        yield context.callEntity('@account@a', 'withdraw', 100);
        return 'paid';
      },
      events: [event('@account@a.withdraw', 50)],
      expect: ['"paid"', '"too little"'],
      check: ({ entities }) => (Number(entities['@account@a'] ?? 120) < 0 ? 'the account is overdrawn' : undefined),
    },
    finds: /the account is overdrawn/,
  },
  'locks that two parties take in another order': {
    small: {
      // Locks of the user's own making: "take" answers whether it was free.
      script: function* (context) {
        for (const lock of ['@mutex@left', '@mutex@right']) {
          for (let tries = 0; !((yield context.callEntity(lock, 'take', 'me')) as boolean); tries++) {
            if (tries === 2) return yield context.waitEvent('Unlocked');
          }
        }
        return 'both';
      },
      // The other party has the right one, and will give it back when it gets the left one.
      events: [event('@mutex@right.take', 'other'), event('@mutex@left.take', 'other')],
    },
    finds: /it does not end: it waits for the event 'Unlocked'/,
  },
  'code that does not replay': {
    small: {
      script: (() => {
        let runs = 0;
        return function* (context) {
          yield context.activity('always');
          if (++runs % 2 === 0) yield context.activity('sometimes');
          return 'done';
        };
      })(),
      activities: { always: () => 1, sometimes: () => 2 },
    },
    finds: /asked for something else|does not replay/,
  },
};

describe('exploring an orchestration', () => {
  for (const [title, { small, finds }] of Object.entries(races)) {
    it(`finds ${title}`, async () => {
      const { findings } = await explore(small);
      const finding = findings.find(({ problem }) => finds.test(problem));
      assert.ok(finding, JSON.stringify(findings));
      if (title === 'code that does not replay') return;
      const again = await explorer(small).follow(finding.schedule);
      assert.equal(again.problem, finding.problem, 'the line reproduces it');
      assert.ok(finding.schedule.split(' ').length <= 4, `it is short: ${finding.schedule}`);
    });
  }

  it('says nothing of what holds, goes through all schedules of what is small, and counts the same calls once', async () => {
    const small: Small = {
      script: function* (context) {
        const all = yield context.all(Array.from({ length: 6 }, () => context.activity('same', 1)));
        return all;
      },
      activities: { same: (value) => value },
      failures: 0,
    };
    const found = await explore(small);
    assert.deepEqual([found.findings, found.isComplete], [[], true]);
    // Six orders of one, and which of the six runs twice.
    assert.equal(found.schedules, 7);
  });

  it('lets an outcome be one of several', async () => {
    const { small } = races['the first answer of two, which is not always the same one'] as { small: Small };
    const { findings, outcomes } = await explore({ ...small, expect: ['"east"', '"west"'], failures: 0 });
    assert.deepEqual(findings, []);
    assert.deepEqual(outcomes.map(({ output }) => output).sort(), ['"east"', '"west"']);
  });

  it('follows sub-orchestrations, retries and eternal loops without a false alarm', async () => {
    const quiet: Small[] = [
      {
        script: function* (context) {
          return yield context.child('kid', 2);
        },
        children: {
          kid: function* (context) {
            return yield context.activity('a', context.input);
          },
        },
        activities: { a: (value) => value },
      },
      {
        script: function* (context) {
          return yield context.activityWithRetry('a', { firstRetryIntervalMs: 1000, maxNumberOfAttempts: 3 }, 1);
        },
        activities: { a: (value) => value },
      },
      {
        script: function* (context) {
          yield context.timer(context.nowMs + minute);
          context.continueAsNew(null);
          return undefined;
        },
      },
    ];
    for (const small of quiet) {
      const { findings, isComplete } = await explore(small);
      assert.deepEqual([findings, isComplete], [[], true]);
    }
  });

  it('draws the same schedules for a seed where there are too many', async () => {
    const hello: Small = {
      script: function* (context) {
        const tasks = ['Tokyo', 'Seattle', 'London', 'Cairo', 'Lima'].map((city) => context.activity('hello', city));
        return yield context.all(tasks);
      },
      activities: { hello: (city) => `Hello ${String(city)}!` },
      runs: 600,
    };
    const [one, two] = [await explore(hello), await explore(hello)];
    assert.deepEqual([one.schedules, one.isComplete, one.findings], [600, false, []]);
    assert.deepEqual(one, two);
  });

  for (const runs of [200, 100_000]) {
    it(`asks for many states at one time, and runs one activity after the other, in one order (${runs} schedules)`, async () => {
      const order: string[] = [];
      let [asked, mostAsked, running, mostRunning] = [0, 0, 0, 0];
      const { worker } = scripted({
        script: function* (context) {
          const tasks = ['a', 'b', 'c', 'd'].map((name) => context.activity('hello', name));
          const all = yield context.all(tasks);
          return yield context.activity('sum', all);
        },
        activities: { hello: (name) => name, sum: () => order.length },
      });
      const within = async <T>(count: (by: number) => void, run: () => Promise<T>): Promise<T> => {
        count(1);
        await new Promise((resolve) => setImmediate(resolve));
        const outcome = await run();
        count(-1);
        return outcome;
      };
      const found = await new Explorer({
        ...exploredWith({ script: function* () {}, runs }),
        worker: {
          forget: () => undefined,
          runEpisode: (request) =>
            within(
              (by) => (mostAsked = Math.max(mostAsked, (asked += by))),
              () => worker.runEpisode(request),
            ),
          runActivity: (request) => {
            order.push(`${request.name} ${request.input ?? ''}`);
            return within(
              (by) => (mostRunning = Math.max(mostRunning, (running += by))),
              () => worker.runActivity(request),
            );
          },
        },
      }).explore();
      assert.deepEqual([found.findings, found.isComplete], [[], runs > 200]);
      const hellos = ['a', 'b', 'c', 'd'].map((name) => `hello ["${name}"]`);
      assert.deepEqual(order, [...hellos, 'sum [["a","b","c","d"]]']);
      assert.deepEqual([mostRunning, mostAsked > 8], [1, true], `${mostAsked} at one time`);
    });
  }

  it('lets nobody in between where entities are locked', async () => {
    const look = (isLocked: boolean): Small => ({
      script: function* (context) {
        if (isLocked) yield context.lock('@account@a', '@account@b');
        const before = yield context.callEntity('@account@a', 'balance');
        yield context.activity('think');
        const after = yield context.callEntity('@account@a', 'balance');
        if (isLocked) context.release();
        return before === after;
      },
      activities: { think: () => null },
      events: [event('@account@a.withdraw', 50)],
    });
    const { findings, isComplete } = await explore(look(true));
    assert.deepEqual([findings, isComplete], [[], true]);
    const [finding] = (await explore(look(false))).findings;
    assert.equal(finding?.problem, 'its output is false, not true');
    const { run } = await explorer(look(true)).follow('n:@account@a n:@account@b e:@account@a.withdraw');
    assert.deepEqual([run.output, run.entities], [true, { '@account@a': 70, '@account@b': null }]);
  });

  it('tells events of one name apart', async () => {
    const last: Small = {
      script: function* (context) {
        yield context.waitEvent('Order');
        return yield context.waitEvent('Order');
      },
      events: [event('Order', 'a'), event('Order', 'b')],
    };
    const [finding] = (await explore(last)).findings;
    assert.deepEqual([finding?.problem, finding?.output], ['its output is "a", not "b"', '"a"']);
    const { run } = await explorer(last).follow('e:Order#2');
    assert.equal(run.output, 'a');
  });

  it('names events that were given and that the code waits for under no schedule, with the name that was meant', async () => {
    const waits: Script = function* (context) {
      yield context.waitEvent('Go');
      return yield context.waitEvent('Then');
    };
    const told = async (...given: string[]): Promise<unknown> =>
      (await explore({ script: waits, events: ['Go', 'Then', ...given].map((name) => event(name)) })).unawaited;
    assert.deepEqual(await told(), []);
    assert.deepEqual(await told('go', 'Other', 'Other', '@counter@a.add'), [
      {
        event: 'go',
        message:
          "'main' waits for the event 'go' under no schedule, so that it has no effect. Did you mean 'Go'? Names are compared exactly.",
      },
      {
        event: 'Other',
        message: "'main' waits for the event 'Other' under no schedule, so that it has no effect. It waits for 'Go', 'Then'.",
      },
    ]);
    const ends: Script = function* () {
      return 1;
    };
    const { unawaited, findings } = await explore({
      script: ends,
      events: [event('Go'), event('2.Go')],
      children: { other: waits },
      others: [{ name: 'main', input: null, id: 'two' }],
    });
    assert.deepEqual([findings.length, unawaited.map((each) => each.event)], [0, ['Go', '2.Go']]);
    assert.match(unawaited[1]?.message ?? '', /It waits for no event\.$/);
  });

  it('refuses by name what it cannot explore, and says what is missing', async () => {
    const waits: Small = {
      script: function* (context) {
        return yield context.waitEvent('Go');
      },
    };
    await assert.rejects(explore(waits), { code: 'InvalidArgument', message: /--event 'Go=JSON'/ });
    await assert.rejects(explorer({ ...waits, events: [event('Go')] }).follow('c7'), {
      code: 'InvalidArgument',
      message: /'c7' cannot happen at the start: there can be e:Go/,
    });
  });

  describe('of which several run side by side', () => {
    const draw = (isLocked: boolean): Small => {
      const script: Script = function* (context) {
        if (isLocked) yield context.lock('@account@a');
        const balance = Number(yield context.callEntity('@account@a', 'balance'));
        if (balance >= 100) yield context.callEntity('@account@a', 'withdraw', 100);
        if (isLocked) context.release();
        return balance >= 100 ? 'paid' : 'too little';
      };
      return {
        script,
        children: { wife: script },
        others: [{ name: 'wife', input: null, id: 'other' }],
        expect: ['["paid","too little"]', '["too little","paid"]', '["paid","paid"]'],
        check: ({ entities }) => (Number(entities['@account@a'] ?? 120) < 0 ? 'the account is overdrawn' : undefined),
        runs: 50_000,
      };
    };

    it('finds that two which look and then draw overdraw an account, and nothing where each locks it', async () => {
      const { findings, isComplete } = await explore(draw(false));
      assert.deepEqual([findings.map(({ problem }) => problem), isComplete], [['the account is overdrawn'], true]);
      const { run, problem } = await explorer(draw(false)).follow(findings[0]?.schedule ?? '');
      assert.deepEqual(
        [problem, run.output, run.entities],
        ['the account is overdrawn', ['paid', 'paid'], { '@account@a': -80 }],
      );
      assert.ok((findings[0]?.schedule.split(' ').length ?? 99) <= 6, findings[0]?.schedule);
      const locked = await explore(draw(true));
      assert.deepEqual([locked.findings, locked.isComplete], [[], true]);
      assert.deepEqual(locked.outcomes.map(({ output }) => output).sort(), ['["paid","too little"]', '["too little","paid"]']);
    });

    it('goes through orders of what concerns nobody in common once', async () => {
      const script: Script = function* (context) {
        for (const name of ['a', 'b', 'c']) yield context.activity('hello', `${String(context.input)} ${name}`);
        return context.input;
      };
      const found = await explore({
        script,
        children: { second: script, third: script },
        activities: { hello: (name) => name },
        input: '1',
        others: [
          { name: 'second', input: '2', id: 'b' },
          { name: 'third', input: '3', id: 'c' },
        ],
        failures: 0,
      });
      // In order, and with one of the nine activities twice.
      assert.deepEqual([found.findings, found.isComplete, found.schedules], [[], true, 10]);
      assert.deepEqual(found.outcomes, [{ status: 'Completed', output: '[1,2,3]', count: 10 }]);
    });

    const shipping: Small = {
      script: function* (context) {
        yield context.activity('charge');
        yield context.activity('tellShipping');
        return 'paid';
      },
      children: {
        shipping: function* (context) {
          const paid = context.waitEvent('Paid');
          const timer = context.timer(context.nowMs + minute);
          if ((yield context.any([paid, timer])) !== paid) return 'cancelled';
          timer.cancel();
          return paid.value;
        },
      },
      activities: { charge: () => 1, tellShipping: () => 2 },
      raises: { tellShipping: { instanceId: 'ship-1', name: 'Paid', data: '"shipped"' } },
      others: [{ name: 'shipping', input: null, id: 'ship-1' }],
      failures: 0,
    };

    it('finds that an event of one comes after the time-out of the other, and before its start, by lines that do it again', async () => {
      const { findings, isComplete } = await explore(shipping);
      assert.equal(isComplete, true);
      const late = findings.find(({ problem }) => problem === 'their outputs are ["paid","cancelled"], not ["paid","shipped"]');
      const early = findings.find(({ problem }) =>
        /^'main' \(instance 1\) ends as Failed: .*No instance with ID 'ship-1' found/s.test(problem),
      );
      assert.deepEqual([late?.schedule, early?.schedule], ['2.s 2.t0', 's c0 c1']);
      for (const finding of [late, early]) {
        const { problem, run } = await explorer(shipping).follow(finding?.schedule ?? '');
        assert.equal(problem, finding?.problem);
        assert.deepEqual(
          run.instances?.map(({ instanceId }) => instanceId),
          ['explored', 'ship-1'],
        );
      }
      const expect = ['["paid","shipped"]', '["paid","cancelled"]'];
      const allowed = await explore({ ...shipping, expect });
      assert.deepEqual(
        allowed.findings.map(({ problem }) => problem),
        [early?.problem],
      );
    });

    it('takes events of each, and says which one waits for one that nobody raises', async () => {
      const waits: Script = function* (context) {
        return yield context.waitEvent('Go');
      };
      const both: Small = { script: waits, children: { second: waits }, others: [{ name: 'second', input: null, id: 'b' }] };
      await assert.rejects(explore({ ...both, events: [event('Go', 1)] }), {
        code: 'InvalidArgument',
        message: "'second' waits for the event 'Go': say what it brings with --event '2.Go=JSON'.",
      });
      const { outcomes, findings, isComplete } = await explore({ ...both, events: [event('Go', 1), event('2.Go', 2)] });
      assert.deepEqual([outcomes.map(({ output }) => output), findings, isComplete], [['[1,2]'], [], true]);
      assert.throws(() => explorer({ ...both, events: [event('3.Go')] }), {
        message: "The event '3.Go' comes to the instance 3, and there are 2.",
      });
    });
  });
});
