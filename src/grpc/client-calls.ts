/** What clients of the protocol ask of a hub (spec/grpc.md 1.2), one function a method. Errors are DurascopeErrors. */
import { DurascopeError } from '../core/values/errors';
import type { InstanceRow } from '../core/instances/instance';
import { notPurgeableText } from '../core/instances/instance-rows';
import { isEntityId } from '../core/values/instance-id';
import type { InstanceQuery } from '../core/ports/history-store';
import type { StartOptions, TaskHubClient } from '../core/ports/task-hub-client';
import { isTerminal, type OrchestrationStatus } from '../core/values/status';
import { tagsOf, traceOf } from './from-proto';
import type {
  CleanEntityStorageRequest,
  CleanEntityStorageResponse,
  CreateInstanceRequest,
  GetEntityRequest,
  GetEntityResponse,
  GetInstanceRequest,
  GetInstanceResponse,
  ListInstanceIdsRequest,
  ListInstanceIdsResponse,
  OrchestrationIdReusePolicy,
  OrchestrationStatus as ProtoStatus,
  PurgeInstancesRequest,
  QueryEntitiesRequest,
  QueryEntitiesResponse,
  QueryInstancesRequest,
  QueryInstancesResponse,
  RestartInstanceRequest,
  SignalEntityRequest,
} from '../wire/generated/task-hub-sidecar';
import type { Timestamp } from '../wire/generated/google/protobuf/timestamp';
import { coreStatus, historyTime } from './proto-time';
import { protoEntity, protoState } from './to-proto';

const maxPage = 1000;
const defaultPage = 100;

/**
 * Of Durable Functions (its packages for JavaScript and .NET say so), or of a Durable Task SDK. To the former the extension answers for the
 * app (spec/grpc.md 5.3): it refuses functions that are not there and what an instance's state does not allow, and knows host.json.
 */
export type ClientKind = 'functions' | 'sdk';

/** `now` in epoch milliseconds. UnknownFunction for `functions` only. */
export async function startInstance(
  hub: TaskHubClient,
  request: CreateInstanceRequest,
  now: number,
  kind: ClientKind,
): Promise<string> {
  const { name, version, input, scheduledStartTimestamp, tags, parentTraceContext } = request;
  const policy = request.orchestrationIdReusePolicy;
  const options: StartOptions = {
    name,
    ...(kind === 'sdk' ? ({ profile: 'G', version: version ?? '' } as const) : version === undefined ? {} : { version }),
    input: input ?? null,
    ...(request.instanceId === '' ? {} : { instanceId: request.instanceId }),
    // A time that has passed means now; one SDK always sends one.
    ...(scheduledStartTimestamp === undefined || scheduledStartTimestamp.seconds * 1000 <= now
      ? {}
      : { scheduledStartTime: historyTime(scheduledStartTimestamp) }),
    ...tagsOf(tags),
    ...traceOf(parentTraceContext),
    ...(policy === undefined
      ? {}
      : { replaceable: kind === 'functions' ? coreStatuses(policy.replaceableStatus) : replaceable(policy) }),
    ...(kind === 'functions' ? { narrowsOnly: true } : {}),
  };
  try {
    return (await hub.start(options)).instanceId;
  } catch (error) {
    if (policy === undefined || kind === 'functions' || !DurascopeError.is(error, 'InstanceExists')) throw error;
    const existing = await hub.get(request.instanceId);
    if (existing === undefined || !coreStatuses(policy.replaceableStatus).includes(existing.runtimeStatus)) throw error;
    if (policy.action === oldActions.ignore) return request.instanceId;
    if (policy.action === undefined && !isTerminal(existing.runtimeStatus)) throw cannotTerminate();
    throw error;
  }
}

/** What older clients say in the policy's second field. */
const oldActions = { ignore: 1, terminate: 2 } as const;

/** One that runs is terminated first, which takes a policy that lets go of a terminated one; only what is there decides whether it must. */
function replaceable({ replaceableStatus, action }: OrchestrationIdReusePolicy): readonly OrchestrationStatus[] {
  const statuses = coreStatuses(replaceableStatus);
  // The list names the statuses that the action is for; others are an error.
  if (action !== undefined) return action === oldActions.terminate ? statuses : [];
  return statuses.includes('Terminated') ? statuses : statuses.filter(isTerminal);
}

function cannotTerminate(): DurascopeError {
  return new DurascopeError(
    'InvalidArgument',
    "Invalid reusable statuses: cannot exclude 'Terminated' while also allowing reuse of running instances. " +
      'A running instance is terminated before its id is used again: allow Terminated as well.',
  );
}

function coreStatuses(statuses: readonly ProtoStatus[]): OrchestrationStatus[] {
  return statuses.map(coreStatus).filter((status) => status !== undefined);
}

export function instanceResponse(
  row: InstanceRow | undefined,
  { getInputsAndOutputs }: GetInstanceRequest,
  kind: ClientKind,
): GetInstanceResponse {
  return row === undefined
    ? { exists: false, orchestrationState: undefined }
    : { exists: true, orchestrationState: protoState(row, getInputsAndOutputs, kind === 'functions' ? 'one' : undefined) };
}

/**
 * What an ended instance does not mind: it is over, so there is nothing to do. InstanceNotFound for an unknown id. A client of Durable
 * Functions is told, and takes the end for an answer itself.
 */
export async function unlessOver(
  hub: TaskHubClient,
  instanceId: string,
  kind: ClientKind,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (kind === 'functions') throw error;
    if (!DurascopeError.is(error, 'InstanceTerminal') && !DurascopeError.is(error, 'InstanceWrongState')) throw error;
    if ((await hub.get(instanceId)) === undefined) throw error;
  }
}

/** InstanceNotFound; InstanceNotTerminal for the same id while it still runs, unless host.json lets it be replaced. */
export async function restartInstance(hub: TaskHubClient, request: RestartInstanceRequest, kind: ClientKind): Promise<string> {
  const { instanceId, restartWithNewInstanceId: newInstanceId } = request;
  const row = await hub.get(instanceId);
  const runs = row !== undefined && !newInstanceId && !isTerminal(row.runtimeStatus);
  if (runs && kind === 'sdk') throw restartOfRunning(row);
  try {
    return (await hub.restart(instanceId, { newInstanceId, keepsTags: true })).instanceId;
  } catch (error) {
    throw runs && DurascopeError.is(error, 'InstanceExists') ? restartOfRunning(row) : error;
  }
}

function restartOfRunning({ instanceId, runtimeStatus }: InstanceRow): DurascopeError {
  return new DurascopeError(
    'InstanceNotTerminal',
    `'${instanceId}' is ${runtimeStatus}: it can be restarted under its id once it has ended. Terminate it, or restart it with a new id.`,
  );
}

export async function queryInstances(
  hub: TaskHubClient,
  { query }: QueryInstancesRequest,
  kind: ClientKind,
): Promise<QueryInstancesResponse> {
  const asked: InstanceQuery = {
    entities: 'exclude',
    pageSize: pageSize(query?.maxInstanceCount),
    ...(query === undefined || query.runtimeStatus.length === 0 ? {} : { statuses: coreStatuses(query.runtimeStatus) }),
    ...(query?.createdTimeFrom === undefined ? {} : { createdTimeFrom: fromTime(query.createdTimeFrom) }),
    ...(query?.createdTimeTo === undefined ? {} : { createdTimeTo: toTime(query.createdTimeTo) }),
    ...(query?.instanceIdPrefix === undefined ? {} : { instanceIdPrefix: query.instanceIdPrefix }),
    ...continuation(query?.continuationToken),
  };
  const { instances, continuationToken } = await hub.query(asked);
  return {
    orchestrationState: instances.map((row) =>
      protoState(row, query?.fetchInputsAndOutputs === true, kind === 'functions' ? 'listed' : undefined),
    ),
    continuationToken,
  };
}

/** Ended instances in the order of their ends. */
export async function listInstanceIds(hub: TaskHubClient, request: ListInstanceIdsRequest): Promise<ListInstanceIdsResponse> {
  const wanted = request.runtimeStatus.length === 0 ? terminal : coreStatuses(request.runtimeStatus).filter(isTerminal);
  const to = request.completedTimeTo === undefined ? null : historyTime(request.completedTimeTo);
  const { instances, continuationToken } = await hub.query({
    entities: 'exclude',
    statuses: wanted,
    // An ended instance changes no more.
    orderBy: 'lastUpdatedTime',
    pageSize: pageSize(request.pageSize),
    ...(request.completedTimeFrom === undefined ? {} : { lastUpdatedFrom: fromTime(request.completedTimeFrom) }),
    ...(to === null ? {} : { lastUpdatedTo: to }),
    ...continuation(request.lastInstanceKey),
  });
  const before = to === null ? instances : instances.filter((row) => row.lastUpdatedTime < to);
  return { instanceIds: before.map((row) => row.instanceId), lastInstanceKey: continuationToken };
}

const terminal: readonly OrchestrationStatus[] = ['Completed', 'Failed', 'Terminated', 'Canceled'];

/**
 * Number of instances deleted: what still runs or is unknown is left alone. InstanceNotTerminal where a client of Durable Functions names one
 * that runs (measured: extension 3.19.0).
 */
export async function purgeInstances(
  hub: TaskHubClient,
  { request, recursive }: PurgeInstancesRequest,
  kind: ClientKind,
): Promise<number> {
  switch (request?.$case) {
    case 'instanceId':
      if (kind === 'functions') await assertPurgeable(hub, request.value);
      return purgeOne(hub, request.value, recursive);
    case 'instanceBatch': {
      let deleted = 0;
      for (const id of request.value.instanceIds) deleted += await purgeOne(hub, id, recursive);
      return deleted;
    }
    case 'purgeInstanceFilter': {
      const { createdTimeFrom, createdTimeTo, runtimeStatus } = request.value;
      const filter = {
        ...(createdTimeFrom === undefined ? {} : { createdTimeFrom: fromTime(createdTimeFrom) }),
        ...(createdTimeTo === undefined ? {} : { createdTimeTo: toTime(createdTimeTo) }),
        ...(runtimeStatus.length === 0 ? {} : { statuses: coreStatuses(runtimeStatus) }),
      };
      return recursive ? purgeTrees(hub, filter) : hub.purgeBy(filter);
    }
    case undefined:
      throw new DurascopeError('InvalidArgument', 'A purge needs an instance id, a list of them or a filter.');
  }
}

async function assertPurgeable(hub: TaskHubClient, instanceId: string): Promise<void> {
  const row = isEntityId(instanceId) ? undefined : await hub.get(instanceId);
  if (row === undefined || isTerminal(row.runtimeStatus)) return;
  throw new DurascopeError('InstanceNotTerminal', notPurgeableText(row));
}

async function purgeOne(hub: TaskHubClient, instanceId: string, recursive: boolean): Promise<number> {
  if (isEntityId(instanceId)) return hub.purge(instanceId);
  const row = await hub.get(instanceId);
  if (row === undefined || !isTerminal(row.runtimeStatus)) return 0;
  const children = recursive ? await childrenOf(hub, instanceId) : [];
  let deleted = 0;
  for (const child of children) deleted += await purgeOne(hub, child, true);
  try {
    deleted += await hub.purge(instanceId);
  } catch (error) {
    // Started anew since the look at it.
    if (!DurascopeError.is(error, 'InstanceNotTerminal')) throw error;
  }
  return deleted;
}

async function purgeTrees(
  hub: TaskHubClient,
  filter: Pick<InstanceQuery, 'createdTimeFrom' | 'createdTimeTo' | 'statuses'>,
): Promise<number> {
  const statuses = filter.statuses?.filter(isTerminal) ?? terminal;
  const roots = await allIds(hub, { ...filter, statuses, entities: 'exclude' });
  let deleted = 0;
  for (const id of roots) deleted += await purgeOne(hub, id, true);
  return deleted;
}

function childrenOf(hub: TaskHubClient, parentInstanceId: string): Promise<string[]> {
  return allIds(hub, { parentInstanceId });
}

async function allIds(hub: TaskHubClient, query: InstanceQuery): Promise<string[]> {
  const ids: string[] = [];
  let continuationToken: string | undefined;
  do {
    const page = await hub.query({
      ...query,
      pageSize: maxPage,
      ...(continuationToken === undefined ? {} : { continuationToken }),
    });
    ids.push(...page.instances.map((row) => row.instanceId));
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
  return ids;
}

export function signalEntity(hub: TaskHubClient, request: SignalEntityRequest, kind: ClientKind): Promise<void> {
  const { instanceId, name, input, scheduledTime } = request;
  return hub.signalEntity(instanceId, name, {
    ...(kind === 'sdk' ? { profile: 'G' } : {}),
    input: input ?? null,
    ...(scheduledTime === undefined ? {} : { scheduledTime: historyTime(scheduledTime) }),
  });
}

export async function getEntity(hub: TaskHubClient, request: GetEntityRequest): Promise<GetEntityResponse> {
  const entity = await hub.getEntity(request.instanceId);
  return entity?.exists === true
    ? { exists: true, entity: protoEntity(entity, request.includeState) }
    : { exists: false, entity: undefined };
}

export async function queryEntities(hub: TaskHubClient, { query }: QueryEntitiesRequest): Promise<QueryEntitiesResponse> {
  const includeState = query?.includeState === true;
  const { entities, continuationToken } = await hub.queryEntities({
    includeState,
    includeTransient: query?.includeTransient === true,
    pageSize: pageSize(query?.pageSize),
    ...(query?.instanceIdStartsWith === undefined ? {} : { instanceIdPrefix: query.instanceIdStartsWith }),
    ...(query?.lastModifiedFrom === undefined ? {} : { lastOperationFrom: fromTime(query.lastModifiedFrom) }),
    ...(query?.lastModifiedTo === undefined ? {} : { lastOperationTo: historyTime(query.lastModifiedTo) }),
    ...continuation(query?.continuationToken),
  });
  return { entities: entities.map((entity) => protoEntity(entity, includeState)), continuationToken };
}

export async function cleanEntities(hub: TaskHubClient, request: CleanEntityStorageRequest): Promise<CleanEntityStorageResponse> {
  const { removeEmptyEntities, releaseOrphanedLocks } = request;
  return { continuationToken: undefined, ...(await hub.cleanEntityStorage({ removeEmptyEntities, releaseOrphanedLocks })) };
}

/** Terminates a list of instances; returns those that could not be terminated. */
export async function terminateAll(hub: TaskHubClient, instanceIds: readonly string[], reason: string | null): Promise<string[]> {
  const left: string[] = [];
  for (const id of instanceIds) {
    try {
      await hub.terminate(id, reason);
    } catch (error) {
      if (!DurascopeError.is(error)) throw error;
      left.push(id);
    }
  }
  return left;
}

function pageSize(asked: number | undefined): number {
  return asked === undefined || asked <= 0 ? defaultPage : Math.min(asked, maxPage);
}

/** Some clients send an empty token for the first page. */
function continuation(token: string | undefined): { continuationToken?: string } {
  return token === undefined || token === '' ? {} : { continuationToken: token };
}

/** Many times of instances have milliseconds, clients know finer ones: what began in the same millisecond began after it. */
function fromTime({ seconds, nanos }: Timestamp): string {
  return historyTime({ seconds, nanos: nanos - (nanos % 1_000_000) });
}

/** And the other way round: a client that knows milliseconds means all of its last one. */
function toTime({ seconds, nanos }: Timestamp): string {
  return historyTime({ seconds, nanos: nanos % 1_000_000 === 0 ? nanos + 999_900 : nanos });
}
