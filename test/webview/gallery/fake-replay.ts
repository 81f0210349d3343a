/** Replays for the gallery: moments made up from a history, one step for each turn of its code. */
import type { HistoryEvent } from '../../../src/core/history/history';
import type { PanelReplay } from '../../../src/protocol/panel-replay';
import type { ReplayMomentValue, ReplayOverview, ReplayVariable } from '../../../src/protocol/replay-values';

const file = '/apps/hello-cities/src/functions/hello-cities.ts';
const source = [
  'const helloCities: OrchestrationHandler = function* (context) {',
  '  const outputs: string[] = [];',
  "  outputs.push(yield context.df.callActivity('SayHello', 'Tokyo'));",
  "  outputs.push(yield context.df.callActivity('SayHello', 'Seattle'));",
  "  outputs.push(yield context.df.callActivity('SayHello', 'London'));",
  '',
  '  // returns ["Hello Tokyo!", "Hello Seattle!", "Hello London!"]',
  '  return outputs;',
  '};',
];
const firstLine1 = 5;

interface FakeReplayOptions {
  diverges?: boolean;
  refuses?: string;
}

export class FakeReplay implements PanelReplay {
  /** What was asked, one line each. */
  readonly calls: string[] = [];
  at: (step: number) => void = () => undefined;
  line: (location: { file: string; line1: number } | null) => void = () => undefined;

  constructor(
    private readonly history: readonly HistoryEvent[],
    private readonly options: FakeReplayOptions = {},
  ) {}

  open(): Promise<ReplayOverview> {
    this.calls.push('open');
    if (this.options.refuses !== undefined) return Promise.reject(new Error(this.options.refuses));
    const ends = this.history.flatMap((event, row) => (event.EventType === 'OrchestratorCompleted' ? [row + 1] : []));
    const steps = ends.map((end, index) => ({
      // Rows that the code wrote are consumed when it goes on.
      from: index === 0 ? 0 : (ends[index - 1] ?? 0) - 2,
      to: index === ends.length - 1 ? end : end - 2,
      kind: index === 0 ? ('started' as const) : index === ends.length - 1 ? this.#endKind() : ('resumed' as const),
      file: index === ends.length - 1 ? null : 0,
      line1: index === ends.length - 1 ? null : firstLine1 + 2 + (index % 3),
      tasks: index === ends.length - 1 ? [] : [index],
    }));
    return Promise.resolve({
      functionName: 'HelloCities',
      executionId: '3b1f5a0c9d2e4f60a7b8c9d0e1f2a3b4',
      rows: this.history.length,
      steps,
      files: [file],
      notes: this.options.diverges === true ? ['The inputs of two activities are not in this history.'] : [],
      divergence: this.options.diverges === true ? divergence(this.history.length - 3) : null,
    });
  }

  moment(step: number, reveal: boolean): Promise<ReplayMomentValue> {
    this.calls.push(`moment ${step}${reveal ? ' reveal' : ''}`);
    const cities = ['Tokyo', 'Seattle', 'London'];
    const isEnd = step >= 3;
    return Promise.resolve({
      step,
      currentUtcDateTime: `2024-01-01T00:00:0${step % 10}.2000000Z`,
      isReplaying: !isEnd,
      customStatus: step === 0 ? null : JSON.stringify({ city: cities[(step - 1) % 3], done: step }),
      output: isEnd ? '["Hello Tokyo!","Hello Seattle!","Hello London!"]' : null,
      failure: null,
      frames: isEnd ? [] : [{ name: 'HelloCities', place: { file, line1: firstLine1 + 2 + step, column1: 16 }, note: null }],
      snippet: isEnd ? null : { file, firstLine1, line1: firstLine1 + 2 + step, lines: source },
      scopes: isEnd
        ? []
        : [
            {
              name: 'Local',
              reference: `local ${step}`,
              isOpen: true,
              variables: [
                variable('outputs', `Array(${step})`, 'Array', `outputs ${step}`, step),
                variable('context', 'OrchestrationContext', 'Object', 'context'),
                variable('retries', '3', 'number'),
                variable('greeting', '"Hello"', 'string'),
                variable('isPolite', 'true', 'boolean'),
              ],
            },
            { name: 'Closure', reference: 'closure', isOpen: false, variables: [] },
          ],
      pending: isEnd
        ? []
        : [
            {
              text: `activity SayHello #${step}`,
              attempt: 1 + (step % 2),
              sinceRow: 2 + step * 4,
              instanceId: null,
              isNew: true,
            },
          ],
      logs:
        step === 1
          ? [
              {
                level: 'information',
                message: 'Greeted Tokyo, on to Seattle',
                place: { file: '/app/hello.js', line1: 11, column1: 3 },
              },
            ]
          : [],
      earlierLogs: step === 0 ? [] : [{ level: 'information', message: 'Starting with Tokyo', place: null }],
    });
  }

  variables(reference: string, start: number, count: number): Promise<ReplayVariable[]> {
    this.calls.push(`variables ${reference} ${start} ${count}`);
    const step = Number(/\d+$/.exec(reference)?.[0] ?? 0);
    if (!reference.startsWith('outputs')) return Promise.resolve([variable('df', 'DurableOrchestrationContext', 'Object')]);
    return Promise.resolve(Array.from({ length: step }, (_, index) => variable(String(index), '"Hello Tokyo!"', 'string')));
  }

  debug(step: number, how: 'steps' | 'code'): void {
    this.calls.push(`debug ${step} ${how}`);
  }
  onStep(listener: (step: number) => void): void {
    this.at = listener;
  }
  onLine(listener: (location: { file: string; line1: number } | null) => void): void {
    this.line = listener;
  }
  hide(): void {
    this.calls.push('hide');
  }
  close(): void {
    this.calls.push('close');
  }

  #endKind(): 'completed' | 'diverged' {
    return this.options.diverges === true ? 'diverged' : 'completed';
  }
}

function variable(name: string, value: string, type: string, reference?: string, indexedCount?: number): ReplayVariable {
  return { name, value, type, reference: reference ?? null, ...(indexedCount === undefined ? {} : { indexedCount }) };
}

function divergence(row: number): NonNullable<ReplayOverview['divergence']> {
  return {
    row,
    recorded: 'activity SayHello #2',
    actual: 'activity SayGoodbye #2',
    place: { file, line1: firstLine1 + 4 },
    sourceLine: source[4] ?? '',
    causeTitle: 'Renamed call',
    causeExplanation: 'Let running instances end before a function is renamed, or register it under its old name too.',
    message: 'The history has activity SayHello #2 in row 11; the code now calls activity SayGoodbye #2.',
  };
}
