/**
 * A client of TaskHubSidecarService that asks and acts, and never takes work away: only the methods below can be called, and neither
 * GetWorkItems nor CreateTaskHub nor DeleteTaskHub is among them (spec/attach.md 3).
 */
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { DurascopeError, type DurascopeErrorCode } from '../../core/values/errors';
import {
  CleanEntityStorageRequest,
  CleanEntityStorageResponse,
  CreateInstanceRequest,
  CreateInstanceResponse,
  GetEntityRequest,
  GetEntityResponse,
  GetInstanceRequest,
  GetInstanceResponse,
  type HistoryEvent,
  HistoryChunk,
  PurgeInstancesRequest,
  PurgeInstancesResponse,
  QueryEntitiesRequest,
  QueryEntitiesResponse,
  QueryInstancesRequest,
  QueryInstancesResponse,
  RaiseEventRequest,
  RaiseEventResponse,
  RestartInstanceRequest,
  RestartInstanceResponse,
  ResumeRequest,
  ResumeResponse,
  RewindInstanceRequest,
  RewindInstanceResponse,
  SignalEntityRequest,
  SignalEntityResponse,
  StreamInstanceHistoryRequest,
  SuspendRequest,
  SuspendResponse,
  TerminateRequest,
  TerminateResponse,
} from '../../wire/generated/task-hub-sidecar';
import { onlookerAgent } from '../../grpc/worker-identity';
import type { AccessTokens } from '../access-token';
import { type DurableTaskConnection, durableTaskLabel } from './durable-task-connection';

/** How messages are written and read; the generated ones are such. */
interface Message<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}
interface Method<Request, Response> {
  name: string;
  request: Message<Request>;
  response: Message<Response>;
}
function method<Request, Response>(
  name: string,
  request: Message<Request>,
  response: Message<Response>,
): Method<Request, Response> {
  return { name, request, response };
}

export const reads = {
  getInstance: method('GetInstance', GetInstanceRequest, GetInstanceResponse),
  queryInstances: method('QueryInstances', QueryInstancesRequest, QueryInstancesResponse),
  getEntity: method('GetEntity', GetEntityRequest, GetEntityResponse),
  queryEntities: method('QueryEntities', QueryEntitiesRequest, QueryEntitiesResponse),
};

const readNames = new Set<string>(Object.values(reads).map(({ name }) => name));

export const acts = {
  startInstance: method('StartInstance', CreateInstanceRequest, CreateInstanceResponse),
  raiseEvent: method('RaiseEvent', RaiseEventRequest, RaiseEventResponse),
  terminate: method('TerminateInstance', TerminateRequest, TerminateResponse),
  suspend: method('SuspendInstance', SuspendRequest, SuspendResponse),
  resume: method('ResumeInstance', ResumeRequest, ResumeResponse),
  rewind: method('RewindInstance', RewindInstanceRequest, RewindInstanceResponse),
  restart: method('RestartInstance', RestartInstanceRequest, RestartInstanceResponse),
  purge: method('PurgeInstances', PurgeInstancesRequest, PurgeInstancesResponse),
  signalEntity: method('SignalEntity', SignalEntityRequest, SignalEntityResponse),
  cleanEntities: method('CleanEntityStorage', CleanEntityStorageRequest, CleanEntityStorageResponse),
};

export interface DurableTaskClientOptions {
  /** For connections with a sign-in. */
  tokens?: AccessTokens;
  /** Of one call. Default 60 s. */
  deadlineMs?: number;
  /** Before what broke off is asked for again, doubled each time. Default 300. */
  retryDelayMs?: number;
}

/** Of a connection that breaks off, and of a server that stumbles over what changes while it is asked. */
const mayPass = new Set<unknown>([status.UNAVAILABLE, status.UNKNOWN]);
/** So often what only reads is asked where it breaks off. */
const attempts = 3;

const service = '/TaskHubSidecarService/';
const streamMethod = 'StreamInstanceHistory';
const channelOptions = {
  'grpc.max_receive_message_length': -1,
  'grpc-node.flow_control_window': 4 * 1024 * 1024,
  'grpc.enable_channelz': 0,
  // A server that throttles is asked again, reads only: five times, later each time.
  'grpc.service_config': JSON.stringify({
    methodConfig: [
      {
        name: Object.values(reads).map(({ name }) => ({ service: 'TaskHubSidecarService', method: name })),
        retryPolicy: {
          maxAttempts: 5,
          initialBackoff: '0.3s',
          maxBackoff: '10s',
          backoffMultiplier: 3,
          retryableStatusCodes: ['RESOURCE_EXHAUSTED'],
        },
      },
    ],
  }),
};

export class DurableTaskClient {
  requests = 0;
  #hasAnswered = false;
  #isClosed = false;
  readonly #client: Client;

  constructor(
    readonly connection: DurableTaskConnection,
    private readonly options: DurableTaskClientOptions = {},
  ) {
    const { address, isTls } = connection;
    this.#client = new Client(address, isTls ? credentials.createSsl() : credentials.createInsecure(), channelOptions);
  }

  /**
   * Rejects with a `DurascopeError`: `NotSupported` names a method that the server does not have. What only reads is asked again where the
   * connection of a server that has answered breaks off.
   */
  async call<Request, Response>(method: Method<Request, Response>, message: Request): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#callOnce(method, message);
        this.#hasAnswered = true;
        return answer;
      } catch (error) {
        if (!readNames.has(method.name) || !this.#mayAskAgain(error, attempt)) throw error;
        await this.#pause(attempt);
      }
    }
  }

  async #callOnce<Request, Response>(
    { name, request, response }: Method<Request, Response>,
    message: Request,
  ): Promise<Response> {
    const metadata = await this.#metadata();
    this.requests += 1;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `${service}${name}`,
        (value: Request) => Buffer.from(request.encode(value).finish()),
        (bytes) => response.decode(bytes),
        message,
        metadata,
        { deadline: this.#deadline() },
        (error, answer) => {
          if (error !== null) reject(this.#failure(error, name));
          else if (answer === undefined) reject(new DurascopeError('HubUnreachable', `${this.#where} answered nothing.`));
          else resolve(answer);
        },
      );
    });
  }

  /** Of the present execution; nothing for an unknown id. One that breaks off is read anew. */
  async history(instanceId: string): Promise<HistoryEvent[]> {
    for (let attempt = 1; ; attempt++) {
      const events: HistoryEvent[] = [];
      try {
        for await (const chunk of this.#historyOnce(instanceId)) for (const event of chunk) events.push(event);
        return events;
      } catch (error) {
        if (!this.#mayAskAgain(error, attempt)) throw error;
        await this.#pause(attempt);
      }
    }
  }

  async *#historyOnce(instanceId: string): AsyncGenerator<readonly HistoryEvent[], void> {
    const metadata = await this.#metadata();
    this.requests += 1;
    const stream = this.#client.makeServerStreamRequest(
      `${service}${streamMethod}`,
      (value: StreamInstanceHistoryRequest) => Buffer.from(StreamInstanceHistoryRequest.encode(value).finish()),
      (bytes) => HistoryChunk.decode(bytes),
      { instanceId, executionId: undefined, forWorkItemProcessing: false },
      metadata,
      { deadline: this.#deadline() },
    );
    try {
      for await (const chunk of stream) yield (chunk as HistoryChunk).events;
    } catch (error) {
      // The scheduler ends such a stream empty, others say so.
      if ((error as Partial<ServiceError>).code === status.NOT_FOUND) return;
      throw this.#failure(error as ServiceError, streamMethod);
    } finally {
      stream.cancel();
    }
  }

  dispose(): void {
    this.#isClosed = true;
    this.#client.close();
  }

  #mayAskAgain(error: unknown, attempt: number): boolean {
    if (!this.#hasAnswered || this.#isClosed || attempt === attempts) return false;
    return DurascopeError.is(error, 'HubUnreachable') && mayPass.has(error.details['status']);
  }

  #pause(attempt: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, (this.options.retryDelayMs ?? 300) * 2 ** (attempt - 1)));
  }

  get #where(): string {
    return durableTaskLabel(this.connection);
  }

  #deadline(): Date {
    return new Date(Date.now() + (this.options.deadlineMs ?? 60_000));
  }

  async #metadata(): Promise<Metadata> {
    const metadata = new Metadata();
    const { taskHub, signIn } = this.connection;
    if (taskHub !== null) metadata.set('taskhub', taskHub);
    metadata.set('x-user-agent', onlookerAgent);
    if (signIn === null) return metadata;
    const { tokens } = this.options;
    if (tokens === undefined) throw new DurascopeError('HubUnreachable', `${this.#where} asks for a sign-in.`);
    metadata.set('authorization', `Bearer ${await tokens(signIn)}`);
    return metadata;
  }

  #failure({ code, details }: Partial<ServiceError>, name: string): DurascopeError {
    const { address, isLocal, taskHub, signIn } = this.connection;
    const made = (kind: DurascopeErrorCode, message: string): DurascopeError =>
      new DurascopeError(kind, message, { details: { address, status: code ?? null, said: details ?? null } });
    const said = details === undefined || details === '' ? '' : ` It says: ${details}`;
    switch (code) {
      case status.UNAVAILABLE:
        return made(
          'HubUnreachable',
          isLocal
            ? `No Durable Task server answers at ${address}. Start the program or the emulator that listens there, or give its address.`
            : `${address} cannot be reached. Look at the name, the network, and the scheduler's list of allowed addresses.`,
        );
      case status.UNAUTHENTICATED:
        return made(
          'HubUnreachable',
          `${address} takes no request without a sign-in${signIn === null ? ': give Authentication=DefaultAzure in the connection string' : ' of its own directory: sign in anew, or name TenantId in the connection string'}.${said}`,
        );
      case status.PERMISSION_DENIED:
        return made(
          'HubUnreachable',
          `${address} refuses this account: it needs the role "Durable Task Data Reader" (to act "Durable Task Data Contributor") on the scheduler or its task hub, and an address that the scheduler's list allows.${said}`,
        );
      case status.UNIMPLEMENTED:
        return made('NotSupported', `The server at ${address} has no ${name}, so that this cannot be done there.`);
      case status.DEADLINE_EXCEEDED:
        return made('HubUnreachable', `${address} did not answer in time. Try again, or ask for less.`);
      case status.RESOURCE_EXHAUSTED:
        return made(
          'HubUnreachable',
          `${address} is too busy: it was asked again several times and refused each time. Wait a while.${said}`,
        );
      case status.NOT_FOUND:
        return made(
          'InstanceNotFound',
          details === undefined || details === ''
            ? `There is no such thing at ${address}, or no task hub '${taskHub ?? ''}'.`
            : details,
        );
      case status.ALREADY_EXISTS:
        return made('InstanceExists', details ?? 'There is an instance of this id.');
      case status.FAILED_PRECONDITION:
        return made('InstanceWrongState', details ?? 'The instance is in a state that does not allow this.');
      case status.INVALID_ARGUMENT:
      case status.OUT_OF_RANGE:
        return made('InvalidArgument', details ?? 'The server does not take this.');
      default:
        return made(
          'HubUnreachable',
          this.#hasAnswered
            ? `The server at ${address} failed itself in ${name}: look into its log.${said}`
            : `What answers at ${address} is no Durable Task server, or failed itself.${said}`,
        );
    }
  }
}
