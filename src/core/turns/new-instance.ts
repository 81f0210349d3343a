import type { ExecutionStarted } from '../history/history';
import type { InstanceRow } from '../instances/instance';
import { pendingRow } from '../instances/instance-rows';
import type { StartOptions } from '../ports/task-hub-client';

export interface NewStart {
  row: InstanceRow;
  /** Visible at `row.scheduledStartTime`. */
  started: ExecutionStarted;
}

/** The row and the start message of an instance that a client starts; `generation` 0 for a new id. */
export function newInstance(
  options: StartOptions,
  facts: {
    instanceId: string;
    executionId: string;
    createdTime: string;
    scheduledStartTime: string | null;
    defaultVersion: string;
    generation: number;
  },
): NewStart {
  const { instanceId, executionId, createdTime, scheduledStartTime, generation } = facts;
  const row = pendingRow({
    instanceId,
    executionId,
    name: options.name,
    version: options.version ?? facts.defaultVersion,
    input: options.input ?? null,
    createdTime,
    scheduledStartTime,
    generation,
    tags: options.tags ?? null,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  const started: ExecutionStarted = {
    EventType: 'ExecutionStarted',
    EventId: -1,
    IsPlayed: false,
    Timestamp: createdTime,
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: executionId },
    ParentInstance: null,
    Name: row.name,
    Version: row.version,
    Input: row.input,
    Tags: row.tags,
    ScheduledStartTime: scheduledStartTime,
    Generation: generation,
    ...(options.traceContext === undefined ? {} : { ParentTraceContext: options.traceContext }),
  };
  return { row, started };
}
