/** The documents' samples, each run by name as a user runs it, in every language and programming model it comes in. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandInProcess } from '../support/command-in-process';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

interface Outcome {
  instanceId: string;
  runtimeStatus: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  failure?: { ErrorMessage: string };
}

interface Status {
  runtimeStatus: string;
  customStatus: unknown;
  output: unknown;
}

const threeCities = ['Hello Tokyo!', 'Hello Seattle!', 'Hello London!'];
const bookingUrl = 'https://www.myawesomebookingweb.com';
const confirmed = { message: 'Thank you for confirming your booking.' };
const notConfirmed = { message: 'The booking was not confirmed on time. Please try again.' };

describe('the examples', () => {
  let folder = '';
  let programs: DurascopePrograms;
  const serving = new Map<string, Promise<Serving>>();

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-examples-'));
    programs = new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, 'home') } });
  });
  after(async () => {
    await programs.endAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** One emulator for each app, shared by its tests. */
  function serve(app: string): Promise<Serving> {
    let started = serving.get(app);
    if (started === undefined) {
      started = programs.start([path.join(projectRoot, 'examples', app), '--data', path.join(folder, app)]);
      serving.set(app, started);
    }
    return started;
  }

  async function durascope(app: string, ...args: string[]): Promise<unknown> {
    const { ready } = await serve(app);
    const { code, stdout, stderr } = await commandInProcess([...args, '--json'], ready);
    assert.equal(stderr, '');
    assert.ok(code === 0 || args.includes('--wait'), `exit code ${String(code)}: ${stdout}`);
    return JSON.parse(stdout);
  }

  async function start(app: string, name: string, input?: unknown): Promise<string> {
    const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
    return ((await durascope(app, 'start-instance', name, ...given)) as { instanceId: string }).instanceId;
  }

  async function run(app: string, name: string, input?: unknown): Promise<Outcome> {
    const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
    return (await durascope(app, 'start-instance', name, '--wait', ...given)) as Outcome;
  }

  /** The management API's answer once it fits. */
  async function until(app: string, id: string, fits: (status: Status) => boolean): Promise<Status> {
    const { ready } = await serve(app);
    for (;;) {
      const status = (await (await fetch(`${ready.managementUrl}/instances/${id}?code=${ready.key}`)).json()) as Status;
      if (fits(status)) return status;
      assert.ok(!['Completed', 'Failed', 'Terminated'].includes(status.runtimeStatus), JSON.stringify(status));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  function assertCompleted(outcome: Outcome, output: unknown, customStatus: unknown = null): void {
    assert.equal(outcome.runtimeStatus, 'Completed', JSON.stringify(outcome));
    assert.deepEqual(outcome.output, output);
    assert.deepEqual(outcome.customStatus, customStatus);
  }

  for (const app of ['hello-cities', 'hello-cities-ts']) {
    describe(app, () => {
      it('HelloCities greets three cities', async () => assertCompleted(await run(app, 'HelloCities'), threeCities));

      it('HelloCities leaves the 16 rows of the document "Durable orchestrations"', async () => {
        const { instanceId } = await run(app, 'HelloCities');
        const rows = (await durascope(app, 'history', instanceId)) as Record<string, unknown>[];
        const scheduled = (id: number): Record<string, unknown> => ({
          EventType: 'TaskScheduled',
          Name: 'SayHello',
          Input: null,
          EventId: id,
        });
        const completed = (id: number): Record<string, unknown> => ({
          EventType: 'TaskCompleted',
          Result: JSON.stringify(threeCities[id]),
          EventId: -1,
          TaskScheduledId: id,
        });
        const begun = { EventType: 'OrchestratorStarted', EventId: -1 };
        const ended = { EventType: 'OrchestratorCompleted', EventId: -1 };
        const expected: Record<string, unknown>[] = [
          { EventType: 'ExecutionStarted', Name: 'HelloCities', Input: null, EventId: -1 },
          begun,
          scheduled(0),
          ended,
          completed(0),
          begun,
          scheduled(1),
          ended,
          completed(1),
          begun,
          scheduled(2),
          ended,
          completed(2),
          begun,
          ended,
          { EventType: 'ExecutionCompleted', Result: JSON.stringify(threeCities), OrchestrationStatus: 'Completed', EventId: 3 },
        ];
        assert.equal(rows.length, 16);
        for (const [index, row] of rows.entries()) {
          for (const [field, value] of Object.entries(expected[index] ?? {})) {
            assert.deepEqual(row[field], value, `row ${index + 1}, ${field}: ${JSON.stringify(row)}`);
          }
          assert.match(String(row['Timestamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
        }
        assert.equal(rows[15]?.['Timestamp'], rows[14]?.['Timestamp']);
      });

      it('its HTTP starter answers with URLs that work', async () => {
        const { ready } = await serve(app);
        const answer = await fetch(`${ready.url}/api/hello-cities`, { method: 'POST' });
        assert.equal(answer.status, 202);
        const { id, statusQueryGetUri } = (await answer.json()) as { id: string; statusQueryGetUri: string };
        await until(app, id, (status) => status.runtimeStatus === 'Completed');
        const status = (await (await fetch(statusQueryGetUri)).json()) as Status;
        assert.deepEqual(status.output, threeCities);
      });
    });
  }

  for (const app of ['custom-status', 'custom-status-ts', 'custom-status-v3']) {
    describe(app, () => {
      it('E1_HelloSequence ends with the custom status "London"', async () => {
        assertCompleted(await run(app, 'E1_HelloSequence'), threeCities, 'London');
      });

      it('HttpStart answers once the custom status is "London"', async () => {
        const { ready } = await serve(app);
        const answer = await fetch(`${ready.url}/api/orchestrators/E1_HelloSequence`, { method: 'POST' });
        assert.equal(answer.status, 200);
        assert.equal(((await answer.json()) as Status).customStatus, 'London');
      });

      it('ReserveTicket makes an offer and thanks for the booking that was confirmed', async () => {
        const id = await start(app, 'ReserveTicket', 'vip-7');
        const offered = await until(app, id, (status) => status.customStatus !== null);
        assert.equal(offered.runtimeStatus, 'Running');
        assert.deepEqual(offered.customStatus, { discount: 25, discountTimeout: 60, bookingUrl });
        await durascope(app, 'raise-event', id, 'BookingConfirmed', '--data', 'true');
        const status = await until(app, id, ({ runtimeStatus }) => runtimeStatus === 'Completed');
        assert.equal(status.output, true);
        assert.deepEqual(status.customStatus, confirmed);
      });

      it('ReserveTicket tells that the booking was not confirmed', async () => {
        const id = await start(app, 'ReserveTicket', 'user-1');
        await durascope(app, 'raise-event', id, 'BookingConfirmed', '--data', 'false');
        const status = await until(app, id, ({ runtimeStatus }) => runtimeStatus === 'Completed');
        assert.equal(status.output, false);
        assert.deepEqual(status.customStatus, notConfirmed);
      });
    });
  }

  for (const app of ['custom-status', 'custom-status-ts']) {
    describe(`${app}, what is not in programming model v3`, () => {
      const recommendations: [number, object][] = [
        [1, { recommendedCities: ['Tokyo', 'Seattle'], recommendedSeasons: ['Spring', 'Summer'] }],
        [2, { recommendedCities: ['Seattle', 'London'], recommendedSeasons: ['Summer'] }],
        [3, { recommendedCities: ['Tokyo', 'London'], recommendedSeasons: ['Spring', 'Summer'] }],
      ];
      for (const [choice, recommendation] of recommendations) {
        it(`CityRecommender recommends cities and seasons for choice ${choice}`, async () => {
          assertCompleted(await run(app, 'CityRecommender', choice), null, recommendation);
        });
      }

      it('ReserveTicketWithTimeout lapses', async () => {
        assertCompleted(
          await run(app, 'ReserveTicketWithTimeout', { userId: 'user-1', discountTimeout: 0.05 }),
          false,
          notConfirmed,
        );
      });

      it('ReserveTicketWithTimeout ends at once when the booking is confirmed in time', async () => {
        const id = await start(app, 'ReserveTicketWithTimeout', 'vip-1');
        await until(app, id, (status) => status.customStatus !== null);
        await durascope(app, 'raise-event', id, 'BookingConfirmed', '--data', 'true');
        const status = await until(app, id, ({ runtimeStatus }) => runtimeStatus === 'Completed');
        assert.equal(status.output, true);
        assert.deepEqual(status.customStatus, confirmed);
      });

      it('SetStatusTest shows its custom status while it runs', async () => {
        const id = await start(app, 'SetStatusTest');
        await until(app, id, ({ runtimeStatus }) => runtimeStatus === 'Completed');
        const { ready } = await serve(app);
        // Asked for afterwards: on a busy machine it may have ended before anybody looks.
        const ask = async (what: string): Promise<unknown> =>
          (await fetch(`${ready.url}/durascope/instances/${id}/${what}`)).json();
        const changes = (await ask('custom-status-changes')) as { at: string; value: string }[];
        const history = (await ask('history')) as { EventType: string; Timestamp: string }[];
        const ended = history.findLast(({ EventType }) => EventType === 'TaskCompleted')?.Timestamp ?? '';
        assert.deepEqual(
          changes.map(({ value }) => JSON.parse(value) as unknown),
          [{ nextActions: ['A', 'B', 'C'], foo: 2 }],
        );
        assert.ok(Date.parse(changes[0]?.at ?? '') <= Date.parse(ended) - 900, JSON.stringify([changes, ended]));
      });
    });
  }

  describe('entities', () => {
    const app = 'entities';

    it('CountUp signals the counter, and calls it', async () => {
      const outcome = await run(app, 'CountUp', { key: 'a', amount: 5 });
      assertCompleted(outcome, 5);
      await durascope(app, 'entity', 'signal', '@Counter@a', 'add', '--input', '2');
      const { ready } = await serve(app);
      const url = `${ready.managementUrl}/entities/counter/a?code=${ready.key}`;
      for (;;) {
        const state = (await (await fetch(url)).json()) as number;
        if (state === 7) break;
        assert.equal(state, 5);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const shown = (await durascope(app, 'entity', 'show', '@counter@a')) as { state: unknown; queue: unknown[] };
      assert.deepEqual([shown.state, shown.queue], [7, []]);
      const listed = (await durascope(app, 'entity', 'list', '--name', 'Counter')) as { instanceId: string }[];
      assert.deepEqual(
        listed.map((each) => each.instanceId),
        ['@counter@a'],
      );
    });

    it('its HTTP function is a client of the counter', async () => {
      const { ready } = await serve(app);
      const post = (route: string, body?: string): Promise<Response> =>
        fetch(`${ready.url}/api/counter/${route}`, { method: 'POST', ...(body === undefined ? {} : { body }) });
      assert.equal((await post('web/state')).status, 404);
      assert.equal((await post('web/add', '3')).status, 202);
      for (;;) {
        const answer = await post('web/state');
        if (answer.status === 404) continue;
        assert.equal(await answer.json(), 3);
        break;
      }
    });

    it('Transfer moves money, and only what is there', async () => {
      assertCompleted(await run(app, 'Transfer', { from: 'x', to: 'y', amount: 300 }), { transferred: true, balance: 700 });
      assertCompleted(await run(app, 'Transfer', { from: 'x', to: 'y', amount: 800 }), { transferred: false, balance: 700 });
      const y = (await durascope(app, 'entity', 'show', '@account@y')) as { state: number; lockedBy: string | null };
      assert.deepEqual([y.state, y.lockedBy], [1300, null]);
    });

    it('Transfer waits while an Audit has the accounts', async () => {
      const audit = await start(app, 'Audit', ['p', 'q']);
      await until(app, audit, (status) => status.customStatus === 'auditing p and q');
      const transfer = await start(app, 'Transfer', { from: 'q', to: 'p', amount: 1 });
      const locked = (await durascope(app, 'entity', 'show', '@account@p')) as { lockedBy: string };
      assert.equal(locked.lockedBy, audit);
      await durascope(app, 'raise-event', audit, 'Done');
      const status = await until(app, transfer, ({ runtimeStatus }) => runtimeStatus === 'Completed');
      assert.deepEqual(status.output, { transferred: true, balance: 999 });
      assert.deepEqual(await durascope(app, 'entity', 'clean'), { emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 });
    });
  });

  for (const app of ['patterns', 'patterns-ts']) {
    describe(app, () => {
      it('GetCourseRecommendations hands a composite input to an activity', async () => {
        assertCompleted(await run(app, 'GetCourseRecommendations', 2), {
          major: 'ComputerScience',
          universityYear: 2,
          recommendedCourses: ['Introduction to .NET Programming', 'Introduction to Linux', 'Becoming an Entrepreneur'],
        });
      });

      it('GetWeatherOrchestrator destructures one', async () =>
        assertCompleted(await run(app, 'GetWeatherOrchestrator'), 'Cloudy'));

      it('ProvisionDevices runs a sub-orchestration for each device', async () => {
        const outcome = await run(app, 'ProvisionDevices', ['a', 'b']);
        assertCompleted(outcome, [
          { deviceId: 'a', serialNumber: 'SN-A', firmware: 'a-1.4.2' },
          { deviceId: 'b', serialNumber: 'SN-B', firmware: 'b-1.4.2' },
        ]);
        const instances = (await durascope(app, 'instances', '--name', 'ProvisionDevice')) as { parentInstanceId: string }[];
        assert.equal(instances.filter((each) => each.parentInstanceId === outcome.instanceId).length, 2);
      });

      it('CallFlakyService gets its answer at the third attempt', async () => {
        assertCompleted(await run(app, 'CallFlakyService'), 'answered at attempt 3');
      });

      it('CallFlakyService fails when all attempts fail', async () => {
        const outcome = await run(app, 'CallFlakyService', 9);
        assert.equal(outcome.runtimeStatus, 'Failed');
        assert.match(JSON.stringify(outcome.failure), /not available \(attempt 3\)/);
      });

      it('TransferFunds puts right what it did', async () => {
        assertCompleted(await run(app, 'TransferFunds'), 'refunded');
        assertCompleted(await run(app, 'TransferFunds', { from: 'a', to: 'b', amount: 1 }), 'transferred');
      });

      it('SendReminders waits for its timers', async () => {
        assertCompleted(await run(app, 'SendReminders', { times: 2, milliseconds: 20 }), ['Reminder 1', 'Reminder 2']);
      });

      it('TryGetQuote gives up in time, or takes the quote', async () => {
        assertCompleted(await run(app, 'TryGetQuote', { quoteMilliseconds: 400, timeoutMilliseconds: 20 }), 'too late');
        assertCompleted(await run(app, 'TryGetQuote', { quoteMilliseconds: 0, timeoutMilliseconds: 60_000 }), 42);
      });

      it('MonitorJob begins anew until the job is done', async () => {
        const outcome = await run(app, 'MonitorJob', { doneAfter: 3, milliseconds: 10 });
        assertCompleted(outcome, { looks: 3 }, { looks: 3, done: true });
        const rows = (await durascope(app, 'history', outcome.instanceId)) as { EventType: string }[];
        assert.equal(rows.filter((row) => row.EventType === 'TaskScheduled').length, 1);
      });

      it('BackupSiteContent fans out and adds up', async () => {
        assertCompleted(await run(app, 'BackupSiteContent', 20), 21_000);
      });

      it('ApprovalWorkflow goes on with the answer of a person', async () => {
        const id = await start(app, 'ApprovalWorkflow', { request: 'A desk' });
        await until(app, id, (status) => status.customStatus === 'waiting for approval');
        await durascope(app, 'raise-event', id, 'ApprovalEvent', '--data', 'true');
        const status = await until(app, id, ({ runtimeStatus }) => runtimeStatus === 'Completed');
        assert.equal(status.output, 'Approved: A desk');
        assert.equal(status.customStatus, 'approved');
      });

      it('ApprovalWorkflow escalates when nobody answers', async () => {
        assertCompleted(await run(app, 'ApprovalWorkflow', { timeoutSeconds: 0.05 }), 'Escalated: A new chair', 'escalated');
      });

      it('CheckSite makes a durable HTTP call, and one that no stub answers fails', async () => {
        assertCompleted(await run(app, 'CheckSite'), 'up');
        const outcome = await run(app, 'CheckSite', 'https://elsewhere.example.org/');
        assert.equal(outcome.runtimeStatus, 'Failed');
        assert.match(JSON.stringify(outcome.failure), /no stub is for it, and durascope\.http\.json lets no other request out/);
      });

      it('RunRemoteJob asks again until the job is done', async () => {
        const outcome = await run(app, 'RunRemoteJob');
        assertCompleted(outcome, { total: 1250 });
        const rows = (await durascope(app, 'history', outcome.instanceId, '--order', 'commit')) as {
          EventType: string;
          Name?: string;
        }[];
        const calls = rows.filter((row) => row.EventType === 'TaskScheduled');
        assert.deepEqual(
          calls.map((row) => row.Name),
          ['BuiltIn::HttpActivity', 'BuiltIn::HttpActivity', 'BuiltIn::HttpActivity'],
        );
        assert.equal(rows.filter((row) => row.EventType === 'TimerFired').length, 2);
      });

      it('MonitorWeather looks until the sky is clear', async () => {
        const outcome = await run(app, 'MonitorWeather', { city: 'Oslo', milliseconds: 20, times: 1000 });
        assertCompleted(outcome, 'Clear sky in Oslo', { city: 'Oslo', condition: 'Clear' });
      });

      it('NightlyBackup and ApprovalRequested are called by hand', async () => {
        assert.deepEqual(await durascope(app, 'invoke', 'NightlyBackup'), { name: 'NightlyBackup', result: null });
        const { result } = (await durascope(app, 'invoke', 'approvalrequested', '--input', '{"request":"A lamp"}')) as {
          result: string;
        };
        const status = await until(app, result, ({ customStatus }) => customStatus === 'waiting for approval');
        assert.equal(status.runtimeStatus, 'Running');
      });

      it('its HTTP starter waits for the output', async () => {
        const { ready } = await serve(app);
        const answer = await fetch(`${ready.url}/api/start/GetWeatherOrchestrator?wait=true`, { method: 'POST' });
        assert.equal(answer.status, 200);
        assert.equal(await answer.json(), 'Cloudy');
      });
    });
  }
});
