import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { InstanceQuery } from '../../../src/core/ports/history-store';
import { readingProblem } from '../../../src/hubs/sql-server/reading-guard';
import { SqlClient } from '../../../src/hubs/sql-server/sql-client';
import { sqlConnection } from '../../../src/hubs/sql-server/sql-connection';
import { actionTexts } from '../../../src/hubs/sql-server/sql-server-actions';
import { aboutHubs, serverOrders, type Statement, Statements } from '../../../src/hubs/sql-server/statements';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const time = fc.constant('2026-01-02T03:04:05.1234567Z');
const queries = fc.record<InstanceQuery>(
  {
    instanceIdPrefix: text,
    instanceIdFrom: text,
    instanceIds: fc.array(text, { maxLength: 3 }),
    text,
    names: fc.array(text, { maxLength: 3 }),
    statuses: fc.subarray(['Running', 'Failed', 'Completed'] as const),
    parentInstanceId: text,
    rootsOnly: fc.boolean(),
    entities: fc.constantFrom('include', 'exclude', 'only'),
    createdTimeFrom: time,
    createdTimeTo: time,
    lastUpdatedFrom: time,
    lastUpdatedTo: time,
  },
  { requiredKeys: [] },
);

/** Every statement that can come to be for these. */
function all(schema: string, hub: string, query: InstanceQuery, id: string): Statement[] {
  const statements = new Statements(schema, hub, true);
  return [
    ...serverOrders.flatMap((orderBy) =>
      [true, false].map((descending) =>
        statements.instances(query, {
          ...{ size: 100, orderBy, descending, now: '2026-01-02T03:04:05.0000000Z', withInput: descending },
          after: { value: orderBy === 'duration' ? 5 : id, instanceId: id },
        }),
      ),
    ),
    statements.instance(id),
    statements.counts(query),
    statements.more(100_000),
    statements.history(id, id, { from: 0 }, true),
    statements.history(id, id, { from: 5, count: 10 }, false),
    statements.children(id),
    statements.queues(),
    aboutHubs.tables(),
    aboutHubs.mode(schema),
    aboutHubs.versions(schema),
    aboutHubs.hub(schema, hub),
    aboutHubs.nextHub(schema, hub),
  ];
}

describe('statements to SQL Server', () => {
  it('are one SELECT each, whatever is looked for and whatever things are called', () => {
    fc.assert(
      fc.property(text, text, queries, text, (schema, hub, query, id) => {
        for (const { name, text: sql } of all(schema, hub, query, id)) assert.equal(readingProblem(sql), null, `${name}: ${sql}`);
      }),
    );
  });

  it('have no value in their text, and every parameter that they name', () => {
    const word = 'Zq9x';
    const query: InstanceQuery = {
      instanceIdPrefix: word,
      text: word,
      names: [word],
      parentInstanceId: word,
      instanceIds: [word],
    };
    for (const { name, text: sql, values } of all('dt', word, query, word)) {
      assert.doesNotMatch(sql, /zq9x/i, name);
      const named = new Set([...sql.matchAll(/@(\w+)/g)].map(([, each]) => each));
      assert.deepEqual([...named].sort(), Object.keys(values).sort(), name);
    }
  });

  it('know no hub but the one that was named', () => {
    for (const { text: sql } of all('dt', 'Orders', {}, 'a').filter(({ values }) => 'hub' in values)) {
      const tables = [...sql.matchAll(/\[dt\]\.\[\w+\] (\w)\b/g)].map(([, alias]) => alias ?? '');
      for (const alias of new Set(tables)) assert.match(sql, new RegExp(`\\b${alias}\\.\\[TaskHub\\] = `));
    }
  });

  it('that change something are refused below everything else', async () => {
    const rows = [
      'DELETE FROM [dt].[Instances]',
      'SELECT 1; DELETE FROM x',
      'SELECT * INTO x FROM y',
      'SELECT 1 EXEC [dt].[RaiseEvent]',
      "SELECT 'a' -- b",
      'SELECT /* */ 1',
      'select 1',
      'WITH x AS (SELECT 1) DELETE FROM x',
      "SELECT * FROM OPENROWSET('a', 'b', 'c')",
      "SELECT 1 WAITFOR DELAY '1'",
      ...Object.entries(actionTexts('dt')).flatMap(([name, sql]) => (name === 'currentHub' ? [] : [sql])),
    ];
    const client = await SqlClient.open(sqlConnection('Server=127.0.0.1,1;Database=d;User ID=u;Password=p'));
    for (const sql of rows) {
      assert.notEqual(readingProblem(sql), null, sql);
      await assert.rejects(() => client.read({ name: 'bad', text: sql, values: {} }), /is not sent to SQL Server/);
      await assert.rejects(() => client.change({ name: 'bad', text: sql, values: {} }), /none of those that were allowed/);
    }
    assert.equal(client.requests, 0);
    client.close();
  });

  it('take words of SQL in names and ids for what they are', () => {
    assert.equal(readingProblem("SELECT [delete], N'drop; it''s --' FROM [a]].[b] WHERE x = @exec"), 'It has EXEC in it.');
    assert.equal(readingProblem("SELECT [delete], N'drop; it''s --' FROM [a]]x].[b] WHERE x = @v1"), null);
  });
});
