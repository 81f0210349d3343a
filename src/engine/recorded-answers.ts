/**
 * What a dry fork is answered with: results of the run that it comes from, where name and input are the same; where no call of that run has its
 * input in the history, as in most from production, name and order have to do. Each result counts once, in the
 * order in which the origin asked for it: the second call with an input gets what the second call got.
 */
import type { HistoryEvent } from '../core/history/history';
import type { InstanceRow } from '../core/instances/instance';
import type { ActivityOutcome } from '../core/ports/function-worker';
import type { HistoryStore } from '../core/ports/history-store';
import type { LiveInstance } from './live-instance';
import type { LiveInstances } from './live-instances';

type Call = Extract<HistoryEvent, { EventType: 'TaskScheduled' | 'SubOrchestrationInstanceCreated' }>;
export type ChildAnswer = Extract<
  HistoryEvent,
  { EventType: 'SubOrchestrationInstanceCompleted' | 'SubOrchestrationInstanceFailed' }
>;
type Answer = ChildAnswer | Extract<HistoryEvent, { EventType: 'TaskCompleted' | 'TaskFailed' }>;

/** Of one fork. */
interface Recording {
  executionId: string;
  /** By kind, name and input; null where the origin has no answer. Null: the recorded run is gone. */
  answers: ReadonlyMap<string, readonly (Answer | null)[]> | null;
  /** Inputs are no part of the keys. */
  isByName: boolean;
  /** Rows of the fork that have been looked at. */
  seen: number;
  counts: Map<string, number>;
  /** By scheduling id of the fork: which of the answers it is. */
  places: Map<number, { key: string; place: number }>;
}

/** What it takes of the engine. */
interface Hub {
  readonly lives: LiveInstances;
  readonly world: { store: HistoryStore };
  inbound(): { EventId: number; IsPlayed: boolean; Timestamp: string };
}

export class RecordedAnswers {
  readonly #recordings = new WeakMap<LiveInstance, Recording>();

  constructor(private readonly core: Hub) {}

  /** Undefined: it is to be run. */
  activity(instanceId: string, taskId: number): ActivityOutcome | undefined {
    const answer = this.#answerFor(instanceId, taskId);
    if (answer === null) return { ok: false, reason: goneText, details: '' };
    switch (answer?.EventType) {
      case 'TaskCompleted':
        return { ok: true, result: answer.Result };
      case 'TaskFailed': {
        const { Reason: reason, Details: details, FailureDetails: failureDetails = null } = answer;
        return { ok: false, reason, details, failureDetails };
      }
      default:
        return undefined;
    }
  }

  /** Undefined: it is to be started. */
  child(instanceId: string, taskId: number): ChildAnswer | undefined {
    const answer = this.#answerFor(instanceId, taskId);
    const envelope = this.core.inbound();
    if (answer === null) {
      return { ...envelope, EventType: 'SubOrchestrationInstanceFailed', TaskScheduledId: taskId, Reason: goneText, Details: '' };
    }
    switch (answer?.EventType) {
      case 'SubOrchestrationInstanceCompleted':
      case 'SubOrchestrationInstanceFailed':
        return { ...answer, ...envelope, TaskScheduledId: taskId };
      default:
        return undefined;
    }
  }

  #answerFor(instanceId: string, taskId: number): Answer | null | undefined {
    const { lives } = this.core;
    const row = lives.rowOf(instanceId);
    if (row?.forkedFrom?.dry !== true) return undefined;
    const live = lives.find(instanceId);
    if (live === undefined) return undefined;
    let recording = this.#recordings.get(live);
    if (recording?.executionId !== row.executionId) {
      recording = { executionId: row.executionId, ...this.#read(row), seen: 0, counts: new Map(), places: new Map() };
      this.#recordings.set(live, recording);
    }
    if (recording.answers === null) return null;
    this.#look(recording, lives.generationOf(live).events, row);
    const place = recording.places.get(taskId);
    return place === undefined ? undefined : (recording.answers.get(place.key)?.[place.place] ?? undefined);
  }

  #look(recording: Recording, events: readonly HistoryEvent[], row: InstanceRow): void {
    for (; recording.seen < events.length; recording.seen++) {
      const event = events[recording.seen];
      if (event === undefined || !isCall(event)) continue;
      const key = keyOf(event, row, recording.isByName);
      const place = recording.counts.get(key) ?? 0;
      recording.counts.set(key, place + 1);
      recording.places.set(event.EventId, { key, place });
    }
  }

  #read({ forkedFrom }: InstanceRow): Pick<Recording, 'answers' | 'isByName'> {
    const { store } = this.core.world;
    const origin = forkedFrom === undefined ? undefined : store.instance(forkedFrom.instanceId);
    if (origin === undefined || origin.executionId !== forkedFrom?.executionId) return { answers: null, isByName: false };
    const history = store.history(origin.instanceId);
    const isByName = history.every((event) => !isCall(event) || (event.Input ?? event.KeptInput ?? null) === null);
    const answers = new Map<number, Answer>();
    for (const event of history)
      if (isAnswer(event) && !answers.has(event.TaskScheduledId)) answers.set(event.TaskScheduledId, event);
    const byKey = new Map<string, (Answer | null)[]>();
    for (const event of history) {
      if (!isCall(event)) continue;
      const key = keyOf(event, origin, isByName);
      const list = byKey.get(key);
      const answer = answers.get(event.EventId) ?? null;
      if (list === undefined) byKey.set(key, [answer]);
      else list.push(answer);
    }
    return { answers: byKey, isByName };
  }
}

const goneText =
  'The recorded run that this dry fork is answered from is gone: its instance was purged or has begun anew. Fork without --dry, or from another run.';

function isCall(event: HistoryEvent): event is Call {
  return event.EventType === 'TaskScheduled' || event.EventType === 'SubOrchestrationInstanceCreated';
}

function isAnswer(event: HistoryEvent): event is Answer {
  switch (event.EventType) {
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'SubOrchestrationInstanceCompleted':
    case 'SubOrchestrationInstanceFailed':
      return true;
    default:
      return false;
  }
}

/** Ids of the run itself count as the same in both. */
function keyOf(event: Call, { instanceId, executionId }: InstanceRow, isByName: boolean): string {
  if (isByName) return `${event.EventType} ${event.Name.toLowerCase()}`;
  const input = event.Input ?? event.KeptInput ?? '';
  const neutral = input.replaceAll(instanceId, '\0').replaceAll(executionId, '\u0001');
  return `${event.EventType} ${event.Name.toLowerCase()} ${neutral}`;
}
