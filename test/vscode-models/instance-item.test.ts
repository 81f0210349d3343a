import assert from 'node:assert/strict';
import { formatFilter, isEmptyFilter, noFilter, parseFilter, toQuery } from '../../src/vscode/models/instance-filter';
import { shortAge } from '../../src/base/age';
import { jsonLine } from '../../src/base/json-text';
import { instanceItem, shortId } from '../../src/vscode/models/instance-item';
import { instanceRow } from '../support/instance-row';

const row = instanceRow({
  instanceId: '0123456789abcdef0123456789abcdef',
  name: 'helloCities',
  input: '"x"',
  customStatus: '"Tokyo"',
  lastUpdatedTime: '2024-01-01T00:00:01.0000000Z',
  historyLength: 3,
});
const now = Date.parse('2024-01-01T00:05:00Z');

describe('a line of the instances view', () => {
  it('says name, custom status, age and which one', () => {
    const item = instanceItem(row, now, 'status');
    assert.equal(item.label, 'helloCities');
    assert.equal(item.description, 'Tokyo · 5 m · 01234567');
    assert.equal(item.accessibilityLabel, 'helloCities, Running, Tokyo, created 5 m ago, 0123456789abcdef0123456789abcdef');
  });

  it('is named by the id where the group says the name', () => {
    assert.equal(instanceItem(row, now, 'orchestrator').label, row.instanceId);
    assert.equal(instanceItem({ ...row, customStatus: null }, now, 'orchestrator').description, '5 m');
  });

  it('offers the actions that make sense', () => {
    assert.equal(instanceItem(row, now, 'flat').contextValue, 'instance terminate suspend restart');
    assert.equal(instanceItem({ ...row, runtimeStatus: 'Failed' }, now, 'flat').contextValue, 'instance rewind restart purge');
    assert.equal(
      instanceItem({ ...row, runtimeStatus: 'Suspended' }, now, 'flat').contextValue,
      'instance terminate resume restart',
    );
  });

  it('says of a failed one why, when it is pointed at', () => {
    const failed = {
      ...row,
      runtimeStatus: 'Failed' as const,
      output: "TaskFailed: Activity function 'Charge' failed: The card was refused.",
    };
    assert.match(instanceItem(failed, now, 'status').tooltip, /^Failure: .*The card was refused/m);
    assert.doesNotMatch(instanceItem(row, now, 'status').tooltip, /Failure/);
  });

  it("cannot be broken by what is in the user's values", () => {
    const item = instanceItem({ ...row, name: '[x](command:evil)', customStatus: '"a\\nb `c`"' }, now, 'status');
    assert.ok(!item.tooltip.includes('[x]('));
    assert.equal(item.description.split(' · ')[0], 'a b `c`');
  });

  it('shortens made ids and long ones, and leaves chosen ones alone', () => {
    assert.equal(shortId('order-4711'), 'order-4711');
    assert.equal(shortId('2f5a7b9c-1234-1234-1234-123456789abc'), '2f5a7b9c');
    assert.equal(shortId('2f5a7b9c123412341234123456789abc'), '2f5a7b9c');
    assert.equal(shortId('x'.repeat(40)).length, 32);
    // Children of one parent differ at the end.
    assert.equal(shortId('2f5a7b9c-1234-1234-1234-123456789abc:0'), '2f5a7b9c…:0');
    assert.equal(shortId('2f5a7b9c-1234-1234-1234-123456789abc:1'), '2f5a7b9c…:1');
    assert.equal(shortId(`2f5a7b9c123412341234123456789abc${':12'.repeat(8)}`), '2f5a7b9c…:12');
    assert.equal(shortId(`order-${'7'.repeat(40)}:12`), `order-${'7'.repeat(22)}…:12`);
  });

  it('tells ages in one unit', () => {
    assert.deepEqual(
      [0, 59_000, 60_000, 3_600_000, 90_000_000, -5].map((ms) => shortAge(0, ms)),
      ['now', '59 s', '1 m', '1 h', '1 d', 'now'],
    );
  });

  it('shows any custom status in one short line', () => {
    assert.equal(jsonLine('{"a":[1,2]}', 40), '{"a":[1,2]}');
    assert.equal(jsonLine('"cut off', 40), '"cut off');
    assert.equal(jsonLine(JSON.stringify('x'.repeat(50)), 10), 'xxxxxxxxx…');
    assert.equal(jsonLine('null', 10), '');
  });
});

describe('the filter line', () => {
  it('reads words, statuses, names and a time', () => {
    assert.deepEqual(parseFilter('  order 47 status:failed,Running name:A,b since:15m '), {
      filter: { text: 'order 47', statuses: ['Failed', 'Running'], names: ['A', 'b'], sinceMs: 900_000 },
    });
  });

  it('writes what it read', () => {
    for (const line of ['order 47 status:Failed,Running name:A since:15m', 'since:90s', 'since:2d', '']) {
      const parsed = parseFilter(line);
      assert.ok('filter' in parsed);
      assert.equal(formatFilter(parsed.filter), line);
      assert.equal(isEmptyFilter(parsed.filter), line === '');
    }
  });

  it('says what is wrong', () => {
    assert.match((parseFilter('status:broken') as { problem: string }).problem, /no status 'broken'.*Running/);
    assert.match((parseFilter('since:soon') as { problem: string }).problem, /since:15m/);
  });

  it('lists roots only unless a text is looked for', () => {
    assert.deepEqual(toQuery(noFilter, 0), { entities: 'exclude', rootsOnly: true });
    assert.deepEqual(toQuery({ ...noFilter, text: 'a', sinceMs: 1000 }, 1000), {
      entities: 'exclude',
      text: 'a',
      createdTimeFrom: '1970-01-01T00:00:00.0000000Z',
    });
  });
});
