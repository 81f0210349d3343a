/** What the hub refuses, and in which words. */
import { asideProblem, valueProblem } from '../core/values/value-limit';
import { DurascopeError } from '../core/values/errors';
import type { InstanceRow } from '../core/instances/instance';
import { isTerminal, type OrchestrationStatus } from '../core/values/status';
import { fromTimestamp, toTimestamp } from '../core/values/time';

export function notFound(instanceId: string): never {
  throw new DurascopeError('InstanceNotFound', `There is no instance with the id '${instanceId}'.`, { details: { instanceId } });
}

/** The instance has not ended; `verb` is what would be done to it. */
export function assertUnfinished(row: InstanceRow, verb: string): void {
  const { instanceId, runtimeStatus } = row;
  if (!isTerminal(runtimeStatus)) return;
  throw new DurascopeError(
    'InstanceTerminal',
    `Cannot ${verb} the orchestration instance '${instanceId}' because it is in the ${runtimeStatus} state.`,
    { details: { instanceId, status: runtimeStatus } },
  );
}

/** In the extension's words. */
export function wrongState(instanceId: string, verb: string, status: OrchestrationStatus): DurascopeError {
  const text = `Cannot ${verb} the orchestration instance ${instanceId} because instance is in the ${status} state.`;
  return new DurascopeError('InstanceWrongState', text, { details: { instanceId, status } });
}

export function notRewindable(instanceId: string, status: OrchestrationStatus | undefined): DurascopeError {
  const text = `The rewind operation is only supported on failed orchestration instances; '${instanceId}' is ${status ?? 'gone'}.`;
  return new DurascopeError('InstanceWrongState', text, { details: { instanceId, status } });
}

export function alreadyExists(instanceId: string, status: OrchestrationStatus): DurascopeError {
  return new DurascopeError(
    'InstanceExists',
    `An orchestration instance with the id '${instanceId}' and the status ${status} already exists. Choose another id, or terminate it first.`,
    { details: { instanceId, status } },
  );
}

export function notForEntities(instanceId: string, verb: string): DurascopeError {
  return new DurascopeError(
    'NotSupported',
    `Cannot ${verb} '${instanceId}': it is an entity, not an orchestration. Signal it, or purge it.`,
    { details: { instanceId } },
  );
}

export function notTerminal(instanceId: string, status: OrchestrationStatus): DurascopeError {
  return new DurascopeError(
    'InstanceNotTerminal',
    `The instance '${instanceId}' is ${status} and cannot be purged. Terminate it first, or wait for its end.`,
    { details: { instanceId, status } },
  );
}

/** A start time in the history's own form; null for none. */
export function scheduledTime(text: string | undefined): string | null {
  if (text === undefined) return null;
  const ms = fromTimestamp(text);
  if (!Number.isNaN(ms)) return toTimestamp(ms);
  throw new DurascopeError('InvalidArgument', `scheduledStartTime '${text}' is not a time; write it like 2024-01-31T10:00:00Z.`);
}

/** `InvalidArgument` for a value over the limit. */
export function assertValue(what: string, text: string | null | undefined, limit: number): void {
  const problem = valueProblem(what, text, limit);
  if (problem !== null) throw new DurascopeError('InvalidArgument', problem);
}

/** `InvalidArgument` for names, versions or tags that are longer than what stands beside a value may be. */
export function assertAside(what: string, ...texts: readonly unknown[]): void {
  const problem = asideProblem(what, ...texts);
  if (problem !== null) throw new DurascopeError('InvalidArgument', problem);
}
