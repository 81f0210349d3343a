import assert from 'node:assert/strict';
import { printHistory } from '../../src/cli/history-table';
import type { HistoryEvent } from '../../src/core/history/history';
import { toHistoryRows } from '../../src/core/history/history-rows';
import { ToldTerminal } from '../support/told-terminal';

const at = { IsPlayed: false, Timestamp: '2026-01-01T00:00:00.1230000Z' };
const events: HistoryEvent[] = [
  { ...at, EventType: 'OrchestratorStarted', EventId: -1 },
  {
    ...at,
    EventType: 'ExecutionStarted',
    EventId: -1,
    OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
    Name: 'Wait',
    Version: '',
    Input: null,
  },
  { ...at, EventType: 'TimerCreated', EventId: 0, FireAt: '2026-01-02T00:00:00.0000000Z' },
  { ...at, EventType: 'OrchestratorCompleted', EventId: -1 },
  { ...at, EventType: 'OrchestratorStarted', EventId: -1 },
  { ...at, EventType: 'EventRaised', EventId: -1, Name: 'Go', Input: '{"a":1}' },
  { ...at, EventType: 'ExecutionCompleted', EventId: 1, OrchestrationStatus: 'Completed', Result: '"done"' },
  { ...at, EventType: 'OrchestratorCompleted', EventId: -1 },
];

function linesOf(history: readonly HistoryEvent[], columns: number): string[] {
  const terminal = new ToldTerminal(columns);
  printHistory(toHistoryRows(history, 'e', 'display'), terminal);
  return terminal.printed.split('\n');
}

describe('the history table', () => {
  it('has the columns of the document, and those that this history needs', () => {
    const lines = linesOf(events, Infinity);
    assert.match(lines[0] ?? '', /^EventType +Timestamp +Input +Name +Result +Status +EventId +Row +FireAt$/);
    assert.match(lines[2] ?? '', /^ExecutionStarted +2026-01-01T00:00:00\.123Z +null +Wait +2$/);
    assert.match(lines[4] ?? '', /^TimerCreated .* 0 +3 +2026-01-02T00:00:00\.000Z$/);
    assert.match(lines[6] ?? '', /^EventRaised .*\{"a":1\} +Go +6$/);
    assert.match(lines[9] ?? '', /^ExecutionCompleted .*"done" +Completed +1 +\d+$/);
  });

  it('fits a terminal', () => {
    const long = [
      ...events.slice(0, -2),
      { ...at, EventType: 'EventRaised' as const, EventId: -1, Name: 'Go', Input: 'x'.repeat(500) },
    ];
    for (const line of linesOf(long, 132)) assert.ok(line.length <= 132, line);
  });
});
