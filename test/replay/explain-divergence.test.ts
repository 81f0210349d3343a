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

describe('whose code wrote a history that is not replayed any more', () => {
  it('is told by the time of the row, and by the version of the orchestrator where it has one', () => {
    const at = { EventId: -1, IsPlayed: false, Timestamp: '2024-01-01T00:00:00.0000000Z' };
    const called: HistoryEvent = {
      ...{ ...at, EventType: 'TaskScheduled', EventId: 0, Timestamp: '2024-02-03T04:05:06.7000000Z' },
      ...{ Name: 'Charge', Version: '', Input: null },
    };
    for (const [Version, words] of [
      ['1.2', 'It was written 2024-02-03 04:05:06 UTC, started as version 1.2, by the code that was deployed then.'],
      ['', 'It was written 2024-02-03 04:05:06 UTC, by the code that was deployed then.'],
    ] as const) {
      const started: HistoryEvent = {
        ...{ ...at, EventType: 'ExecutionStarted', Name: 'Order', Version, Input: null, Tags: null },
        OrchestrationInstance: { InstanceId: 'a', ExecutionId: 'b' },
      };
      const run: ReplayRun = {
        ...{ moments: [], end: { type: 'waiting' }, disagreement: { rowIndex: 1, row: called, found: null } },
        ...{ sourceText: null, changesWhenRepeated: false, impureUses: [], notes: [], program: '' },
      };
      assert.ok(explainDivergence([started, called], run, ['Charge'])?.message.includes(words), words);
    }
  });
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
