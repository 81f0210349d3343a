import { newInstance, type NewStart } from '../../core/turns/new-instance';
import type { InstanceRow } from '../../core/instances/instance';

/** The row and the start of an instance that nobody but an exploration knows. */
export function startedGeneration(
  name: string,
  input: string | null,
  instanceId: string,
  executionId: string,
  createdTime: string,
): NewStart {
  const facts = { instanceId, executionId, createdTime, scheduledStartTime: null, defaultVersion: '', generation: 0 };
  return newInstance({ name, input }, facts);
}

export function appendedRow(row: InstanceRow, customStatus: string | null, historyLength: number): InstanceRow {
  return { ...row, customStatus: customStatus ?? row.customStatus, historyLength, runtimeStatus: 'Running' };
}
