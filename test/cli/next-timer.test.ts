/** `durascope show` of instances that wait for timers, against a hub that listens. */
import assert from 'node:assert/strict';
import { nextTimer, nextTimerText } from '../../src/cli/next-timer';
import { key } from '../http/http-fixture';
import { CommandsOnAHub } from './commands-on-a-hub';

const open = { instanceId: 'a', executionId: 'e', timerId: 1, fireAt: '2024-01-01T00:01:00.0000000Z' };
const nothing = { activities: [], timers: [], events: [], children: [] };

describe('durascope show of an instance with timers', () => {
  let commands: CommandsOnAHub;
  before(async () => {
    const hour = 3_600_000;
    commands = await CommandsOnAHub.open({
      scripts: {
        *Delayed(context) {
          yield context.timer(context.nowMs + hour);
          yield context.timer(context.nowMs + hour);
        },
        *Approval(context) {
          return yield context.waitEventFor('Approved', 2 * hour);
        },
        *Reminded(context) {
          const reminders = [3, 1, 2].map((hours) => context.timer(context.nowMs + hours * hour));
          yield context.any([context.child('Delayed', null, { instanceId: 'its-child' }), ...reminders]);
        },
      },
    });
    for (const name of ['Delayed', 'Approval', 'Reminded']) await commands.http.hub.start(name, { instanceId: name });
    await commands.http.hub.quiet();
  });
  after(() => commands.dispose());

  const row = async (id: string): Promise<string | undefined> =>
    /^Next timer +(.*)$/m.exec((await commands.run('show', id, '--key', key)).printed)?.[1];
  const json = async (id: string): Promise<Record<string, unknown> | undefined> => {
    const { printed } = await commands.run('show', id, '--key', key, '--json');
    return (JSON.parse(printed) as { nextTimer?: Record<string, unknown> }).nextTimer;
  };

  it('says when the next one is due, as a duration and as a time', async () => {
    assert.match(
      (await row('Delayed')) ?? '',
      /^(in [\dhms .]+|due) \(\d{4}-\d\d-\d\dT[\d:.]+Z\), delay: the code waits for nothing else$/,
    );
    const { dueAt } = (await json('Delayed')) ?? {};
    assert.match(String(dueAt), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('says of a retry what is tried again, and why', () => {
    const retryOf = { name: 'Ship', attempt: 1, most: 3, lastError: 'no ship' };
    const timer = nextTimer({ ...nothing, timers: [{ ...open, retryOf }] });
    assert.deepEqual(timer, {
      dueAt: '2024-01-01T00:01:00.0000000Z',
      kind: 'retry',
      for: 'retry of Ship: attempt 1 of 3 failed (no ship)',
      more: 0,
    });
    assert.match(nextTimerText(timer, Date.UTC(2024, 0, 1)), /^in 1 m 00 s \(2024-01-01T00:01:00.0000000Z\), retry of Ship: /);
  });

  it('names the event whose wait it ends', async () => {
    assert.match((await row('Approval')) ?? '', /timeout beside Approved$/);
    assert.equal((await json('Approval'))?.['kind'], 'timeout');
  });

  it('takes the one that is due first, and counts the others', async () => {
    assert.match((await row('Reminded')) ?? '', /timer beside Delayed; 2 timers after it$/);
    const first = (await json('Delayed'))?.['dueAt'];
    assert.equal((await json('Reminded'))?.['dueAt'], first);
  });

  it('says of one that code has left open that it did', () => {
    assert.equal(nextTimer({ ...nothing, timers: [open], codeEnded: true })?.for, 'left open by code that has returned');
  });

  it('says nothing of an instance that has ended', async () => {
    await commands.http.hub.engine.terminate('Reminded', 'enough');
    await commands.http.hub.quiet();
    assert.equal(await row('Reminded'), undefined);
    assert.equal(await json('Reminded'), undefined);
  });
});
