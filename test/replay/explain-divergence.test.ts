import assert from 'node:assert/strict';
import type { EventSent, HistoryEvent } from '../../src/core/history/history';
import type { ReplayRun } from '../../src/core/ports/replay-worker';
import { explainDivergence } from '../../src/replay/explain-divergence';

const sent = (InstanceId: string, Name: string, input: object): EventSent => ({
  EventType: 'EventSent',
  EventId: 2,
  IsPlayed: false,
  Timestamp: '2024-01-01T00:00:00.0000000Z',
  InstanceId,
  Name,
  Input: JSON.stringify(input),
});

describe('what is recorded where code and history part', () => {
  const recordedOf = (row: EventSent): string | null => {
    const history: HistoryEvent[] = [row];
    const run: ReplayRun = {
      moments: [],
      end: { type: 'waiting' },
      disagreement: { rowIndex: 0, row, found: null },
      sourceText: null,
      changesWhenRepeated: false,
      impureUses: [],
      notes: [],
      program: '',
    };
    return explainDivergence(history, run, [])?.recorded ?? null;
  };

  it('is called by its operation where it was sent to an entity', () => {
    assert.equal(recordedOf(sent('@counter@a', 'op', { id: 'r', op: 'add' })), 'entity call add #2');
    assert.equal(
      recordedOf(sent('@counter@a', 'op@2024-01-01T00:00:00Z', { id: 'r', op: 'add', signal: true })),
      'entity signal add #2',
    );
    assert.equal(
      recordedOf(sent('@counter@a', 'op', { id: 'r', lockset: [{ name: 'counter', key: 'a' }], pos: 0 })),
      'entity lock #2',
    );
    assert.equal(recordedOf(sent('@counter@a', 'release', { parent: 'p', id: 'r' })), 'entity release #2');
  });

  it('is an event where another instance was meant, or what cannot be read', () => {
    assert.equal(recordedOf(sent('other', 'op', { id: 'r', op: 'add' })), 'event op #2');
    assert.equal(recordedOf(sent('@counter@a', 'op', {})), 'event op #2');
    assert.equal(recordedOf(sent('@counter@a', 'greet', {})), 'event greet #2');
  });
});
