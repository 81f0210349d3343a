import type { InstanceRow } from '../../src/core/instances/instance';

/** A row of an instance that runs and has not done anything yet; a test says what matters to it. */
export function instanceRow(row: Partial<InstanceRow> & { instanceId: string }): InstanceRow {
  const createdTime = row.createdTime ?? '2024-01-01T00:00:00.0000000Z';
  return {
    executionId: '0'.repeat(32),
    name: 'HelloCities',
    version: '',
    runtimeStatus: 'Running',
    input: null,
    output: null,
    customStatus: null,
    createdTime,
    lastUpdatedTime: createdTime,
    completedTime: null,
    scheduledStartTime: null,
    parentInstanceId: null,
    generation: 0,
    tags: null,
    failureDetails: null,
    awaitedEvents: [],
    historyLength: 0,
    ...row,
  };
}
