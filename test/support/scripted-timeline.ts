import { DurascopeError } from '../../src/core/values/errors';
import type { HistoryEvent } from '../../src/core/history/history';
import type { Variable } from '../../src/core/ports/replay-worker';
import type { ReplayStep, ReplayTimeline } from '../../src/replay/replay-timeline';

/** A step as a test writes it: where it waits, and what is not as usual. */
export type ScriptedStep = Partial<Omit<ReplayStep, 'frames' | 'index'>> & {
  /** Lines of `file`, innermost first; none: the code has ended. */
  lines: readonly number[];
  /** The innermost frame's variables. */
  locals?: Readonly<Record<string, unknown>>;
};

export interface TimelineScript {
  instanceId: string;
  functionName: string;
  file: string;
  history: readonly HistoryEvent[];
  steps: readonly ScriptedStep[];
  parentInstanceId?: string;
  divergence?: ReplayTimeline['divergence'];
  notes?: readonly string[];
}

/** A timeline of fixed moments; expressions are names of locals, or comparisons of one with a number or text. */
export class ScriptedTimeline implements ReplayTimeline {
  readonly executionId = 'e1';
  readonly instanceId: string;
  readonly functionName: string;
  readonly history: readonly HistoryEvent[];
  readonly parentInstanceId: string | null;
  readonly steps: readonly ReplayStep[];
  readonly divergence: ReplayTimeline['divergence'];
  readonly notes: readonly string[];
  isDisposed = false;
  evaluations = 0;

  constructor(private readonly script: TimelineScript) {
    this.instanceId = script.instanceId;
    this.functionName = script.functionName;
    this.history = script.history;
    this.parentInstanceId = script.parentInstanceId ?? null;
    this.divergence = script.divergence ?? null;
    this.notes = script.notes ?? [];
    this.steps = script.steps.map(({ lines, ...given }, index) => ({
      index,
      rows: { from: index * 2, to: index * 2 + 2 },
      kind: index === 0 ? 'started' : 'resumed',
      frames: lines.map((line, depth) => ({
        name: depth === lines.length - 1 ? '' : `helper${lines.length - depth}`,
        place: { file: script.file, line, column: 3 },
        note: null,
      })),
      currentUtcDateTime: `2024-01-01T00:00:0${index}.0000000Z`,
      isReplaying: false,
      customStatus: null,
      decisions: [],
      pending: [],
      logs: [],
      output: null,
      failure: null,
      ...given,
    }));
  }

  scopes(step: number, frame: number) {
    return Promise.resolve([{ name: 'Local', reference: `${step}/${frame}`, expensive: false }]);
  }

  variables(reference: string, range?: { start: number; count: number }): Promise<Variable[]> {
    const [step = '0', frame, key] = reference.split('/');
    const locals = frame === '0' ? this.#localsOf(Number(step)) : {};
    const value = key === undefined ? locals : (locals[key] as object);
    const start = range?.start ?? 0;
    const entries = Object.entries(value).slice(start, range === undefined ? undefined : start + range.count);
    return Promise.resolve(entries.map(([name, each]) => toVariable(name, each, `${step}/${frame ?? '0'}/${name}`)));
  }

  evaluate(step: number, _frame: number, expression: string): Promise<Variable> {
    this.evaluations++;
    const match = /^(?:!!\()?(\w+)(?:\s*(===|>=)\s*(.+?))?\)?$/.exec(expression);
    const locals = this.#localsOf(step);
    const name = match?.[1] ?? '';
    if (!(name in locals)) {
      return Promise.reject(new DurascopeError('InvalidArgument', `ReferenceError: ${name} is not defined`));
    }
    const [operator, operand] = [match?.[2], match?.[3]];
    const value = locals[name];
    if (operator === undefined || operand === undefined) {
      return Promise.resolve(toVariable('', expression.startsWith('!!') ? Boolean(value) : value, `${step}/0/${name}`));
    }
    const other = JSON.parse(operand.replaceAll("'", '"')) as number;
    return Promise.resolve(toVariable('', operator === '===' ? value === other : Number(value) >= other, null));
  }

  dispose(): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }

  #localsOf(step: number): Readonly<Record<string, unknown>> {
    return this.script.steps[step]?.locals ?? {};
  }
}

function toVariable(name: string, value: unknown, reference: string | null): Variable {
  const isObject = typeof value === 'object' && value !== null;
  return {
    name,
    value: Array.isArray(value) ? `Array(${value.length})` : typeof value === 'string' ? `'${value}'` : String(value),
    type: typeof value,
    reference: isObject ? reference : null,
    ...(Array.isArray(value) ? { indexedCount: value.length } : {}),
  };
}

const base = { IsPlayed: false, Timestamp: '2024-01-01T00:00:00.0000000Z' };

/** Rows of histories, as short as tests can write them. */
export const row = {
  started: (Name: string, parent?: { instanceId: string; task: number }): HistoryEvent => ({
    ...base,
    EventType: 'ExecutionStarted',
    EventId: -1,
    Name,
    Version: '',
    Input: '{"order":7}',
    OrchestrationInstance: { InstanceId: 'x', ExecutionId: 'e1' },
    ...(parent === undefined
      ? {}
      : {
          ParentInstance: {
            Name: 'Parent',
            Version: '',
            TaskScheduleId: parent.task,
            OrchestrationInstance: { InstanceId: parent.instanceId, ExecutionId: 'e1' },
          },
        }),
  }),
  scheduled: (EventId: number, Name: string): HistoryEvent => ({
    ...base,
    EventType: 'TaskScheduled',
    EventId,
    Name,
    Version: '',
    Input: `["input of ${Name}"]`,
  }),
  completed: (TaskScheduledId: number, result: unknown): HistoryEvent => ({
    ...base,
    EventType: 'TaskCompleted',
    EventId: -1,
    TaskScheduledId,
    Result: JSON.stringify(result),
  }),
  failed: (TaskScheduledId: number, Reason: string): HistoryEvent => ({
    ...base,
    EventType: 'TaskFailed',
    EventId: -1,
    TaskScheduledId,
    Reason,
    Details: '',
  }),
  raised: (Name: string, input: unknown): HistoryEvent => ({
    ...base,
    EventType: 'EventRaised',
    EventId: -1,
    Name,
    Input: JSON.stringify(input),
  }),
  turn: (): HistoryEvent => ({ ...base, EventType: 'OrchestratorStarted', EventId: -1 }),
  child: (EventId: number, Name: string, InstanceId: string): HistoryEvent => ({
    ...base,
    EventType: 'SubOrchestrationInstanceCreated',
    EventId,
    Name,
    Version: '',
    InstanceId,
    Input: null,
  }),
  childCompleted: (TaskScheduledId: number, result: unknown): HistoryEvent => ({
    ...base,
    EventType: 'SubOrchestrationInstanceCompleted',
    EventId: -1,
    TaskScheduledId,
    Result: JSON.stringify(result),
  }),
};
