import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HistoryEvent } from '../../src/core/history/history';
import { serialisedException } from '../../src/core/values/serialised-exception';
import { availableColumns, cellText, shownText, UsedFields, visibleColumns } from '../../src/webview/models/history-columns';
import { csvField, historyCsv, historyJson } from '../../src/webview/models/history-export';
import { counterpart, counterpartIndex } from '../../src/core/history/history-links';
import { displayOrder, extendDisplayOrder } from '../../src/webview/models/history-order';
import { HistoryTable } from '../../src/webview/models/history-table';
import { helloCities, raised, rest, scheduled, started, story, timer, turn } from './histories';

function columnsOf(events: readonly HistoryEvent[], choice: Record<string, boolean> = {}) {
  const used = new UsedFields();
  used.update(events);
  return visibleColumns(availableColumns(used), choice);
}
const all = { text: '', types: new Set<string>() };

describe('the order of the history table', () => {
  it('B2: shows the sixteen rows of the document in the order of the document', () => {
    const rows = displayOrder(helloCities).map((at) => helloCities[at]);
    assert.deepEqual(
      rows.map((row) => row?.EventType),
      [
        'ExecutionStarted',
        'OrchestratorStarted',
        'TaskScheduled',
        'OrchestratorCompleted',
        'TaskCompleted',
        'OrchestratorStarted',
        'TaskScheduled',
        'OrchestratorCompleted',
        'TaskCompleted',
        'OrchestratorStarted',
        'TaskScheduled',
        'OrchestratorCompleted',
        'TaskCompleted',
        'OrchestratorStarted',
        'OrchestratorCompleted',
        'ExecutionCompleted',
      ],
    );
  });

  it('sorts what one turn scheduled by id', () => {
    const events = story(turn, started(), timer(1, 60), scheduled(0), rest);
    assert.deepEqual(displayOrder(events), [1, 0, 3, 2, 4]);
  });

  it('is the same whether rows arrive one by one or all at once', () => {
    const anyRow = fc.constantFrom<HistoryEvent['EventType']>(
      'OrchestratorStarted',
      'OrchestratorCompleted',
      'TaskScheduled',
      'TaskCompleted',
      'EventRaised',
      'ExecutionCompleted',
    );
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 60 }), fc.integer({ min: 0, max: 60 }), (types, cut) => {
        const events = types.map((EventType, at) => ({
          EventType,
          EventId: at % 7,
          Timestamp: '',
          IsPlayed: false,
        })) as HistoryEvent[];
        const early = displayOrder(events.slice(0, cut));
        const whole = displayOrder(events);
        assert.deepEqual(extendDisplayOrder(early, events), whole);
        assert.deepEqual(
          [...whole].sort((a, b) => a - b),
          events.map((_, at) => at),
        );
      }),
    );
  });
});

describe('the columns of the history table', () => {
  it("start with the document's own, in its order", () => {
    assert.deepEqual(
      columnsOf(helloCities)
        .slice(0, 7)
        .map((column) => column.title),
      ['EventType', 'Timestamp', 'Input', 'Name', 'Result', 'Duration', 'Status'],
    );
    assert.equal(columnsOf(helloCities, { PartitionKey: true })[0]?.title, 'PartitionKey');
  });

  it('leave out what no row says, and take in what a later row says', () => {
    const used = new UsedFields();
    used.update(helloCities);
    assert.ok(!availableColumns(used).some((column) => column.id === 'FireAt'));
    used.update([...helloCities, ...story(timer(4, 60))]);
    assert.ok(availableColumns(used).some((column) => column.id === 'FireAt'));
  });

  it('show fields that this version does not know', () => {
    const events = [{ ...story(turn)[0], Planet: { name: 'Mars' } }] as unknown as HistoryEvent[];
    const planet = columnsOf(events).find((column) => column.id === 'Planet');
    assert.ok(planet);
    assert.equal(cellText(events[0] as HistoryEvent, 'Planet', 'x'), '{"name":"Mars"}');
  });

  it("follow the user's choice", () => {
    const ids = columnsOf(helloCities, { Input: false, IsPlayed: true }).map((column) => column.id);
    assert.ok(!ids.includes('Input'));
    assert.ok(ids.includes('IsPlayed'));
  });

  it('tell a serialised exception as its message and stack; copies and exports have it as it is stored', () => {
    const Details = serialisedException('No such city', 'Error: No such city\n    at SayHello (app.js:3:9)');
    const failed = { ...helloCities[2], EventType: 'TaskFailed', TaskScheduledId: 0, Reason: 'failed', Details } as HistoryEvent;
    assert.equal(shownText(failed, 'Details', 'i'), 'Error: No such city\n    at SayHello (app.js:3:9)');
    assert.equal(shownText(failed, 'Reason', 'i'), 'failed');
    assert.equal(cellText(failed, 'Details', 'i'), Details);
  });

  it('show a missing input of the start as null, as the document does', () => {
    assert.equal(cellText(helloCities[1] as HistoryEvent, 'Input', 'i'), 'null');
    assert.equal(cellText(helloCities[2] as HistoryEvent, 'Input', 'i'), '');
  });
});

describe('the filters of the history table', () => {
  const table = new HistoryTable();
  table.setEvents('1', helloCities);

  it('find words in any cell, ignoring case, and all of them', () => {
    const found = table.rows('display', { ...all, text: 'taskcompleted seattle' });
    assert.deepEqual(
      found.map((at) => (helloCities[at] as { Result?: string }).Result),
      [undefined, '"Hello Seattle!"'],
      'with the row that it answers',
    );
  });

  it('keep the chosen event types and count all of them', () => {
    assert.equal(table.rows('commit', { text: '', types: new Set(['TaskScheduled', 'TaskCompleted']) }).length, 6);
    assert.equal(table.typeCounts().get('OrchestratorStarted'), 4);
  });

  it('keep up with rows that arrive and forget a generation that was replaced', () => {
    const growing = new HistoryTable();
    growing.setEvents('1', helloCities.slice(0, 6));
    assert.equal(growing.rows('display', { ...all, text: 'london' }).length, 0);
    growing.setEvents('1', helloCities);
    assert.equal(growing.rows('display', { ...all, text: 'london' }).length, 3);
    growing.setEvents('2', story(turn, started('Other'), rest));
    assert.deepEqual(growing.rows('display', all), [1, 0, 2]);
    assert.equal(growing.typeCounts().get('TaskScheduled'), undefined);
  });
});

describe('links between rows', () => {
  it('go from a scheduling row to its result and back', () => {
    assert.equal(counterpart(helloCities, 2), 5);
    assert.equal(counterpart(helloCities, 5), 2);
    assert.equal(counterpart(helloCities, 0), undefined);
    assert.equal(counterpart(helloCities.slice(0, 4), 2), undefined);
  });

  it('are the same in one pass', () => {
    const index = counterpartIndex(helloCities);
    for (const [result, opened] of index) assert.equal(counterpart(helloCities, result), opened);
    assert.equal(index.size, 3);
  });
});

describe('exports of a history', () => {
  it('write CSV that quotes commas, quotes and line breaks', () => {
    assert.equal(csvField('a,b'), '"a,b"');
    assert.equal(csvField('say "hi"'), '"say ""hi"""');
    assert.equal(csvField('plain'), 'plain');
    const csv = historyCsv(helloCities, displayOrder(helloCities), columnsOf(helloCities), 'eaee885b');
    const lines = csv.trimEnd().split('\r\n');
    assert.equal(lines.length, 17);
    assert.match(lines[0] ?? '', /^EventType,Timestamp,Input,Name,Result,Status/);
    assert.match(lines[16] ?? '', /,"\[""Hello Tokyo!"",""Hello Seattle!"",""Hello London!""\]",Completed,3/);
  });

  it('write JSON that reads back as the rows', () => {
    const events = story(turn, started(), raised('Approved', '{"by":"Ada"}'), rest);
    assert.deepEqual(JSON.parse(historyJson(events, [2, 1])), [events[2], events[1]]);
  });
});
