/** What stands at the end of the lines on which an orchestrator has waited, while it is stepped through. */
import { activityAttempts } from '../../core/history/attempts';
import type { HistoryEvent } from '../../core/history/history';
import { fromTimestamp } from '../../core/values/time';
import type { ReplayTimeline } from '../../replay/replay-timeline';

export interface YieldValue {
  /** Absolute path. */
  file: string;
  line1: number;
  /** One line: `"Hello Tokyo!" · 2 attempts · 1.2 s`. */
  text: string;
  /** Whole, for a tooltip: a line for each time that the code waited here. */
  details: readonly string[];
  isFailure: boolean;
}

interface Answer {
  /** Of the function; empty for timers. */
  name: string;
  text: string;
  isFailure: boolean;
  scheduledAt: string;
  answeredAt: string;
  attempts: number;
}

/** Of timelines that are looked at again with each step. */
const known = new WeakMap<readonly HistoryEvent[], ReadonlyMap<number, Answer>>();

const longest = 60;
const mostDetails = 20;

/** For each line that the code waited on before the step and has left since: what came of it, the last time around. */
export function yieldValues(timeline: ReplayTimeline, step: number): YieldValue[] {
  const answers = known.get(timeline.history) ?? answersById(timeline.history);
  known.set(timeline.history, answers);
  const lines = new Map<string, { file: string; line1: number; visits: Answer[] }>();
  for (let index = 0; index < Math.min(step, timeline.steps.length - 1); index++) {
    const frame = timeline.steps[index]?.frames[0];
    // A program that tells no lines has a note on the place where its code begins.
    if (frame?.place == null || (timeline.program !== undefined && frame.note !== null)) continue;
    const { place } = frame;
    const answer = answerAt(timeline, index, answers);
    if (answer === null) continue;
    const key = `${place.file}:${place.line}`;
    const line = lines.get(key) ?? { file: place.file, line1: place.line, visits: [] };
    line.visits.push(answer);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ file, line1, visits }) => {
    const last = visits.at(-1);
    const times = visits.length > 1 ? ` (${visits.length}×)` : '';
    return {
      file,
      line1,
      text: `${last === undefined ? '' : answerText(last, longest)}${times}`,
      details: visits.slice(-mostDetails).map((visit) => answerText(visit, 2000)),
      isFailure: last?.isFailure === true,
    };
  });
}

/** What let the code go on after this step: the answers to what it had asked for just before it waited, or an event. */
function answerAt(timeline: ReplayTimeline, index: number, answers: ReadonlyMap<number, Answer>): Answer | null {
  const consumed = timeline.steps[index + 1]?.rows;
  if (consumed === undefined) return null;
  const asked = new Set(timeline.steps[index]?.decisions.map(({ id }) => id));
  const found: Answer[] = [];
  let other: Answer | null = null;
  for (let row = consumed.from; row < consumed.to; row++) {
    const event = timeline.history[row];
    if (event === undefined) continue;
    if (event.EventType === 'EventRaised') {
      const text = event.Input ?? 'null';
      const since = timeline.steps[index]?.currentUtcDateTime ?? event.Timestamp;
      other = { name: event.Name, text, isFailure: false, scheduledAt: since, answeredAt: event.Timestamp, attempts: 1 };
      continue;
    }
    const id = answeredId(event);
    const answer = id === undefined ? undefined : answers.get(id);
    if (id === undefined || answer === undefined) continue;
    const retried = answer.attempts > 1 ? found.findLastIndex((each) => each.isFailure && each.name === answer.name) : -1;
    const before = found[retried];
    // The attempts are made without the code: what it is given is the answer to the last one.
    if (before !== undefined) found[retried] = { ...answer, scheduledAt: before.scheduledAt };
    else if (asked.has(id)) found.push(answer);
    else other = answer;
  }
  const [first] = found;
  if (first === undefined) return other;
  if (found.length === 1) return first;
  const failure = found.find((each) => each.isFailure);
  return {
    ...(failure ?? first),
    text: failure?.text ?? `[${found.map(({ text }) => text).join(', ')}]`,
    answeredAt: found.map(({ answeredAt }) => answeredAt).reduce((a, b) => (a > b ? a : b)),
  };
}

function answersById(history: readonly HistoryEvent[]): Map<number, Answer> {
  const attempts = activityAttempts(history);
  const scheduled = new Map<number, { at: string; name: string }>();
  const answers = new Map<number, Answer>();
  for (const event of history) {
    if (
      event.EventType === 'TaskScheduled' ||
      event.EventType === 'TimerCreated' ||
      event.EventType === 'SubOrchestrationInstanceCreated'
    ) {
      scheduled.set(event.EventId, { at: event.Timestamp, name: 'Name' in event ? event.Name : '' });
    }
    const id = answeredId(event);
    if (id === undefined) continue;
    const isFailure = event.EventType === 'TaskFailed' || event.EventType === 'SubOrchestrationInstanceFailed';
    const text = isFailure
      ? event.Reason
      : event.EventType === 'TimerFired'
        ? 'timer fired'
        : 'Result' in event
          ? (event.Result ?? 'null')
          : '';
    answers.set(id, {
      name: scheduled.get(id)?.name ?? '',
      text,
      isFailure,
      scheduledAt: scheduled.get(id)?.at ?? event.Timestamp,
      answeredAt: event.Timestamp,
      attempts: attempts.get(id) ?? 1,
    });
  }
  return answers;
}

function answeredId(event: HistoryEvent): number | undefined {
  if ('TaskScheduledId' in event) return event.TaskScheduledId;
  return event.EventType === 'TimerFired' ? event.TimerId : undefined;
}

function answerText({ text, isFailure, attempts, scheduledAt, answeredAt }: Answer, limit: number): string {
  const flat = text.replaceAll(/\s+/g, ' ');
  const shown = flat.length > limit ? `${flat.slice(0, limit - 1)}…` : flat;
  const took = fromTimestamp(answeredAt) - fromTimestamp(scheduledAt);
  return [
    isFailure ? `failed: ${shown}` : shown,
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(Number.isFinite(took) && took >= 0 ? [durationText(took)] : []),
  ].join(' · ');
}

function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
