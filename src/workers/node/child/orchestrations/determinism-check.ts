/**
 * Replays a warm orchestration from the start, beside it, and compares. Only what the host's own replay would stumble over counts as not
 * deterministic: kinds and names of the work in their order, and whether and how the code ended. Values (inputs, times, output) may
 * differ in production too; they are worth a warning.
 */
import type { DurableAction } from '../../../../core/values/durable-action';
import { actionName, actionTypes, childActions } from '../../../../core/values/durable-action';
import type { HistoryEvent } from '../../../../core/history/history';
import type { SdkProgress } from '../../../../core/dialects/host-replay';
import { answerIsReplaying } from './is-replaying';
import { newContext } from './sdk-context';
import { liveSdkEvent, sdkEvent, withDates } from './sdk-events';
import type { SdkExecutor, SdkInvocationContext, SdkOrchestrationContext } from './sdk-hooks';
import type { SdkReply } from './sdk-reply';
import { crash } from './sdk-reply';
import { throwingErrors } from './thrown-errors';
import { parsedInput } from './trigger-input';
import type { WarmOrchestration } from './warm-orchestration';
import { executorProgress, statusText } from './warm-orchestration';

export interface Difference {
  /** A sentence. */
  text: string;
  /** Where the replay came to its end: what it gives, and production with it, whose last run is always a replay. */
  replayedEnd?: SdkProgress;
  /** The host's own replay would fail on it. */
  breaksReplay: boolean;
}

/**
 * A quick replay in place: the same context class, a context whose logs are cut off. The code is told the same of `isReplaying` as in its
 * first run. Null when both agree.
 */
export function replayDifference(warm: WarmOrchestration): Difference | null {
  return difference(warm, replay(warm, warm.toldReplaying ?? []));
}

export interface Replay {
  progress: SdkProgress;
  /** JSON text. */
  customStatus: string | null;
  difference: Difference | null;
}

/** The same with `isReplaying` as a run of the SDK has it. */
export function replayed(warm: WarmOrchestration): Replay {
  const again = replay(warm, []);
  return { progress: again.progress, customStatus: again.customStatus, difference: difference(warm, again) };
}

/**
 * What the SDK answers while the instance is suspended: it knows nothing of that, and goes on with the events that the host holds back
 * (recorded: `suspend-status`, `suspend-race-return`).
 */
export function whileSuspended(warm: WarmOrchestration): Replayed {
  return replay(warm, [], warm.heldBack);
}

/** The same for a whole invocation's answer. */
export function replyDifference(warm: WarmOrchestration, reply: SdkReply): Difference | null {
  return difference(warm, reply);
}

function difference(warm: WarmOrchestration, again: Pick<Replayed, 'actions' | 'progress'>): Difference | null {
  return (
    actionsDifference(warm.run.executor.actions as DurableAction[], again.actions as DurableAction[]) ??
    progressDifference(warm.progress(), again.progress)
  );
}

export interface Replayed {
  actions: readonly unknown[];
  progress: SdkProgress;
  customStatus: string | null;
}

function replay(warm: WarmOrchestration, told: readonly boolean[], more: readonly HistoryEvent[] = []): Replayed {
  const { executor: first, context, schemaVersion, orchestrator, dropsFalsyStatus } = warm.run;
  const executor = new (first.constructor as new () => SdkExecutor)();
  const shadow = shadowOf(context);
  const df = contextFor(warm, executor);
  shadow.df = df;
  if (told.length > 0) {
    let asked = 0;
    answerIsReplaying(df, (value) => told[asked++] ?? value);
  }
  try {
    executor.schemaVersion = schemaVersion;
    executor.context = df;
    executor.generator = throwingErrors(() => orchestrator(shadow));
    const events = more.length === 0 ? warm.events : [...warm.events, ...more];
    events.some((event, index) => {
      const isPlayed = index < warm.newFrom;
      if ('_isReplaying' in executor) executor._isReplaying = isPlayed;
      const live = liveSdkEvent(event, isPlayed);
      if (live === null) return false;
      executor.processEvent(live);
      return executor.isDoneExecuting();
    });
    return { actions: executor.actions, progress: executorProgress(executor), customStatus: statusText(df, dropsFalsyStatus) };
  } catch (error) {
    return { actions: executor.actions, progress: crash(error), customStatus: null };
  }
}

function contextFor({ run, started, events }: WarmOrchestration, executor: SdkExecutor): SdkOrchestrationContext {
  const { df } = run.context;
  const parts = {
    state: [sdkEvent(started, true)],
    instanceId: df.instanceId,
    now: new Date(events[0]?.Timestamp ?? started.Timestamp),
    isReplaying: events.length > 2,
    parentInstanceId: df.parentInstanceId,
    schemaVersion: run.schemaVersion,
    input: withDates(parsedInput(started)),
  };
  return newContext(df, parts, executor);
}

const silent = (): void => undefined;
const silentLog = Object.assign((): void => undefined, { error: silent, warn: silent, info: silent, verbose: silent });

const cutOff = { log: silentLog, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/**
 * The invocation context with its logs cut off. A copy where that is all there is to it, as with SDK 3.x: an object that is a prototype once has a
 * form of its own for V8, which makes whatever reads it, the warm run as well, slower.
 */
function shadowOf(context: SdkInvocationContext): SdkInvocationContext {
  if ('done' in context) return Object.assign(Object.create(context) as SdkInvocationContext, cutOff, { done: silent });
  return Object.assign(Object.create(Object.getPrototypeOf(context) as object) as SdkInvocationContext, context, cutOff);
}

/** Told apart as a host tells them apart: what kind of work, and under which name. */
function actionsDifference(first: readonly DurableAction[], again: readonly DurableAction[]): Difference | null {
  const length = Math.max(first.length, again.length);
  let ofValues: Difference | null = null;
  for (let index = 0; index < length; index++) {
    const one = first[index];
    const other = again[index];
    if (one === undefined || other === undefined || !sameWork(one, other)) {
      const text = `its first run ${workText(one)} as number ${index + 1} of its actions, but a replay of the same history ${workText(other)}.`;
      return { text, breaksReplay: true };
    }
    ofValues ??= valuesDifference(one, other);
  }
  return ofValues;
}

function sameWork(one: DurableAction, other: DurableAction): boolean {
  if (one.actionType !== other.actionType) return false;
  if (actionName(one)?.toLowerCase() !== actionName(other)?.toLowerCase()) return false;
  const children = childActions(one);
  const others = childActions(other);
  return children.length === others.length && children.every((child, index) => sameWork(child, others[index] ?? child));
}

function valuesDifference(one: DurableAction, other: DurableAction): Difference | null {
  for (const field of ['input', 'fireAt', 'instanceId', 'operation']) {
    if (!sameValue(one[field], other[field])) {
      return {
        text: `a replay of the same history ${workText(other)} with another ${field} than the first run did.`,
        breaksReplay: false,
      };
    }
  }
  for (const [index, child] of childActions(one).entries()) {
    const difference = valuesDifference(child, childActions(other)[index] ?? child);
    if (difference !== null) return difference;
  }
  return null;
}

/** Equal as JSON: that is how a value leaves the code, so NaN is null, and undefined is nothing. */
function sameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  try {
    return (jsonOf(one) ?? 'null') === (jsonOf(other) ?? 'null');
  } catch {
    // No JSON form: the orchestration fails on it anyway.
    return true;
  }
}

// What lib.d.ts does not say: undefined, functions and symbols have no JSON form.
function jsonOf(value: unknown): string | undefined {
  return JSON.stringify(value);
}

function progressDifference(first: SdkProgress, again: SdkProgress): Difference | null {
  if (first.type !== again.type) {
    return { text: `its first run ${endText(first)}, but a replay of the same history ${endText(again)}.`, breaksReplay: true };
  }
  if (first.type === 'returned' && again.type === 'returned' && first.output !== again.output) {
    const text = 'a replay of the same history returns another output than the first run did.';
    return { text, breaksReplay: false, replayedEnd: again };
  }
  return null;
}

function endText(progress: SdkProgress): string {
  switch (progress.type) {
    case 'waiting':
      return 'is still waiting';
    case 'returned':
      return 'has ended';
    case 'failed':
    case 'crashed':
      return `has failed (${progress.message})`;
    case 'stateless':
      return `has failed (${progress.thrown ?? progress.message})`;
  }
}

const workNames: Partial<Record<number, string>> = {
  [actionTypes.CallActivity]: 'called the activity',
  [actionTypes.CallActivityWithRetry]: 'called the activity',
  [actionTypes.CallSubOrchestrator]: 'called the sub-orchestration',
  [actionTypes.CallSubOrchestratorWithRetry]: 'called the sub-orchestration',
  [actionTypes.ContinueAsNew]: 'continued as new',
  [actionTypes.CreateTimer]: 'created a timer',
  [actionTypes.WaitForExternalEvent]: 'waited for the event',
  [actionTypes.CallEntity]: 'called an entity',
  [actionTypes.CallHttp]: 'made an HTTP call',
  [actionTypes.SignalEntity]: 'signalled an entity',
  [actionTypes.WhenAny]: 'waited for any of',
  [actionTypes.WhenAll]: 'waited for all of',
  [actionTypes.LockEntities]: 'locked entities',
  [actionTypes.ReleaseEntities]: 'released entities',
};

function workText(action: DurableAction | undefined): string {
  if (action === undefined) return 'did nothing more';
  const children = childActions(action);
  const verb = workNames[action.actionType] ?? 'did something';
  if (children.length > 0) return `${verb} ${children.length} tasks (the first: ${workText(children[0])})`;
  const name = actionName(action);
  return name === null ? verb : `${verb} '${name}'`;
}
