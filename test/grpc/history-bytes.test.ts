/** What a worker is told of a history is the same whether it was encoded at once or step by step. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HistoryEvent } from '../../src/core/history/history';
import { HistoryBytes } from '../../src/grpc/history-bytes';
import { orchestratorRequest, protoEvents } from '../../src/grpc/work-item-bytes';
import { OrchestratorRequest } from '../../src/wire/generated/task-hub-sidecar';

const marks = { EventId: -1, IsPlayed: false, Timestamp: '2026-01-01T00:00:00.0000000Z' };

/** `size` makes lengths of one to three bytes; rows of 0 are told to nobody. */
function row(size: number, id: number): HistoryEvent {
  if (size === 0) return { ...marks, EventType: 'OrchestratorCompleted' };
  return { ...marks, EventType: 'EventRaised', Name: `e${id}`, Input: 'x'.repeat(size) };
}

interface Turn {
  /** Rows that were there by then, beside those told as new the turn before. */
  between: number[];
  added: number[];
  /** What was told as new did not come to be. */
  isLost: boolean;
}

const sizes = fc.array(fc.constantFrom(0, 1, 60, 200, 20_000), { maxLength: 4 });
const turns = fc.array(fc.record<Turn>({ between: sizes, added: sizes, isLost: fc.boolean() }), { minLength: 1, maxLength: 8 });

function told(
  bytes: HistoryBytes,
  history: readonly HistoryEvent[],
  newEvents: readonly HistoryEvent[],
  executionId = 'e',
): OrchestratorRequest {
  const { past, added } = bytes.told('i', executionId, history, newEvents);
  return OrchestratorRequest.decode(orchestratorRequest({ instanceId: 'i', executionId }, added, past));
}

function assertSame(actual: OrchestratorRequest, history: readonly HistoryEvent[], newEvents: readonly HistoryEvent[]): void {
  const id = { instanceId: 'i', executionId: 'e' };
  const atOnce = (events: readonly HistoryEvent[]): OrchestratorRequest['newEvents'] =>
    OrchestratorRequest.decode(orchestratorRequest(id, protoEvents(events), new Uint8Array(0))).newEvents;
  assert.deepEqual([actual.pastEvents, actual.newEvents], [atOnce(history), atOnce(newEvents)]);
}

describe('what a worker is told of a history', () => {
  it('is the history, whatever was told before', () => {
    fc.assert(
      fc.property(turns, (all) => {
        const bytes = new HistoryBytes();
        let history: HistoryEvent[] = [];
        let last: HistoryEvent[] = [];
        let id = 0;
        for (const { between, added, isLost } of all) {
          history = [...history, ...(isLost ? [] : last), ...between.map((size) => row(size, id++))];
          last = added.map((size) => row(size, id++));
          assertSame(told(bytes, history, last), history, last);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is told again when nothing came of it', () => {
    const bytes = new HistoryBytes();
    const [past, lost, next] = [row(3, 1), row(4, 2), row(5, 3)];
    for (const added of [[lost], [lost, next], [next]]) assertSame(told(bytes, [past], added), [past], added);
    assertSame(told(bytes, [past, lost], [next]), [past, lost], [next]);
  });

  it('is that of its generation', () => {
    const bytes = new HistoryBytes();
    const [first, second] = [row(3, 1), row(4, 2)];
    assertSame(told(bytes, [], [first]), [], [first]);
    assertSame(told(bytes, [first], [second], 'another'), [first], [second]);
  });
});
