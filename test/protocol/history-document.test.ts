/** The history as a document of the editor: what is too long for one is not asked for, and said. */
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import type { InstanceRow } from '../../src/core/instances/instance';
import { documentLimits, historyDocument } from '../../src/protocol/history-document';
import { documentName, documentText } from '../../src/vscode/models/text-document';

interface Shown {
  note?: string;
  instance: Record<string, unknown>;
  history: Record<string, unknown>[];
}

const limits = { document: 10_000, payload: 1000 };

const rowOf = (historyLength: number, more: Partial<InstanceRow> = {}): InstanceRow =>
  ({ instanceId: 'a b', input: '{"x":1}', output: 'not json', historyLength, ...more }) as InstanceRow;

const completed = (Result: string): HistoryEvent => ({ EventType: 'TaskCompleted', Result }) as unknown as HistoryEvent;

/** Rows made when they are asked for, and how many of them were. */
function reading(eventAt: (index: number) => HistoryEvent): {
  read: (from: number, count: number) => Promise<HistoryEvent[]>;
  asked: number[];
} {
  const asked: number[] = [];
  return {
    asked,
    read: (from, count) => {
      asked.push(count);
      return Promise.resolve(Array.from({ length: count }, (_, i) => eventAt(from + i)));
    },
  };
}

describe('the history as a document', () => {
  it('has all of it, with payloads written out', async () => {
    const { read } = reading(() => completed('["Tokyo"]'));
    assert.deepEqual(JSON.parse(await historyDocument(rowOf(2), read)), {
      instance: { instanceId: 'a b', input: { x: 1 }, output: 'not json', historyLength: 2 },
      history: [
        { EventType: 'TaskCompleted', Result: ['Tokyo'] },
        { EventType: 'TaskCompleted', Result: ['Tokyo'] },
      ],
    });
  });

  it('is the same text as JSON with two spaces', async () => {
    const { read } = reading((index) => completed(JSON.stringify({ index, list: [1, { a: 'b\nc' }] })));
    const text = await historyDocument(rowOf(5), read);
    assert.equal(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    const empty = await historyDocument(rowOf(0), read);
    assert.equal(empty, `${JSON.stringify(JSON.parse(empty), null, 2)}\n`);
  });

  it('ends where a document would be too long, and says so with what to do', async () => {
    const { read, asked } = reading((index) => completed(`"${index}"`));
    const text = await historyDocument(rowOf(1_000_000), read, limits);
    assert.ok(text.length < 2 * limits.document, `${text.length}`);
    const { note, history } = JSON.parse(text) as Shown;
    assert.match(
      note ?? '',
      /^These are the first \d+ of 1,000,000 rows: .* use "Export Instances…", or durascope export "a b" --out FILE\.$/,
    );
    assert.ok(history.length > 50 && note?.includes(`first ${history.length} of`) === true);
    assert.ok(asked.reduce((sum, count) => sum + count, 0) < 1000, asked.join());
  });

  it('asks for few rows where rows are long: 600 MB of history are never in memory', async () => {
    const long = JSON.stringify('x'.repeat(1024 * 1024));
    const { read, asked } = reading(() => completed(long));
    const text = await historyDocument(rowOf(600), read);
    const { note, history } = JSON.parse(text) as Shown;
    assert.ok(text.length <= documentLimits.document + 10_000, `${text.length}`);
    assert.match(note ?? '', /These are the first \d+ of 600 rows: .* Of \d+ long payloads only the beginning is here\./);
    assert.ok(history.length > 10 && history.length < 100, `${history.length}`);
    assert.ok(Math.max(...asked) <= 16, asked.join());
  });

  it('has the beginning of what is long, wherever it stands', async () => {
    const long = 'y'.repeat(5000);
    const event = {
      EventType: 'TaskFailed',
      Reason: long,
      FailureDetails: { ErrorMessage: long, InnerFailure: { StackTrace: long } },
    };
    const { read } = reading(() => event as unknown as HistoryEvent);
    const { note, instance, history } = JSON.parse(
      await historyDocument(rowOf(1, { input: JSON.stringify(long) }), read, limits),
    ) as Shown;
    const [failed] = history;
    assert.match(note ?? '', /^Of 4 long payloads only the beginning is here\. To have all of it, use/);
    assert.match(String(instance['input']), /^"y{999}… \(5,002 characters\)$/);
    assert.match(String(failed?.['Reason']), /^y{1000}… \(5,000 characters\)$/);
    assert.match(JSON.stringify(failed?.['FailureDetails']), /"ErrorMessage":"y{1000}….*"StackTrace":"y{1000}…/);
  });

  it('ends where the history is shorter than its row says', async () => {
    const text = await historyDocument(rowOf(3), (from) => Promise.resolve(from === 0 ? [completed('1')] : []));
    assert.equal((JSON.parse(text) as Shown).history.length, 1);
  });
});

describe('any other text as a document', () => {
  it('is that text, or its beginning and a last line that says so', () => {
    assert.equal(documentText('x'.repeat(100), 100), 'x'.repeat(100));
    assert.match(documentText('x'.repeat(1001), 100), /^x{100}\n… These are the first 100 of 1,001 characters\. Export .*\n$/);
  });
});

describe('the name of a document', () => {
  it('is of its own for each title', () => {
    const titles = ['a-b', 'a/b', 'a b', 'a:b', 'a\tb', 'a//b', '../..', '%2F', 'ü-名-😀'];
    const names = titles.map(documentName);
    assert.equal(new Set(names).size, titles.length, names.join());
    assert.equal(documentName('plain-1.x'), 'plain-1.x');
    for (const name of names) assert.doesNotMatch(name, /[\\/:\s]/);
  });
});
