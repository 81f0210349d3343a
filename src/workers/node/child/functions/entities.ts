/** Batches of entity operations: the entity trigger's value in, results, state and signals out (spec/functions-worker.md 7). */
import { messageOf } from '../../../../base/error-message';
import type { EntityAction, EntityBatchOutcome, EntityOperationResult } from '../../../../core/ports/function-worker';
import { unknownFunctionMessage } from '../../../../core/values/unknown-function';
import type { EntityAsked } from '../../wire/messages';
import type { Hooks } from '../loading/core-module';
import type { DirectCalls } from './direct-call';
import type { FunctionRegistry, RegisteredFunction } from '../loading/function-registry';
import type { Invoker } from './invoker';
import { triggerProperties } from '../../../supervision/trigger-properties';

export interface EntitiesOptions {
  registry: FunctionRegistry;
  invoker: Invoker;
  hooks: Hooks;
  direct: DirectCalls;
}

export class Entities {
  constructor(private readonly options: EntitiesOptions) {}

  /** Never rejects: what goes wrong is the operations' failure. */
  async run(asked: EntityAsked): Promise<EntityBatchOutcome> {
    const fn = this.options.registry.get(asked.name);
    if (fn?.type !== 'entity') {
      return failed(asked, unknownFunctionMessage(asked.name, 'entity', this.options.registry.names('entity')));
    }
    try {
      return readReply(asked, await this.call(fn, asked));
    } catch (error) {
      return failed(asked, messageOf(error));
    }
  }

  private async call(fn: RegisteredFunction, asked: EntityAsked): Promise<unknown> {
    const { direct, hooks, invoker } = this.options;
    const { instanceId, name, key, state, exists } = asked;
    const batch = asked.operations.map(({ name: operation, input, isSignal }) => ({ name: operation, input, isSignal }));
    const text = JSON.stringify({ self: { name, key }, exists, state, batch });
    if (!direct.canCall(fn) || hooks.aroundInvocations()) {
      const triggerMetadata = { ...triggerProperties(text), instanceId: { string: instanceId } };
      return invoker.invokeForResult({ fn, data: { string: text }, instanceId, triggerMetadata });
    }
    const { running, returned } = direct.call(fn, instanceId, text);
    try {
      return await returned;
    } finally {
      direct.done(running);
    }
  }
}

/** As the SDKs answer: `{ results, signals, entityExists, entityState }`, as an object or as its text. */
function readReply(asked: EntityAsked, reply: unknown): EntityBatchOutcome {
  const value: unknown = typeof reply === 'string' ? JSON.parse(reply) : reply;
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { results, signals, entityExists, entityState } = fields;
  if (!Array.isArray(results))
    throw new Error(`The entity function '${asked.name}' answered without the results of its operations.`);
  return {
    state: entityExists === true && typeof entityState === 'string' ? entityState : null,
    exists: entityExists === true,
    results: results.map(readResult),
    actions: Array.isArray(signals) ? signals.flatMap(readSignal) : [],
  };
}

function readResult(value: unknown): EntityOperationResult {
  const { isError, result } = (value ?? {}) as { isError?: unknown; result?: unknown };
  const text = typeof result === 'string' ? result : null;
  return isError === true ? { ok: false, result: text, message: text ?? 'The operation failed.' } : { ok: true, result: text };
}

function readSignal(value: unknown): EntityAction[] {
  const { target, name, input } = (value ?? {}) as {
    target?: { name?: unknown; key?: unknown };
    name?: unknown;
    input?: unknown;
  };
  if (typeof target?.name !== 'string' || typeof target.key !== 'string' || typeof name !== 'string') return [];
  const instanceId = `@${target.name}@${target.key}`;
  // A signal without an input has an empty one.
  return [{ type: 'SendSignal', instanceId, operation: name, input: typeof input === 'string' && input !== '' ? input : null }];
}

function failed(asked: EntityAsked, message: string): EntityBatchOutcome {
  return {
    state: asked.state,
    exists: asked.exists,
    results: asked.operations.map(() => ({ ok: false, result: JSON.stringify(message), message })),
    actions: [],
  };
}
