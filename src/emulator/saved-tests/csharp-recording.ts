/** A run as a test of a C# app reads it: its rows as the package of the app is told them, and what the code asked for by each. */
import type { HistoryEvent, ExecutionCompleted } from '../../core/history/history';
import { isScheduledRow, type ScheduledRow } from '../../core/decisions/non-determinism';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import { HistoryEvent as ProtoEvent } from '../../wire/generated/task-hub-sidecar';
import { eventInForm } from '../../grpc/legacy-entities';
import { recordedCallText } from '../../replay/explain-divergence';
import { comesIn } from '../../replay/program-run';
import { recordedRunFormat } from './recorded-run-cs';

/** One row a line, so that two recordings can be told apart by eye. */
export function* csharpRecording(request: ReplayRequest): Generator<string> {
  const { instanceId, executionId, functionName, history } = request;
  const ended = history.findLast((event): event is ExecutionCompleted => event.EventType === 'ExecutionCompleted');
  const head = {
    writtenBy: 'Durascope',
    format: recordedRunFormat,
    orchestrator: functionName,
    instanceId,
    executionId,
    end: ended?.OrchestrationStatus ?? null,
  };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [\n`;
  for (const [index, event] of history.entries()) {
    const row = JSON.stringify({ row: event.EventType, ...asked(event), ...goesOn(event), ...told(event, request) });
    yield `    ${row}${index + 1 < history.length ? ',' : ''}\n`;
  }
  yield '  ]\n}\n';
}

/** Ends are left out: packages refuse them in a past, and the code is asked what it does without them. */
function told(event: HistoryEvent, { history, instanceId, executionId }: ReplayRequest): { event?: string } {
  if (event.EventType === 'ExecutionCompleted' || event.EventType === 'ExecutionTerminated') return {};
  const proto = eventInForm('event', event, history, { instanceId, executionId });
  return proto === null ? {} : { event: Buffer.from(ProtoEvent.encode(proto).finish()).toString('base64') };
}

function goesOn(event: HistoryEvent): { goesOn?: true } {
  return comesIn(event) ? { goesOn: true } : {};
}

const kinds = {
  TaskScheduled: 'activity',
  TimerCreated: 'timer',
  SubOrchestrationInstanceCreated: 'sub-orchestration',
  EventSent: 'event',
} as const satisfies Record<ScheduledRow['EventType'], string>;

function asked(event: HistoryEvent): { asked?: { id: number; kind: string; name: string; text: string } } {
  if (!isScheduledRow(event)) return {};
  const name = event.EventType === 'TimerCreated' ? '' : event.Name;
  return { asked: { id: event.EventId, kind: kinds[event.EventType], name, text: recordedCallText(event) } };
}
