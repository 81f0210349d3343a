/** What an orchestrator was seen to do, written shortly, and the marked lines at which it is said to have stood. */
import type { Decision } from '../../../src/core/decisions/decisions';
import type { HistoryEvent } from '../../../src/core/history/history';
import type { WaitGraph } from '../../../src/analysis/waits/wait-graph';
import { type MomentOfRun, waitPlaces } from '../../../src/analysis/waits/wait-places';

const time = '2026-01-01T00:00:00.0000000Z';
const base = { IsPlayed: false, Timestamp: time };

/**
 * Moments, divided by `|`: what came in and what was asked for then. Came in: `=0` (the answer to #0, a timer too), `!0` (its failure),
 * `*Name` (an event). Asked for: `Name`, `Name("input")`, `sub:Name`, `timer`, `long` (a timer of three days), `entity:Op`, `lock`, `unlock`, `end`. An
 * entity answers with `*id0` to #0.
 */
export function trace(text: string): { history: HistoryEvent[]; moments: MomentOfRun[] } {
  const history: HistoryEvent[] = [{ ...base, EventType: 'ExecutionStarted', EventId: -1, Name: 'O' } as unknown as HistoryEvent];
  const moments: MomentOfRun[] = [];
  const kinds: string[] = [];
  for (const part of text.split('|')) {
    const words = part
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    for (const word of words) {
      const id = Number(word.slice(1));
      const isTimer = /^(timer|long)$/.test(kinds[id] ?? '');
      if (word.startsWith('='))
        history.push({
          ...base,
          EventType: isTimer ? 'TimerFired' : 'TaskCompleted',
          EventId: -1,
          TaskScheduledId: id,
          TimerId: id,
          Result: '1',
        } as unknown as HistoryEvent);
      else if (word.startsWith('!'))
        history.push({
          ...base,
          EventType: 'TaskFailed',
          EventId: -1,
          TaskScheduledId: id,
          Reason: '',
        } as unknown as HistoryEvent);
      else if (word.startsWith('*'))
        history.push({
          ...base,
          EventType: 'EventRaised',
          EventId: -1,
          Name: word.slice(1),
          Input: '1',
        } as unknown as HistoryEvent);
    }
    const rows = history.length;
    const decisions: Decision[] = [];
    for (const word of words.filter((each) => /^[a-z]/i.test(each))) {
      const id = kinds.length;
      kinds.push(word);
      const [, name = '', input] = /^(?:sub:)?([\w:]+)(?:\((.*)\))?$/.exec(word) ?? [];
      const fireAt = word === 'long' ? '2026-01-04T00:00:00.0000000Z' : time;
      if (word === 'end') decisions.push({ type: 'CompleteOrchestration', id, status: 'Completed', result: null });
      else if (word === 'timer' || word === 'long') {
        decisions.push({ type: 'CreateTimer', id, fireAt });
        history.push({ ...base, EventType: 'TimerCreated', EventId: id, FireAt: fireAt } as unknown as HistoryEvent);
      } else if (/^(entity:|lock|unlock)/.test(word)) {
        const [, op] = /^entity:(.*)/.exec(word) ?? [];
        const input = JSON.stringify({ id: `id${id}`, ...(op === undefined ? {} : { op }) });
        decisions.push({ type: 'SendEvent', id, instanceId: '@counter@a', name: word === 'unlock' ? 'release' : 'op', input });
      } else if (word.startsWith('sub:'))
        decisions.push({ type: 'CreateSubOrchestration', id, name, instanceId: `c${id}`, input: input ?? null });
      else decisions.push({ type: 'ScheduleTask', id, name, input: input ?? null });
    }
    moments.push({ rows, decisions });
  }
  return { history, moments };
}

/** For each moment the marks (`//a`, `#a`) of the lines of its frames, innermost first; `-` where there is none. */
export function marks(graph: WaitGraph | null, code: string, text: string): string {
  const { history, moments } = trace(text);
  if (graph === null) return 'no graph';
  const lines = code.split('\n');
  const markOf = (line: number): string => /(?:\/\/|#)\s*([a-z]\d*)\s*$/.exec(lines[line - 1] ?? '')?.[1] ?? `line ${line}`;
  return waitPlaces(graph, history, moments)
    .map((frames) => (frames === null ? '-' : frames.map(({ place }) => markOf(place.line)).join('<')))
    .join(' ');
}
