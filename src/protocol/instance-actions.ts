/** What can be done to instances, one or many: the same for panels, trees and commands. */
import { countText } from '../base/count-text';
import { messageOf } from '../base/error-message';
import { allInstanceIds } from '../core/ports/all-instance-ids';
import { DurascopeError } from '../core/values/errors';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import type { OrchestrationStatus } from '../core/values/status';
import type { BulkTarget } from './instances-panel';
import type { InstanceAction } from './panel-values';

const live: readonly OrchestrationStatus[] = ['Pending', 'Running', 'Suspended', 'ContinuedAsNew'];
const ended: readonly OrchestrationStatus[] = ['Completed', 'Failed', 'Terminated', 'Canceled'];

/** Statuses in which an action makes sense; the hub has the last word. */
export const actionStatuses: Readonly<Record<InstanceAction, readonly OrchestrationStatus[]>> = {
  terminate: live,
  suspend: ['Pending', 'Running', 'ContinuedAsNew'],
  resume: ['Suspended'],
  rewind: ['Failed'],
  restart: [...live, ...ended],
  purge: ended,
};

/** Does it (`recursive`: a terminate reaches sub-orchestrations too) and returns the id to look at from now on: another one after a restart under a new id. */
export async function act(
  hub: TaskHubClient,
  action: InstanceAction,
  instanceId: string,
  reason: string | null,
  recursive = false,
): Promise<string> {
  switch (action) {
    case 'terminate':
      await hub.terminate(instanceId, reason, recursive ? { recursive } : undefined);
      return instanceId;
    case 'suspend':
      await hub.suspend(instanceId, reason);
      return instanceId;
    case 'resume':
      await hub.resume(instanceId, reason);
      return instanceId;
    case 'rewind':
      await hub.rewind(instanceId, reason);
      return instanceId;
    case 'restart':
      return (await hub.restart(instanceId, { newInstanceId: true })).instanceId;
    case 'purge':
      if ((await hub.purge(instanceId)) === 0) {
        throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}' any more.`);
      }
      return instanceId;
  }
}

export interface BulkOutcome {
  done: readonly string[];
  failed: readonly { instanceId: string; message: string }[];
}

const atOnce = 200;

/** Every instance is tried; a refusal of one does not stop the others. */
export async function actOnMany(
  hub: TaskHubClient,
  action: InstanceAction,
  instanceIds: readonly string[],
  reason: string | null,
  recursive = false,
): Promise<BulkOutcome> {
  const done: string[] = [];
  const failed: { instanceId: string; message: string }[] = [];
  for (let at = 0; at < instanceIds.length; at += atOnce) {
    await Promise.all(
      instanceIds.slice(at, at + atOnce).map(async (instanceId) => {
        try {
          done.push(await act(hub, action, instanceId, reason, recursive));
        } catch (error) {
          failed.push({ instanceId, message: messageOf(error) });
        }
      }),
    );
  }
  return { done, failed };
}

/** Whether any of them has a sub-orchestration that has not ended; the first hundred are looked at. */
export async function haveLiveChildren(hub: TaskHubClient, instanceIds: readonly string[]): Promise<boolean> {
  const pages = await Promise.all(
    instanceIds.slice(0, 100).map((parentInstanceId) => hub.query({ parentInstanceId, statuses: live, pageSize: 1 })),
  );
  return pages.some((page) => page.instances.length > 0);
}

/** The ids of a target; of a filter's instances only those to which the action applies. */
export async function targetIds(hub: TaskHubClient, action: InstanceAction, target: BulkTarget): Promise<string[]> {
  if (target.type === 'ids') return target.instanceIds;
  const statuses = actionStatuses[action].filter((status) => target.filter.statuses?.includes(status) ?? true);
  if (statuses.length === 0) return [];
  return allInstanceIds(hub, { ...target.filter, statuses });
}

const pastTense: Readonly<Record<InstanceAction, string>> = {
  terminate: 'Terminated',
  suspend: 'Suspended',
  resume: 'Resumed',
  rewind: 'Rewound',
  restart: 'Restarted',
  purge: 'Purged',
};

/** One line for the status bar or the panel: `Terminated 3 instances; 1 refused: ...`. */
export function bulkMessage(action: InstanceAction, outcome: BulkOutcome): string {
  const { done, failed } = outcome;
  const first = failed[0];
  const didText =
    done.length === 1 ? `${pastTense[action]} ${done[0] ?? ''}` : `${pastTense[action]} ${countText(done.length, 'instance')}`;
  if (first === undefined) return done.length === 0 ? `Nothing to ${action}.` : didText;
  if (done.length === 0 && failed.length === 1) return first.message;
  return `${didText}; ${failed.length} refused: ${first.message}`;
}
