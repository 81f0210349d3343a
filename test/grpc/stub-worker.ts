import { credentials, makeGenericClientConstructor, Metadata, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import {
  type ActivityRequest,
  type ActivityResponse,
  type GetWorkItemsRequest,
  OrchestrationStatus,
  type OrchestratorAction,
  type OrchestratorRequest,
  type OrchestratorResponse,
  TaskHubSidecarServiceService,
  type WorkItem,
} from '../../src/wire/generated/task-hub-sidecar';
import { nothingDecided } from './nothing-decided';

type Method = keyof typeof TaskHubSidecarServiceService;
type Requests = { [M in Method]: Parameters<(typeof TaskHubSidecarServiceService)[M]['requestSerialize']>[0] };
type Responses = { [M in Method]: ReturnType<(typeof TaskHubSidecarServiceService)[M]['responseDeserialize']> };

const Client = makeGenericClientConstructor(TaskHubSidecarServiceService, 'TaskHubSidecarService');

/** The protocol by hand: what no well-behaved SDK would do can be done with it. */
export class StubClient {
  readonly #client: InstanceType<typeof Client>;
  readonly #metadata = new Metadata();

  constructor(address: string, headers: Record<string, string> = {}) {
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      // A connection of its own.
      'grpc.use_local_subchannel_pool': 1,
    });
    for (const [name, value] of Object.entries(headers)) this.#metadata.set(name, value);
  }

  /** Rejects with the ServiceError. */
  call<M extends Method>(method: M, request: Requests[M]): Promise<Responses[M]> {
    return new Promise((resolve, reject) => {
      const run = this.#client[method] as (
        request: unknown,
        metadata: Metadata,
        callback: (error: ServiceError | null, response: Responses[M]) => void,
      ) => void;
      run.call(this.#client, request, this.#metadata, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
  }

  stream<M extends Method>(method: M, request: Requests[M]): ClientReadableStream<Responses[M]> {
    const run = this.#client[method] as (request: unknown, metadata: Metadata) => ClientReadableStream<Responses[M]>;
    return run.call(this.#client, request, this.#metadata);
  }

  close(): void {
    this.#client.close();
  }

  start(name: string, more: Partial<Requests['startInstance']> = {}): Promise<string> {
    return this.call('startInstance', {
      instanceId: '',
      name,
      version: undefined,
      input: undefined,
      scheduledStartTimestamp: undefined,
      orchestrationIdReusePolicy: undefined,
      executionId: undefined,
      tags: {},
      parentTraceContext: undefined,
      requestTime: undefined,
      ...more,
    }).then((response) => response.instanceId);
  }
}

export interface OrchestratorWork extends OrchestratorRequest {
  token: string;
}
export interface ActivityWork extends ActivityRequest {
  token: string;
}

/** A GetWorkItems call whose items wait until the test asks for them. */
export class StubWorker {
  readonly #items: WorkItem[] = [];
  readonly #stream: ClientReadableStream<WorkItem>;
  #wake: (() => void) | null = null;
  error: ServiceError | null = null;

  constructor(
    readonly client: StubClient,
    request: Partial<GetWorkItemsRequest> = {},
  ) {
    this.#stream = client.stream('getWorkItems', {
      maxConcurrentOrchestrationWorkItems: 0,
      maxConcurrentActivityWorkItems: 0,
      maxConcurrentEntityWorkItems: 0,
      capabilities: [],
      workItemFilters: undefined,
      ...request,
    });
    this.#stream.on('data', (item: WorkItem) => {
      this.#items.push(item);
      this.#wake?.();
    });
    this.#stream.on('error', (error: ServiceError) => {
      this.error = error;
      this.#wake?.();
    });
  }

  /** Items that came and were not asked for yet. */
  get waiting(): number {
    return this.#items.length;
  }

  async next(): Promise<WorkItem> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) return item;
      if (this.error !== null) throw this.error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** A ping says no more than that the server is there, to a worker that was slow to ask. */
  async #work(): Promise<WorkItem> {
    for (;;) {
      const item = await this.next();
      if (item.request?.$case !== 'healthPing') return item;
    }
  }

  async orchestrator(): Promise<OrchestratorWork> {
    const { request, completionToken } = await this.#work();
    if (request?.$case !== 'orchestratorRequest') throw new Error(`Not an orchestrator's work: ${request?.$case ?? 'nothing'}`);
    return { ...request.value, token: completionToken };
  }

  async activity(): Promise<ActivityWork> {
    const { request, completionToken } = await this.#work();
    if (request?.$case !== 'activityRequest') throw new Error(`Not an activity's work: ${request?.$case ?? 'nothing'}`);
    return { ...request.value, token: completionToken };
  }

  cancel(): void {
    this.#stream.cancel();
  }

  async answer(work: OrchestratorWork, actions: OrchestratorAction[], more: Partial<OrchestratorResponse> = {}): Promise<void> {
    await this.client.call('completeOrchestratorTask', {
      ...nothingDecided,
      instanceId: work.instanceId,
      actions,
      completionToken: work.token,
      ...more,
    });
  }

  async complete(work: ActivityWork, result: string | undefined, more: Partial<ActivityResponse> = {}): Promise<void> {
    await this.client.call('completeActivityTask', {
      instanceId: work.orchestrationInstance?.instanceId ?? '',
      taskId: work.taskId,
      result,
      failureDetails: undefined,
      completionToken: work.token,
      ...more,
    });
  }
}

export function scheduleTask(id: number, name: string, input?: string): OrchestratorAction {
  return {
    id,
    orchestratorActionType: {
      $case: 'scheduleTask',
      value: { name, version: undefined, input, tags: {}, parentTraceContext: undefined },
    },
  };
}

export function completion(
  id: number,
  result?: string,
  status: OrchestrationStatus = OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED,
): OrchestratorAction {
  return {
    id,
    orchestratorActionType: {
      $case: 'completeOrchestration',
      value: {
        orchestrationStatus: status,
        result,
        details: undefined,
        newVersion: undefined,
        carryoverEvents: [],
        failureDetails: undefined,
        tags: {},
      },
    },
  };
}
