/** TaskHubSidecarService over the hubs of the emulator: each method finds its hub by the header `taskhub` and hands the call on. */
import {
  type handleUnaryCall,
  type Metadata,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { DurascopeError } from '../core/values/errors';
import type { Clock } from '../core/ports/clock';
import type { TaskHubClient } from '../core/ports/task-hub-client';
import { isTerminal } from '../core/values/status';
import {
  cleanEntities,
  getEntity,
  instanceResponse,
  listInstanceIds,
  purgeInstances,
  queryEntities,
  queryInstances,
  restartInstance,
  signalEntity,
  startInstance,
  terminateAll,
  unlessOver,
} from './client-calls';
import {
  type CreateTaskHubRequest,
  type GetInstanceRequest,
  type GetInstanceResponse,
  type GetWorkItemsRequest,
  type HistoryChunk,
  type StreamInstanceHistoryRequest,
  TaskHubSidecarServiceService,
} from '../wire/generated/task-hub-sidecar';
import type { GrpcWorker } from './grpc-worker';
import type { InstanceWaiters } from './instance-waiters';
import { statusOf } from './status-errors';
import { protoEvent, storedEvent } from './to-proto';
import { protoEvents } from './work-item-bytes';
import { clientKind, hubName, isOnlooker, workerIdentity } from './worker-identity';

export interface GrpcHub {
  readonly client: TaskHubClient;
  readonly worker: GrpcWorker;
  readonly waiters: InstanceWaiters;
}

export interface GrpcHubs {
  /**
   * The hub of that name (null: the one that is meant without a name), made if it is not there and may be. NotSupported, StoreLocked ..., and
   * HubNotFound where it may not be made.
   */
  find(name: string | null, canMake?: boolean): GrpcHub | Promise<GrpcHub>;
  /** Empties the hub, or makes it. */
  create(name: string | null, recreate: boolean): Promise<void>;
  delete(name: string | null): Promise<void>;
}

const eventsPerChunk = 200;

const noBytes = Buffer.alloc(0);
const saysNothing = (): Buffer => noBytes;

/** Work items are encoded before they are sent, and completions of work, most of all calls, get answers without fields; the rest is as generated. */
export const serviceDefinition = {
  ...TaskHubSidecarServiceService,
  completeOrchestratorTask: { ...TaskHubSidecarServiceService.completeOrchestratorTask, responseSerialize: saysNothing },
  completeActivityTask: { ...TaskHubSidecarServiceService.completeActivityTask, responseSerialize: saysNothing },
  completeEntityTask: { ...TaskHubSidecarServiceService.completeEntityTask, responseSerialize: saysNothing },
  getWorkItems: {
    ...TaskHubSidecarServiceService.getWorkItems,
    responseSerialize: (item: Uint8Array): Buffer => Buffer.from(item.buffer, item.byteOffset, item.byteLength),
  },
};

export function taskHubService(hubs: GrpcHubs, clock: Clock): UntypedServiceImplementation {
  const hubOf = (metadata: Metadata): GrpcHub | Promise<GrpcHub> => hubs.find(hubName(metadata), !isOnlooker(metadata));

  function unary<Request, Response>(
    run: (hub: GrpcHub, request: Request, call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return (call, callback) => {
      const answer = (error: unknown, response: Response | null): void =>
        error === null ? callback(null, response) : callback(statusOf(error));
      try {
        const hub = hubOf(call.metadata);
        const response =
          hub instanceof Promise ? hub.then((found) => run(found, call.request, call)) : run(hub, call.request, call);
        // Completions of work, by far the most calls, are answered without a promise, and after the work that follows from them went out.
        if (!(response instanceof Promise)) setImmediate(answer, null, response);
        else
          response.then(
            (value) => answer(null, value),
            (error: unknown) => answer(error, null),
          );
      } catch (error) {
        answer(error, null);
      }
    };
  }

  const command =
    <Request>(run: (name: string | null, request: Request) => Promise<void>): handleUnaryCall<Request, object> =>
    (call, callback) => {
      run(hubName(call.metadata), call.request).then(
        () => callback(null, {}),
        (error: unknown) => callback(statusOf(error)),
      );
    };

  const wait = (isOver: Parameters<InstanceWaiters['wait']>[1]): handleUnaryCall<GetInstanceRequest, GetInstanceResponse> =>
    unary(async ({ waiters }, request, call) => {
      const row = await waiters.wait(request.instanceId, isOver, (cancel) => void call.once('cancelled', cancel));
      return instanceResponse(row, request, clientKind(call.metadata));
    });

  const service: UntypedServiceImplementation & Record<keyof typeof serviceDefinition, unknown> = {
    hello: unary(() => ({})),
    startInstance: unary(async ({ client }, request: Parameters<typeof startInstance>[1], { metadata }) => ({
      instanceId: await startInstance(client, request, clock.now(), clientKind(metadata)),
    })),
    getInstance: unary(async ({ client }, request: GetInstanceRequest, { metadata }) =>
      instanceResponse(await client.get(request.instanceId), request, clientKind(metadata)),
    ),
    waitForInstanceStart: wait((row) => row.runtimeStatus !== 'Pending'),
    waitForInstanceCompletion: wait((row) => isTerminal(row.runtimeStatus)),
    raiseEvent: unary(
      async ({ client }, { instanceId, name, input }: { instanceId: string; name: string; input?: string }, { metadata }) => {
        await unlessOver(client, instanceId, clientKind(metadata), () => client.raiseEvent(instanceId, name, input ?? null));
        return {};
      },
    ),
    terminateInstance: unary(
      async (
        { client },
        { instanceId, output, recursive }: { instanceId: string; output?: string; recursive: boolean },
        { metadata },
      ) => {
        await unlessOver(client, instanceId, clientKind(metadata), () =>
          client.terminate(instanceId, output ?? null, { recursive }),
        );
        return {};
      },
    ),
    suspendInstance: unary(async ({ client }, { instanceId, reason }: { instanceId: string; reason?: string }, { metadata }) => {
      await unlessOver(client, instanceId, clientKind(metadata), () => client.suspend(instanceId, reason ?? null));
      return {};
    }),
    resumeInstance: unary(async ({ client }, { instanceId, reason }: { instanceId: string; reason?: string }, { metadata }) => {
      await unlessOver(client, instanceId, clientKind(metadata), () => client.resume(instanceId, reason ?? null));
      return {};
    }),
    rewindInstance: unary(async ({ client }, { instanceId, reason }: { instanceId: string; reason?: string }) => {
      await client.rewind(instanceId, reason ?? null);
      return {};
    }),
    restartInstance: unary(async ({ client }, request: Parameters<typeof restartInstance>[1], { metadata }) => ({
      instanceId: await restartInstance(client, request, clientKind(metadata)),
    })),
    queryInstances: unary(({ client }, request: Parameters<typeof queryInstances>[1], { metadata }) =>
      queryInstances(client, request, clientKind(metadata)),
    ),
    listInstanceIds: unary(({ client }, request: Parameters<typeof listInstanceIds>[1]) => listInstanceIds(client, request)),
    purgeInstances: unary(async ({ client }, request: Parameters<typeof purgeInstances>[1], { metadata }) => ({
      deletedInstanceCount: await purgeInstances(client, request, clientKind(metadata)),
      isComplete: true,
    })),
    skipGracefulOrchestrationTerminations: unary(
      async ({ client }, request: { instanceBatch?: { instanceIds: string[] }; reason?: string }) => ({
        unterminatedInstanceIds: await terminateAll(client, request.instanceBatch?.instanceIds ?? [], request.reason ?? null),
      }),
    ),
    streamInstanceHistory: (call: ServerWritableStream<StreamInstanceHistoryRequest, HistoryChunk>) => {
      void streamHistory(call, hubOf(call.metadata));
    },
    getWorkItems: (call: ServerWritableStream<GetWorkItemsRequest, Uint8Array>) => {
      void streamWork(call, hubOf(call.metadata));
    },
    completeOrchestratorTask: unary(({ worker }, response: Parameters<GrpcWorker['completeOrchestrator']>[0]) => {
      worker.completeOrchestrator(response);
      return {};
    }),
    completeActivityTask: unary(({ worker }, response: Parameters<GrpcWorker['completeActivity']>[0]) => {
      worker.completeActivity(response);
      return {};
    }),
    completeEntityTask: unary(({ worker }, result: Parameters<GrpcWorker['completeEntity']>[0]) => {
      worker.completeEntity(result);
      return {};
    }),
    abandonTaskOrchestratorWorkItem: unary(({ worker }, { completionToken }: { completionToken: string }) => {
      worker.abandon('orchestrator', completionToken);
      return {};
    }),
    abandonTaskActivityWorkItem: unary(({ worker }, { completionToken }: { completionToken: string }) => {
      worker.abandon('activity', completionToken);
      return {};
    }),
    abandonTaskEntityWorkItem: unary(({ worker }, { completionToken }: { completionToken: string }) => {
      worker.abandon('entity', completionToken);
      return {};
    }),
    createTaskHub: command((name, { recreateIfExists }: CreateTaskHubRequest) => hubs.create(name, recreateIfExists)),
    deleteTaskHub: command((name) => hubs.delete(name)),
    signalEntity: unary(async ({ client }, request: Parameters<typeof signalEntity>[1], { metadata }) => {
      await signalEntity(client, request, clientKind(metadata));
      return {};
    }),
    getEntity: unary(({ client }, request: Parameters<typeof getEntity>[1]) => getEntity(client, request)),
    queryEntities: unary(({ client }, request: Parameters<typeof queryEntities>[1]) => queryEntities(client, request)),
    cleanEntityStorage: unary(({ client }, request: Parameters<typeof cleanEntities>[1]) => cleanEntities(client, request)),
  };
  return service;
}

async function streamWork(
  call: ServerWritableStream<GetWorkItemsRequest, Uint8Array>,
  found: GrpcHub | Promise<GrpcHub>,
): Promise<void> {
  // Before anything is awaited: a call that is over by then must not be given work.
  const state = { isOver: false, disconnect: (): void => undefined };
  const over = (): void => {
    if (state.isOver) return;
    state.isOver = true;
    state.disconnect();
  };
  call.on('cancelled', over);
  call.on('close', over);
  call.on('error', over);
  try {
    const { worker } = found instanceof Promise ? await found : found;
    if (state.isOver) return;
    const stream = worker.connect(
      {
        identity: workerIdentity(call.metadata),
        send: (item) => void call.write(item),
        // Ended with OK, some workers call again at once and for ever.
        end: (reason) => void call.emit('error', { code: status.UNAVAILABLE, details: reason }),
      },
      call.request,
    );
    state.disconnect = () => worker.disconnect(stream);
  } catch (error) {
    call.emit('error', statusOf(error));
  }
}

async function streamHistory(
  call: ServerWritableStream<StreamInstanceHistoryRequest, HistoryChunk>,
  found: GrpcHub | Promise<GrpcHub>,
): Promise<void> {
  try {
    const { client, worker } = await found;
    const { instanceId, forWorkItemProcessing } = call.request;
    const inFlight = forWorkItemProcessing ? worker.historyInFlight(instanceId) : undefined;
    const history = inFlight ?? (await client.history(instanceId));
    if (history.length === 0 && inFlight === undefined && (await client.get(instanceId)) === undefined) {
      throw new DurascopeError('InstanceNotFound', `There is no instance '${instanceId}'.`);
    }
    const told = clientKind(call.metadata) === 'functions' ? storedEvent : protoEvent;
    for (let from = 0; from < history.length && !call.cancelled; from += eventsPerChunk) {
      const events = protoEvents(history.slice(from, from + eventsPerChunk), told);
      if (!call.write({ events })) await new Promise((resolve) => call.once('drain', resolve).once('cancelled', resolve));
    }
    call.end();
  } catch (error) {
    call.emit('error', statusOf(error));
  }
}
