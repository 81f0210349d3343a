/** What can be changed at a row: what an editor offers. Everything in it is what `planFork` takes. */
import { DurascopeError } from '../values/errors';
import type { HistoryEvent } from '../history/history';
import type { ForkChange, ForkChangeType } from '../instances/forks';
import { planFork, type ForkInput } from './fork';

export interface ForkChoice {
  /** `none`: only the code is another one. */
  type: ForkChangeType | 'none';
  label: string;
  detail: string;
  /** Whole, where nothing is to be asked. */
  change: ForkChange | null;
  /** What is to be asked: JSON, the text of a failure, the name of an event. */
  asks: 'json' | 'failure' | 'event' | null;
  /** What the record has, to begin with. */
  recorded: string | null;
}

const mostOthers = 12;
const mostTries = 60;

export function forkChoices(facts: Omit<ForkInput, 'change' | 'keepTimes' | 'nowMs'>): ForkChoice[] {
  const { history, row } = facts;
  const fits = (change: ForkChange | null): boolean => {
    try {
      planFork({ ...facts, change, keepTimes: false, nowMs: 0 });
      return true;
    } catch (error) {
      if (DurascopeError.is(error)) return false;
      throw error;
    }
  };
  const event = history[row - 1];
  const choices: ForkChoice[] = [];
  const offer = (choice: Omit<ForkChoice, 'recorded'> & { recorded?: string | null }, sample = choice.change): void => {
    if (fits(sample)) choices.push({ recorded: null, ...choice });
  };
  const answer = answerOf(history, row - 1);
  offer(
    {
      type: 'result',
      label: 'Another result…',
      detail: 'It gave something else',
      change: null,
      asks: 'json',
      recorded: answer !== undefined && 'Result' in answer ? answer.Result : null,
    },
    { type: 'result', value: 'null' },
  );
  offer(
    { type: 'failure', label: 'It failed…', detail: 'With a type and a message', change: null, asks: 'failure' },
    { type: 'failure', errorType: 'Error', message: '' },
  );
  offer(
    {
      type: 'payload',
      label: 'Another payload…',
      detail: 'The event brought something else',
      change: null,
      asks: 'json',
      recorded: event?.EventType === 'EventRaised' ? event.Input : null,
    },
    { type: 'payload', value: 'null' },
  );
  offer({ type: 'never', label: 'It never came', detail: 'The event', change: { type: 'never' }, asks: null });
  offer({ type: 'fires', label: 'It fired at once', detail: 'The timer', change: { type: 'fires' }, asks: null });
  offer(
    {
      type: 'input',
      label: 'Another input…',
      detail: 'The instance was started with something else',
      change: null,
      asks: 'json',
      recorded: event?.EventType === 'ExecutionStarted' ? event.Input : null,
    },
    { type: 'input', value: 'null' },
  );
  for (const type of ['first', 'later'] as const) {
    let found = 0;
    for (const other of othersThan(history, row, type)) {
      if (found === mostOthers) break;
      const text = rowText(history, other);
      const before = choices.length;
      offer({
        type,
        label: type === 'first' ? `${text} came first` : `It came after ${text}`,
        detail: `Row ${other}`,
        change: { type, row: other },
        asks: null,
      });
      if (choices.length > before) found++;
    }
  }
  offer(
    { type: 'raise', label: 'An event came before…', detail: 'With a name and a payload', change: null, asks: 'event' },
    { type: 'raise', name: 'x', data: null },
  );
  offer({
    type: 'none',
    label: 'Only the code',
    detail: 'Run on from here with the code as it is now',
    change: null,
    asks: null,
  });
  return choices;
}

/** Rows at which more can be changed than the code, the latest first. */
export function forkableRows(history: readonly HistoryEvent[]): number[] {
  return history.flatMap(({ EventType }, index) => (worthwhile.has(EventType) ? [index + 1] : [])).reverse();
}

/** `charge → "paid 7"`, for lists. */
export function rowText(history: readonly HistoryEvent[], row: number): string {
  const event = history[row - 1];
  if (event === undefined) return 'the end';
  switch (event.EventType) {
    case 'TaskCompleted':
    case 'SubOrchestrationInstanceCompleted':
      return `${nameOf(history, event.TaskScheduledId)} → ${event.Result ?? 'null'}`;
    case 'TaskFailed':
    case 'SubOrchestrationInstanceFailed':
      return `${nameOf(history, event.TaskScheduledId)} failed`;
    case 'TimerFired':
    case 'TimerCreated':
      return `timer ${event.FireAt.slice(0, 19).replace('T', ' ')}`;
    case 'EventRaised':
      return `event ${event.Name}`;
    case 'TaskScheduled':
    case 'SubOrchestrationInstanceCreated':
    case 'ExecutionStarted':
      return event.Name;
    default:
      return event.EventType;
  }
}

const worthwhile: ReadonlySet<string> = new Set([
  'ExecutionStarted',
  'TaskScheduled',
  'TaskCompleted',
  'TaskFailed',
  'SubOrchestrationInstanceCreated',
  'SubOrchestrationInstanceCompleted',
  'SubOrchestrationInstanceFailed',
  'TimerCreated',
  'TimerFired',
  'EventRaised',
]);

function* othersThan(history: readonly HistoryEvent[], row: number, type: 'first' | 'later'): Generator<number> {
  const arrivals = ['TaskCompleted', 'TaskFailed', 'SubOrchestrationInstanceCompleted', 'SubOrchestrationInstanceFailed'];
  let tries = 0;
  for (let other = row + 1; other <= history.length && tries < mostTries; other++) {
    const found = history[other - 1]?.EventType ?? '';
    if (!arrivals.includes(found) && found !== 'TimerFired' && found !== 'EventRaised') continue;
    tries++;
    yield other;
  }
  if (type === 'later') return;
  // Timers that were set and never fired.
  const fired = new Set(history.flatMap((event) => (event.EventType === 'TimerFired' ? [event.TimerId] : [])));
  for (let other = row - 1; other >= 1; other--) {
    const event = history[other - 1];
    if (event?.EventType === 'TimerCreated' && !fired.has(event.EventId)) yield other;
  }
}

function answerOf(history: readonly HistoryEvent[], at: number): HistoryEvent | undefined {
  const event = history[at];
  if (event === undefined) return undefined;
  if (event.EventType !== 'TaskScheduled' && event.EventType !== 'SubOrchestrationInstanceCreated') return event;
  return history.find((each, index) => index > at && 'TaskScheduledId' in each && each.TaskScheduledId === event.EventId);
}

function nameOf(history: readonly HistoryEvent[], id: number): string {
  const cause = history.find(
    (event) =>
      event.EventId === id && (event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated'),
  );
  return cause !== undefined && 'Name' in cause ? cause.Name : `#${id}`;
}
