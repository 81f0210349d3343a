import { shownOutput } from './instance-view';
import type { FailureDetails } from '../core/history/history';
import type { InstanceRow } from '../core/instances/instance';
import { payloadValue } from '../core/values/payload';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';
import { failureOf } from './instance-view';

/** What `run --json` says of an instance. */
export interface Outcome {
  instanceId: string;
  runtimeStatus: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  failure?: FailureDetails;
}

export function outcomeOf(row: InstanceRow): Outcome {
  return {
    instanceId: row.instanceId,
    runtimeStatus: row.runtimeStatus,
    input: payloadValue(row.input),
    output: payloadValue(shownOutput(row)),
    customStatus: payloadValue(row.customStatus),
    ...failureOf(row),
  };
}

/** The row of an instance once it has ended, however long that takes. */
export async function endOf(hub: TaskHubClient, instanceId: string): Promise<InstanceRow> {
  for (;;) {
    const row = await hub.waitForCompletion(instanceId, 60_000);
    if (isTerminal(row.runtimeStatus)) return row;
  }
}
