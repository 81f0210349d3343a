/** What `durascope show` prints of values that are too long to be read. */
import assert from 'node:assert/strict';
import { key } from '../http/http-fixture';
import { CommandsOnAHub } from './commands-on-a-hub';

describe('durascope show of an instance with a long input', () => {
  let commands: CommandsOnAHub;
  before(async () => {
    commands = await CommandsOnAHub.open({
      scripts: {
        *Waits(context) {
          yield context.waitEvent('Go');
        },
      },
    });
    for (const [instanceId, length] of Object.entries({ long: 1_234_567, short: 1000 })) {
      await commands.http.hub.start('Waits', { instanceId, input: JSON.stringify('x'.repeat(length - 2)) });
    }
    await commands.http.hub.quiet();
  });
  after(() => commands.dispose());

  it('begins it, and says how long it is and how all of it is had', async () => {
    const { printed } = await commands.run('show', 'long', '--key', key);
    assert.match(printed, /^Input +"x{1999}… \(1,234,567 characters: --json prints them all\)$/m);
    const whole = JSON.parse((await commands.run('show', 'long', '--key', key, '--json')).printed) as { input: string };
    assert.equal(whole.input.length, 1_234_565);
  });

  it('prints what can be read whole', async () => {
    assert.match((await commands.run('show', 'short', '--key', key)).printed, /^Input +"x{998}"$/m);
  });
});
