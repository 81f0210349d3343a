import assert from 'node:assert/strict';
import path from 'node:path';
import { escapeKey, unescapeKey } from '../../src/core/values/table-key';
import { DurascopeError } from '../../src/core/values/errors';
import { openReplay } from '../../src/replay/open-replay';
import { readHistories, type ImportedHistory } from '../../src/replay/imported-history';
import { columns, goldenRows, odataJson, storageExplorerCsv, type TypedRow } from '../hubs/golden-hub';
import { ReplayFixture } from './replay-fixture';

/** One value a column, as the client library gives them unless it is told otherwise. */
const plain = (row: TypedRow): Record<string, unknown> => ({
  ...row,
  etag: 'W/"1"',
  ...Object.fromEntries(
    columns(row).map(([name, { value, type }]) => [
      name,
      type === 'Boolean' ? value === 'true' : type === 'Int32' ? Number(value) : value,
    ]),
  ),
});

describe('history tables of the real engine, as tools export them (spec/attach.md 1.3, 1.4)', () => {
  const fixture = new ReplayFixture();
  after(() => fixture.cleanUp());
  const rows = goldenRows('History');
  const typed = readHistories(JSON.stringify(rows));

  it('are read from typed rows of @azure/data-tables: every instance, with its own id', () => {
    assert.equal(typed.length, 26);
    assert.ok(typed.every(({ source, executionId }) => source === 'table' && /^[0-9a-f-]{32,36}$/.test(executionId)));
    const ids = typed.map(({ instanceId }) => instanceId);
    assert.ok(['start\\back', 'start#hash', 'start?question', '@counter@call-entity'].every((id) => ids.includes(id)));
    const [started] = typed.find(({ instanceId }) => instanceId === 'parent-child')?.history.slice(1) ?? [];
    assert.equal(started?.EventType === 'ExecutionStarted' && started.ParentInstance?.OrchestrationInstance.InstanceId, 'parent');
  });

  it('are the same as OData JSON, as CSV of Storage Explorer, and in any order', () => {
    for (const text of [odataJson(rows), storageExplorerCsv(rows)]) assert.deepEqual(readHistories(text), typed);
    const reversed = readHistories(JSON.stringify(rows.toReversed()));
    const byId = new Map(reversed.map((each) => [each.instanceId, each]));
    assert.deepEqual(
      typed.map(({ instanceId }) => byId.get(instanceId)),
      typed,
    );
  });

  it('are the same without types, where an empty text cannot be told from none', () => {
    const filled = (all: readonly ImportedHistory[]) =>
      all.map((each) => ({
        ...each,
        history: each.history.map((event) => Object.fromEntries(Object.entries(event).filter(([, value]) => value !== ''))),
      }));
    for (const text of [JSON.stringify(rows.map(plain)), JSON.stringify({ items: rows.map(plain) })]) {
      assert.deepEqual(filled(readHistories(text)), filled(typed));
    }
  });

  it('are replayed by the app that made them, without a difference', async () => {
    const worker = await fixture.replayWorker(path.resolve('test/goldens/app'));
    for (const { instanceId, executionId, functionName, history } of typed) {
      if (instanceId.startsWith('@')) continue;
      const timeline = await openReplay({ instanceId, executionId, functionName: functionName ?? '', history }, worker);
      assert.equal(timeline.divergence, null, instanceId);
      await timeline.dispose();
    }
  });

  it('say which values lie in blobs, and give null for them in every form', () => {
    const large = rows.filter(({ partitionKey }) => partitionKey === 'big-output');
    for (const text of [JSON.stringify(large), odataJson(large), storageExplorerCsv(large)]) {
      const [imported] = readHistories(text);
      assert.ok(imported !== undefined);
      assert.ok(imported.notes.some((note) => note.includes('Result of row 6, Result of row 7')));
      const completed = imported.history.find(({ EventType }) => EventType === 'TaskCompleted');
      assert.equal(completed?.EventType === 'TaskCompleted' && completed.Result, null);
    }
  });

  it('say when the last episode was being written', () => {
    const hello = rows
      .filter(({ partitionKey }) => partitionKey === 'hello')
      .map((row): Record<string, unknown> =>
        row.rowKey === 'sentinel' ? { ...row, IsCheckpointComplete: { value: 'false', type: 'Boolean' } } : row,
      ) as unknown as TypedRow[];
    for (const text of [JSON.stringify(hello), odataJson(hello), storageExplorerCsv(hello)]) {
      assert.ok(readHistories(text)[0]?.notes.some((note) => note.includes('was being written')));
    }
  });

  it('are told from tables of instances', () => {
    const instances = goldenRows('Instances');
    for (const text of [JSON.stringify(instances), odataJson(instances)]) {
      assert.throws(
        () => readHistories(text),
        (error) => DurascopeError.is(error, 'InvalidArgument') && error.message.includes('whose name ends in History'),
      );
    }
  });

  it('have keys that are unescaped as the engine does', () => {
    for (const id of ['a/b\\c#d?e^f', '^1', '^^0', '\u0000\u001F\u007F\u009F', "plain'é", '@counter@a/b']) {
      assert.doesNotMatch(escapeKey(id), /[/\\#?\u0000-\u001F\u007F-\u009F]/);
      assert.equal(unescapeKey(escapeKey(id)), id);
    }
    assert.equal(escapeKey('/\u0001'), '^0^\u00C1');
    assert.equal(unescapeKey('a^zb'), 'azb');
  });
});
