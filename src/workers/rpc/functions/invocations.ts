/**
 * What one worker process is asked to run: how many at a time, how long each may take, and how each is told to stop.
 *
 *   R1. Every request settles: by an answer, or when the process is gone.
 *   R3. An orchestrator that does not come back within the watchdog's time hangs the process: it waits for nothing by itself.
 *   R5. What runs is told to stop (`CancellationToken`) when its caller left, when the time of host.json is over, and before the process
 *       ends. What failed because the process was to end is run again.
 */
import { newUuid } from '../../../base/new-uuid';
import type { Disposable } from '../../../core/ports/clock';
import { DurascopeError } from '../../../core/values/errors';
import { type LostWork, type Request, type RequestKind, RequestsUnderWay } from '../../supervision/requests-under-way';
import type { WatchdogTime } from '../../supervision/watchdog';
import type { InvocationResponse, TypedData } from '../../../wire/generated/function-rpc';
import { type Content, longestMessage } from '../stream/rpc-listener';
import { isSuccess } from './function-table';
import { failureOf, invocationRequest, type ToInvoke } from './invocation';
import type { LoadedFunction } from './loaded-function';
import { FunctionTimedOut, longestTimerMs, timeSpanText } from './time-limit';
import { sizeOf } from './values';

export interface Invocation {
  /** Of the request. */
  id: number;
  fn: LoadedFunction;
  instanceId: string | null;
  isOrchestrator: boolean;
  /** It is asked what it would do. */
  isReplay: boolean;
  /** Quarters of the watchdog's time that it has taken so far: counted, for a computer asleep takes none. */
  quarters: number;
  /** Milliseconds on the process' own clock at which the time of host.json is over; Infinity: never, or it is. */
  endsAt: number;
  /** Its time was over: how much longer it may go on. */
  lastMoment: NodeJS.Timeout | undefined;
}

export interface InvocationsOptions {
  say: (content: Content) => void;
  clientBinding: string;
  /** Of host.json, for everything but orchestrators and entities; null: as long as it likes. */
  functionTimeoutMs: number | null;
  /** Most invocations at a time; the rest waits. Null: no limit. */
  concurrency: number | null;
  /** Of the watchdog; 0: never. */
  watchdogMs: number;
  watchdogTime: WatchdogTime;
  /** What may keep an orchestrator from coming back, beside a loop: a sentence. */
  hangAdvice?: string;
  /** The time of host.json is over for one; in words. */
  onTimeOver: (message: string) => void;
  /** The process hangs: why, as the beginning of a sentence, and what helps. */
  onHang: (invocation: Invocation | undefined, what: string, advice?: string) => void;
  onBusy: () => void;
  onIdle: () => void;
}

const mega = 1024 * 1024;

/** So many that were answered are remembered, and less than twice as many: what is logged of one may come after its answer. */
const leastAnswered = 256;

/** How long what was told to stop may take for it when its time was over: then its process is ended. */
const afterTimeoutMs = 2_000;

/** The last of a UUID's digits, in which invocations are counted. */
const countDigits = 12;

export class Invocations {
  /** The worker can stop what it runs. */
  canCancel = false;
  /** The process is to end: nothing that waits is begun any more. */
  isStopping = false;
  readonly #requests: RequestsUnderWay;
  /** By invocation. */
  readonly #underWay = new Map<string, Invocation>();
  /** Of those that were answered the newest, and those before them. */
  #answered = new Map<string, Invocation>();
  #answeredBefore = new Map<string, Invocation>();
  readonly #waiting: (() => void)[] = [];
  readonly #options: InvocationsOptions;
  #hasEnded = false;
  #nextQuarter: Disposable | undefined;
  /** All have the same time, so that it is over in the order in which they began. */
  #nextEnd: NodeJS.Timeout | undefined;
  /** Of the ids of invocations, which their worker takes for UUIDs. */
  readonly #prefix = newUuid().slice(0, -countDigits);
  #begun = 0;

  constructor(options: InvocationsOptions) {
    this.#options = options;
    this.#requests = new RequestsUnderWay(
      () => this.#watch(),
      () => this.#rest(),
    );
  }

  /** Asked, and not answered yet. */
  get count(): number {
    return this.#requests.count;
  }

  get areUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Under way, or answered not long ago. */
  spokenOf(invocationId: string): Invocation | undefined {
    return this.#underWay.get(invocationId) ?? this.#answered.get(invocationId) ?? this.#answeredBefore.get(invocationId);
  }

  get oldest(): Invocation | undefined {
    return [...this.#underWay.values()][0];
  }

  /** Rejects with what the function threw, or why it could not be run. */
  run(
    kind: RequestKind,
    fn: LoadedFunction,
    instanceId: string | null,
    input: Pick<ToInvoke, 'data' | 'triggerMetadata'>,
    { invocationId = this.#newId(), isReplay = false }: { invocationId?: string; isReplay?: boolean } = {},
  ): Promise<InvocationResponse> {
    const refusal = fn.loadResult === undefined ? tooLarge(fn, input.data) : failureOf({ result: fn.loadResult });
    if (refusal !== null) return Promise.reject(refusal);
    return new Promise<InvocationResponse>((resolve, reject) => {
      const id = this.#requests.add(kind, fn.descriptor.name, instanceId, resolve, reject);
      const send = (): void => {
        if (this.#hasEnded) return;
        const endsAt = kind === 'episode' || kind === 'entity' ? Infinity : this.#endOfTime();
        const isOrchestrator = kind === 'episode';
        const invocation = { id, fn, instanceId, isOrchestrator, isReplay, quarters: 0, endsAt, lastMoment: undefined };
        this.#underWay.set(invocationId, invocation);
        const { clientBinding, say } = this.#options;
        say({ $case: 'invocationRequest', value: invocationRequest({ fn, invocationId, clientBinding, ...input }) });
      };
      const { concurrency } = this.#options;
      if (concurrency === null || this.#underWay.size < concurrency) send();
      else this.#waiting.push(send);
    });
  }

  answered(response: InvocationResponse): void {
    const invocation = this.#underWay.get(response.invocationId);
    if (invocation === undefined) return;
    clearTimeout(invocation.lastMoment);
    this.#underWay.delete(response.invocationId);
    this.#remember(response.invocationId, invocation);
    if (!this.isStopping) this.#waiting.shift()?.();
    const request = this.#requests.take(invocation.id);
    if (isSuccess(response.result)) request?.resolve(response as never);
    // R5
    else if (this.isStopping) request?.reject(new DurascopeError('WorkerExited', 'The process that runs the app is ending.'));
    else request?.reject(failureOf(response));
  }

  /** R5. A worker that cannot stop what it runs is not asked to. */
  cancel(invocationId: string): void {
    if (!this.canCancel || !this.#underWay.has(invocationId)) return;
    const gracePeriod = { seconds: afterTimeoutMs / 1000, nanos: 0 };
    this.#options.say({ $case: 'invocationCancel', value: { invocationId, gracePeriod } });
  }

  cancelAll(): void {
    for (const invocationId of this.#underWay.keys()) this.cancel(invocationId);
  }

  /** Resolves when nothing is asked any more, or after `boundMs`. */
  idle(boundMs: number): Promise<void> {
    return this.#requests.idle(boundMs);
  }

  /** The process is gone: what it was asked is rejected, with the error that `errorOf` makes for it. Answers what that was. */
  end(errorOf: (id: number, request: Request) => Error): LostWork[] {
    this.#hasEnded = true;
    this.#rest();
    const lost = this.#requests.end(errorOf);
    clearTimeout(this.#nextEnd);
    for (const { lastMoment } of this.#underWay.values()) clearTimeout(lastMoment);
    this.#underWay.clear();
    this.#waiting.length = 0;
    return lost;
  }

  #remember(invocationId: string, invocation: Invocation): void {
    if (this.#answered.size >= leastAnswered) {
      this.#answeredBefore = this.#answered;
      this.#answered = new Map();
    }
    this.#answered.set(invocationId, invocation);
  }

  #watch(): void {
    this.#options.onBusy();
    if (this.#options.watchdogMs > 0 && this.#nextQuarter === undefined) this.#awaitQuarter();
  }

  #rest(): void {
    this.#options.onIdle();
    this.#nextQuarter?.dispose();
    this.#nextQuarter = undefined;
  }

  #awaitQuarter(): void {
    const { watchdogMs, watchdogTime } = this.#options;
    this.#nextQuarter = watchdogTime.after(watchdogMs / 4, () => {
      this.#awaitQuarter();
      this.#findSlow();
    });
  }

  #newId(): string {
    return `${this.#prefix}${(++this.#begun).toString(16).padStart(countDigits, '0')}`;
  }

  /** Of what begins now. */
  #endOfTime(): number {
    const { functionTimeoutMs } = this.#options;
    if (functionTimeoutMs === null || functionTimeoutMs > longestTimerMs) return Infinity;
    this.#nextEnd ??= this.#awaitEnd(functionTimeoutMs, functionTimeoutMs);
    return performance.now() + functionTimeoutMs;
  }

  /** `limitMs`: of host.json. */
  #awaitEnd(ms: number, limitMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#nextEnd = undefined;
      const now = performance.now();
      for (const [invocationId, invocation] of this.#underWay) {
        const { endsAt } = invocation;
        if (endsAt === Infinity) continue;
        // Timers may be early by less than that.
        if (endsAt - now >= 1) {
          this.#nextEnd ??= this.#awaitEnd(endsAt - now, limitMs);
          return;
        }
        invocation.endsAt = Infinity;
        this.#onTimeOver(invocationId, limitMs);
      }
    }, ms).unref();
  }

  /** In the words of the real host. */
  #onTimeOver(invocationId: string, limitMs: number): void {
    const invocation = this.#underWay.get(invocationId);
    if (invocation === undefined) return;
    const { fn, id } = invocation;
    const { name } = fn.descriptor;
    this.#options.onTimeOver(
      `Timeout value of ${timeSpanText(limitMs)} exceeded by function '${name}' (Id: '${invocationId}'). Initiating cancellation.`,
    );
    this.cancel(invocationId);
    this.#requests.take(id)?.reject(new FunctionTimedOut(name, limitMs));
    invocation.lastMoment = setTimeout(() => {
      this.#options.onHang(
        undefined,
        `Function "${name}" went on for ${afterTimeoutMs / 1000} s after its time (functionTimeout of host.json) was over`,
      );
    }, afterTimeoutMs).unref();
  }

  /** R3 */
  #findSlow(): void {
    for (const invocation of this.#underWay.values()) {
      if (!invocation.isOrchestrator || ++invocation.quarters <= 4) continue;
      const { fn, instanceId } = invocation;
      const who = `The orchestrator "${fn.descriptor.name}"${instanceId === null ? '' : ` (instance ${instanceId})`}`;
      const { watchdogMs, hangAdvice = '' } = this.#options;
      const seconds = watchdogMs / 1000;
      this.#options.onHang(
        invocation,
        `${who} has not come back for more than ${seconds} s, which ties up the process that runs the app`,
        ` Look for a loop that never ends; what takes long belongs into an activity.${hangAdvice === '' ? '' : ` ${hangAdvice}`}`,
      );
      return;
    }
  }
}

/** Null: it may be sent. */
function tooLarge({ descriptor }: LoadedFunction, data: TypedData): DurascopeError | null {
  const size = sizeOf(data);
  if (size <= longestMessage) return null;
  const message = `What is handed to '${descriptor.name}' cannot be sent to the app's process: it has ${Math.round(size / mega)} MB, and at most ${longestMessage / mega} MB can be sent at once.`;
  return new DurascopeError('WorkFailed', message);
}
