/** Entities of tests: like those of the JSON-protocol SDKs in profile A (no roll-back), like those of durabletask-js in profile G. */
import type { BehaviourProfile } from '../../src/core/values/behaviour-profile';
import { unknownFunctionMessage } from '../../src/core/values/unknown-function';
import type {
  EntityAction,
  EntityBatchOutcome,
  EntityBatchRequest,
  EntityOperationResult,
} from '../../src/core/ports/function-worker';

export interface EntityContext {
  readonly key: string;
  readonly operation: string;
  readonly input: unknown;
  /** Undefined: the entity does not exist. Set to undefined to delete it. */
  state: unknown;
  signal(instanceId: string, operation: string, input?: unknown, scheduledTime?: string): void;
  start(name: string, input?: unknown, options?: { instanceId?: string; scheduledTime?: string }): void;
}

export type EntityScript = (context: EntityContext) => unknown;

export function runEntityScript(
  profile: BehaviourProfile,
  request: EntityBatchRequest,
  script: EntityScript | undefined,
  known: readonly string[],
): EntityBatchOutcome {
  const results: EntityOperationResult[] = [];
  const actions: EntityAction[] = [];
  let state: unknown = request.state === null ? undefined : JSON.parse(request.state);
  for (const { name, input } of request.operations) {
    const before: unknown = structuredClone(state);
    const actionsBefore = actions.length;
    const context: EntityContext = {
      key: request.key,
      operation: name,
      input: input === null ? undefined : JSON.parse(input),
      state,
      signal(instanceId, operation, value, scheduledTime) {
        const text = value === undefined ? null : JSON.stringify(value);
        const due = scheduledTime === undefined ? {} : { scheduledTime };
        actions.push({ type: 'SendSignal', instanceId, operation, input: text, ...due });
      },
      start(orchestrator, value, options = {}) {
        const text = value === undefined ? null : JSON.stringify(value);
        actions.push({ type: 'StartOrchestration', name: orchestrator, input: text, ...options });
      },
    };
    try {
      if (script === undefined) throw new Error(unknownFunctionMessage(request.name, 'entity', known));
      const value = script(context);
      state = context.state;
      results.push({ ok: true, result: value === undefined ? null : JSON.stringify(value) });
    } catch (error) {
      const { message } = error as Error;
      if (profile === 'A') {
        state = context.state;
        results.push({ ok: false, result: JSON.stringify(message), message });
        continue;
      }
      state = before;
      actions.length = actionsBefore;
      const failureDetails = { ErrorType: 'Error', ErrorMessage: message, StackTrace: null, IsNonRetriable: false };
      results.push({ ok: false, result: null, message, failureDetails });
    }
  }
  return { state: state === undefined ? null : JSON.stringify(state), results, actions };
}

/** Operations add, get, reset, fail, delete, and tell another entity. */
export const counter: EntityScript = (context) => {
  const value = typeof context.state === 'number' ? context.state : 0;
  switch (context.operation) {
    case 'add':
      context.state = value + Number(context.input);
      return context.state;
    case 'get':
      return value;
    case 'reset':
      context.state = 0;
      return undefined;
    case 'fail':
      throw new Error('boom');
    case 'failAfterAdd':
      context.state = value + Number(context.input);
      throw new Error('boom');
    case 'delete':
      context.state = undefined;
      return undefined;
    case 'tell':
      context.signal(String(context.input), 'add', 1);
      return undefined;
    case 'start':
      context.start('child', context.input, { instanceId: 'started' });
      return undefined;
    default:
      throw new Error(`no operation ${context.operation}`);
  }
};
