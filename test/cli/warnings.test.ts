/** What the command line says before, or beside, what it does as production does it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommandLine } from '../../src/cli/run-command-line';
import { plainStyle } from '../../src/cli/terminal';
import { HttpFixture, key } from '../http/http-fixture';

describe('the command line, where production would puzzle', () => {
  const ownHome = process.env['DURASCOPE_HOME'];
  let folder = '';
  let http: HttpFixture;
  let url = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-warnings-'));
    process.env['DURASCOPE_HOME'] = folder;
    http = await HttpFixture.open({
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
    url = await http.listen();
  });
  after(async () => {
    if (ownHome === undefined) delete process.env['DURASCOPE_HOME'];
    else process.env['DURASCOPE_HOME'] = ownHome;
    await http.dispose();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function said(...args: string[]): Promise<{ code: number; warned: string; printed: string }> {
    const warned: string[] = [];
    const printed: string[] = [];
    const terminal = {
      print: (text: string) => void printed.push(text),
      warn: (text: string) => void warned.push(text),
      columns: 100,
      style: plainStyle,
    };
    const code = await runCommandLine([...args, '--url', url, '--key', key], '1.2.3', terminal);
    return { code, warned: warned.join('\n'), printed: printed.join('\n') };
  }

  it('does not rewind what will most likely end as non-deterministic, names the restart, and does it all the same when told to', async () => {
    await http.hub.start('Retries', { instanceId: 'retries' });
    await http.hub.advance(2000);
    const refused = await said('rewind', 'retries');
    assert.notEqual(refused.code, 0);
    assert.match(refused.warned, /"durascope restart retries" does so; --anyway rewinds all the same\./);
    assert.equal(http.hub.row('retries').runtimeStatus, 'Failed');
    const told = await said('rewind', 'retries', '--anyway');
    assert.deepEqual([told.code, told.printed], [0, 'Asked to rewind retries.']);
  });

  it('raises an event whose name differs from the awaited one in case only, and asks whether that one was meant', async () => {
    await http.hub.start('Waits', { instanceId: 'waits' });
    const other = await said('raise-event', 'waits', 'approval');
    assert.equal(other.code, 0);
    assert.match(other.warned, /Did you mean.*Approval/i);
    await http.hub.start('Waits', { instanceId: 'exact' });
    assert.deepEqual(await said('raise-event', 'exact', 'Approval'), {
      code: 0,
      warned: '',
      printed: 'Raised Approval to exact.',
    });
  });
});
