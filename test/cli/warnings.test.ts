/** What the command line says before, or beside, what it does as production does it. */
import assert from 'node:assert/strict';
import { key } from '../http/http-fixture';
import { CommandsOnAHub, type Said } from './commands-on-a-hub';

describe('the command line, where production would puzzle', () => {
  let commands: CommandsOnAHub;
  before(async () => {
    commands = await CommandsOnAHub.open({
      scripts: {
        *Retries(context) {
          return yield context.activityWithRetry('Breaks', { firstRetryIntervalMs: 1000, maxNumberOfAttempts: 2 });
        },
        *Waits(context) {
          return yield context.waitEvent('Approval');
        },
      },
      activities: {
        Breaks: () => {
          throw new Error('broken');
        },
      },
    });
  });
  after(() => commands.dispose());

  const said = (...args: string[]): Promise<Said> => commands.run(...args, '--key', key);

  it('does not rewind what will most likely end as non-deterministic, names the restart, and does it all the same when told to', async () => {
    await commands.http.hub.start('Retries', { instanceId: 'retries' });
    await commands.http.hub.advance(2000);
    const refused = await said('rewind', 'retries');
    assert.notEqual(refused.code, 0);
    assert.match(refused.warned, /"durascope restart retries" does so; --anyway rewinds all the same\./);
    assert.equal(commands.http.hub.row('retries').runtimeStatus, 'Failed');
    const told = await said('rewind', 'retries', '--anyway');
    assert.deepEqual([told.code, told.printed], [0, 'Asked to rewind retries.']);
  });

  it('raises an event whose name differs from the awaited one in case only, and asks whether that one was meant', async () => {
    await commands.http.hub.start('Waits', { instanceId: 'waits' });
    const other = await said('raise-event', 'waits', 'approval');
    assert.equal(other.code, 0);
    assert.match(other.warned, /Did you mean.*Approval/i);
    await commands.http.hub.start('Waits', { instanceId: 'exact' });
    assert.deepEqual(await said('raise-event', 'exact', 'Approval'), {
      code: 0,
      warned: '',
      printed: 'Raised Approval to exact.',
    });
  });
});
