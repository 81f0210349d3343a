/**
 * An instance outside of a hub: what an export holds and an import takes.
 *
 *   X1. Complete: row, whole history of the current generation in commit order, every custom status. Importing it where its id is free
 *       gives an instance that reads exactly as the one exported.
 *   X2. At rest: queued work (messages, activities, timers under way) is no part of it. An unfinished instance that is imported keeps its
 *       status and its history and stands still; it goes on from there only when something new reaches it.
 */
import { isJson } from '../../base/is-json';
import type { Checkpoint } from './checkpoint';
import { eventTypeNumbers, type HistoryEvent, type HistoryEventType } from '../history/history';
import type { InstanceRow, CustomStatusChange } from './instance';
import { chosenEntityIdProblem, parseEntityId } from '../values/entity-id';
import { valueProblem } from '../values/value-limit';
import { childInstanceIdProblem, isEntityId, textProblem } from '../values/instance-id';

export interface ExportedInstance {
  instance: InstanceRow;
  history: readonly HistoryEvent[];
  customStatusChanges: readonly CustomStatusChange[];
}

/** Where the text form of times is checked (history.ts). */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;

type FieldKind = 'text' | 'textOrNull' | 'number' | 'time';

/** What readers of histories rely on, by type, beyond the envelope (spec/engine.md 1.2). */
const requiredFields: Readonly<Record<HistoryEventType, Readonly<Record<string, FieldKind>>>> = {
  ExecutionStarted: { Name: 'text', Input: 'textOrNull' },
  ExecutionCompleted: { OrchestrationStatus: 'text', Result: 'textOrNull' },
  ExecutionTerminated: { Input: 'textOrNull' },
  TaskScheduled: { Name: 'text', Input: 'textOrNull' },
  TaskCompleted: { TaskScheduledId: 'number', Result: 'textOrNull' },
  TaskFailed: { TaskScheduledId: 'number', Reason: 'text' },
  SubOrchestrationInstanceCreated: { Name: 'text', InstanceId: 'text', Input: 'textOrNull' },
  SubOrchestrationInstanceCompleted: { TaskScheduledId: 'number', Result: 'textOrNull' },
  SubOrchestrationInstanceFailed: { TaskScheduledId: 'number', Reason: 'text' },
  TimerCreated: { FireAt: 'time' },
  TimerFired: { TimerId: 'number', FireAt: 'time' },
  OrchestratorStarted: {},
  OrchestratorCompleted: {},
  EventSent: { InstanceId: 'text', Name: 'text', Input: 'textOrNull' },
  EventRaised: { Name: 'text', Input: 'textOrNull' },
  ContinueAsNew: {},
  GenericEvent: {},
  ExecutionSuspended: { Reason: 'textOrNull' },
  ExecutionResumed: { Reason: 'textOrNull' },
  ExecutionRewound: { Reason: 'textOrNull' },
  EntityOperationCalled: { RequestId: 'text', Operation: 'text', Input: 'textOrNull', TargetInstanceId: 'text' },
  EntityOperationSignaled: { RequestId: 'text', Operation: 'text', Input: 'textOrNull', TargetInstanceId: 'text' },
  EntityOperationCompleted: { RequestId: 'text', Output: 'textOrNull' },
  EntityOperationFailed: { RequestId: 'text' },
  EntityLockRequested: { CriticalSectionId: 'text' },
  EntityLockGranted: { CriticalSectionId: 'text' },
  EntityUnlockSent: { CriticalSectionId: 'text', TargetInstanceId: 'text' },
};

/** Why an instance cannot be imported, as a sentence with the place; null when it can. Its types must be right already, its facts are judged. */
export function exportedInstanceProblem({ instance, history, customStatusChanges }: ExportedInstance): string | null {
  const { instanceId } = instance;
  const of = `Instance '${instanceId}'`;
  const misnamed = idProblem(instanceId);
  if (misnamed !== null) return misnamed;
  const execution = textProblem(`${of}: an executionId`, instance.executionId);
  if (execution !== null) return execution;
  if (instance.parentInstanceId !== null) {
    const parent = idProblem(instance.parentInstanceId);
    if (parent !== null) return `${of}, its parent: ${parent}`;
  }
  if (!Number.isSafeInteger(instance.generation) || instance.generation < 0) {
    return `${of} has the generation ${instance.generation}; generations are counted from 0.`;
  }
  for (const field of ['createdTime', 'lastUpdatedTime', 'completedTime', 'scheduledStartTime'] as const) {
    const time = instance[field];
    if (time !== null && !timestamp.test(time)) return `${of}: ${field} ${timeProblem(time)}`;
  }
  if (instance.historyLength !== history.length) {
    return `${of} says that it has ${instance.historyLength} history rows, and there are ${history.length}.`;
  }
  const problem = historyProblem(history);
  if (problem !== null) return `${of}, ${problem}`;
  // What an entity's row has for an input is more than one value.
  const tooLong = isEntityId(instanceId) ? null : valueProblemIn(instance, history);
  if (tooLong !== null) return `${of}: ${tooLong}`;
  const wrong = customStatusChanges.find((change) => !timestamp.test(change.at));
  if (wrong !== undefined) return `${of}, a custom status: at ${timeProblem(wrong.at)}`;
  // Programs of the gRPC protocol may use any text.
  return instance.profile === 'G' ? null : jsonProblem(of, { instance, history, customStatusChanges });
}

function valueProblemIn(instance: InstanceRow, history: readonly HistoryEvent[]): string | null {
  const { input, output, customStatus } = instance;
  const problem =
    valueProblem('its input', input) ?? valueProblem('its output', output) ?? valueProblem('its custom status', customStatus);
  if (problem !== null) return problem;
  for (const [index, event] of history.entries()) {
    for (const [field, value] of Object.entries(event)) {
      const found =
        typeof value === 'string' ? valueProblem(`history row ${index} (${event.EventType}), ${field},`, value) : null;
      if (found !== null) return found;
    }
  }
  return null;
}

function idProblem(instanceId: string): string | null {
  const entity = parseEntityId(instanceId);
  return entity === null ? childInstanceIdProblem(instanceId) : chosenEntityIdProblem(entity);
}

/** What the API takes as JSON only, and replay parses. */
function jsonProblem(of: string, { instance, history, customStatusChanges }: ExportedInstance): string | null {
  if (isEntityId(instance.instanceId)) return null;
  if (!isPayload(instance.input)) return `${of}: its input is not JSON.`;
  if (!isPayload(instance.customStatus)) return `${of}: its custom status is not JSON.`;
  if (instance.runtimeStatus === 'Completed' && !isPayload(instance.output)) return `${of}: its output is not JSON.`;
  if (customStatusChanges.some(({ value }) => !isPayload(value))) return `${of}: a custom status is not JSON.`;
  for (const [index, event] of history.entries()) {
    const values = event as unknown as Readonly<Record<string, unknown>>;
    const field = jsonFields[event.EventType];
    const value = field === undefined ? null : values[field];
    if (typeof value === 'string' && !isPayload(value)) {
      return `${of}, history row ${index} (${event.EventType}): ${field} is not JSON.`;
    }
  }
  return null;
}

const isPayload = (text: string | null): boolean => text === null || isJson(text);

const jsonFields: Partial<Readonly<Record<HistoryEventType, string>>> = {
  ExecutionStarted: 'Input',
  TaskScheduled: 'Input',
  TaskCompleted: 'Result',
  SubOrchestrationInstanceCreated: 'Input',
  SubOrchestrationInstanceCompleted: 'Result',
};

/**
 * A chain of parents among the instances that comes back to where it began, as a sentence; null when there is none. `parentOf` knows the
 * parents of those that are not in the list.
 */
export function parentCycleProblem(
  instances: readonly ExportedInstance[],
  parentOf: (instanceId: string) => string | null = () => null,
): string | null {
  const parents = new Map(instances.map(({ instance }) => [instance.instanceId, instance.parentInstanceId]));
  const isWell = new Set<string>();
  for (const first of parents.keys()) {
    const chain = new Set<string>();
    for (
      let id: string | null = first;
      id !== null && !isWell.has(id);
      id = parents.has(id) ? (parents.get(id) ?? null) : parentOf(id)
    ) {
      if (chain.has(id)) return `Instance '${id}' is its own ancestor: its parents lead back to it.`;
      chain.add(id);
    }
    for (const id of chain) isWell.add(id);
  }
  return null;
}

/** The same of rows alone, to go on a sentence: `history row 3 (TaskCompleted): ...`. */
export function historyProblem(history: readonly HistoryEvent[]): string | null {
  for (const [index, event] of history.entries()) {
    const problem = eventProblem(event);
    if (problem !== null) return `history row ${index} (${event.EventType}): ${problem}`;
  }
  return null;
}

function eventProblem(event: HistoryEvent): string | null {
  if (!timestamp.test(event.Timestamp)) return `Timestamp ${timeProblem(event.Timestamp)}`;
  // Types that we do not know are kept as they are.
  if (!Object.hasOwn(eventTypeNumbers, event.EventType)) return null;
  const values = event as unknown as Readonly<Record<string, unknown>>;
  for (const [field, kind] of Object.entries(requiredFields[event.EventType])) {
    const value = values[field];
    switch (kind) {
      case 'text':
        if (typeof value !== 'string') return `${field} is not a text.`;
        break;
      case 'textOrNull':
        if (value !== null && typeof value !== 'string') return `${field} is neither a text nor null.`;
        break;
      case 'number':
        if (!Number.isInteger(value)) return `${field} is not a whole number.`;
        break;
      case 'time':
        if (typeof value !== 'string' || !timestamp.test(value)) return `${field} ${timeProblem(String(value))}`;
        break;
    }
  }
  return null;
}

function timeProblem(found: string): string {
  return `is '${found}'; a time is written like 2024-01-01T00:00:00.1000000Z.`;
}

/**
 * What puts the instance into a store, all in one commit: its id free, or `replaces` what is there. The custom statuses before the last
 * are rows that the next replaces, for a store derives their list from the rows that it is given.
 */
export function importCheckpoints({ instance, history, customStatusChanges }: ExportedInstance, replaces: boolean): Checkpoint[] {
  const { instanceId, executionId } = instance;
  const checkpoints: Checkpoint[] = replaces ? [{ instanceId, purged: true }] : [];
  // Slim: only the status and its time count.
  const slim: InstanceRow = { ...instance, input: null, output: null, failureDetails: null, historyLength: 0 };
  for (const { at, value } of customStatusChanges) {
    checkpoints.push({ instanceId, instance: { ...slim, customStatus: value, lastUpdatedTime: at } });
  }
  checkpoints.push({
    instanceId,
    instance,
    ...(history.length === 0 ? {} : { history: { executionId, mode: 'append', from: 0, events: history } }),
  });
  return checkpoints;
}
