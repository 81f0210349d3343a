/** Work items as they go over the stream (spec/grpc.md 1.4). */
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { HistoryEvent } from '../core/history/history';
import type { ActivityRequest, EntityBatchRequest, EntityOperation, EpisodeRequest } from '../core/ports/function-worker';
import {
  type HistoryEvent as ProtoEvent,
  OrchestratorRequest,
  type OrchestrationTraceContext,
  WorkItem,
} from '../wire/generated/task-hub-sidecar';
import { protoTime } from './proto-time';
import { encoded } from '../base/shared-writer';
import { protoEvent, protoTags, protoTrace } from './to-proto';

/** Fields of WorkItem with their wire type, length-delimited. */
const orchestratorRequestTag = (1 << 3) | 2;
const completionTokenTag = (10 << 3) | 2;

/** `newEvents` and `pastEvents` are those fields, encoded; null tells the worker to ask for it (history streaming). */
export function orchestratorWorkItem(
  request: EpisodeRequest,
  newEvents: ProtoEvent[] | Uint8Array,
  pastEvents: Uint8Array | null,
  traceContext: OrchestrationTraceContext | undefined,
  token: string,
): Uint8Array {
  return encoded((writer) => {
    writer.uint32(orchestratorRequestTag).fork();
    writeRequest(writer, request, newEvents, pastEvents, traceContext);
    writer.join().uint32(completionTokenTag).string(token);
  });
}

/** How long a receiver would wait for an earlier message of the same sender, as Durable Functions has it; one SDK reads it unasked. */
const reorderWindow = { seconds: 30 * 60, nanos: 0 };

/** An OrchestratorRequest by itself. `newEvents`: bytes are that field, encoded. */
export function orchestratorRequest(
  request: Pick<EpisodeRequest, 'instanceId' | 'executionId'>,
  newEvents: ProtoEvent[] | Uint8Array,
  pastEvents: Uint8Array,
  properties: Readonly<Record<string, unknown>> = {},
): Uint8Array {
  return encoded((writer) => writeRequest(writer, request, newEvents, pastEvents, undefined, properties));
}

/** A message's fields may come in any order, and a repeated one in pieces. */
function writeRequest(
  writer: BinaryWriter,
  { instanceId, executionId }: Pick<EpisodeRequest, 'instanceId' | 'executionId'>,
  newEvents: ProtoEvent[] | Uint8Array,
  pastEvents: Uint8Array | null,
  traceContext: OrchestrationTraceContext | undefined,
  properties: Readonly<Record<string, unknown>> = {},
): void {
  if (pastEvents !== null) writer.raw(pastEvents);
  const areEncoded = newEvents instanceof Uint8Array;
  if (areEncoded) writer.raw(newEvents);
  const rest: OrchestratorRequest = {
    instanceId,
    executionId,
    pastEvents: [],
    newEvents: areEncoded ? [] : newEvents,
    entityParameters: { entityMessageReorderWindow: reorderWindow },
    requiresHistoryStreaming: pastEvents === null,
    properties,
    orchestrationTraceContext: traceContext,
  };
  OrchestratorRequest.encode(rest, writer);
}

export function activityWorkItem(request: ActivityRequest, token: string): Uint8Array {
  const { instanceId, executionId, taskId, name, version, input, tags, traceContext } = request;
  const item: WorkItem = {
    request: {
      $case: 'activityRequest',
      value: {
        name,
        version: version === undefined || version === '' ? undefined : version,
        input: input ?? undefined,
        orchestrationInstance: { instanceId, executionId },
        taskId,
        parentTraceContext: protoTrace(traceContext),
        tags: protoTags(tags),
      },
    },
    completionToken: token,
  };
  return encoded((writer) => WorkItem.encode(item, writer));
}

/** `now`: the history's time form. */
export function entityWorkItem(request: EntityBatchRequest, now: string, token: string): Uint8Array {
  const { instanceId, executionId, state, operations } = request;
  return WorkItem.encode({
    request: {
      $case: 'entityRequestV2',
      value: {
        instanceId,
        executionId,
        entityState: state ?? undefined,
        operationRequests: operations.map((operation) => operationRequest(operation, now)),
      },
    },
    completionToken: token,
  }).finish();
}

function operationRequest(operation: EntityOperation, now: string): ProtoEvent {
  const { requestId, name, input, isSignal, parentInstanceId, parentExecutionId } = operation;
  const value = {
    requestId,
    operation: name,
    scheduledTime: undefined,
    input: input ?? undefined,
    targetInstanceId: undefined,
  };
  return {
    eventId: -1,
    timestamp: protoTime(now),
    eventType: isSignal
      ? { $case: 'entityOperationSignaled', value }
      : {
          $case: 'entityOperationCalled',
          value: {
            ...value,
            parentInstanceId: parentInstanceId ?? undefined,
            parentExecutionId: parentExecutionId ?? undefined,
          },
        },
  };
}

export const healthPing = WorkItem.encode({ request: { $case: 'healthPing', value: {} }, completionToken: '' }).finish();

export function protoEvents(events: readonly HistoryEvent[], told = protoEvent): ProtoEvent[] {
  const result: ProtoEvent[] = [];
  for (const event of events) {
    const proto = told(event);
    if (proto !== null) result.push(proto);
  }
  return result;
}
