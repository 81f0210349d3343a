/** What may be done over the Durable Task protocol; what the server does not have is refused by the method's name. */
import { randomUUID } from 'node:crypto';
import { protoStatus, protoTime } from '../../grpc/proto-time';
import { protoTags, protoTrace } from '../../grpc/to-proto';
import { DurascopeError } from '../../core/values/errors';
import { isEntityId } from '../../core/values/instance-id';
import { isTerminal, type OrchestrationStatus } from '../../core/values/status';
import type { HubActions } from '../acting';
import { acts, type DurableTaskClient, reads } from './durable-task-client';

const terminal: readonly OrchestrationStatus[] = ['Completed', 'Failed', 'Terminated', 'Canceled'];

export function durableTaskActions(client: DurableTaskClient): HubActions {
  /** Servers answer an event to a finished instance with success: what would come to nothing is refused. Rejects for an unknown id as well. */
  const checkUnfinished = async (instanceId: string): Promise<void> => {
    const { exists, orchestrationState: state } = await client.call(reads.getInstance, {
      instanceId,
      getInputsAndOutputs: false,
    });
    if (!exists || state === undefined) throw notFound(instanceId);
    const ended = terminal.find((status) => protoStatus(status) === state.orchestrationStatus);
    if (ended !== undefined)
      throw new DurascopeError('InstanceTerminal', `'${instanceId}' has ended (${ended}): nothing was done.`);
  };
  const startedId = async (instanceId: string): Promise<{ instanceId: string; executionId: string }> => {
    const { orchestrationState } = await client.call(reads.getInstance, { instanceId, getInputsAndOutputs: false });
    return { instanceId, executionId: orchestrationState?.executionId ?? '' };
  };
  return {
    start: async (options) => {
      const { name, instanceId = '', input, version, scheduledStartTime, tags, traceContext } = options;
      const started = await client.call(acts.startInstance, {
        instanceId: instanceId === '' ? randomUUID().replaceAll('-', '') : instanceId,
        name,
        version,
        input: input ?? undefined,
        scheduledStartTimestamp: scheduledStartTime === undefined ? undefined : protoTime(scheduledStartTime),
        orchestrationIdReusePolicy: undefined,
        executionId: undefined,
        tags: protoTags(tags),
        parentTraceContext: protoTrace(traceContext),
        requestTime: undefined,
      });
      return startedId(started.instanceId);
    },
    raiseEvent: async (instanceId, name, data) => {
      await checkUnfinished(instanceId);
      await client.call(acts.raiseEvent, { instanceId, name, input: data ?? undefined });
    },
    terminate: async (instanceId, reason, { recursive = false } = {}) => {
      await checkUnfinished(instanceId);
      await client.call(acts.terminate, { instanceId, output: reason ?? undefined, recursive });
    },
    suspend: async (instanceId, reason) => {
      await checkUnfinished(instanceId);
      await client.call(acts.suspend, { instanceId, reason: reason ?? undefined });
    },
    resume: async (instanceId, reason) => {
      await checkUnfinished(instanceId);
      await client.call(acts.resume, { instanceId, reason: reason ?? undefined });
    },
    rewind: async (instanceId, reason) => {
      await client.call(acts.rewind, { instanceId, reason: reason ?? undefined });
    },
    restart: async (instanceId, { newInstanceId = true } = {}) => {
      const restarted = await client.call(acts.restart, { instanceId, restartWithNewInstanceId: newInstanceId });
      return startedId(restarted.instanceId === '' ? instanceId : restarted.instanceId);
    },
    purge: async (instanceId) => {
      const isOrchestration = !isEntityId(instanceId);
      const { deletedInstanceCount } = await client.call(acts.purge, {
        request: { $case: 'instanceId', value: instanceId },
        recursive: false,
        isOrchestration,
      });
      if (deletedInstanceCount === 0 && isOrchestration) {
        const { exists } = await client.call(reads.getInstance, { instanceId, getInputsAndOutputs: false });
        if (exists)
          throw new DurascopeError('InstanceNotTerminal', `'${instanceId}' has not ended: terminate it, and purge it then.`);
      }
      return deletedInstanceCount;
    },
    purgeBy: async ({ createdTimeFrom, createdTimeTo, statuses = terminal, unfinished }) => {
      if (unfinished === true)
        throw new DurascopeError('NotSupported', 'Only instances that have ended are purged from a real hub.');
      const { deletedInstanceCount } = await client.call(acts.purge, {
        request: {
          $case: 'purgeInstanceFilter',
          value: {
            createdTimeFrom: createdTimeFrom === undefined ? undefined : protoTime(createdTimeFrom),
            createdTimeTo: createdTimeTo === undefined ? undefined : protoTime(createdTimeTo),
            runtimeStatus: statuses.filter(isTerminal).map(protoStatus),
            timeout: undefined,
          },
        },
        recursive: false,
        isOrchestration: true,
      });
      return deletedInstanceCount;
    },
    signalEntity: async (instanceId, operation, { input, scheduledTime } = {}) => {
      if (!isEntityId(instanceId))
        throw new DurascopeError('InvalidInstanceId', `'${instanceId}' is no id of an entity (@name@key).`);
      await client.call(acts.signalEntity, {
        instanceId,
        name: operation,
        input: input ?? undefined,
        requestId: randomUUID(),
        scheduledTime: scheduledTime === undefined ? undefined : protoTime(scheduledTime),
        parentTraceContext: undefined,
        requestTime: undefined,
      });
    },
    cleanEntityStorage: async ({ removeEmptyEntities = true, releaseOrphanedLocks = true } = {}) => {
      const total = { emptyEntitiesRemoved: 0, orphanedLocksReleased: 0 };
      let continuationToken: string | undefined;
      do {
        const answer = await client.call(acts.cleanEntities, { continuationToken, removeEmptyEntities, releaseOrphanedLocks });
        total.emptyEntitiesRemoved += answer.emptyEntitiesRemoved;
        total.orphanedLocksReleased += answer.orphanedLocksReleased;
        continuationToken = answer.continuationToken === '' ? undefined : answer.continuationToken;
      } while (continuationToken !== undefined);
      return total;
    },
  };
}

function notFound(instanceId: string): DurascopeError {
  return new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
}
