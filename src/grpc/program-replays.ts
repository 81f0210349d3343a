/**
 * Questions of replays to the workers of a hub. They go over the same streams as real work and are answered the same way.
 *
 *   P1. An answer is known by its token and never reaches the engine: neither its actions nor its trace context, nor a status.
 *   P2. Workers that echo no tokens (Go, Java before 1.5.1) are told apart by the instance alone: to such a stream goes either an instance's real work or
 *       one question about it, never both. A question given up is still waited for there.
 *   P3. Nothing waits for ever: a program that does not answer in time, goes away or gives the work back ends the question.
 *   P4. Go's SDK ends the whole program when a row does not fit what the code asks for, and Java's passes over much. Only SDKs that are
 *       known to say so in their answer are ever asked whether rows fit.
 */
import { DurascopeError } from '../core/values/errors';
import type { HistoryEvent } from '../core/history/history';
import type { Clock, Disposable } from '../core/ports/clock';
import type { AskedProgram, ProgramAnswer } from '../core/ports/connected-replays';
import type { ReplayRequest } from '../core/ports/replay-worker';
import { decisionsOf } from './from-proto';
import type { OrchestratorAction, OrchestratorResponse } from '../wire/generated/task-hub-sidecar';
import { ReplayHistory } from './replay-history';
import { orchestratorWorkItem, protoEvents } from './work-item-bytes';
import type { WorkerStream } from './worker-stream';

export interface ReplayHost {
  streams: ReadonlySet<WorkerStream>;
  clock: Clock;
  newToken: () => string;
  /** Real work for the orchestration is in flight. */
  isInFlight: (instanceId: string) => boolean;
  /** Real work that waited for a question may go now. */
  freed: () => void;
}

interface Question {
  instanceId: string;
  name: string;
  version: string;
  encode: (token: string) => Uint8Array;
  /** P4 */
  withScheduled: boolean;
  /** Streams that do not have the orchestrator after all. */
  refusedBy: Set<WorkerStream>;
  stream: WorkerStream | null;
  token: string;
  actions: OrchestratorAction[];
  customStatus: string | undefined;
  limit: Disposable | null;
  /** Nobody wants the answer any more; kept for P2. */
  isGivenUp: boolean;
  answer: (response: ProgramAnswer, stream: WorkerStream) => void;
  refuse: (error: DurascopeError) => void;
}

/** Long enough for a program that is stopped at a breakpoint to be let go on. */
export const replayLimitMs = 30_000;

/** P4 */
const refusing: ReadonlySet<string> = new Set(['JavaScript', 'Python', '.NET']);

export class ProgramReplays {
  readonly #waiting: Question[] = [];
  readonly #inFlight = new Map<string, Question>();

  constructor(private readonly host: ReplayHost) {}

  /** Lays a history before the programs. Nothing is sent before the first question. */
  program(request: ReplayRequest): AskedProgram {
    const { instanceId, executionId, history } = request;
    const started = history.find((event) => event.EventType === 'ExecutionStarted');
    const version = started?.Version ?? '';
    // The programs find the orchestrator by the name in the history.
    const named = history.map((event): HistoryEvent =>
      event.EventType === 'ExecutionStarted' && event.Name !== request.functionName
        ? { ...event, Name: request.functionName }
        : event,
    );
    const encoded = new Map<boolean, ReplayHistory>();
    const open = new Set<Question>();
    let runner: string | null = null;
    let canRefuse = false;
    let isClosed = false;
    return {
      get runner() {
        return runner;
      },
      get canRefuse() {
        return canRefuse;
      },
      ask: (rows, withScheduled) => {
        if (isClosed) return Promise.reject(closed());
        const events = encoded.get(withScheduled) ?? new ReplayHistory(named, withScheduled);
        encoded.set(withScheduled, events);
        const episode = { instanceId, executionId, name: request.functionName, history: [], newEvents: [events.newEvent(rows)] };
        return new Promise((resolve, reject) => {
          const question: Question = {
            instanceId,
            name: request.functionName,
            version,
            encode: (token) =>
              orchestratorWorkItem(episode, protoEvents(episode.newEvents), events.pastEvents(rows), undefined, token),
            withScheduled,
            refusedBy: new Set(),
            stream: null,
            token: '',
            actions: [],
            customStatus: undefined,
            limit: null,
            isGivenUp: false,
            answer: (answer, stream) => {
              open.delete(question);
              runner = `connected ${stream.connection.identity.language} program`;
              canRefuse = saysRefusal(stream);
              resolve(answer);
            },
            refuse: (error) => {
              open.delete(question);
              reject(error);
            },
          };
          open.add(question);
          this.#ask(question);
        });
      },
      close: () => {
        isClosed = true;
        for (const question of open) this.#giveUp(question, closed());
      },
    };
  }

  /** Whether the response answers a question; it is then none of the engine's. */
  take(response: OrchestratorResponse): boolean {
    if (this.#inFlight.size === 0) return false;
    const { completionToken, instanceId, customStatus } = response;
    const question = completionToken === '' ? this.#withoutToken(instanceId) : this.#inFlight.get(completionToken);
    if (question === undefined) return false;
    if (question.instanceId !== instanceId) return true;
    question.customStatus = customStatus ?? question.customStatus;
    question.actions.push(...response.actions);

    if (response.isPartial) return true;
    const { stream, actions, isGivenUp } = question;
    if (stream !== null) stream.echoesTokens = completionToken !== '';
    this.#settle(question);
    if (stream === null || isGivenUp) return true;
    // What the code would do to other instances is no part of the answer.
    const { decisions } = decisionsOf(actions, instanceId);
    if (isUnknownOrchestrator(decisions)) this.#askAnother(question, stream);
    else question.answer({ decisions, customStatus: question.customStatus || null }, stream);
    return true;
  }

  /** Whether the token is a question's; the question is then over. */
  abandoned(token: string): boolean {
    const question = this.#inFlight.get(token);
    if (question === undefined) return false;
    const { stream } = question;
    this.#settle(question);
    if (stream !== null && !question.isGivenUp) this.#askAnother(question, stream);
    return true;
  }

  disconnected(stream: WorkerStream): void {
    for (const question of [...this.#inFlight.values()]) {
      if (question.stream !== stream) continue;
      this.#settle(question);
      const { language } = stream.connection.identity;
      question.refuse(
        new DurascopeError(
          'WorkerExited',
          `The ${language} program that runs '${question.name}' went away during the replay. Start it again and replay anew.`,
        ),
      );
    }
    this.pump();
  }

  /** P2: the stream is to be given no real work for the instance now. */
  blocks(stream: WorkerStream, instanceId: string): boolean {
    if (this.#inFlight.size === 0 || stream.echoesTokens) return false;
    return this.#isAsking(stream, instanceId);
  }

  /** Room or an instance may have become free. */
  pump(): void {
    for (let left = this.#waiting.length; left > 0; left--) {
      const question = this.#waiting.shift();
      if (question !== undefined) this.#send(question);
    }
  }

  #ask(question: Question): void {
    const { clock } = this.host;
    question.limit = clock.after(replayLimitMs, () => this.#giveUp(question, this.#late(question)));
    this.#send(question);
  }

  #send(question: Question): void {
    const { instanceId, name, version, withScheduled, refusedBy } = question;
    let best: WorkerStream | null = null;
    let isTaken = false;
    for (const stream of this.host.streams) {
      if (refusedBy.has(stream) || (withScheduled && !saysRefusal(stream)) || !stream.accepts('orchestrator', name, version))
        continue;
      isTaken = true;
      if (!stream.hasRoom('orchestrator')) continue;
      if (!stream.echoesTokens && (this.host.isInFlight(instanceId) || this.#isAsking(stream, instanceId))) continue;
      if (best === null || isBetter(stream, best, name)) best = stream;
    }
    if (!isTaken) {
      question.limit?.dispose();
      question.refuse(notConnected(name, version, this.host.streams));
    } else if (best === null) this.#waiting.push(question);
    else {
      const token = this.host.newToken();
      Object.assign(question, { stream: best, token, actions: [], customStatus: undefined });
      this.#inFlight.set(token, question);
      best.inFlight.orchestrator++;
      best.lastSent = this.host.clock.now();
      best.connection.send(question.encode(token));
    }
  }

  /** This one says that it does not run the orchestrator. */
  #askAnother(question: Question, stream: WorkerStream): void {
    question.refusedBy.add(stream);
    this.#ask(question);
  }

  #giveUp(question: Question, error: DurascopeError): void {
    if (question.isGivenUp) return;
    question.isGivenUp = true;
    question.limit?.dispose();
    const waits = this.#waiting.indexOf(question);
    if (waits >= 0) this.#waiting.splice(waits, 1);
    else if (question.stream !== null && question.stream.echoesTokens) this.#settle(question);
    question.refuse(error);
  }

  #settle(question: Question): void {
    const { stream } = question;
    question.limit?.dispose();
    if (!this.#inFlight.delete(question.token) || stream === null) return;
    stream.inFlight.orchestrator--;
    question.stream = null;
    this.pump();
    this.host.freed();
  }

  #withoutToken(instanceId: string): Question | undefined {
    let found: Question | undefined;
    for (const question of this.#inFlight.values()) {
      if (question.instanceId !== instanceId || question.stream === null) continue;
      if (!question.stream.echoesTokens) return question;
      found = question;
    }
    return found;
  }

  #isAsking(stream: WorkerStream, instanceId: string): boolean {
    for (const question of this.#inFlight.values())
      if (question.stream === stream && question.instanceId === instanceId) return true;
    return false;
  }

  #late({ name, stream }: Question): DurascopeError {
    const seconds = replayLimitMs / 1000;
    if (stream === null) {
      return new DurascopeError(
        'WorkerHung',
        `The program that runs '${name}' had no room for a replay within ${seconds} seconds: it has as much work as it takes. Try again when it has less.`,
      );
    }
    const { language } = stream.connection.identity;
    return new DurascopeError(
      'WorkerHung',
      `The ${language} program did not say within ${seconds} seconds what '${name}' does. Is it stopped at a breakpoint, or does the code wait for something outside of the orchestration? The program's own output may tell.`,
    );
  }
}

function saysRefusal({ connection }: WorkerStream): boolean {
  return refusing.has(connection.identity.language);
}

/** Who has run it, or says that it does, knows it; among those the one with less to do. */
function isBetter(one: WorkerStream, other: WorkerStream, name: string): boolean {
  const knows = [one, other].map((stream) => stream.describe('').orchestrators.includes(name));
  if (knows[0] !== knows[1]) return knows[0] === true;
  return one.inFlight.orchestrator < other.inFlight.orchestrator;
}

/** The words of the SDKs for an orchestrator that the program does not have. */
function isUnknownOrchestrator([only, ...others]: ProgramAnswer['decisions']): boolean {
  if (only?.type !== 'CompleteOrchestration' || others.length > 0 || only.status !== 'Failed') return false;
  const { ErrorType = '', ErrorMessage = '' } = only.failureDetails ?? {};
  return (
    /OrchestratorNotRegistered|OrchestratorTaskNotFound/i.test(ErrorType) ||
    /orchestrator.*(not registered|was not found|not found)|no orchestrator/i.test(ErrorMessage)
  );
}

function notConnected(name: string, version: string, streams: ReadonlySet<WorkerStream>): DurascopeError {
  const what = `'${name}'${version === '' ? '' : ` of version '${version}'`}`;
  const others = [...streams].map(({ connection }) => connection.identity.language);
  const who =
    others.length === 0
      ? 'No program is connected'
      : `None of the connected programs (${[...new Set(others)].join(', ')}) runs it`;
  return new DurascopeError(
    'UnknownFunction',
    `${who}: to replay the orchestration, start the program that runs ${what}. It answers for its code without running anything else.`,
  );
}

function closed(): DurascopeError {
  return new DurascopeError('Stopped', 'This replay is closed. Open it again.');
}
