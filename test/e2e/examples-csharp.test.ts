/**
 * The documents' samples as C# apps of the isolated worker model, each run by name as a user runs it. They are built into folders of their
 * own; where there is no .NET SDK or no packages they are skipped by name.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtApp } from '../support/built-dotnet-app';
import { commandInProcess } from '../support/command-in-process';
import { DurascopePrograms, projectRoot, type Serving } from '../support/durascope-program';

interface Status {
  runtimeStatus: string;
  customStatus: unknown;
  output: unknown;
}

interface Outcome extends Status {
  instanceId: string;
  failure?: { ErrorMessage: string };
}

const threeCities = ['Hello Tokyo!', 'Hello Seattle!', 'Hello London!'];
const bookingUrl = 'https://www.myawesomebookingweb.com';
const confirmed = { message: 'Thank you for confirming your booking.' };
const notConfirmed = { message: 'The booking was not confirmed on time. Please try again.' };

class App {
  serving!: Serving;

  private constructor(private readonly programs: DurascopePrograms) {}

  static async start(folder: string, name: string, built: string): Promise<App> {
    const app = new App(new DurascopePrograms({ env: { DURASCOPE_HOME: path.join(folder, `home-${name}`) } }));
    app.serving = await app.programs.start([built, '--port', '0', '--memory']);
    return app;
  }

  async durascope(...args: string[]): Promise<unknown> {
    const { code, stdout, stderr } = await commandInProcess([...args, '--json'], this.serving.ready);
    assert.equal(stderr, '');
    assert.ok(code === 0 || args.includes('--wait'), `exit code ${String(code)}: ${stdout}`);
    return JSON.parse(stdout);
  }

  /** The same of the built program, which has the grammars beside it. */
  async durascopeBuilt(...args: string[]): Promise<unknown> {
    const { url, key } = this.serving.ready;
    const { code, stdout, stderr } = await this.programs.run([...args, '--json', '--url', url, '--key', key]);
    assert.deepEqual([code, stderr], [0, '']);
    return JSON.parse(stdout);
  }

  async begin(name: string, input?: unknown): Promise<string> {
    const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
    return ((await this.durascope('start-instance', name, ...given)) as { instanceId: string }).instanceId;
  }

  async run(name: string, input?: unknown): Promise<Outcome> {
    const given = input === undefined ? [] : ['--input', JSON.stringify(input)];
    return (await this.durascope('start-instance', name, '--wait', ...given)) as Outcome;
  }

  async completes(name: string, input: unknown, output: unknown, customStatus: unknown = null): Promise<Outcome> {
    const outcome = await this.run(name, input);
    assert.equal(outcome.runtimeStatus, 'Completed', JSON.stringify(outcome));
    assert.deepEqual([outcome.output, outcome.customStatus], [output, customStatus]);
    return outcome;
  }

  /** The management API's answer once it fits. */
  async until(id: string, fits: (status: Status) => boolean): Promise<Status> {
    const { managementUrl, key } = this.serving.ready;
    for (;;) {
      const status = (await (await fetch(`${managementUrl}/instances/${id}?code=${key}`)).json()) as Status;
      if (fits(status)) return status;
      assert.ok(!['Completed', 'Failed', 'Terminated'].includes(status.runtimeStatus), JSON.stringify(status));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** What the emulator keeps of an instance: `history`, `custom-status-changes`. */
  async ask(id: string, what: string): Promise<unknown> {
    const { url, key } = this.serving.ready;
    return (await fetch(`${url}/durascope/instances/${id}/${what}?code=${key}`)).json();
  }

  stop(): Promise<void> {
    return this.programs.endAll();
  }
}

describe('the examples in C#', function () {
  this.timeout(15 * 60_000);
  let app: App;
  let folder = '';

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-examples-csharp-'));
  });
  after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const withApp = (name: string, checks: () => void): void => {
    describe(name, () => {
      let started: App | null = null;
      before(async function () {
        const built = await builtApp(name, path.join(projectRoot, 'examples', name));
        if (built === null) return this.skip();
        started = await App.start(folder, name, built);
        app = started;
      });
      after(() => started?.stop());
      checks();
    });
  };

  withApp('hello-cities-csharp', () => {
    it('HelloCities greets three cities', () => app.completes('HelloCities', undefined, threeCities));

    it('its HTTP starter answers with URLs that work', async () => {
      const answer = await fetch(`${app.serving.ready.url}/api/hello-cities`, { method: 'POST' });
      assert.equal(answer.status, 202);
      const urls = (await answer.json()) as Record<string, string>;
      const id = urls['id'] ?? urls['Id'] ?? '';
      await app.until(id, (status) => status.runtimeStatus === 'Completed');
      const status = await fetch(urls['statusQueryGetUri'] ?? urls['StatusQueryGetUri'] ?? '');
      assert.deepEqual(((await status.json()) as Status).output, threeCities);
    });

    it('durascope replay --steps tells the lines at which it waits', async () => {
      const { instanceId } = await app.run('HelloCities');
      const { timeline } = (await app.durascopeBuilt('replay', '--instance', instanceId, '--steps')) as {
        timeline: { place: { file: string; line: number } | null }[];
      };
      const lines = timeline.map(({ place }) => (place === null ? null : `${path.basename(place.file)}:${place.line}`));
      assert.deepEqual(lines, ['HelloCities.cs:13', 'HelloCities.cs:14', 'HelloCities.cs:15', null]);
    });
  });

  withApp('custom-status-csharp', () => {
    it('E1_HelloSequence ends with the custom status "London"', () =>
      app.completes('E1_HelloSequence', undefined, threeCities, 'London'));

    it('HttpStart answers once the custom status is "London"', async () => {
      const answer = await fetch(`${app.serving.ready.url}/api/orchestrators/E1_HelloSequence`, { method: 'POST' });
      assert.equal(answer.status, 200);
      assert.equal(((await answer.json()) as Status).customStatus, 'London');
    });

    it('CityRecommender recommends cities and seasons', async () => {
      await app.completes('CityRecommender', 1, null, {
        recommendedCities: ['Tokyo', 'Seattle'],
        recommendedSeasons: ['Spring', 'Summer'],
      });
      await app.completes('CityRecommender', 2, null, {
        recommendedCities: ['Seattle', 'London'],
        recommendedSeasons: ['Summer'],
      });
      await app.completes('CityRecommender', 3, null, {
        recommendedCities: ['Tokyo', 'London'],
        recommendedSeasons: ['Spring', 'Summer'],
      });
    });

    it('ReserveTicket makes an offer and thanks for the booking, or tells that there is none', async () => {
      for (const [userId, discount, answer, told] of [
        ['vip-7', 25, true, confirmed],
        ['user-1', 10, false, notConfirmed],
      ] as const) {
        const id = await app.begin('ReserveTicket', userId);
        const offered = await app.until(id, (status) => status.customStatus !== null);
        assert.deepEqual(offered.customStatus, { discount, discountTimeout: 60, bookingUrl });
        await app.durascope('raise-event', id, 'BookingConfirmed', '--data', String(answer));
        const status = await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Completed');
        assert.deepEqual([status.output, status.customStatus], [answer, told]);
      }
    });

    it('ReserveTicketWithTimeout lapses, or ends at once when the booking is confirmed in time', async () => {
      await app.completes('ReserveTicketWithTimeout', { userId: 'user-1', discountTimeout: 0.05 }, false, notConfirmed);
      const id = await app.begin('ReserveTicketWithTimeout', { userId: 'vip-1' });
      await app.until(id, (status) => status.customStatus !== null);
      await app.durascope('raise-event', id, 'BookingConfirmed', '--data', 'true');
      assert.equal((await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Completed')).output, true);
    });

    it('SetStatusTest shows its custom status while it runs', async () => {
      const id = await app.begin('SetStatusTest');
      await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Completed');
      // Asked for afterwards: on a busy machine it may have ended before anybody looks.
      const changes = (await app.ask(id, 'custom-status-changes')) as { at: string; value: string }[];
      const history = (await app.ask(id, 'history')) as { EventType: string; Timestamp: string }[];
      const ended = history.findLast(({ EventType }) => EventType === 'TaskCompleted')?.Timestamp ?? '';
      assert.deepEqual(
        changes.map(({ value }) => JSON.parse(value) as unknown),
        [{ nextActions: ['A', 'B', 'C'], foo: 2 }],
      );
      assert.ok(Date.parse(changes[0]?.at ?? '') <= Date.parse(ended) - 900, JSON.stringify([changes, ended]));
    });
  });

  withApp('patterns-csharp', () => {
    it('composite parameters', async () => {
      const courses = ['Introduction to .NET Programming', 'Introduction to Linux', 'Becoming an Entrepreneur'];
      const { output } = await app.run('GetCourseRecommendations', 2);
      assert.deepEqual(lowerKeys(output), { major: 'ComputerScience', universityyear: 2, recommendedcourses: courses });
      await app.completes('GetWeatherOrchestrator', undefined, 'Cloudy');
    });

    it('ProvisionDevices runs a sub-orchestration for each device', async () => {
      const outcome = await app.run('ProvisionDevices', ['a', 'b']);
      assert.deepEqual(
        (outcome.output as object[]).map(lowerKeys),
        ['a', 'b'].map((id) => ({ deviceid: id, serialnumber: `SN-${id.toUpperCase()}`, firmware: `${id}-1.4.2` })),
      );
      const children = (await app.durascope('instances', '--name', 'ProvisionDevice')) as { parentInstanceId: string }[];
      assert.equal(children.filter((each) => each.parentInstanceId === outcome.instanceId).length, 2);
    });

    it('retries and what is put right after a failure', async () => {
      await app.completes('CallFlakyService', undefined, 'answered at attempt 3');
      assert.equal((await app.run('CallFlakyService', 9)).runtimeStatus, 'Failed');
      await app.completes('TransferFunds', undefined, 'refunded');
      await app.completes('TransferFunds', { from: 'a', to: 'b', amount: 1 }, 'transferred');
    });

    it('timers, alone, in a race and between generations', async () => {
      await app.completes('SendReminders', { times: 2, milliseconds: 20 }, ['Reminder 1', 'Reminder 2']);
      await app.completes('TryGetQuote', { quoteMilliseconds: 400, timeoutMilliseconds: 20 }, 'too late');
      await app.completes('TryGetQuote', { quoteMilliseconds: 0, timeoutMilliseconds: 60_000 }, 42);
      await app.completes('MonitorJob', { doneAfter: 3, milliseconds: 10 }, { looks: 3 }, { looks: 3, done: true });
    });

    it('BackupSiteContent fans out and adds up', () => app.completes('BackupSiteContent', 20, 21_000));

    it('ApprovalWorkflow goes on with the answer of a person, or escalates', async () => {
      const id = await app.begin('ApprovalWorkflow', { request: 'A desk' });
      await app.until(id, (status) => status.customStatus === 'waiting for approval');
      await app.durascope('raise-event', id, 'ApprovalEvent', '--data', 'true');
      const status = await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Completed');
      assert.deepEqual([status.output, status.customStatus], ['Approved: A desk', 'approved']);
      await app.completes('ApprovalWorkflow', { timeoutSeconds: 0.05 }, 'Escalated: A new chair', 'escalated');
    });

    it('durable HTTP calls, one of which asks again', async () => {
      await app.completes('CheckSite', undefined, 'up');
      await app.completes('RunRemoteJob', undefined, { total: 1250 });
    });

    it('MonitorWeather looks until the sky is clear', async () => {
      const input = { city: 'Oslo', milliseconds: 20, times: 1000 };
      await app.completes('MonitorWeather', input, 'Clear sky in Oslo', { city: 'Oslo', condition: 'Clear' });
      await app.completes('CheckSiteAvailable', 'https://www.example.com/', 'available');
    });

    it('PeriodicCleanup goes on for ever with a short history, until it is terminated', async () => {
      const id = await app.begin('PeriodicCleanup', { milliseconds: 10 });
      await app.until(id, ({ customStatus }) => ((customStatus as { rounds: number } | null)?.rounds ?? 0) >= 3);
      await app.durascope('terminate', id);
      const { managementUrl, key } = app.serving.ready;
      const ended = async (): Promise<Status> =>
        (await (await fetch(`${managementUrl}/instances/${id}?code=${key}&showHistory=true`)).json()) as Status;
      let status = await ended();
      while (status.runtimeStatus !== 'Terminated') status = await ended();
      assert.ok((status as unknown as { historyEvents: unknown[] }).historyEvents.length < 10);
    });

    it('CountUp signals and calls a counter, Synchronize enters a critical section', async () => {
      await app.completes('CountUp', { key: 'c', amount: 5 }, 5);
      await app.completes('CountUp', { key: 'c' }, 6);
      await app.completes('Synchronize', undefined, 'done');
    });

    it('NightlyBackup and ApprovalRequested are called by hand', async () => {
      assert.deepEqual(await app.durascope('invoke', 'NightlyBackup'), { name: 'NightlyBackup', result: null });
      const { result } = (await app.durascope('invoke', 'approvalrequested', '--input', '{"request":"A lamp"}')) as {
        result: string;
      };
      await app.until(result, (status) => status.customStatus === 'waiting for approval');
      await app.durascope('raise-event', result, 'ApprovalEvent', '--data', 'false');
      const status = await app.until(result, ({ runtimeStatus }) => runtimeStatus === 'Completed');
      assert.equal(status.output, 'Rejected: A lamp');
    });

    it('RequestsUploaded reads the blob that it is called with by hand', async () => {
      const requests = ['--input', JSON.stringify('A lamp\nEin Stuhl für Jürgen\n'), '--metadata', '{"name":"today.txt"}'];
      assert.deepEqual(await app.durascope('invoke', 'RequestsUploaded', ...requests), { name: 'RequestsUploaded', result: 2 });
      const { name, input } = (await app.until('today.txt-1', () => true)) as Status & {
        name: string;
        input: { Request: string };
      };
      assert.deepEqual([name, input.Request], ['ApprovalWorkflow', 'Ein Stuhl für Jürgen']);
    });

    it('RequestsUploaded reads the file that it is called with by hand', async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'durascope-blob-'));
      try {
        const file = path.join(folder, 'file.txt');
        await writeFile(file, 'Eine Lampe\n');
        const uploaded = ['--file', file, '--metadata', '{"name":"file.txt"}'];
        assert.deepEqual(await app.durascope('invoke', 'RequestsUploaded', ...uploaded), { name: 'RequestsUploaded', result: 1 });
        await app.until('file.txt-0', () => true);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('Start starts any orchestrator over HTTP, and waits for its output where it is told to', async () => {
      const { url } = app.serving.ready;
      const answer = await fetch(`${url}/api/start/GetWeatherOrchestrator?wait=true`, { method: 'POST' });
      const { SerializedOutput } = (await answer.json()) as { SerializedOutput: string };
      assert.deepEqual([answer.status, SerializedOutput], [200, '"Cloudy"']);
      const started = await fetch(`${url}/api/start/BackupSiteContent`, { method: 'POST', body: '4' });
      assert.equal(started.status, 202);
      const { id, Id } = (await started.json()) as { id?: string; Id?: string };
      assert.equal((await app.until(id ?? Id ?? '', (status) => status.runtimeStatus === 'Completed')).output, 1000);
    });

    it('Transfer moves money in a critical section, and only what is there', async () => {
      const transfer = { from: 'x', to: 'y' };
      assert.deepEqual(lowerKeys((await app.run('Transfer', { ...transfer, amount: 300 })).output), {
        transferred: true,
        balance: 700,
      });
      assert.deepEqual(lowerKeys((await app.run('Transfer', { ...transfer, amount: 800 })).output), {
        transferred: false,
        balance: 700,
      });
      const y = (await app.durascope('entity', 'show', '@account@y')) as { state: number; lockedBy: string | null };
      assert.deepEqual([y.state, y.lockedBy], [1300, null]);
    });
  });
});

/** Records of .NET keep the case of their properties. */
function lowerKeys(value: unknown): object {
  return Object.fromEntries(Object.entries(value as object).map(([key, of]) => [key.toLowerCase(), of as unknown]));
}
