import assert from 'node:assert/strict';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { eventTypeNumbers, type HistoryEvent } from '../../src/core/history/history';
import { toTimestamp } from '../../src/core/values/time';
import type { Checkpoint } from '../../src/core/instances/checkpoint';
import { workKey } from '../../src/core/instances/instance';
import type { Change } from '../../src/store/change';
import { decodeCheckpoints, encodeCheckpoints } from '../../src/store/checkpoint-codec';
import { decodeEvents, decodePieces, encodeEvents } from '../../src/store/event-codec';
import { JournalFile, textOf } from '../../src/store/journal-text';
import { LinesInPlace } from '../../src/store/lines-in-place';
import { UnreadActivity, UnreadMessage, wholeActivity, wholeMessage, wholeRow } from '../../src/store/row-codec';
import { decodeTime, encodeTime } from '../../src/store/time-codec';
import { activityOf, eventsOf, messageOf, stepOf, timerOf } from './store-builders';

const aTime = fc.oneof(
  fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) }).map(toTimestamp),
  fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2024, 0) + 200_000 }).map(toTimestamp),
  fc.date({ noInvalidDate: true }).map((date) => toTimestamp(date.getTime())),
  fc.constantFrom(
    '',
    '2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00.1234567Z',
    '2024-01-01T24:00:00.0000000Z',
    '2024-02-30T10:00:00.0000000Z',
    '2024-01-01T00:00:60.0000000Z',
    '2024-01-01T00:00:0x.0000000Z',
    '2024-01-01T00:00:00.0000000+01:00',
    '1970-01-01T00:00:00.0050000Z',
    '0001-01-01T00:00:00.0000000Z',
    'not a time at all, 28 long 0Z',
  ),
  fc.string({ unit: 'binary' }),
);

/** With rows and queued work that were read; the same of a record of which they stay in their file, and histories too. */
function decoded(parts: readonly string[]): Change[] {
  const record = Buffer.from(parts.join(''));
  const changes = read(decodeCheckpoints(record));
  assert.deepEqual(decodedInPlace(record), changes);
  return changes;
}

function read(changes: readonly Change[]): Change[] {
  return changes.map((change) => {
    switch (change.type) {
      case 'history':
        return { ...change, events: textOf(change.events) };
      case 'row':
        return { ...change, row: wholeRow(change.row) };
      case 'messages':
        return { ...change, messages: change.messages.map(wholeMessage) };
      case 'activities':
        return { ...change, activities: change.activities.map(wholeActivity) };
      default:
        return change;
    }
  });
}

function decodedInPlace(record: Buffer): Change[] {
  const dir = mkdtempSync(path.join(tmpdir(), 'durascope-codecs-'));
  const name = path.join(dir, 'journal');
  writeFileSync(name, Buffer.concat([Buffer.from('before'), record]));
  const file = new JournalFile(openSync(name, 'r'), name, () => undefined);
  try {
    const changes = decodeCheckpoints(record, { lines: new LinesInPlace(file), at: 'before'.length });
    record.fill(0);
    return read(changes);
  } finally {
    file.close();
    rmSync(dir, { recursive: true });
  }
}

describe('store codecs', () => {
  it('times come back as the very text they were', () => {
    fc.assert(
      fc.property(fc.array(aTime), (times) => {
        assert.deepEqual(times.map(encodeTime).map(decodeTime), times);
      }),
      { numRuns: 1000 },
    );
  });

  it("times of the history's form become numbers", () => {
    assert.equal(encodeTime('2024-01-01T00:00:01.0020000Z'), Date.UTC(2024, 0, 1, 0, 0, 1, 2));
  });

  it('events come back as they were, whatever their fields and times, also from joined lists', () => {
    const aValue = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.constant(null),
      fc.boolean(),
      fc.object({ maxDepth: 1 }),
    );
    const fields = [
      'Name',
      'Version',
      'Input',
      'Result',
      'TaskScheduledId',
      'FireAt',
      'TimerId',
      'Reason',
      'Data',
      'Tags',
      'Other',
    ];
    const anEvent = fc
      .record(
        {
          EventType: fc.constantFrom(...Object.keys(eventTypeNumbers), 'Unheard'),
          EventId: fc.integer(),
          IsPlayed: fc.boolean(),
          Timestamp: aTime,
          ...Object.fromEntries(fields.map((field) => [field, aValue])),
        },
        { requiredKeys: ['EventType'], noNullPrototype: true },
      )
      .map((event) => JSON.parse(JSON.stringify(event)) as HistoryEvent);
    fc.assert(
      fc.property(fc.array(anEvent), fc.array(anEvent, { minLength: 1 }), (some, more) => {
        assert.deepEqual(decodeEvents(encodeEvents(some)), some);
        const joined = [encodeEvents(some), encodeEvents(more)].filter((text) => text !== '').join(',');
        assert.deepEqual(decodeEvents(joined), [...some, ...more]);
      }),
      { numRuns: 500 },
    );
  });

  it('a record is text without tricks: line breaks and tabs in values do not disturb it', () => {
    const input = 'line\nbreak\r\n\ttab\u2028\u0000"quotes"\\';
    const { records, changes } = encodeCheckpoints([
      {
        ...stepOf('a', 0, 1, { input, name: input, executionId: input }),
        messages: [
          {
            seq: 1,
            instanceId: 'a',
            executionId: null,
            visibleAt: null,
            event: { EventType: 'EventRaised', EventId: -1, IsPlayed: true, Timestamp: '', Name: input, Input: input },
          },
        ],
      },
    ]);
    assert.deepEqual(decoded(records.flat()), changes);
  });

  it('rows and histories that stay in the journal are known by as much as is asked before they are read', () => {
    const aText = fc.oneof(fc.string(), fc.constantFrom('"', '\\', '\\"', 'null', '","', '\t', 'é'));
    const aRow = fc.record({
      instanceId: aText,
      executionId: aText,
      name: aText,
      input: fc.option(aText),
      output: fc.option(aText),
      customStatus: fc.option(aText),
      createdTime: aTime,
      lastUpdatedTime: aTime,
      runtimeStatus: fc.constantFrom('Running', 'Completed', 'Failed'),
    });
    fc.assert(
      fc.property(fc.array(aRow, { minLength: 1, maxLength: 4 }), (rows) => {
        const steps = rows.map(({ instanceId, ...row }, i) => stepOf(instanceId, i, 2, row));
        const record = Buffer.from(encodeCheckpoints(steps).records.flat().join(''));
        const file = new JournalFile(-1, 'journal', () => undefined);
        const inPlace = decodeCheckpoints(record, { lines: new LinesInPlace(file), at: 0 });
        const heads = (changes: readonly Change[]): unknown[] =>
          changes.map((change) =>
            change.type === 'history'
              ? { ...change, events: typeof change.events === 'string' ? Buffer.byteLength(change.events) : change.events.length }
              : change.type === 'row' && {
                  id: change.row.instanceId,
                  execution: change.row.executionId,
                  status: change.row.runtimeStatus,
                  custom: change.row.customStatus,
                  updated: change.row.lastUpdatedTime,
                },
          );
        assert.deepEqual(heads(inPlace), heads(decodeCheckpoints(record)));
      }),
      { numRuns: 300 },
    );
  });

  it('queued work that stays in the journal is known by what it is used up by', () => {
    const ids = ['order-1', 'Bestellung "ä"', 'a\\b'];
    const steps = ids.map((id, i): Checkpoint => ({
      ...stepOf(id, 0, 1),
      messages: [messageOf(2 * i, id), messageOf(2 * i + 1, id)],
      consumedMessages: [i, 100 + i],
      activities: [activityOf(id, 1, { input: '],[' }), activityOf(id, 20)],
      finishedActivities: [workKey(`x-${id}`, 7), workKey(id, 8)],
    }));
    const record = Buffer.from(encodeCheckpoints(steps).records.flat().join(''));
    const read = decodeCheckpoints(record);
    const file = new JournalFile(-1, 'journal', () => undefined);
    const inPlace = decodeCheckpoints(record, { lines: new LinesInPlace(file), at: 0 });
    const known = (changes: readonly Change[]): unknown[] =>
      changes.map((change) => {
        if (change.type === 'messages') return change.messages.map(({ seq, instanceId }) => [seq, instanceId]);
        if (change.type !== 'activities') return change.type === 'row' || change.type === 'history' ? change.type : change;
        return change.activities.map((each) => [
          each.instanceId,
          each instanceof UnreadActivity ? each.key : workKey(each.executionId, each.taskId),
        ]);
      });
    assert.deepEqual(known(inPlace), known(read));
    const unread = inPlace.flatMap((change): readonly object[] =>
      change.type === 'messages' ? change.messages : change.type === 'activities' ? change.activities : [],
    );
    assert.deepEqual(
      unread.map((each) => each instanceof UnreadMessage || each instanceof UnreadActivity),
      ids.flatMap(() => [true, true, true, true]),
    );
  });

  it('what is longer than a record can be is several, each of whole checkpoints', () => {
    const steps = ['a', 'b', 'c', 'd'].map((id) => stepOf(id, 0, 1, { input: 'x'.repeat(1000) }));
    const { records, changes } = encodeCheckpoints(steps, 1500);
    assert.equal(records.length, 2);
    assert.deepEqual(
      records.flatMap((parts) => decoded(parts)),
      changes,
    );
    assert.throws(() => encodeCheckpoints([stepOf('a', 0, 1), stepOf('b', 0, 1, { input: 'x'.repeat(4000) })], 1500), {
      name: 'CheckpointTooLong',
      index: 1,
      message: /^A step of 'b' cannot be kept: /,
    });
  });

  it('a long record is in pieces, of whole lines each, and is read piece by piece', () => {
    const long = '\u00e9'.repeat(3_000_000);
    const events = eventsOf(0, 12).map((event, i) => ({ ...event, Input: i % 3 === 0 ? long : `"${i}"` }));
    const messages = Array.from({ length: 4 }, (_, i) =>
      messageOf(i + 1, 'a', { event: { ...messageOf(1, 'a').event, Input: long } as never }),
    );
    const activities = Array.from({ length: 4 }, (_, i) => activityOf('a', i + 1, { input: long }));
    const step: Checkpoint = { ...stepOf('a', 0, 1), messages, activities, timers: [timerOf('a', 9)] };
    const { records, changes } = encodeCheckpoints([
      { ...step, history: { executionId: 'x-a', mode: 'replace', from: 0, events: events } },
      stepOf('b', 0, 2),
    ]);
    const [parts = []] = records;
    assert.ok(parts.length > 8 && parts.every((part) => part.length < 8_000_000 && part.endsWith('\n')));
    const found = decoded(records.flat());
    const ofType = <T extends Change['type']>(list: readonly Change[], type: T): (Change & { type: T })[] =>
      list.filter((change): change is Change & { type: T } => change.type === type);
    // Of the lists of queued work there may be several; of histories as many as were written.
    assert.deepEqual(ofType(found, 'history'), ofType(changes, 'history'));
    assert.deepEqual(
      ofType(found, 'messages').flatMap((change) => change.messages),
      messages,
    );
    assert.deepEqual(
      ofType(found, 'activities').flatMap((change) => change.activities),
      activities,
    );
    assert.deepEqual(ofType(found, 'row'), ofType(changes, 'row'));
    const rows = ofType(found, 'history').filter((change) => change.instanceId === 'a');
    assert.deepEqual(decodePieces(rows.map((change) => textOf(change.events))), events);
    assert.deepEqual(rows.map(({ replace, from }) => [replace, from]).slice(0, 2), [
      [true, 0],
      [false, rows[0]?.count],
    ]);
  });
});
