/** What an instance has called, out of its history. */
import { isRequestName, readAnswer, readRequest } from '../core/entities/entity-messages';
import type { HistoryEvent } from '../core/history/history';
import type { FunctionCallKind } from '../core/values/function-calls';
import type { CallCounts } from './functions-panel';

export interface SeenCall extends CallCounts {
  kind: Extract<FunctionCallKind, 'call' | 'child' | 'entity' | 'signal' | 'awaits'>;
  /** Of the function or the event. */
  name: string;
}

/** One for each kind and name. An event that came was waited for, or will be: it counts as one. */
export function seenCalls(history: readonly HistoryEvent[]): SeenCall[] {
  const calls = new Map<string, SeenCall>();
  /** By the id that an answer names. */
  const open = new Map<number | string, SeenCall>();
  const add = (kind: SeenCall['kind'], name: string, answeredBy: number | string | null): void => {
    const key = `${kind} ${name.toLowerCase()}`;
    const call = calls.get(key) ?? { kind, name, total: 0, running: 0, failed: 0 };
    calls.set(key, call);
    call.total++;
    if (answeredBy === null) return;
    call.running++;
    open.set(answeredBy, call);
  };
  const answer = (id: number | string, isFailure: boolean): boolean => {
    const call = open.get(id);
    if (call === undefined) return false;
    open.delete(id);
    call.running--;
    if (isFailure) call.failed++;
    return true;
  };
  for (const event of history) {
    switch (event.EventType) {
      case 'TaskScheduled':
        add('call', event.Name, event.EventId);
        break;
      case 'SubOrchestrationInstanceCreated':
        add('child', event.Name, event.EventId);
        break;
      case 'TaskCompleted':
      case 'SubOrchestrationInstanceCompleted':
        answer(event.TaskScheduledId, false);
        break;
      case 'TaskFailed':
      case 'SubOrchestrationInstanceFailed':
        answer(event.TaskScheduledId, true);
        break;
      case 'EventSent': {
        const entity = entityName(event.InstanceId);
        const request = isRequestName(event.Name) ? readRequest(event.Input) : null;
        // One with a set of locks asks for no operation.
        if (entity === null || request === null || request.lockset !== undefined) break;
        add(request.signal === true ? 'signal' : 'entity', entity, request.signal === true ? null : request.id);
        break;
      }
      case 'EntityOperationCalled':
        add('entity', entityName(event.TargetInstanceId) ?? event.TargetInstanceId, event.RequestId);
        break;
      case 'EntityOperationSignaled':
        add('signal', entityName(event.TargetInstanceId) ?? event.TargetInstanceId, null);
        break;
      case 'EntityOperationCompleted':
      case 'EntityOperationFailed':
        answer(event.RequestId, event.EventType === 'EntityOperationFailed');
        break;
      case 'EventRaised':
        // The answer of an entity comes as an event by the id of its request.
        if (!answer(event.Name, readAnswer(event.Input).exceptionType !== undefined)) add('awaits', event.Name, null);
        break;
      default:
    }
  }
  return [...calls.values()];
}

/** `counter` of `@counter@key`; null for what is no entity. */
function entityName(instanceId: string): string | null {
  return /^@([^@]+)@/.exec(instanceId)?.[1] ?? null;
}
