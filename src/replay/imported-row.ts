import type { InstanceRow } from '../core/instances/instance';
import type { ReplayRequest } from '../core/ports/replay-worker';

/** The row of an instance of which only the history is known. */
export function importedRow({ instanceId, executionId, functionName: name, history }: ReplayRequest): InstanceRow {
  const started = history.find((event) => event.EventType === 'ExecutionStarted');
  const ended = history.findLast((event) => event.EventType === 'ExecutionCompleted');
  const createdTime = started?.Timestamp ?? history[0]?.Timestamp ?? '';
  return {
    instanceId,
    executionId,
    name,
    version: started?.Version ?? '',
    runtimeStatus: ended?.OrchestrationStatus ?? 'Running',
    input: started?.Input ?? null,
    output: ended?.Result ?? null,
    customStatus: null,
    createdTime,
    lastUpdatedTime: history.at(-1)?.Timestamp ?? createdTime,
    completedTime: ended?.Timestamp ?? null,
    scheduledStartTime: null,
    parentInstanceId: started?.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    generation: 0,
    tags: started?.Tags ?? null,
    failureDetails: ended?.FailureDetails ?? null,
    awaitedEvents: [],
    historyLength: history.length,
  };
}
