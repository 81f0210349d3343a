/** A timeline out of a history and a worker. */
import type { Divergence } from '../core/history/divergence';
import { DurascopeError } from '../core/values/errors';
import type { ExecutionCompleted, FailureDetails, HistoryEvent } from '../core/history/history';
import type {
  OpenReplay,
  ReplayMoment,
  ReplayRequest,
  ReplayRun,
  ReplayWorker,
  Variable,
  VariableScope,
} from '../core/ports/replay-worker';
import { explainDivergence } from './explain-divergence';
import { endNotes } from './end-notes';
import type { PendingTask, ReplayStep, ReplayStepKind, ReplayTimeline } from './replay-timeline';
import { WorkItems } from './work-items';

/**
 * Replays the history once and says what there is to see. Rejects with `InvalidArgument` when there is no history to replay, and as
 * `ReplayWorker.open` does.
 */
export async function openReplay(request: ReplayRequest, worker: ReplayWorker): Promise<ReplayTimeline> {
  if (!request.history.some((event) => event.EventType === 'ExecutionStarted')) {
    throw new DurascopeError(
      'InvalidArgument',
      request.history.length === 0
        ? `The instance '${request.instanceId}' has no history yet: there is nothing to step through.`
        : `The history of '${request.instanceId}' has no ExecutionStarted event: its beginning is missing, so it cannot be replayed.`,
    );
  }
  const replay = await worker.open(request);
  const functions = await worker.functions();
  return new Timeline(
    request,
    replay,
    functions.map((fn) => fn.name),
  );
}

class Timeline implements ReplayTimeline {
  readonly instanceId: string;
  readonly executionId: string;
  readonly functionName: string;
  readonly history: readonly HistoryEvent[];
  readonly steps: readonly ReplayStep[];
  readonly divergence: Divergence | null;
  readonly notes: readonly string[];
  readonly parentInstanceId: string | null;
  readonly program?: string;
  readonly complete?: (step: number) => Promise<void>;

  constructor(
    request: ReplayRequest,
    private readonly replay: OpenReplay,
    functionNames: readonly string[],
  ) {
    const { run } = replay;
    const { history } = request;
    this.instanceId = request.instanceId;
    this.executionId = request.executionId;
    this.functionName = request.functionName;
    this.history = history;
    const started = history.find((event) => event.EventType === 'ExecutionStarted');
    this.parentInstanceId = started?.ParentInstance?.OrchestrationInstance.InstanceId ?? null;
    this.divergence = explainDivergence(history, run, functionNames);
    this.steps = stepsOf(history, run, this.divergence !== null && run.disagreement !== null);
    this.notes = [...run.notes, ...endNotes(history, run, this.divergence)];
    if (run.program !== undefined) this.program = run.program;
    const { complete } = replay;
    if (complete !== undefined) this.complete = (step) => complete(this.momentOf(step));
  }

  scopes(step: number, frame: number): Promise<readonly VariableScope[]> {
    return this.replay.scopes(this.momentOf(step), frame);
  }

  variables(reference: string, range?: { start: number; count: number }): Promise<readonly Variable[]> {
    return this.replay.variables(reference, range);
  }

  evaluate(step: number, frame: number, expression: string): Promise<Variable> {
    return this.replay.evaluate(this.momentOf(step), frame, expression);
  }

  dispose(): Promise<void> {
    return this.replay.close();
  }

  /** A last step of the host's making (a terminate, say) shows the code where it stood. */
  private momentOf(step: number): number {
    return Math.min(step, this.replay.run.moments.length - 1);
  }
}

function stepsOf(history: readonly HistoryEvent[], run: ReplayRun, diverged: boolean): ReplayStep[] {
  const { moments, end, disagreement } = run;
  const work = new WorkItems(moments, history);
  const last = moments.length - 1;
  const completed = history.findLast((event) => event.EventType === 'ExecutionCompleted');
  const hostEnd = diverged ? 'diverged' : hostKind(end.type, completed);
  const steps: ReplayStep[] = [];
  for (const [index, moment] of moments.entries()) {
    const isLast = index === last && hostEnd === null;
    const from = steps.at(-1)?.rows.to ?? 0;
    const to = isLast ? history.length : Math.max(from, moment.rows);
    const isOver = isLast && completed !== undefined;
    steps.push(
      new Step(
        index,
        { from, to },
        moment,
        kindOf(index, isLast, run),
        run,
        () => (isOver ? [] : work.at(index, isLast && end.type === 'waiting')),
        isLast,
      ),
    );
  }
  const moment = moments[last];
  const before = steps.at(-1);
  if (hostEnd === null || moment === undefined || before === undefined) return steps;
  const rows = { from: before.rows.to, to: disagreement === null ? history.length : disagreement.rowIndex + 1 };
  const still = { ...moment, decisions: [], logs: [] };
  const final = new Step(moments.length, rows, still, hostEnd, run, () => (hostEnd === 'diverged' ? work.at(last) : []), false);
  final.output = hostEnd === 'diverged' ? null : (completed?.Result ?? null);
  final.failure = hostEnd === 'failed' && completed !== undefined ? failureOf(completed) : null;
  return [...steps, final];
}

class Step implements ReplayStep {
  output: string | null;
  failure: FailureDetails | null;
  private open: readonly PendingTask[] | null = null;

  constructor(
    readonly index: number,
    readonly rows: { from: number; to: number },
    private readonly moment: ReplayMoment,
    readonly kind: ReplayStepKind,
    { end }: ReplayRun,
    private readonly findPending: () => readonly PendingTask[],
    isEnd: boolean,
  ) {
    this.output = !isEnd ? null : end.type === 'completed' ? end.output : end.type === 'continuedAsNew' ? end.input : null;
    this.failure =
      isEnd && end.type === 'failed'
        ? (end.failureDetails ?? { ErrorType: 'Error', ErrorMessage: end.reason, IsNonRetriable: false })
        : null;
  }

  get frames(): ReplayStep['frames'] {
    return this.moment.frames;
  }
  get currentUtcDateTime(): string {
    return this.moment.currentUtcDateTime;
  }
  get isReplaying(): boolean {
    return this.moment.isReplaying;
  }
  get customStatus(): string | null {
    return this.moment.customStatus;
  }
  get decisions(): ReplayStep['decisions'] {
    return this.moment.decisions;
  }
  get logs(): ReplayStep['logs'] {
    return this.moment.logs;
  }
  get pending(): readonly PendingTask[] {
    return (this.open ??= this.findPending());
  }
}

function kindOf(index: number, isLast: boolean, { end }: ReplayRun): ReplayStepKind {
  if (isLast) return end.type;
  return index === 0 ? 'started' : 'resumed';
}

/** How the host ended an orchestration whose code did not end so; null when it did not. */
function hostKind(end: ReplayRun['end']['type'], completed: ExecutionCompleted | undefined): 'terminated' | 'failed' | null {
  if (completed?.OrchestrationStatus === 'Terminated' && end === 'waiting') return 'terminated';
  return completed?.OrchestrationStatus === 'Failed' && end !== 'failed' ? 'failed' : null;
}

function failureOf({ Result: result, FailureDetails: details }: ExecutionCompleted): FailureDetails {
  return details ?? { ErrorType: 'Error', ErrorMessage: result ?? '', IsNonRetriable: false };
}
