/** `durascope/testing` as a test of an app has it. */
import assert from 'node:assert/strict';
import { readdir, writeFile, mkdtemp, rm, cp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestHub, unanswered } from '../../src/testing/main';
import type { TestHub, TestHubOptions } from '../../src/testing/testing';

const examples = path.resolve(__dirname, '../../examples');
const patterns = path.join(examples, 'patterns');

describe('a test hub', () => {
  const hubs: TestHub[] = [];
  const hubOf = async (options: TestHubOptions = {}): Promise<TestHub> => {
    const hub = await startTestHub({ app: patterns, ...options });
    hubs.push(hub);
    return hub;
  };
  afterEach(() => Promise.all(hubs.splice(0).map((hub) => hub.stop())));

  it('runs an orchestrator of the app with its real activities', async () => {
    const hub = await hubOf();
    assert.equal(await hub.run('BackupSiteContent', 3), 600);
    assert.deepEqual(
      hub.calls('CopyFile').map(({ outcome }) => outcome),
      [{ result: 100 }, { result: 200 }, { result: 300 }],
    );
  });

  it('runs stubs in place of activities, takes events, and tells every custom status', async () => {
    const asked: unknown[] = [];
    const hub = await hubOf({
      activities: { requestapproval: (request) => void asked.push(request), ProcessApproval: () => 'done' },
    });
    const approval = await hub.start('ApprovalWorkflow', { request: 'A desk' }, { instanceId: 'desk' });
    assert.equal(approval.instanceId, 'desk');
    assert.equal(approval.runtimeStatus, 'Running');
    assert.deepEqual(approval.awaitedEvents, ['ApprovalEvent']);
    assert.deepEqual(approval.timers, [new Date('2026-01-04T00:00:00Z')]);
    await approval.raiseEvent('ApprovalEvent', true);
    assert.equal(approval.output, 'done');
    assert.deepEqual(approval.customStatuses(), ['waiting for approval', 'approved']);
    assert.deepEqual(asked, ['A desk']);
    assert.deepEqual(
      hub.instances().map(({ instanceId }) => instanceId),
      ['desk'],
    );
  });

  it('lets time go on when the test says so: three days are over at once', async () => {
    const hub = await hubOf();
    const approval = await hub.start('ApprovalWorkflow');
    await hub.advance('71h59m');
    assert.equal(approval.customStatus, 'waiting for approval');
    await hub.advance('1m');
    assert.equal(approval.output, 'Escalated: A new chair');
    assert.equal(hub.now.toISOString(), '2026-01-04T00:00:00.000Z');
  });

  it('stops at every timer on the way', async () => {
    const hub = await hubOf({ now: '2027-05-05T00:00:00Z' });
    const reminders = await hub.start('SendReminders', { times: 48, milliseconds: 1_800_000 });
    await hub.advanceTo('2027-05-06T00:00:00Z');
    assert.equal((reminders.output as unknown[]).length, 48);
    assert.deepEqual(
      reminders
        .history()
        .filter(({ EventType }) => EventType === 'TimerFired')
        .map(({ FireAt }) => FireAt)
        .slice(0, 2),
      ['2027-05-05T00:30:00.0000000Z', '2027-05-05T01:00:00.0000000Z'],
    );
  });

  it('jumps by itself while somebody waits, where the clock is auto', async () => {
    const hub = await hubOf({ clock: 'auto' });
    assert.equal(await hub.run('ApprovalWorkflow'), 'Escalated: A new chair');
    assert.deepEqual(await hub.run('MonitorJob', { doneAfter: 30, milliseconds: 86_400_000 }), { looks: 30 });
  });

  it('goes to the next timer, and says its time', async () => {
    const hub = await hubOf({ activities: { FlakyService: (_, { attempt }) => fail(attempt) } });
    const call = await hub.start('CallFlakyService');
    const times: string[] = [];
    while (call.runtimeStatus === 'Running') times.push((await hub.advanceToNext()).toISOString());
    assert.deepEqual(times, ['2026-01-01T00:00:00.100Z', '2026-01-01T00:00:00.300Z']);
    assert.match(call.failure ?? '', /no. 3/);
    await assert.rejects(hub.advanceToNext(), /Nothing waits for its time/);
  });

  it('lets a time-out come before an activity that never answers', async () => {
    const hub = await hubOf({ activities: { GetQuote: () => unanswered } });
    const quote = await hub.start('TryGetQuote');
    assert.equal(quote.runtimeStatus, 'Running');
    await hub.advance(100);
    assert.equal(quote.history().at(-2)?.EventType, 'TimerFired');
    // As on the real engine, which waits for what was left open.
    await assert.rejects(quote.result(), /waits for the activity GetQuote, whose stub never answers. Its code has returned/);
  });

  it('shows a compensation: what failed, and what ran then', async () => {
    const hub = await hubOf({ activities: { CreditAccount: ({ account }) => (account === 'b' ? fail(1) : 'ok') } });
    assert.equal(await hub.run('TransferFunds', { from: 'a', to: 'b', amount: 5 }), 'refunded');
    assert.deepEqual(
      hub.calls().map(({ name, input, outcome }) => [name, (input as { account: string }).account, outcome]),
      [
        ['DebitAccount', 'a', { result: 'a: -5' }],
        ['CreditAccount', 'b', { failure: 'no. 1' }],
        ['CreditAccount', 'a', { result: 'ok' }],
      ],
    );
  });

  it('takes the same snapshot of each run that goes the same way, without times, ids and stacks', async () => {
    const taken: unknown[] = [];
    for (const now of ['2026-01-01T00:00:00Z', '2030-02-02T02:02:02Z']) {
      const hub = await hubOf({ now });
      const run = await hub.start('ApprovalWorkflow', { request: 'A desk' });
      await run.raiseEvent('ApprovalEvent', false);
      taken.push(run.snapshot());
    }
    assert.deepEqual(taken[0], taken[1]);
    assert.deepEqual(taken[0], [
      { EventType: 'ExecutionStarted', Name: 'ApprovalWorkflow', Input: { request: 'A desk' } },
      { EventType: 'TaskScheduled', EventId: 0, Name: 'RequestApproval', Input: 'A desk' },
      { EventType: 'TaskCompleted', TaskScheduledId: 0, Result: 'Asked for: A desk' },
      { EventType: 'TimerCreated', EventId: 1, DueInMs: 259_200_000 },
      { EventType: 'EventRaised', Name: 'ApprovalEvent', Input: false },
      { EventType: 'TaskScheduled', EventId: 2, Name: 'ProcessApproval', Input: { request: 'A desk', isApproved: false } },
      { EventType: 'TaskCompleted', TaskScheduledId: 2, Result: 'Rejected: A desk' },
      { EventType: 'ExecutionCompleted', EventId: 3, OrchestrationStatus: 'Completed', Result: 'Rejected: A desk' },
    ]);
  });

  it('runs entities, locks and calls included', async () => {
    const hub = await hubOf({ app: path.join(examples, 'entities') });
    await hub.signalEntity('Counter', 'a', 'add', 5);
    assert.equal(hub.entityState('Counter', 'a'), 5);
    assert.equal(hub.entityState('Counter', 'b'), undefined);
    assert.deepEqual(await hub.run('Transfer', { from: 'x', to: 'y', amount: 100 }), { transferred: true, balance: 900 });
    assert.equal(hub.entityState('Account', 'y'), 1100);
  });

  it('suspends, resumes and terminates, and starts later', async () => {
    const hub = await hubOf();
    const approval = await hub.start('ApprovalWorkflow', null, { startAt: '2026-01-02T00:00:00Z' });
    assert.equal(approval.runtimeStatus, 'Pending');
    await hub.advance('1d');
    await approval.suspend();
    assert.equal(approval.runtimeStatus, 'Suspended');
    await approval.resume();
    await approval.terminate('enough');
    assert.equal(approval.runtimeStatus, 'Terminated');
    assert.equal(approval.failure, 'enough');
  });

  it('waits for a status, an event, a custom status and anything else', async () => {
    const hub = await hubOf({ clock: 'auto' });
    const job = await hub.start('MonitorJob', { doneAfter: 4, milliseconds: 60_000 });
    await job.waitFor({ customStatus: { looks: 3, done: false } });
    assert.equal(hub.now.toISOString(), '2026-01-01T00:02:00.000Z');
    await job.waitFor((each) => (each.customStatus as { looks: number }).looks === 4);
    await job.waitFor(['Completed', 'Failed']);
    const approval = await hub.start('ApprovalWorkflow');
    await approval.waitFor({ event: 'approvalevent' });
  });

  describe('says what to do next', () => {
    it('where nothing more happens by itself', async () => {
      const hub = await hubOf();
      const approval = await hub.start('ApprovalWorkflow', null, { instanceId: 'chair' });
      await assert.rejects(approval.result(), {
        message:
          "ApprovalWorkflow 'chair' does not become Completed: it is Running, and nothing more happens by itself. It waits for the event " +
          "'ApprovalEvent' (raiseEvent) and a timer of 2026-01-04T00:00:00Z (advance, or clock: 'auto').",
      });
    });

    it('where it has ended otherwise', async () => {
      const hub = await hubOf({ activities: { GetFileList: () => fail(7) } });
      await assert.rejects(hub.run('BackupSiteContent'), /does not become Completed: it is Failed: .*no\. 7/s);
      const other = await hub.start('MonitorJob', { doneAfter: 1 });
      await assert.rejects(other.waitFor('Failed'), /it is Completed with \{"looks":1\}/);
    });

    it('where an orchestration never ends', async () => {
      const hub = await hubOf({ clock: 'auto', maxJumps: 50, activities: { IsJobDone: () => false } });
      const job = await hub.start('MonitorJob', { milliseconds: 60_000 });
      await assert.rejects(job.result(), /has jumped 50 times, .*repeats itself for ever/);
    });

    for (const [what, options, message] of [
      [
        'a stub of nothing',
        { activities: { CopyFiles: () => 1 } },
        /'CopyFiles', which the app does not have. Did you mean 'CopyFile'\?/,
      ],
      ['a stub that is none', { activities: { CopyFile: 1 as never } }, /is no function/],
      ['a folder without an app', { app: __dirname }, /There is no host.json in .*: give `app` the folder/],
      ['a time that is none', { now: 'tomorrow' }, /`now` is 'tomorrow', which is no time/],
      ['an app in C#', { app: path.join(examples, 'hello-cities-csharp') }, /one of .NET: test hubs run apps in JavaScript/],
    ] as [string, TestHubOptions, RegExp][]) {
      it(`of ${what}`, () => assert.rejects(hubOf(options), message));
    }

    it('of names that the app does not have, and of a clock that goes back', async () => {
      const hub = await hubOf();
      await assert.rejects(hub.start('ApprovalWorkfow'), /no orchestrator 'ApprovalWorkfow'. Did you mean 'ApprovalWorkflow'\?/);
      assert.throws(() => hub.calls('nothing'), /no activity 'nothing'/);
      assert.throws(() => hub.instance('x'), /no instance 'x'/);
      await assert.rejects(hub.advance('soon'), /cannot be moved on by 'soon'/);
      await assert.rejects(hub.advanceTo('2025-01-01T00:00:00Z'), /goes forward only/);
      await assert.rejects(hub.start('ApprovalWorkflow', 1n), /cannot be written as JSON/);
    });

    it('of durable HTTP without an answer, and of activities that must not run', async () => {
      const hub = await hubOf({ unstubbed: 'refuse' });
      const run = await hub.start('BackupSiteContent');
      assert.match(run.failure ?? '', /no stub for the activity 'GetFileList'/);
    });

    it('once it has been stopped', async () => {
      const hub = await hubOf();
      const approval = await hub.start('ApprovalWorkflow');
      await hub.stop();
      await assert.rejects(hub.start('ApprovalWorkflow'), /stopped/);
      await assert.rejects(approval.result(), /stopped/);
    });
  });

  it('answers durable HTTP calls by a stub', async () => {
    const asked: string[] = [];
    const hub = await hubOf({
      http: ({ method, uri }) => {
        asked.push(`${method} ${uri}`);
        return { statusCode: 200, content: 'hello' };
      },
    });
    await hub.run('CheckSite', 'https://example.com/a');
    assert.deepEqual(asked, ['GET https://example.com/a']);
  });

  it('a hundred at one time: same ids, no word of each other, no port, no file', () =>
    withOwnTemporary(async (temporary) => {
      const all = await Promise.all(
        Array.from({ length: 100 }, (_, at) => hubOf({ now: Date_(at), activities: { ProcessApproval: () => at } })),
      );
      const runs = await Promise.all(all.map((hub) => hub.start('ApprovalWorkflow', null, { instanceId: 'same' })));
      await Promise.all(
        runs.map(async (run, at) => {
          if (at % 2 === 0) await run.raiseEvent('ApprovalEvent', true);
          else await all[at]?.advance('3d');
        }),
      );
      assert.deepEqual(
        runs.map(({ output }) => output),
        all.map((_, at) => (at % 2 === 0 ? at : 'Escalated: A new chair')),
      );
      assert.deepEqual(
        all.map(({ now }) => now.getTime()),
        all.map((_, at) => Date_(at).getTime() + (at % 2 === 0 ? 0 : 3 * 86_400_000)),
      );
      const servers = process.getActiveResourcesInfo().filter((each) => each === 'TCPServerWrap');
      assert.deepEqual(servers, []);
      await Promise.all(all.map((hub) => hub.stop()));
      assert.deepEqual(await readdir(temporary), []);
    }));

  it('leaves nothing in memory: as many hubs again need no more', async () => {
    const round = async (): Promise<number> => {
      for (let count = 0; count < 100; count++) {
        const hub = await startTestHub({ app: patterns });
        await hub.run('BackupSiteContent', 3);
        await hub.stop();
      }
      globalThis.gc?.();
      return process.memoryUsage().external + process.memoryUsage().arrayBuffers;
    };
    await round();
    const after = await round();
    const again = await round();
    assert.ok(again - after < 10 * 1024 * 1024, `${after} and then ${again} bytes outside of the heap`);
  });

  it('takes changed code, from one test to the next', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'durascope-testing-'));
    try {
      await cp(path.join(examples, 'hello-cities'), folder, {
        recursive: true,
        filter: (file) => !file.includes('node_modules'),
      });
      await symlink(path.resolve(examples, '../node_modules'), path.join(folder, 'node_modules'), 'junction');
      const file = path.join(folder, 'src/functions/changed.js');
      const code = (value: number): Promise<void> =>
        writeFile(file, `require('durable-functions').app.orchestration('Changed', function* () { return ${value}; });`);
      await code(1);
      const first = await startTestHub({ app: folder });
      assert.equal(await first.run('Changed'), 1);
      await first.stop();
      await code(22);
      const second = await startTestHub({ app: folder });
      assert.equal(await second.run('Changed'), 22);
      await second.stop();
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

function fail(attempt: number): never {
  throw new Error(`no. ${attempt}`);
}

/** A time of its own for each. */
function Date_(at: number): Date {
  return new Date(Date.UTC(2026, 0, 1 + at));
}

/** Whatever is made for a while in this process and its children then is made in a folder of its own: other tests use the common one. */
async function withOwnTemporary(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'durascope-testing-'));
  const names = ['TMPDIR', 'TEMP', 'TMP'];
  const before = names.map((name) => process.env[name]);
  for (const name of names) process.env[name] = folder;
  try {
    assert.equal(tmpdir(), folder);
    await run(folder);
  } finally {
    for (const [at, name] of names.entries()) {
      if (before[at] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[at];
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
