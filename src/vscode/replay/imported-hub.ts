import { DurascopeError } from '../../core/values/errors';
import type { HistoryEvent } from '../../core/history/history';
import type { InstanceRow } from '../../core/instances/instance';
import type { ReplayRequest } from '../../core/ports/replay-worker';
import type { TaskHubClient } from '../../core/ports/task-hub-client';

/** A hub of one instance that stands still: what a history out of a file tells. Nothing can be done to it. */
export function importedHub({ instanceId, executionId, functionName, history }: ReplayRequest): TaskHubClient {
  const row = rowOf(instanceId, executionId, functionName, history);
  const refuse = (): Promise<never> =>
    Promise.reject(
      new DurascopeError('NotSupported', 'This history was imported to be looked at: nothing can be done to its instance.'),
    );
  const empty = { instances: [] };
  return {
    capabilities: { rewind: false, entities: false, suspend: false },
    get: (id) => Promise.resolve(id === instanceId ? row : undefined),
    history: (id, from = 0, count = history.length) =>
      Promise.resolve(id === instanceId ? history.slice(from, from + count) : []),
    query: () => Promise.resolve(empty),
    countByStatus: () => Promise.resolve({}),
    customStatusChanges: () => Promise.resolve([]),
    waitingFor: () => Promise.resolve({ activities: [], timers: [], events: [], children: [] }),
    subscribe: () => ({ dispose: () => undefined }),
    waitForCompletion: () => Promise.resolve(row),
    getEntity: () => Promise.resolve(undefined),
    queryEntities: refuse,
    entityBatches: () => Promise.resolve([]),
    ...{ start: refuse, raiseEvent: refuse, terminate: refuse, suspend: refuse, resume: refuse, rewind: refuse, restart: refuse },
    ...{
      fork: refuse,
      purge: refuse,
      purgeBy: refuse,
      importInstances: refuse,
      signalEntity: refuse,
      cleanEntityStorage: refuse,
    },
  };
}

function rowOf(instanceId: string, executionId: string, name: string, history: readonly HistoryEvent[]): InstanceRow {
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
