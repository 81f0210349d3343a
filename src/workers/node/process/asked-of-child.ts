/**
 * What a process with the user's code is asked, in frames, and what it answers.
 *
 *   P1. Every request settles: by an answer, or when the process is gone.
 *   P3. An answer that is none fails what it belongs to.
 */
import { resultEvent } from '../../../core/turns/result-event';
import { DurascopeError } from '../../../core/values/errors';
import type {
  ActivityOutcome,
  ActivityRequest,
  BegunActivity,
  BegunEnd,
  EntityBatchOutcome,
  EntityBatchRequest,
  EpisodeOutcome,
  EpisodeRequest,
} from '../../../core/ports/function-worker';
import type { EncodedAnswer, EncodedCall } from '../../../core/ports/passthrough-host';
import type { KnownRunner, LostWork, Request, RequestKind } from '../../supervision/requests-under-way';
import { RequestsUnderWay } from '../../supervision/requests-under-way';
import type { HttpCall, HttpReply } from '../../supervision/running-app';
import { requestOf, type Answer } from '../wire/child-messages';
import { inParts } from '../wire/event-parts';
import type {
  ActivityAnswered,
  EntityAnswered,
  EpisodeAnswered,
  HttpAnswered,
  InvocationAnswered,
  ParentMessage,
  ReplayAsk,
  SentOutcome,
  StepAhead,
} from '../wire/messages';
import { SentHistories } from '../wire/sent-histories';

/** TaskScheduled and OrchestratorCompleted of one episode, OrchestratorStarted and the result of the next. */
const rowsOfStep = 4;

type OfGeneration = Pick<EpisodeRequest, 'instanceId' | 'executionId'>;
type Say = (message: ParentMessage, bytes?: Uint8Array, chars?: number) => void;

export class AskedOfChild {
  readonly #requests: RequestsUnderWay;
  readonly #sent = new SentHistories();
  readonly #say: Say;
  readonly #mayRunAhead: () => boolean;

  /** `onBusy`: something is asked; `onIdle`: nothing is any more. */
  constructor(options: { say: Say; mayRunAhead: () => boolean; onBusy: () => void; onIdle: () => void }) {
    this.#say = options.say;
    this.#mayRunAhead = options.mayRunAhead;
    this.#requests = new RequestsUnderWay(options.onBusy, options.onIdle);
  }

  get count(): number {
    return this.#requests.count;
  }

  episode(request: EpisodeRequest): Promise<EpisodeOutcome> {
    const { instanceId, executionId, name } = request;
    const { knownLength, events: unsent } = this.#sent.unsent(request);
    return new Promise((resolve, reject) => {
      const answer = ({ outcome }: EpisodeAnswered): void => {
        if (outcome === null) {
          this.#sent.forget(instanceId);
          // Never its answer to everything (O3): asking again would go on for ever.
          if (knownLength === 0) reject(noAnswer('episode', name, 'it asks for a history that it was sent whole'));
          else this.episode(request).then(resolve, reject);
          return;
        }
        resolve(this.#received(request, outcome));
      };
      const failed = (error: Error): void => {
        this.#sent.forget(instanceId);
        reject(error);
      };
      const id = this.#add('episode', name, instanceId, 'episodeDone', answer, failed);
      const ahead = request.ahead === undefined || !this.#mayRunAhead() ? {} : { ahead: request.ahead };
      const { parts, last: events } = inParts(unsent);
      for (const part of parts) this.#say({ type: 'events', id, events: part });
      this.#say({ type: 'episode', id, instanceId, executionId, name, knownLength, events, ...ahead });
    });
  }

  #received(request: OfGeneration, sent: SentOutcome): EpisodeOutcome {
    const { begun, decisions, customStatus, awaitedEvents, stuck, waits, astray, endedAt } = sent;
    const outcome: EpisodeOutcome = { decisions, customStatus, awaitedEvents };
    if (stuck !== undefined) outcome.stuck = stuck;
    if (waits !== undefined) outcome.waits = waits;
    if (astray !== undefined) outcome.astray = astray;
    if (endedAt !== undefined) outcome.endedAt = endedAt;
    if (outcome.decisions.at(-1)?.type === 'CompleteOrchestration') this.#sent.forget(request.instanceId);
    // P3
    const isNew = begun !== undefined && !this.#requests.has(begun.id);
    if (isNew) {
      const { taskId, end } = begun;
      outcome.begun =
        end === undefined ? this.#begun(request, begun) : { taskId, ended: this.#end(request, taskId, end.outcome, end.next) };
    }
    return outcome;
  }

  #begun(request: OfGeneration, { id, taskId, name }: NonNullable<SentOutcome['begun']>): BegunActivity {
    const { instanceId } = request;
    const ended = new Promise<BegunEnd>((resolve, reject) => {
      const answer = ({ message }: { message: Answer }): void => {
        if (message.type !== 'ahead') {
          reject(refusalIn(message, 'activity', name));
          return;
        }
        resolve(this.#end(request, taskId, message.outcome, message.next));
      };
      this.#requests.adopt(id, { kind: 'activity', name, instanceId, resolve: answer, reject });
    });
    // Whoever does not want it any more need not hear of its end.
    ended.catch(() => undefined);
    return { taskId, ended };
  }

  #end(request: OfGeneration, taskId: number, outcome: ActivityOutcome, next: StepAhead | null): BegunEnd {
    if (next === null) return { outcome, next };
    const { instanceId, executionId } = request;
    this.#sent.advance(instanceId, executionId, rowsOfStep, resultEvent(next.at, taskId, outcome));
    return { outcome, next: { at: next.at, outcome: this.#received(request, next.outcome) } };
  }

  /** See `FunctionWorker.runActivityOn`. */
  activityOn(request: ActivityRequest): Promise<BegunEnd> {
    const { name, instanceId, executionId, taskId, input } = request;
    return new Promise((resolve, reject) => {
      const answer = ({ outcome, next = null }: ActivityAnswered): void => resolve(this.#end(request, taskId, outcome, next));
      const id = this.#add('activity', name, instanceId, 'activityDone', answer, reject);
      const goOn = { executionId, taskId };
      this.#say({ type: 'activity', id, instanceId, name, input, goOn }, undefined, input?.length ?? 0);
    });
  }

  activity(request: ActivityRequest): Promise<ActivityOutcome> {
    const { name, instanceId, input } = request;
    return new Promise((resolve, reject) => {
      const id = this.#add('activity', name, instanceId, 'activityDone', ({ outcome }) => resolve(outcome), reject);
      this.#say({ type: 'activity', id, instanceId, name, input }, undefined, input?.length ?? 0);
    });
  }

  entityBatch(request: EntityBatchRequest): Promise<EntityBatchOutcome> {
    return new Promise((resolve, reject) => {
      const { name, instanceId } = request;
      const answer = ({ outcome }: EntityAnswered): void => {
        if (outcome.results.length <= request.operations.length) resolve(outcome);
        else reject(noAnswer('entity', name, 'there are more results than operations'));
      };
      const id = this.#add('entity', name, instanceId, 'entityDone', answer, reject);
      this.#say({ ...request, type: 'entity', id }, undefined, request.state?.length ?? 0);
    });
  }

  encoded({ request, ...call }: EncodedCall): Promise<EncodedAnswer> {
    return new Promise((resolve, reject) => {
      const kind = call.kind === 'orchestrator' ? 'episode' : 'entity';
      const id = this.#add(kind, call.name, call.instanceId, 'encodedDone', ({ outcome }) => resolve(outcome), reject);
      this.#say({ type: 'encoded', id, ...call }, request);
    });
  }

  http(request: HttpCall, body: Uint8Array | null): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const answer = ({ response, outputs }: HttpAnswered, replyBody: Buffer | null): void =>
        resolve({ response, body: replyBody, outputs });
      const id = this.#add('http', request.name, null, 'httpDone', answer, reject);
      this.#say({ type: 'http', id, ...request }, body ?? undefined);
    });
  }

  invoke(name: string, input: string | null, metadata: Readonly<Record<string, unknown>>): Promise<InvocationAnswered> {
    return new Promise((resolve, reject) => {
      const id = this.#add('invoke', name, null, 'invoked', resolve, reject);
      this.#say({ type: 'invoke', id, name, input, metadata }, undefined, input?.length ?? 0);
    });
  }

  /** `functionName` is for messages. Rejects with what the process refuses. */
  replay(ask: ReplayAsk, functionName: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#add('replay', functionName, null, 'replayed', ({ value }) => resolve(value), reject);
      this.#say({ type: 'replay', id, ask });
    });
  }

  /** Nothing is kept for the instance any more. */
  forget(instanceId: string): void {
    if (this.#sent.forget(instanceId)) this.#say({ type: 'forget', instanceId });
  }

  /** Resolves when no request is under way any more, or after `boundMs`. */
  idle(boundMs: number): Promise<void> {
    return this.#requests.idle(boundMs);
  }

  answered(message: Answer, bytes: Buffer | null): void {
    this.#requests.take(message.id)?.resolve({ message, bytes } as never);
  }

  /** What is no message fails the request that it names. Answers whether it named one that is under way, one that is not, or none. */
  refused(message: unknown, problem: string): 'failed' | 'unknown' | 'none' {
    const id = requestOf(message);
    if (id === null) return 'none';
    const request = this.#requests.take(id);
    request?.reject(noAnswer(request.kind, request.name, problem));
    return request === undefined ? 'unknown' : 'failed';
  }

  tooLarge(message: ParentMessage, why: string): void {
    const request = 'id' in message ? this.#requests.take(message.id) : undefined;
    request?.reject(
      new DurascopeError('WorkFailed', `What is handed to '${request.name}' cannot be sent to the app's process: ${why}.`),
    );
  }

  findBlocker(where: KnownRunner | null): [id: number, Request] | undefined {
    return this.#requests.findBlocker(where);
  }

  /** The process is gone. Answers what it had not answered. */
  end(errorOf: (id: number, request: Request) => Error): LostWork[] {
    this.#sent.clear();
    return this.#requests.end(errorOf);
  }

  /** A request that only a message of the type `expects` answers. */
  #add<T extends Answer['type']>(
    kind: RequestKind,
    name: string,
    instanceId: string | null,
    expects: T,
    answer: (message: Extract<Answer, { type: T }>, bytes: Buffer | null) => void,
    reject: (error: Error) => void,
  ): number {
    const take = ({ message, bytes }: { message: Answer; bytes: Buffer | null }): void => {
      if (message.type === expects) answer(message as Extract<Answer, { type: T }>, bytes);
      else reject(refusalIn(message, kind, name));
    };
    return this.#requests.add(kind, name, instanceId, take, reject);
  }
}

const kindWords: Readonly<Record<RequestKind, string>> = {
  episode: 'orchestrator',
  activity: 'activity',
  entity: 'entity',
  http: 'HTTP function',
  invoke: 'function',
  replay: 'replay of the orchestrator',
};

function noAnswer(kind: RequestKind, name: string, problem: string): DurascopeError {
  return new DurascopeError(
    'WorkFailed',
    `The answer of the ${kindWords[kind]} '${name}' was not understood: ${problem}. Look for code of the app that changes what JavaScript itself brings (JSON, Promise, prototypes).`,
  );
}

/** What an answer of another type than the one that was waited for says. */
function refusalIn(message: Answer, kind: RequestKind, name: string): Error {
  if (message.type === 'replayRefused' && kind === 'replay') return new DurascopeError(message.code, message.message);
  if (message.type !== 'failed') return noAnswer(kind, name, `it is the answer to something else (${message.type})`);
  const { name: errorName, message: text, stack } = message.error;
  if (kind === 'http' || kind === 'invoke') return Object.assign(new Error(text), { name: errorName, stack });
  return new DurascopeError('WorkFailed', text);
}
