/**
 * What may be done to a hub in SQL Server: by the procedures of its provider, as its own client calls them, and nothing else. They know no hub but
 * the one that the connection stands for, which is looked at before anything is done.
 */
import { randomUUID } from 'node:crypto';
import { DurascopeError } from '../../core/values/errors';
import { isTerminal, type OrchestrationStatus } from '../../core/values/status';
import type { HubActions } from '../acting';
import type { SqlClient } from './sql-client';
import type { SqlServerReader } from './sql-server-reader';
import { bracketed, type Statement, timeValue, type Values } from './statements';

type Action = 'currentHub' | 'create' | 'createTagged' | 'raiseEvent' | 'terminate' | 'suspend' | 'resume' | 'rewind' | 'purge';

const terminal: readonly OrchestrationStatus[] = ['Completed', 'Failed', 'Terminated', 'Canceled'];
const otherWays =
  'Give the connection string of the app itself, or the Functions host that runs it as well, and it is acted on through that.';
/** Purged with one page of ids. */
const pageSize = 500;

/** Texts of all that may ever be sent to change something. */
export function actionTexts(schemaName: string): Readonly<Record<Action, string>> {
  const schema = bracketed(schemaName);
  const create = `EXEC ${schema}.[CreateInstance] @Name = @name, @Version = @version, @InstanceID = @id, @ExecutionID = @execution, @InputText = @input, @StartTime = @time, @DedupeStatuses = 'Pending,Running,Suspended,ContinuedAsNew'`;
  // The provider's own client adds such a message for both.
  const message = (eventType: string): string =>
    `DECLARE @events ${schema}.[OrchestrationEvents] INSERT INTO @events ([InstanceID], [EventType]) VALUES (@id, '${eventType}') EXEC ${schema}.[_AddOrchestrationEvents] @NewOrchestrationEvents = @events`;
  return {
    currentHub: `SELECT CAST(${schema}.[CurrentTaskHub]() AS nvarchar(50)) AS [TaskHub]`,
    create,
    createTagged: `${create}, @Tags = @tags`,
    raiseEvent: `EXEC ${schema}.[RaiseEvent] @Name = @name, @InstanceID = @id, @PayloadText = @data`,
    terminate: `EXEC ${schema}.[TerminateInstance] @InstanceID = @id, @Reason = @reason`,
    suspend: message('ExecutionSuspended'),
    resume: message('ExecutionResumed'),
    rewind: `EXEC ${schema}.[_RewindInstance] @InstanceID = @id, @Reason = @reason`,
    purge: `DECLARE @ids ${schema}.[InstanceIDs] INSERT INTO @ids ([InstanceID]) VALUES (@id) DECLARE @purged int EXEC @purged = ${schema}.[PurgeInstanceStateByID] @InstanceIDs = @ids SELECT @purged AS [Purged]`,
  };
}

/** Rejects with `NotSupported` where the procedures would act on another hub than the one that is looked at. */
export async function sqlServerActions(client: SqlClient, reader: SqlServerReader): Promise<HubActions> {
  const texts = actionTexts(client.connection.schema);
  const send = (name: Action, values: Values = {}): ReturnType<SqlClient['change']> => {
    const statement: Statement = { name, text: texts[name], values };
    return client.change(statement);
  };
  const [current] = await send('currentHub').catch((error: unknown) => {
    if (!DurascopeError.is(error, 'HubUnreachable') && !DurascopeError.is(error, 'HubNotFound')) throw error;
    throw new DurascopeError('NotSupported', `This login may only look at ${reader.label}. ${otherWays} ${error.message}`, {
      cause: error,
    });
  });
  const named = current?.['TaskHub'];
  const own = typeof named === 'string' ? named : '';
  if (own.toLowerCase() !== reader.name.toLowerCase()) {
    throw new DurascopeError(
      'NotSupported',
      `This login acts on the task hub '${own}', not on '${reader.name}': SQL Server's provider knows hubs by who has signed in. ${otherWays}`,
    );
  }

  const existing = async (instanceId: string): Promise<NonNullable<Awaited<ReturnType<SqlServerReader['get']>>>> => {
    const row = await reader.get(instanceId);
    if (row === undefined) throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    return row;
  };
  const running = async (instanceId: string): Promise<void> => {
    const { runtimeStatus } = await existing(instanceId);
    if (!isTerminal(runtimeStatus)) return;
    throw new DurascopeError('InstanceTerminal', `'${instanceId}' has ended (${runtimeStatus}): nothing was done.`);
  };
  const create = async (values: {
    name: string;
    instanceId: string;
    input: string | null;
    version: string | null;
    tags: string | null;
    time: string | null;
  }): Promise<{ instanceId: string; executionId: string }> => {
    const { instanceId, name, input, version, tags, time } = values;
    const known = await reader.get(instanceId);
    if (known !== undefined && !isTerminal(known.runtimeStatus)) {
      throw new DurascopeError('InstanceExists', `There is an instance '${instanceId}' that has not ended.`);
    }
    const execution = randomUUID();
    const given = { name, version, id: instanceId, execution, input, time };
    await (tags === null ? send('create', given) : send('createTagged', { ...given, tags }));
    return { instanceId, executionId: execution };
  };
  const purge = async (instanceId: string): Promise<number> => {
    const row = await reader.get(instanceId);
    if (row === undefined) return 0;
    if (!isTerminal(row.runtimeStatus)) {
      throw new DurascopeError('InstanceNotTerminal', `'${instanceId}' has not ended: terminate it, and purge it then.`);
    }
    const [done] = await send('purge', { id: row.instanceId });
    return Number(done?.['Purged'] ?? 0);
  };

  return {
    start: ({ name, instanceId, input, version, scheduledStartTime, tags }) =>
      create({
        name,
        instanceId: checkedId(instanceId ?? randomUUID().replaceAll('-', '')),
        input: input ?? null,
        version: version ?? null,
        tags: tags === undefined ? null : JSON.stringify(tags),
        time: scheduledStartTime === undefined ? null : timeValue(scheduledStartTime),
      }),
    raiseEvent: async (instanceId, name, data) => {
      await running(instanceId);
      await send('raiseEvent', { name, id: instanceId, data: data ?? 'null' });
    },
    terminate: async (instanceId, reason, { recursive = false } = {}) => {
      if (recursive) throw new DurascopeError('NotSupported', "SQL Server's provider terminates one instance at a time.");
      await running(instanceId);
      await send('terminate', { id: instanceId, reason });
    },
    suspend: async (instanceId) => {
      await running(instanceId);
      await send('suspend', { id: instanceId });
    },
    resume: async (instanceId) => {
      await running(instanceId);
      await send('resume', { id: instanceId });
    },
    rewind: async (instanceId, reason) => {
      const { runtimeStatus } = await existing(instanceId);
      if (runtimeStatus !== 'Failed') {
        throw new DurascopeError(
          'InstanceWrongState',
          `'${instanceId}' has not failed (${runtimeStatus}): there is nothing to rewind.`,
        );
      }
      await send('rewind', { id: instanceId, reason });
    },
    restart: async (instanceId, { newInstanceId = true } = {}) => {
      const row = await existing(instanceId);
      return create({
        name: row.name,
        instanceId: newInstanceId ? randomUUID().replaceAll('-', '') : row.instanceId,
        input: row.input,
        version: row.version === '' ? null : row.version,
        tags: row.tags === null ? null : JSON.stringify(row.tags),
        time: null,
      });
    },
    purge,
    purgeBy: async ({ createdTimeFrom, createdTimeTo, statuses = terminal, unfinished }) => {
      const final = statuses.filter(isTerminal);
      if (unfinished === true || final.length === 0) {
        throw new DurascopeError('NotSupported', 'Only instances that have ended are purged from a real hub.');
      }
      let purged = 0;
      for (;;) {
        const { instances, continuationToken } = await reader.query({
          ...{ statuses: final, pageSize },
          ...(createdTimeFrom === undefined ? {} : { createdTimeFrom }),
          ...(createdTimeTo === undefined ? {} : { createdTimeTo }),
        });
        const before = purged;
        for (const { instanceId } of instances) purged += await purge(instanceId);
        // What cannot be purged is not asked for again and again.
        if (continuationToken === undefined || purged === before) return purged;
      }
    },
    signalEntity: () =>
      Promise.reject(
        new DurascopeError(
          'NotSupported',
          'Entities of a hub in SQL Server are signalled through its Functions host or its own programs.',
        ),
      ),
    cleanEntityStorage: () =>
      Promise.reject(new DurascopeError('NotSupported', "SQL Server's provider removes entities without a state by itself.")),
  };
}

function checkedId(instanceId: string): string {
  if (instanceId.length <= 100) return instanceId;
  throw new DurascopeError(
    'InvalidInstanceId',
    `SQL Server's provider has room for ids of 100 characters; '${instanceId.slice(0, 30)}…' has ${instanceId.length}.`,
  );
}
