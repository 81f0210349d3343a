/**
 * The documents' samples in PowerShell, each run by name on the real worker, whose folder the environment variable DURASCOPE_POWERSHELL_WORKER
 * names; without it they are skipped by name.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { workerVariable } from '../../../src/workers/rpc/powershell/find-powershell-worker';
import { RunningEmulator } from './dotnet-app';

const examples = path.resolve(import.meta.dirname, '../../../examples');
const threeCities = ['Hello Tokyo!', 'Hello Seattle!', 'Hello London!'];

/** What a starter answers with. */
interface Urls {
  id: string;
  statusQueryGetUri: string;
}

describe('the examples in PowerShell', () => {
  let app: RunningEmulator;

  const withApp = (name: string, checks: () => void): void => {
    describe(name, () => {
      before(async function () {
        if (process.env[workerVariable] === undefined) {
          console.log(`      ${name}: skipped, ${workerVariable} does not name the folder of PowerShell's worker`);
          this.skip();
        }
        app = await RunningEmulator.start(path.join(examples, name));
      });
      after(async () => {
        // Absent where it was skipped.
        await (app as RunningEmulator | undefined)?.stop();
      });
      checks();
    });
  };

  async function completes(name: string, input: unknown, output: unknown, customStatus: unknown = null): Promise<void> {
    const row = await app.ended(await app.start(name, input));
    assert.equal(row.runtimeStatus, 'Completed', row.output ?? '');
    assert.deepEqual([parsed(row.output), parsed(row.customStatus)], [output, customStatus]);
  }

  withApp('custom-status-powershell', () => {
    it('E1_HelloSequence ends with the custom status "London"', () =>
      completes('E1_HelloSequence', undefined, threeCities, 'London'));

    it('HttpStart answers once the custom status is "London"', async () => {
      const answer = await fetch(`${app.emulator.url}/api/orchestrators/E1_HelloSequence`, { method: 'POST' });
      assert.equal(answer.status, 200);
      assert.equal(((await answer.json()) as { customStatus: unknown }).customStatus, 'London');
    });

    it('CityRecommender recommends cities and seasons', async () => {
      for (const [choice, recommendedCities, recommendedSeasons] of [
        [1, ['Tokyo', 'Seattle'], ['Spring', 'Summer']],
        [2, ['Seattle', 'London'], ['Summer']],
        [3, ['Tokyo', 'London'], ['Spring', 'Summer']],
      ] as const) {
        await completes('CityRecommender', choice, null, { recommendedCities, recommendedSeasons });
      }
    });

    it('ReserveTicket makes an offer and thanks for the booking, or tells that there is none', async () => {
      for (const [userId, discount, answer, message] of [
        ['vip-7', 25, true, 'Thank you for confirming your booking.'],
        ['user-1', 10, false, 'The booking was not confirmed on time. Please try again.'],
      ] as const) {
        const id = await app.start('ReserveTicket', userId);
        const offered = await app.until(id, (row) => row.customStatus !== null);
        const bookingUrl = 'https://www.myawesomebookingweb.com';
        assert.deepEqual(parsed(offered.customStatus), { discount, discountTimeout: 60, bookingUrl });
        await app.emulator.hub.raiseEvent(id, 'BookingConfirmed', String(answer));
        const row = await app.ended(id);
        assert.deepEqual([parsed(row.output), parsed(row.customStatus)], [answer, { message }]);
      }
    });

    it('SetStatusTest shows its custom status while it runs', async () => {
      const id = await app.start('SetStatusTest');
      const row = await app.until(id, ({ customStatus }) => customStatus !== null);
      assert.equal(row.runtimeStatus, 'Running');
      assert.deepEqual(parsed(row.customStatus), { nextActions: ['A', 'B', 'C'], foo: 2 });
    });
  });

  withApp('patterns-powershell', () => {
    it('HelloCities greets three cities', () => completes('HelloCities', undefined, threeCities));

    it('StartOrchestrator answers with URLs that work', async () => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${app.emulator.url}/api/start/BackupSiteContent`, { method: 'POST', body: '4', headers });
      assert.equal(answer.status, 202);
      const { id, statusQueryGetUri } = (await answer.json()) as Urls;
      await app.ended(id);
      assert.equal(((await (await fetch(statusQueryGetUri)).json()) as { output: unknown }).output, 1000);
    });

    it('BackupSiteContent fans out and adds up', () => completes('BackupSiteContent', 6, 2100));

    it('CallFlakyService tries three times, and fails then', async () => {
      await completes('CallFlakyService', 2, 'answered at attempt 3');
      const row = await app.ended(await app.start('CallFlakyService', 9));
      assert.equal(row.runtimeStatus, 'Failed');
      assert.match(row.output ?? '', /The service is not available \(attempt 3\)/);
    });

    it('TransferFunds puts right what was done before a failure', async () => {
      await completes('TransferFunds', { from: 'a', to: 'b', amount: 1 }, 'transferred');
      await completes('TransferFunds', { from: 'a', to: 'nobody', amount: 1 }, 'refunded');
    });

    it('SendReminders waits for a timer before each', () =>
      completes('SendReminders', { times: 2, milliseconds: 20 }, ['Reminder 1', 'Reminder 2']));

    it('TryGetQuote takes the quote, or what comes before it', async () => {
      await completes('TryGetQuote', { quoteMilliseconds: 0, timeoutMilliseconds: 60_000 }, 42);
      await completes('TryGetQuote', { quoteMilliseconds: 1000, timeoutMilliseconds: 20 }, 'too late');
    });

    it('ApprovalWorkflow goes on with the answer of a person, or escalates', async () => {
      for (const [answer, output, status] of [
        [true, 'Approved: A desk', 'approved'],
        [false, 'Rejected: A desk', 'rejected'],
      ] as const) {
        const id = await app.start('ApprovalWorkflow', { request: 'A desk', timeoutSeconds: 60 });
        await app.until(id, ({ customStatus }) => customStatus === '"waiting for approval"');
        await app.emulator.hub.raiseEvent(id, 'ApprovalEvent', String(answer));
        const row = await app.ended(id);
        assert.deepEqual([parsed(row.output), parsed(row.customStatus)], [output, status]);
      }
      await completes('ApprovalWorkflow', { request: 'A chair', timeoutSeconds: 0.05 }, 'Escalated: A chair', 'escalated');
    });
  });
});

function parsed(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as unknown);
}
