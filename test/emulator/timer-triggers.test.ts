import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FunctionDescriptor } from '../../src/core/ports/function-worker';
import type { LogEntry } from '../../src/core/ports/logger';
import { TimerTriggers } from '../../src/emulator/time/timer-triggers';
import { ManualClock } from '../support/manual-clock';

const minute = 60_000;

function timer(name: string, schedule: string, more: Partial<FunctionDescriptor> = {}): FunctionDescriptor {
  return { name, type: 'timer', triggerType: 'timerTrigger', schedule, ...more };
}

describe('timer triggers', () => {
  let folder = '';
  let clock: ManualClock;
  let runs: { name: string; at: string; isPastDue?: boolean; last?: string; next?: string }[] = [];
  let logs: LogEntry[] = [];
  let settings: Record<string, string> = {};
  let run: () => Promise<unknown> = () => Promise.resolve();

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-timers-'));
    clock = new ManualClock();
    runs = [];
    logs = [];
    settings = {};
    run = () => Promise.resolve();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function triggers(file: string | null = null): TimerTriggers {
    return new TimerTriggers({
      clock,
      log: (entry) => logs.push(entry),
      run: (name, info) => {
        runs.push({ name, at: new Date(clock.now()).toISOString().slice(11, 19), ...info });
        return run();
      },
      setting: (name) => settings[name],
      file,
    });
  }

  /** In steps, since a run arms the next one only when it is over. */
  async function advance(ms: number, steps = 1): Promise<void> {
    for (let step = 0; step < steps; step++) {
      clock.advance(ms);
      await new Promise(setImmediate);
    }
  }

  it('run on their schedule and are told of the last and the next run', async () => {
    const timers = triggers();
    await timers.update([timer('Five', '0 */5 * * * *'), { name: 'Other', type: 'http', triggerType: 'httpTrigger' }]);
    assert.equal(timers.nextRunOf('Five'), Date.UTC(2024, 0, 1, 0, 5));
    await advance(5 * minute, 2);
    assert.deepEqual(runs, [
      { name: 'Five', at: '00:05:00', isPastDue: false, next: '2024-01-01T00:10:00.000Z' },
      { name: 'Five', at: '00:10:00', isPastDue: false, last: '2024-01-01T00:05:00.000Z', next: '2024-01-01T00:15:00.000Z' },
    ]);
    await timers.stop();
    assert.equal(clock.armed, 0);
  });

  it('run at the start where the function says so', async () => {
    const timers = triggers();
    await timers.update([timer('Now', '0 0 0 1 1 *', { runOnStartup: true })]);
    assert.deepEqual(
      runs.map(({ at, isPastDue }) => [at, isPastDue]),
      [['00:00:00', false]],
    );
    await timers.stop();
  });

  it('never run twice at one time, and go on after a failure', async () => {
    let finish: () => void = () => undefined;
    run = () => new Promise((_resolve, reject) => (finish = () => reject(new Error('boom'))));
    const timers = triggers();
    await timers.update([timer('Slow', '0 * * * * *')]);
    await advance(minute);
    await advance(minute, 3);
    assert.equal(runs.length, 1);
    finish();
    await new Promise(setImmediate);
    await advance(minute);
    assert.deepEqual(
      runs.map(({ at }) => at),
      ['00:01:00', '00:05:00'],
    );
    await timers.stop();
  });

  it('make up once for what was due while nothing ran', async () => {
    const file = path.join(folder, 'timers.json');
    const first = triggers(file);
    await first.update([timer('Hourly', '0 0 * * * *'), timer('Often', '*/10 * * * * *')]);
    await first.stop();
    assert.match(await readFile(file, 'utf8'), /"next": "2024-01-01T01:00:00.000Z"/);
    clock.advance(3 * 60 * minute);
    const second = triggers(file);
    await second.update([timer('Hourly', '0 0 * * * *'), timer('Often', '*/10 * * * * *')]);
    await new Promise(setImmediate);
    assert.deepEqual(
      runs.map(({ name, isPastDue }) => [name, isPastDue]),
      [['Hourly', true]],
    );
    assert.equal(second.nextRunOf('Hourly'), Date.UTC(2024, 0, 1, 4));
    await second.stop();
  });

  it('make up for nothing when useMonitor is off, or what was kept is torn', async () => {
    const file = path.join(folder, 'timers.json');
    await writeFile(file, '{"Hourly": {"next": "2023-01-01T00:00:00.000Z"');
    const torn = triggers(file);
    await torn.update([timer('Hourly', '0 0 * * * *')]);
    await torn.stop();
    await writeFile(file, '{"Hourly": {"next": "2023-01-01T00:00:00.000Z"}}');
    const off = triggers(file);
    await off.update([timer('Hourly', '0 0 * * * *', { useMonitor: false })]);
    await off.stop();
    assert.deepEqual(runs, []);
  });

  it('follow the app: a new schedule counts at once, a function that went stops', async () => {
    const timers = triggers();
    await timers.update([timer('One', '0 */5 * * * *'), timer('Two', '0 */5 * * * *')]);
    await timers.update([timer('One', '0 * * * * *')]);
    await advance(minute, 5);
    assert.deepEqual(
      runs.map(({ name, at }) => [name, at]),
      [1, 2, 3, 4, 5].map((at) => ['One', `00:0${at}:00`]),
    );
    await timers.stop();
  });

  it('take schedule and time zone from app settings', async () => {
    settings = { Every: '0 0 9 * * *', WEBSITE_TIME_ZONE: 'Tokyo Standard Time' };
    const timers = triggers();
    await timers.update([timer('Morning', '%Every%')]);
    assert.equal(timers.nextRunOf('Morning'), Date.UTC(2024, 0, 2, 0, 0));
    await timers.stop();
  });

  it('say which function does not run, and why', async () => {
    const timers = triggers();
    await timers.update([timer('Wrong', 'every minute'), timer('Unset', '%Nowhere%'), timer('Fine', '0 * * * * *')]);
    const errors = logs.filter((entry) => entry.level === 'error').map((entry) => entry.message);
    assert.equal(errors.length, 2);
    assert.match(errors[0] ?? '', /^Timer 'Wrong' does not run: 'every minute' is no schedule: .*6 fields/);
    assert.match(errors[1] ?? '', /^Timer 'Unset' does not run: its schedule is the app setting 'Nowhere', which is not there/);
    assert.notEqual(timers.nextRunOf('Fine'), null);
    await timers.stop();
  });
});
