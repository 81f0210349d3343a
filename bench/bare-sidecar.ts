/**
 * The least that a backend of the protocol can be: instances in maps, one worker stream, nothing stored, nothing checked. What it reaches
 * is what the protocol and the SDK leave room for; `npm run bench:grpc` measures the emulator against it.
 */
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import {
  type ActivityResponse,
  type CreateInstanceRequest,
  type GetInstanceRequest,
  type GetInstanceResponse,
  type HistoryEvent,
  OrchestrationStatus,
  type OrchestratorResponse,
  type RaiseEventRequest,
  TaskHubSidecarServiceService,
  type WorkItem,
} from '../src/wire/generated/task-hub-sidecar';

interface Instance {
  id: string;
  name: string;
  history: HistoryEvent[];
  inbox: HistoryEvent[];
  inFlight: HistoryEvent[] | null;
  output: string | undefined;
  status: OrchestrationStatus;
  waiting: { isOver: (status: number) => boolean; tell: (response: GetInstanceResponse) => void }[];
}

const instances = new Map<string, Instance>();
let stream: ServerWritableStream<unknown, WorkItem> | null = null;
/** What came before the worker did. */
const early: NonNullable<WorkItem['request']>[] = [];
let ids = 0;

function now(): { seconds: number; nanos: number } {
  const ms = Date.now();
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
}

function event(eventType: HistoryEvent['eventType'], eventId = -1): HistoryEvent {
  return { eventId, timestamp: now(), eventType };
}

function send(item: NonNullable<WorkItem['request']>): void {
  if (stream === null) early.push(item);
  else stream.write({ request: item, completionToken: '' });
}

function wake(instance: Instance): void {
  if (instance.inFlight !== null || instance.inbox.length === 0) return;
  const newEvents = [event({ $case: 'orchestratorStarted', value: {} }), ...instance.inbox];
  instance.inbox = [];
  instance.inFlight = newEvents;
  send({
    $case: 'orchestratorRequest',
    value: {
      instanceId: instance.id,
      executionId: instance.id,
      pastEvents: instance.history,
      newEvents,
      entityParameters: undefined,
      requiresHistoryStreaming: false,
      properties: {},
      orchestrationTraceContext: undefined,
    },
  });
}

function stateOf(instance: Instance): GetInstanceResponse {
  return {
    exists: true,
    orchestrationState: {
      instanceId: instance.id,
      name: instance.name,
      version: undefined,
      orchestrationStatus: instance.status,
      scheduledStartTimestamp: undefined,
      createdTimestamp: now(),
      lastUpdatedTimestamp: now(),
      input: undefined,
      output: instance.output,
      customStatus: undefined,
      failureDetails: undefined,
      executionId: instance.id,
      completedTimestamp: undefined,
      parentInstanceId: undefined,
      tags: {},
    },
  };
}

type Unary<Request, Response> = (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void;

const startInstance: Unary<CreateInstanceRequest, { instanceId: string }> = ({ request }, callback) => {
  const id = request.instanceId === '' ? (++ids).toString(16).padStart(32, '0') : request.instanceId;
  const instance: Instance = {
    id,
    name: request.name,
    history: [],
    inbox: [
      event({
        $case: 'executionStarted',
        value: {
          name: request.name,
          version: undefined,
          input: request.input,
          orchestrationInstance: { instanceId: id, executionId: id },
          parentInstance: undefined,
          scheduledStartTimestamp: undefined,
          parentTraceContext: undefined,
          orchestrationSpanID: undefined,
          tags: {},
        },
      }),
    ],
    inFlight: null,
    output: undefined,
    status: OrchestrationStatus.ORCHESTRATION_STATUS_PENDING,
    waiting: [],
  };
  instances.set(id, instance);
  wake(instance);
  callback(null, { instanceId: id });
};

const completeOrchestratorTask: Unary<OrchestratorResponse, object> = ({ request }, callback) => {
  callback(null, {});
  const instance = instances.get(request.instanceId);
  if (instance?.inFlight == null) return;
  instance.history.push(...instance.inFlight);
  instance.inFlight = null;
  instance.status = OrchestrationStatus.ORCHESTRATION_STATUS_RUNNING;
  for (const { id, orchestratorActionType: action } of request.actions) {
    if (action?.$case === 'scheduleTask') {
      const { name, input } = action.value;
      const value = { name, version: undefined, input, parentTraceContext: undefined, tags: {} };
      instance.history.push(event({ $case: 'taskScheduled', value }, id));
      send({
        $case: 'activityRequest',
        value: { ...value, orchestrationInstance: { instanceId: instance.id, executionId: instance.id }, taskId: id },
      });
    } else if (action?.$case === 'completeOrchestration') {
      instance.status = action.value.orchestrationStatus;
      instance.output = action.value.result;
    }
  }
  const { waiting } = instance;
  instance.waiting = waiting.filter(({ isOver }) => !isOver(instance.status));
  for (const { isOver, tell } of waiting) if (isOver(instance.status)) tell(stateOf(instance));
  wake(instance);
};

const completeActivityTask: Unary<ActivityResponse, object> = ({ request }, callback) => {
  callback(null, {});
  const instance = instances.get(request.instanceId);
  if (instance === undefined) return;
  instance.inbox.push(event({ $case: 'taskCompleted', value: { taskScheduledId: request.taskId, result: request.result } }));
  wake(instance);
};

const raiseEvent: Unary<RaiseEventRequest, object> = ({ request }, callback) => {
  callback(null, {});
  const instance = instances.get(request.instanceId);
  if (instance === undefined) return;
  instance.inbox.push(event({ $case: 'eventRaised', value: { name: request.name, input: request.input } }));
  wake(instance);
};

const waitFor =
  (isOver: (status: number) => boolean): Unary<GetInstanceRequest, GetInstanceResponse> =>
  ({ request }, callback) => {
    const instance = instances.get(request.instanceId);
    if (instance === undefined) callback(null, { exists: false, orchestrationState: undefined });
    else if (isOver(instance.status)) callback(null, stateOf(instance));
    else instance.waiting.push({ isOver, tell: (response) => callback(null, response) });
  };

const server = new Server();
server.addService(TaskHubSidecarServiceService, {
  hello: ((_, callback) => callback(null, {})) as Unary<unknown, object>,
  startInstance,
  getInstance: waitFor(() => true),
  waitForInstanceStart: waitFor((status) => status !== OrchestrationStatus.ORCHESTRATION_STATUS_PENDING),
  waitForInstanceCompletion: waitFor((status) => status === OrchestrationStatus.ORCHESTRATION_STATUS_COMPLETED),
  raiseEvent,
  getWorkItems: (call: ServerWritableStream<unknown, WorkItem>) => {
    stream = call;
    early.splice(0).forEach(send);
  },
  completeOrchestratorTask,
  completeActivityTask,
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(JSON.stringify({ event: 'ready', grpc: { port } }));
});
