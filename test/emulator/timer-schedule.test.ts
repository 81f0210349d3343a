import assert from 'node:assert/strict';
import { parseSchedule, timeZoneOf } from '../../src/emulator/time/timer-schedule';

function runs(schedule: string, from: string, count: number, timeZone = 'UTC'): string[] {
  const parsed = parseSchedule(schedule, timeZone);
  const found: string[] = [];
  for (let at = Date.parse(from); found.length < count;) {
    const next = parsed.next(at);
    assert.ok(next !== null);
    found.push(new Date(next).toISOString().replace('.000Z', 'Z'));
    at = next;
  }
  return found;
}

const monday = '2024-01-01T00:00:00Z';

describe('schedules of timer triggers', () => {
  it('have six fields, the first for seconds', () => {
    assert.deepEqual(runs('30 */5 * * * *', monday, 2), ['2024-01-01T00:00:30Z', '2024-01-01T00:05:30Z']);
    assert.deepEqual(runs('0 30 9 * * 1-5', monday, 2), ['2024-01-01T09:30:00Z', '2024-01-02T09:30:00Z']);
    assert.deepEqual(runs('0 0 0 1 Jan,Jul *', monday, 2), ['2024-07-01T00:00:00Z', '2025-01-01T00:00:00Z']);
    assert.deepEqual(runs('0 0 0 * * Sat', monday, 1), ['2024-01-06T00:00:00Z']);
    assert.deepEqual(runs('0 0 0 * * sunday', monday, 1), ['2024-01-07T00:00:00Z']);
  });

  it('may have five', () => {
    assert.deepEqual(runs('15 10 * * *', monday, 1), ['2024-01-01T10:15:00Z']);
  });

  it('begin steps at a single number, and end them with the field', () => {
    assert.deepEqual(runs('0 50/5 * * * *', monday, 3), ['2024-01-01T00:50:00Z', '2024-01-01T00:55:00Z', '2024-01-01T01:50:00Z']);
    assert.deepEqual(runs('0 0 20-23/2 * * *', monday, 3), [
      '2024-01-01T20:00:00Z',
      '2024-01-01T22:00:00Z',
      '2024-01-02T20:00:00Z',
    ]);
  });

  it('want day and day of week at once', () => {
    assert.deepEqual(runs('0 0 0 13 * 5', monday, 2), ['2024-09-13T00:00:00Z', '2024-12-13T00:00:00Z']);
  });

  it('are time spans too', () => {
    assert.deepEqual(runs('00:05:00', monday, 2), ['2024-01-01T00:05:00Z', '2024-01-01T00:10:00Z']);
    assert.deepEqual(runs('1.02:00:00', monday, 1), ['2024-01-02T02:00:00Z']);
    assert.deepEqual(runs('24:00:00', monday, 1), ['2024-01-25T00:00:00Z'], '.NET reads days there');
  });

  it('are in the time zone of the app, also over the change of summer time', () => {
    assert.deepEqual(runs('0 30 9 * * *', '2024-03-30T00:00:00Z', 2, 'Europe/Berlin'), [
      '2024-03-30T08:30:00Z',
      '2024-03-31T07:30:00Z',
    ]);
    assert.deepEqual(runs('0 30 2 * * *', '2024-03-30T12:00:00Z', 2, 'Europe/Berlin').length, 2);
  });

  it('say whether they are monitored: not those within a minute', () => {
    assert.deepEqual(
      ['0 */5 * * * *', '*/10 * * * * *', '00:05:00', '00:00:30'].map((each) => parseSchedule(each, 'UTC').isMonitored),
      [true, false, true, false],
    );
  });

  it('are refused with what is wrong', () => {
    const refused: readonly [string, RegExp][] = [
      ['', /has 6 fields .*, not 1/],
      ['* * * *', /not 4/],
      ['0 61 * * * *', /the minute '61' is not between 0 and 59/],
      ['0 0 0 0 * *', /the day '0' is not between 1 and 31/],
      ['0 0 0 * * 7', /the day of week '7' is not between 0 and 6/],
      ['0 0 0 * Foo *', /the month 'Foo'/],
      ['0 0 0 L * *', /the day 'L'/],
      ['0 5-1 * * * *', /'5-1' ends before it begins/],
      ['0 */0 * * * *', /step of the minute must be above 0/],
      ['0 ? * * * *', /'\?' is no minute/],
      ['00:00:00', /must be above 0/],
    ];
    for (const [schedule, message] of refused)
      assert.throws(() => parseSchedule(schedule, 'UTC'), { code: 'InvalidArgument', message });
  });

  it('WEBSITE_TIME_ZONE may be a name of Windows', () => {
    assert.equal(timeZoneOf('W. Europe Standard Time'), 'Europe/Berlin');
    assert.equal(timeZoneOf('Asia/Tokyo'), 'Asia/Tokyo');
    assert.equal(timeZoneOf(undefined), 'UTC');
    assert.equal(timeZoneOf(''), 'UTC');
    assert.throws(() => timeZoneOf('Middle Earth'), { message: /WEBSITE_TIME_ZONE 'Middle Earth' is no time zone/ });
  });
});
