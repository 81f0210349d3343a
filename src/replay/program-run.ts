/**
 * A replay by a connected program, which tells what an orchestrator has asked for and its custom status when it has been given a prefix of
 * its history, and nothing else.
 *
 *   M1. There is one moment for each event that came in. A completion ends them: what came later, the code never got.
 *   M2. Asked for every prefix, a program would have to go through a long history a thousand times. The first moments are asked for, as
 *       far as `eagerRows` go, and the last one; those between are told in outline out of the rows until they are looked at.
 *   M3. An answer holds what was asked for and not cancelled since the start, so what a moment adds is what no moment before it had. An id
 *       that comes again in the rows after a moment was asked for anew there: Python's SDK gives a retry the id of the first attempt.
 */
import type { CompleteOrchestration, Decision } from '../core/decisions/decisions';
import { DurascopeError } from '../core/values/errors';
import { isArrival } from '../core/history/arrivals';
import type { HistoryEvent } from '../core/history/history';
import {
  agrees,
  agreesOnEntity,
  type EntityRow,
  isEntityRow,
  isScheduledRow,
  type ScheduledRow,
  type WorkDecision,
} from '../core/decisions/non-determinism';
import type { AskedProgram, ProgramAnswer } from '../core/ports/connected-replays';
import type { ReplayDisagreement, ReplayEnd, ReplayMoment, ReplayRequest, ReplayRun } from '../core/ports/replay-worker';
import { scheduledDecision } from './scheduled-decision';

/** Rows sent for moments that nobody has looked at yet: about a second's work of the slowest SDK. */
const defaultEagerRows = 30_000;
/** Questions under way at a time. */
const window = 4;

export interface ProgramRun {
  run: ReplayRun;
  /** The moment in full. */
  moment(index: number): Promise<ReplayMoment>;
}

/** Rejects as `AskedProgram.ask` does. */
export async function runThroughProgram(
  request: ReplayRequest,
  program: AskedProgram,
  eagerRows = defaultEagerRows,
): Promise<ProgramRun> {
  const run = new Run(request, program);
  await run.begin(eagerRows);
  return run;
}

interface Draft extends ReplayMoment {
  customStatus: string | null;
  decisions: readonly Decision[];
}

class Run implements ProgramRun {
  run!: ReplayRun;
  /** Rows given at each moment. */
  readonly #rows: readonly number[];
  readonly #answers = new Map<number, Promise<ProgramAnswer>>();
  readonly #known = new Map<number, ProgramAnswer>();
  #moments: Draft[] = [];

  constructor(
    private readonly request: ReplayRequest,
    private readonly program: AskedProgram,
  ) {
    const { history } = request;
    const rows = history.flatMap((event, index) => (comesIn(event) ? [index + 1] : []));
    // A history that was cut before its start ended is replayed as far as it goes.
    this.#rows = rows.length === 0 ? [history.length] : rows;
  }

  async begin(eagerRows: number): Promise<void> {
    // The first alone: it tells whether anybody runs this at all.
    await this.#ask(0);
    const last = await this.#lastMoment();
    const eager = this.#eagerCount(last, eagerRows);
    await this.#askAll(Array.from({ length: eager }, (_, index) => index));
    const refusal = await this.#refusal(last);
    const isLong = eager <= last && (refusal !== null || (await this.#contradicts(last)));
    const mismatch = isLong ? await this.#firstMismatch(refusal, eager, last) : null;
    if (mismatch !== null) await this.#askAll([mismatch - 1, mismatch]);
    const found = this.#disagreement(mismatch ?? last, refusal);
    const end = found?.moment ?? last;
    this.#moments = this.#draft(end, eager);
    const answer = await this.#ask(end);
    this.run = {
      moments: this.#moments,
      end: endOf(found === null ? (refusal ?? answer) : answer),
      disagreement: found?.disagreement ?? null,
      sourceText: null,
      changesWhenRepeated: found !== null && (await this.#changes(end, answer)),
      impureUses: [],
      notes: this.#notes(end, eager),
      program: this.program.runner ?? '',
    };
  }

  async moment(index: number): Promise<ReplayMoment> {
    const moment = this.#moments[index];
    if (moment === undefined) throw new DurascopeError('InvalidArgument', `The replay has no moment ${index}.`);
    moment.customStatus = (await this.#ask(index)).customStatus;
    return moment;
  }

  #ask(index: number): Promise<ProgramAnswer> {
    const asked = this.#answers.get(index);
    if (asked !== undefined) return asked;
    const asking = this.program.ask(this.#rows[index] ?? 0, false);
    this.#answers.set(index, asking);
    asking.then(
      (answer) => this.#known.set(index, answer),
      () => this.#answers.delete(index),
    );
    return asking;
  }

  async #askAll(indices: readonly number[]): Promise<void> {
    const left = indices.values();
    const askSome = async (): Promise<void> => {
      for (const index of left) await this.#ask(index);
    };
    await Promise.all(Array.from({ length: window }, askSome));
  }

  /** M1: completed once, an orchestration stays so, whatever else it is given. */
  async #lastMoment(): Promise<number> {
    let high = this.#rows.length - 1;
    if (completionOf(await this.#ask(high)) === null) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (completionOf(await this.#ask(middle)) === null) low = middle + 1;
      else high = middle;
    }
    return high;
  }

  /** M2 */
  #eagerCount(last: number, eagerRows: number): number {
    let sent = 0;
    for (let index = 0; index <= last; index++) {
      sent += this.#rows[index] ?? 0;
      if (sent > eagerRows) return Math.max(1, index);
    }
    return last + 1;
  }

  /** What the SDK itself says against the history: a failure that it does not come to without the rows. Null too where it cannot say. */
  async #refusal(last: number): Promise<ProgramAnswer | null> {
    if (!this.program.canRefuse) return null;
    const answer = await this.program.ask(this.request.history.length, true);
    return isRefusal(answer, await this.#ask(last)) ? answer : null;
  }

  /** The first moment whose episode's rows do not fit, of those that were not asked for. */
  async #firstMismatch(refusal: ProgramAnswer | null, from: number, to: number): Promise<number> {
    const isRefused = async (moment: number): Promise<boolean> => {
      if (refusal === null) return false;
      const [checked, plain] = await Promise.all([this.program.ask(this.#rowsUntilNext(moment), true), this.#ask(moment)]);
      return isRefusal(checked, plain);
    };
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((await this.#contradicts(middle)) || (await isRefused(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** M3: whether the code has not asked by then for what the rows until the next moment say. */
  async #contradicts(moment: number): Promise<boolean> {
    const asked = new Map(workOf(await this.#ask(moment)).map((decision) => [decision.id, decision]));
    return this.request.history
      .slice(0, this.#rowsUntilNext(moment))
      .some((row) => isScheduledRow(row) && !this.#fits(row, asked.get(row.EventId) ?? null));
  }

  /** What is not there (any more) may have been cancelled, or asked for where nobody looked: an SDK that can refuse knows. */
  #fits(row: ScheduledRow | EntityRow, found: WorkDecision | null): boolean {
    // Nothing takes back what was asked of an entity.
    if (isEntityRow(row)) return found !== null && agreesOnEntity(row, found);
    return found === null ? this.program.canRefuse || row.EventType === 'TimerCreated' : agrees(row, found);
  }

  #rowsUntilNext(index: number): number {
    return (this.#rows[index + 1] ?? this.request.history.length + 1) - 1;
  }

  /** The first row that does not fit what the code had asked for by then. */
  #disagreement(last: number, refusal: ProgramAnswer | null): { moment: number; disagreement: ReplayDisagreement } | null {
    const { history } = this.request;
    const asked = new Map<number, WorkDecision>();
    for (let moment = 0; moment <= last; moment++) {
      const answer = this.#known.get(moment);
      if (answer === undefined) continue;
      for (const decision of workOf(answer)) asked.set(decision.id, decision);
      const from = this.#rows[moment] ?? 0;
      const to = moment === last ? history.length : this.#rowsUntilNext(moment);
      for (let rowIndex = from; rowIndex < to; rowIndex++) {
        const row = history[rowIndex];
        if (row === undefined || !(isScheduledRow(row) || isEntityRow(row))) continue;
        const found = asked.get(row.EventId) ?? null;
        // After its end, code asks for nothing.
        const isMissing = found === null && (refusal !== null || completionOf(answer) !== null);
        if (!isMissing && this.#fits(row, found)) continue;
        return { moment, disagreement: { rowIndex, row, found } };
      }
    }
    return null;
  }

  #draft(last: number, eager: number): Draft[] {
    const { history, functionName } = this.request;
    const seen = new Set<number>();
    const again = this.#askedAgain();
    const drafts: Draft[] = [];
    let time = history[0]?.Timestamp ?? '';
    let row = 0;
    let customStatus: string | null = null;
    for (let index = 0; index <= last; index++) {
      const rows = this.#rows[index] ?? 0;
      for (; row < rows; row++) {
        const event = history[row];
        if (event?.EventType === 'OrchestratorStarted') time = event.Timestamp;
      }
      const answer = this.#known.get(index);
      const isToldByRows = index >= eager && index < last;
      customStatus = answer === undefined ? customStatus : answer.customStatus;
      const all: readonly Decision[] =
        isToldByRows || answer === undefined ? this.#recorded(rows, this.#rowsUntilNext(index)) : answer.decisions;
      const decisions = all.filter(
        ({ id, type }) => type === 'CompleteOrchestration' || !seen.has(id) || again.get(index)?.has(id) === true,
      );
      for (const { id } of decisions) seen.add(id);
      const hasEnded = answer !== undefined && completionOf(answer) !== null;
      drafts.push({
        rows,
        frames: hasEnded ? [] : [{ name: functionName, place: null, note: null }],
        currentUtcDateTime: time,
        isReplaying: false,
        customStatus,
        decisions,
        awaitedEvents: [],
        logs: [],
      });
    }
    return drafts;
  }

  #recorded(from: number, to: number): Decision[] {
    return this.request.history
      .slice(from, to)
      .flatMap((event) => (isScheduledRow(event) || isEntityRow(event) ? [scheduledDecision(event)] : []));
  }

  /** Ids of rows that stand after a moment, of work that was asked for under that id before. */
  #askedAgain(): Map<number, Set<number>> {
    const again = new Map<number, Set<number>>();
    const seen = new Set<number>();
    let moment = 0;
    for (const [row, event] of this.request.history.entries()) {
      while (row >= (this.#rows[moment + 1] ?? Infinity)) moment++;
      if (event.EventType !== 'TaskScheduled' && event.EventType !== 'SubOrchestrationInstanceCreated') continue;
      if (!seen.has(event.EventId)) seen.add(event.EventId);
      else again.set(moment, (again.get(moment) ?? new Set()).add(event.EventId));
    }
    return again;
  }

  /** Asked once more, the code has asked for something else. */
  async #changes(index: number, before: ProgramAnswer): Promise<boolean> {
    const again = await this.program.ask(this.#rows[index] ?? 0, false);
    const text = (answer: ProgramAnswer): string =>
      JSON.stringify(workOf(answer).map((decision) => [decision.type, decision.id, 'name' in decision ? decision.name : null]));
    return text(again) !== text(before);
  }

  #notes(last: number, eager: number): string[] {
    const notes = [
      `The ${this.program.runner ?? ''} runs this orchestrator and was asked what it does after each event of the history. Nothing of that is committed, and its variables stay there.`,
    ];
    if (eager < last) {
      notes.push(
        `The history is long: after row ${this.#rows[eager - 1] ?? 0}, what the code asked for is told as recorded, and the program is asked for a moment when it is looked at.`,
      );
    }
    return notes;
  }
}

/** Rows that give the code something to go on with. */
export function comesIn(event: HistoryEvent): boolean {
  switch (event.EventType) {
    case 'ExecutionStarted':
    case 'ExecutionResumed':
    case 'EntityOperationCompleted':
    case 'EntityOperationFailed':
    case 'EntityLockGranted':
      return true;
    default:
      return isArrival(event);
  }
}

function completionOf({ decisions }: ProgramAnswer): CompleteOrchestration | null {
  const last = decisions.at(-1);
  return last?.type === 'CompleteOrchestration' ? last : null;
}

function workOf({ decisions }: ProgramAnswer): WorkDecision[] {
  return decisions.filter((decision): decision is WorkDecision => decision.type !== 'CompleteOrchestration');
}

function isRefusal(checked: ProgramAnswer, plain: ProgramAnswer): boolean {
  const failure = completionOf(checked);
  if (failure?.status !== 'Failed') return false;
  const other = completionOf(plain);
  return other?.status !== 'Failed' || other.failureDetails?.ErrorMessage !== failure.failureDetails?.ErrorMessage;
}

function endOf(answer: ProgramAnswer): ReplayEnd {
  const completion = completionOf(answer);
  switch (completion?.status) {
    case 'Completed':
      return { type: 'completed', output: completion.result };
    case 'ContinuedAsNew':
      return { type: 'continuedAsNew', input: completion.result };
    case 'Failed':
    case 'Terminated': {
      const failureDetails = completion.failureDetails ?? null;
      return { type: 'failed', reason: failureDetails?.ErrorMessage ?? completion.result ?? '', failureDetails };
    }
    case undefined:
      return { type: 'waiting' };
  }
}
