/**
 * Functions of the app whose package speaks the Durable Task protocol (durable-functions 4): one message in, one message out (spec/grpc.md
 * 5.3, "gRPC passthrough"). There is no stream, and nothing is handed out twice: an invocation answers, or its process has ended.
 *
 *   B1. An orchestrator that fails has answered. A function that throws, or answers with something else than the message, has not: the
 *       orchestration fails as in production, and the failure names the function.
 *   B2. The same for entities, where production would ask again for ever: each operation fails.
 *   B3. Who has asked for nothing that is still to come waits for an event. An app that waits for none awaits what never wakes it, and is told so.
 */
import type { CompleteOrchestration, Decision } from '../core/decisions/decisions';
import { nonDeterminismException } from '../core/decisions/non-determinism';
import { DurascopeError } from '../core/values/errors';
import type { FailureDetails, HistoryEvent } from '../core/history/history';
import type { AskedProgram } from '../core/ports/connected-replays';
import type {
  ActivityOutcome,
  ActivityRequest,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
  FunctionDescriptor,
  FunctionWorker,
} from '../core/ports/function-worker';
import type { Logger } from '../core/ports/logger';
import type { EncodedAnswer, EntityForm, PassthroughHost } from '../core/ports/passthrough-host';
import type { ReplayRequest } from '../core/ports/replay-worker';
import { awaitsElsewhere, hasNothingOpen } from '../core/instances/nothing-open';
import { unknownFunctionMessage } from '../core/values/unknown-function';
import { entityOutcome, episodeOutcome, type TerminateOther } from './from-proto';
import {
  EntityBatchRequest as ProtoBatchRequest,
  EntityBatchResult,
  type HistoryEvent as ProtoEvent,
  OrchestratorResponse,
} from '../wire/generated/task-hub-sidecar';
import { ExtendedSessions } from './extended-sessions';
import { HistoryBytes } from './history-bytes';
import { eventInForm, legacyDecisions } from './legacy-entities';
import { ReplayHistory } from './replay-history';
import { orchestratorRequest, protoEvents } from './work-item-bytes';

export interface PassthroughWorld {
  log: Logger;
  /** A function asks for the end of another instance. */
  terminate: (other: TerminateOther) => void;
}

const none = new Uint8Array(0);

type DurableType = 'orchestrator' | 'activity' | 'entity';

export class PassthroughWorker implements FunctionWorker {
  readonly profile = 'G';
  readonly #names: Readonly<Record<DurableType, ReadonlySet<string>>>;
  readonly #histories: HistoryBytes;
  readonly #sessions = new ExtendedSessions();
  readonly #form: EntityForm;

  /** `functions`: those of this dialect, with what their package brought along. */
  constructor(
    private readonly host: PassthroughHost,
    private readonly known: readonly FunctionDescriptor[],
    private readonly world: PassthroughWorld,
  ) {
    const namesOf = (type: DurableType): ReadonlySet<string> =>
      new Set(known.filter((fn) => fn.type === type).map((fn) => fn.name.toLowerCase()));
    this.#names = { orchestrator: namesOf('orchestrator'), activity: namesOf('activity'), entity: namesOf('entity') };
    this.#form = host.entityForm ?? 'message';
    this.#histories = new HistoryBytes((event, history, id) => this.#told(event, history, id));
  }

  functions(): readonly FunctionDescriptor[] {
    return this.known;
  }

  accepts(type: DurableType, name: string): boolean {
    return this.#names[type].has(name.toLowerCase());
  }

  async runEpisode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    const { name, instanceId, executionId } = request;
    if (!this.accepts('orchestrator', name)) return failed(this.#unknown('orchestrator', name), 'Error');
    const response = await this.#asked(request);
    if (!response.ok) {
      this.world.log({ level: 'error', category: 'worker', message: response.message, functionName: name, instanceId });
      return failed(response.message, response.type, response.stack);
    }
    const { outcome, terminations } = episodeOutcome(response.value, instanceId);
    for (const other of terminations) this.world.terminate(other);
    const decided = { ...outcome, decisions: legacyDecisions(kept(outcome.decisions), { instanceId, executionId }) };
    return this.#isStuck(request, decided) ? { ...decided, stuck: awaitsElsewhere } : decided;
  }

  /** As recorded of .NET; of others nothing is. */
  storesInputs(): boolean {
    return this.#form !== 'event';
  }

  isOfExtension(): boolean {
    return this.#form === 'event';
  }

  runActivity(request: ActivityRequest): Promise<ActivityOutcome> {
    const { name } = request;
    if (this.accepts('activity', name)) return this.host.runActivity(request);
    return Promise.resolve({ ok: false, reason: this.#unknown('activity', name), details: '' });
  }

  async runEntityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    const { name, instanceId, state, operations } = request;
    if (!this.accepts('entity', name)) return refused(request, this.#unknown('entity', name), 'EntityFunctionNotFound');
    const message = ProtoBatchRequest.encode({
      instanceId,
      entityState: state ?? undefined,
      operations: operations.map(({ name: operation, requestId, input }) => ({
        operation,
        requestId,
        input: input ?? undefined,
        traceContext: undefined,
      })),
      properties: {},
    }).finish();
    const answer = await this.host.runEncoded({ kind: 'entity', name, instanceId, request: message });
    const result = read(answer, 'entity', name, (bytes) => {
      const decoded = EntityBatchResult.decode(bytes);
      if (decoded.results.length > 0) return decoded;
      const why = decoded.failureDetails;
      return why === undefined
        ? 'a message without results of its operations'
        : `a failure: ${why.errorType}: ${why.errorMessage}`;
    });
    if (result.ok) return entityOutcome(result.value);
    this.world.log({ level: 'error', category: 'worker', message: result.message, functionName: name, instanceId });
    return refused(request, result.message, result.type, result.stack);
  }

  /** A history laid before the function itself, which is asked as it is for real. What it would do is not done. */
  program(request: ReplayRequest): AskedProgram {
    const { instanceId, executionId, history, functionName: name } = request;
    const encoded = new Map<boolean, ReplayHistory>();
    let isClosed = false;
    const assertOpen = (): void => {
      if (isClosed) throw new DurascopeError('Stopped', 'This replay is closed. Open it again.');
    };
    return {
      runner: 'function app',
      canRefuse: true,
      ask: async (rows, withScheduled) => {
        assertOpen();
        const events =
          encoded.get(withScheduled) ??
          new ReplayHistory(history, withScheduled, (row) => this.#told(row, history, { instanceId, executionId }));
        encoded.set(withScheduled, events);
        const told = protoEvents([events.newEvent(rows)]);
        const message = orchestratorRequest({ instanceId, executionId }, told, events.pastEvents(rows));
        const answer = await this.host.runEncoded({ kind: 'orchestrator', name, instanceId, request: message, isReplay: true });
        assertOpen();
        const response = readOrchestrator(answer, name, instanceId);
        if (!response.ok) throw new DurascopeError('FunctionFailed', response.message, { details: { name } });
        const { decisions, customStatus } = episodeOutcome(response.value, instanceId).outcome;
        return { decisions: legacyDecisions(decisions, { instanceId, executionId }), customStatus };
      },
      close: () => (isClosed = true),
    };
  }

  forget(instanceId: string): void {
    this.#histories.forget(instanceId);
    this.#sessions.end(instanceId);
  }

  async #asked(request: EpisodeRequest): Promise<Read<OrchestratorResponse>> {
    const { name, instanceId } = request;
    const { sessionSeconds = null } = this.host;
    if (sessionSeconds === null) return readOrchestrator(await this.#ask(request, false, null), name, instanceId);
    const isKept = this.#sessions.has(request);
    this.#sessions.end(instanceId); // S2
    const first = readOrchestrator(await this.#ask(request, isKept, sessionSeconds), name, instanceId);
    const response =
      isKept && first.ok && first.value.requiresHistory
        ? readOrchestrator(await this.#ask(request, false, sessionSeconds), name, instanceId)
        : first;
    if (response.ok) this.#sessions.keep(request);
    return response;
  }

  #ask(request: EpisodeRequest, isKept: boolean, sessionSeconds: number | null): Promise<EncodedAnswer> {
    const { name, instanceId } = request;
    const asked = this.#requestOf(request, isKept, sessionSeconds);
    return this.host.runEncoded({ kind: 'orchestrator', name, instanceId, request: asked });
  }

  /** `isKept`: the process has been told the history, and still knows where that leads. */
  #requestOf(request: EpisodeRequest, isKept: boolean, sessionSeconds: number | null): Uint8Array {
    const { instanceId, executionId, history, newEvents } = request;
    const properties = {
      IsExtendedSession: true,
      ExtendedSessionIdleTimeoutInSeconds: sessionSeconds,
      IncludeState: !isKept,
    };
    if (isKept) {
      const told = newEvents.map((event) => this.#told(event, history, request)).filter((event) => event !== null);
      return orchestratorRequest(request, told, none, properties);
    }
    const { past, added } = this.#histories.told(instanceId, executionId, history, newEvents);
    return orchestratorRequest(request, added, past, sessionSeconds === null ? {} : properties);
  }

  #told(
    event: HistoryEvent,
    history: readonly HistoryEvent[],
    id: { instanceId: string; executionId: string },
  ): ProtoEvent | null {
    return eventInForm(this.#form, event, history, id);
  }

  /** B3 */
  #isStuck({ name, instanceId, history, newEvents }: EpisodeRequest, { decisions }: EpisodeOutcome): boolean {
    if (this.host.awaitsEvents !== false || decisions.length > 0) return false;
    const all = [...history, ...newEvents];
    if (isSuspended(all) || !hasNothingOpen(all)) return false;
    const message = `The orchestrator function '${name}' does not go on. ${awaitsElsewhere}`;
    this.world.log({ level: 'warning', category: 'worker', message, functionName: name, instanceId });
    return true;
  }

  #unknown(type: DurableType, name: string): string {
    const known = this.known.filter((fn) => fn.type === type && fn.isBuiltIn !== true).map((fn) => fn.name);
    return unknownFunctionMessage(name, type, known);
  }
}

/** .NET says with the failure what the changed code scheduled as well: nothing of it is to be done. */
function kept(decisions: readonly Decision[]): readonly Decision[] {
  const last = decisions.at(-1);
  const isRefusal = last?.type === 'CompleteOrchestration' && last.failureDetails?.ErrorType === nonDeterminismException;
  return isRefusal ? [last] : decisions;
}

function isSuspended(events: readonly HistoryEvent[]): boolean {
  const last = events.findLast(({ EventType }) => EventType === 'ExecutionSuspended' || EventType === 'ExecutionResumed');
  return last?.EventType === 'ExecutionSuspended';
}

type Read<T> = { ok: true; value: T } | { ok: false; message: string; type: string; stack: string | null };

function readOrchestrator(answer: EncodedAnswer, name: string, instanceId: string): Read<OrchestratorResponse> {
  return read(answer, 'orchestrator', name, (bytes) => {
    const decoded = OrchestratorResponse.decode(bytes);
    if (decoded.instanceId === instanceId) return decoded;
    return decoded.instanceId === ''
      ? 'a message that is no OrchestratorResponse'
      : `the response of another instance, '${decoded.instanceId}'`;
  });
}

/** B1. `decode` returns a text where the bytes are not what they should be: `a message that ...`. */
function read<T>(answer: EncodedAnswer, kind: string, name: string, decode: (bytes: Uint8Array) => T | string): Read<T> {
  if (!answer.ok) {
    const { name: type, message, stack } = answer.error;
    return { ok: false, type, stack, message: `Function '${name}' failed with an unhandled exception: ${message}` };
  }
  const instead = (what: string): Read<T> => ({
    ok: false,
    type: 'InvalidResponse',
    stack: null,
    message:
      `The ${kind} function '${name}' answered with ${what}. Its binding says that its package speaks the protocol of durable-functions 4 ` +
      '(durableRequiresGrpc): let that package answer, in base64, and nothing else.',
  });
  if (answer.answer === null) return instead(answer.returned);
  const text = answer.answer;
  if (text === '') return instead('an empty text');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return instead('text that is not base64');
  let decoded: T | string;
  try {
    decoded = decode(Buffer.from(text, 'base64'));
  } catch {
    return instead('base64 of something that is not the protocol’s message');
  }
  return typeof decoded === 'string' ? instead(decoded) : { ok: true, value: decoded };
}

function details(ErrorType: string, ErrorMessage: string, StackTrace: string | null): FailureDetails {
  return { ErrorType, ErrorMessage, StackTrace, InnerFailure: null, IsNonRetriable: false };
}

function failed(message: string, type: string, stack: string | null = null): EpisodeOutcome {
  const completion: CompleteOrchestration = {
    type: 'CompleteOrchestration',
    id: -1,
    status: 'Failed',
    result: message,
    failureDetails: details(type, message, stack),
  };
  return { decisions: [completion], customStatus: null, awaitedEvents: [] };
}

/** B2. */
function refused(
  { state, operations }: EntityBatchRequest,
  message: string,
  type: string,
  stack: string | null = null,
): EntityBatchOutcome {
  const failureDetails = details(type, message, stack);
  return { state, results: operations.map(() => ({ ok: false, result: null, message, failureDetails })), actions: [] };
}
