/** Starts of children under one id that came together: each runs when the one before it has ended. */
import type { ExecutionStarted } from '../core/history/history';
import type { InboxMessage, InstanceRow } from '../core/instances/instance';
import { pendingRow } from '../core/instances/instance-rows';
import type { EngineCore } from './engine-core';
import type { InboxEntry, LiveInstance } from './live-instance';

/** Whether the message starts another instance under the id than the one that `row` is of. */
export function isOtherStart(row: InstanceRow, { event, executionId }: InboxEntry): boolean {
  return event.EventType === 'ExecutionStarted' && executionId !== null && executionId !== row.executionId;
}

/** The instance has ended: the first of the starts in `inbox` begins under its id, the others go on waiting; all else is too late. */
export function beginQueued(core: EngineCore, live: LiveInstance, ended: InstanceRow, inbox: readonly InboxEntry[]): void {
  const starts = inbox.filter((entry) => isOtherStart(ended, entry));
  const first = starts[0]?.event as ExecutionStarted;
  const row = rowOf(first, ended);
  const messages: InboxMessage[] = [];
  core.lives.begin(row);
  for (const { event, executionId } of starts) core.accept(messages, live, executionId, event);
  const batch = core.gather();
  batch.pin(live);
  batch.checkpoints.push({ instanceId: live.instanceId, purged: true, instance: row, messages });
  batch.changes.push({ type: 'instance', row, newEvents: [], historyReplaced: true });
}

function rowOf(started: ExecutionStarted, { generation }: InstanceRow): InstanceRow {
  const { OrchestrationInstance, ParentInstance, Name, Version, Input, Tags, Timestamp } = started;
  return pendingRow({
    instanceId: OrchestrationInstance.InstanceId,
    executionId: OrchestrationInstance.ExecutionId,
    name: Name,
    version: Version,
    input: Input,
    createdTime: Timestamp,
    parentInstanceId: ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    generation,
    tags: Tags ?? null,
  });
}
