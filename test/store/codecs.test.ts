import assert from 'node:assert/strict';
import fc from 'fast-check';
import { eventTypeNumbers, type HistoryEvent } from '../../src/core/history/history';
import { toTimestamp } from '../../src/core/values/time';
import { decodeCheckpoints, encodeCheckpoints } from '../../src/store/checkpoint-codec';
import { decodeEvents, encodeEvents } from '../../src/store/event-codec';
import { decodeTime, encodeTime } from '../../src/store/time-codec';
import { stepOf } from './store-builders';

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
    const { text, changes } = encodeCheckpoints([
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
    assert.deepEqual(decodeCheckpoints(text), changes);
  });
});
