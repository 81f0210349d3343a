import assert from 'node:assert/strict';
import { DurascopeError } from '../../src/core/values/errors';
import { eventTypeNumbers, type HistoryEvent } from '../../src/core/history/history';
import { toHistoryRows } from '../../src/core/history/history-rows';
import { toHistoryEvents } from '../../src/core/history/history-view';
import { orchestrationStatusNumbers } from '../../src/core/values/status';
import { readHistories, type ImportedHistory } from '../../src/replay/imported-history';
import { ReplayFixture, type LiveApp, type LiveRun } from './replay-fixture';

const source = `
df.app.activity('Greet', { handler: (name) => ({ text: 'Hello "' + name + '", good day' }) });
df.app.activity('Fail', { handler: () => { throw new Error('no'); } });
df.app.orchestration('Child', function* (context) { return yield context.df.callActivity('Greet', 'child'); });
df.app.orchestration('Main', function* (context) {
  const { cities } = context.df.getInput();
  const all = [];
  for (const city of cities) all.push(yield context.df.callActivity('Greet', city));
  all.push(yield context.df.callSubOrchestrator('Child'));
  try { yield context.df.callActivity('Fail'); } catch (error) { all.push('failed'); }
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
  const go = yield context.df.waitForExternalEvent('Go');
  return { all, go };
});
`;

const csv = (rows: readonly Record<string, unknown>[]): string => {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: unknown) => {
    if (value === undefined || value === null) return '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))].join('\r\n');
};

describe('histories from elsewhere', () => {
  const fixture = new ReplayFixture();
  let live: LiveApp;
  let run: LiveRun;
  before(async () => {
    live = await fixture.live(source);
    run = await live.run('Main', { cities: ['Oslo', 'Rome'] }, async (id) => {
      await live.advance(id, 2000);
      await live.raise(id, 'Go', { ok: true });
    });
  });
  after(() => fixture.cleanUp());

  const statusOf = (showInput = true, showHistoryOutput = true) => ({
    name: run.row.name,
    instanceId: run.row.instanceId,
    runtimeStatus: run.row.runtimeStatus,
    input: showInput ? (JSON.parse(run.row.input ?? 'null') as unknown) : null,
    customStatus: null,
    output: JSON.parse(run.row.output ?? 'null') as unknown,
    createdTime: run.row.createdTime,
    lastUpdatedTime: run.row.lastUpdatedTime,
    historyEvents: toHistoryEvents(run.history, { showInput, showHistoryOutput }),
  });
  /** As the tool prints it: numbers for types, sorted by time. */
  const coreToolsText = () =>
    `Azure Functions Core Tools\n${JSON.stringify(
      run.history
        .map((event) => ({
          ...event,
          EventType: eventTypeNumbers[event.EventType],
          ...('OrchestrationStatus' in event
            ? { OrchestrationStatus: orchestrationStatusNumbers[event.OrchestrationStatus] }
            : {}),
        }))
        .toSorted((a, b) => (a.Timestamp < b.Timestamp ? -1 : a.Timestamp > b.Timestamp ? 1 : 0)),
      null,
      2,
    )}\n`;
  const tableRows = (): Record<string, unknown>[] => [
    ...run.history.map((event, index) => {
      const { Timestamp, ...fields } = event;
      return {
        PartitionKey: run.row.instanceId,
        RowKey: index.toString(16).toUpperCase().padStart(16, '0'),
        Timestamp: '2030-01-01T00:00:00Z',
        ExecutionId: run.row.executionId,
        _Timestamp: Timestamp,
        ...fields,
      };
    }),
    { PartitionKey: run.row.instanceId, RowKey: 'sentinel', ExecutionId: run.row.executionId, IsCheckpointComplete: true },
  ];

  const replayed = async (imported: ImportedHistory) => {
    const { instanceId, executionId, functionName, history } = imported;
    assert.equal(functionName, 'Main');
    return fixture.open(live.dir, run, { instanceId, executionId, history });
  };
  const expectWhole = async (imported: ImportedHistory): Promise<void> => {
    assert.deepEqual(imported.notes, []);
    const timeline = await replayed(imported);
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.at(-1)?.kind, 'completed');
    assert.equal(timeline.steps.at(-1)?.output, run.row.output);
    assert.equal(timeline.steps.length, 7);
  };
  const only = (text: string): ImportedHistory => {
    const all = readHistories(text);
    assert.equal(all.length, 1);
    return all[0] as ImportedHistory;
  };
  const refused = (text: string, message: RegExp) =>
    assert.throws(
      () => readHistories(text),
      (error) => DurascopeError.is(error, 'InvalidArgument') && message.test(error.message),
    );

  it('are replayed from the status with its history, whose ids and episodes are made anew', async () => {
    await expectWhole({ ...only(JSON.stringify(statusOf())), notes: [] });
    const { notes } = only(JSON.stringify(statusOf()));
    assert.ok(notes.some((note) => note.startsWith('The ids of sub-orchestrations that have ended')));
  });

  it('are replayed from the bare list of that status too', async () => {
    const imported = only(JSON.stringify(statusOf().historyEvents));
    assert.equal(imported.source, 'statusApi');
    await expectWhole({ ...imported, notes: [] });
  });

  it('are replayed as far as they go without results and inputs, and say what is missing', async () => {
    const imported = only(JSON.stringify(statusOf(false, false)));
    assert.ok(imported.notes.some((note) => note.includes('results are missing')));
    assert.ok(imported.notes.some((note) => note.includes('no input')));
    const timeline = await replayed(imported);
    assert.ok(timeline.steps.length > 0);
  });

  it('are replayed from what func durable get-history prints, sorted by time and with numbers for types', async () => {
    const imported = only(coreToolsText());
    assert.equal(imported.source, 'events');
    assert.deepEqual(imported.history.map(({ EventType }) => EventType).slice(0, 2), ['OrchestratorStarted', 'ExecutionStarted']);
    await expectWhole(imported);
  });

  it('are replayed from what durascope run prints with its history', async () => {
    for (const order of ['display', 'commit'] as const) {
      const history = toHistoryRows(run.history, run.row.executionId, order);
      const { instanceId, runtimeStatus } = run.row;
      await expectWhole(only(JSON.stringify({ instanceId, runtimeStatus, output: null, history })));
    }
    refused('{"instanceId": "i", "runtimeStatus": "Completed", "history": []}', /no history/i);
  });

  it('are replayed from the rows of a history table, as JSON and as CSV', async () => {
    for (const text of [JSON.stringify({ items: tableRows() }), JSON.stringify(tableRows().toReversed()), csv(tableRows())]) {
      const imported = only(text);
      assert.equal(imported.source, 'table');
      assert.equal(imported.instanceId, run.row.instanceId);
      assert.equal(imported.executionId, run.row.executionId);
      await expectWhole(imported);
    }
  });

  it('leave out table rows of an earlier generation and say which values lie in blobs', () => {
    const rows = tableRows();
    const stale = { ...rows[2], RowKey: 'FFFFFFFFFFFFFFFF', ExecutionId: 'old' };
    const large = rows.map((row) => (row['EventType'] === 'TaskCompleted' ? { ...row, Result: '', ResultBlobName: 'x' } : row));
    const { notes } = only(JSON.stringify([...large, stale]));
    assert.ok(notes.some((note) => note.includes('1 row of another generation is left out')));
    assert.ok(notes.some((note) => note.includes('Result of row')));
  });

  it('are replayed from a Durascope file, one for each instance', async () => {
    const instance = { instance: run.row, history: run.history, customStatusChanges: [] };
    const other = { ...instance, instance: { ...run.row, instanceId: 'other' } };
    const all = readHistories(JSON.stringify({ format: 'durascope/1', exportedAt: '', instances: [instance, other] }));
    assert.deepEqual(
      all.map(({ instanceId }) => instanceId),
      [run.row.instanceId, 'other'],
    );
    await expectWhole(all[0] as ImportedHistory);
  });

  it('keep events of unknown types, which count for nothing', async () => {
    const strange = { EventType: 'ExecutionPostponed', EventId: -1, IsPlayed: false, Timestamp: '2024-01-01T00:00:00Z' };
    const numbered = { ...strange, EventType: 99 };
    const imported = only(JSON.stringify([...run.history.slice(0, 4), strange, numbered, ...run.history.slice(4)]));
    assert.deepEqual(imported.notes, [
      'Events of unknown types are shown and count for nothing: ExecutionPostponed, EventType 99.',
    ]);
    await expectWhole({ ...imported, notes: [] });
    assert.equal(imported.history.length, run.history.length + 2);
  });

  it('are shown as far as they go when the file is cut off', async () => {
    const text = JSON.stringify(run.history, null, 1);
    const imported = only(text.slice(0, Math.floor(text.length / 2)));
    assert.ok(
      imported.notes.some((note) => /cut off|not valid JSON/.test(note)),
      imported.notes.join(),
    );
    const timeline = await replayed(imported);
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.at(-1)?.kind, 'waiting');
    assert.ok(timeline.steps.length > 1);
  });

  it('are cut to the last generation', () => {
    const again = run.history.map((event): HistoryEvent => ({ ...event }));
    const imported = only(JSON.stringify([...run.history, ...again]));
    assert.equal(imported.history.length, run.history.length);
    assert.ok(imported.notes.some((note) => note.includes('several generations')));
  });

  it('are refused in words that help when there is no history in the file', () => {
    refused('', /empty/);
    refused('Hello, world', /no JSON and no table/);
    refused('{"a":', /not JSON|no history/);
    refused('[]', /no history/);
    refused('[1,2]', /no history/);
    refused(JSON.stringify({ ...statusOf(), historyEvents: undefined }), /showHistory=true/);
    refused(JSON.stringify(run.history.slice(2)), /ExecutionStarted/);
    refused(JSON.stringify({ format: 'durascope/1', instances: [] }), /no instances/);
    refused('PartitionKey,RowKey,EventType\r\na,sentinel,\r\n', /no history rows/);
  });
});
