/** One episode as the real host does it: the whole history in, the whole action list out, ids worked out anew. */
import type { DurableAction } from '../../../../core/values/durable-action';
import type { CompleteOrchestration } from '../../../../core/decisions/decisions';
import type { EventRaised, ExecutionStarted, HistoryEvent } from '../../../../core/history/history';
import type { HostReplayOptions } from '../../../../core/dialects/host-replay';
import { HostReplay } from '../../../../core/dialects/host-replay';
import { PastRows } from '../../../../core/dialects/past-rows';
import { SuspensionGate } from '../../../../core/history/suspension-gate';
import type { SdkReply } from './sdk-reply';
import { timerLimits, triggerJson } from './trigger-input';

/** What every replay of a generation is given, whoever drives it. */
export type HostSetting = Omit<
  HostReplayOptions,
  'isV1' | 'maximumShortTimerMs' | 'racesCountFinished' | 'buffersStall' | 'pastRows'
> & { httpPollDelayMs: number };

/** Schemas from V3 (number 2) on know chains of timers. */
export function maximumShortTimerMs(schemaVersion: number): number {
  return schemaVersion >= 2 ? timerLimits.maximumShortTimerMs : Number.POSITIVE_INFINITY;
}

/** A generation's events in the order in which they take effect. */
interface EffectiveHistory {
  events: readonly HistoryEvent[];
  /** Index of the first event whose effect is new. */
  newFrom: number;
  isSuspended: boolean;
  /** What waits for the resume. */
  heldBack: readonly HistoryEvent[];
}

/** `newFrom`: index of the first new event in the order of commit. */
function effectiveHistory(events: readonly HistoryEvent[], newFrom: number): EffectiveHistory {
  const gate = new SuspensionGate();
  const effective: HistoryEvent[] = [];
  let effectiveNewFrom = -1;
  for (const [index, event] of events.entries()) {
    if (index === newFrom) effectiveNewFrom = effective.length;
    gate.pass(event, (passed) => effective.push(passed));
  }
  return { events: effective, newFrom: effectiveNewFrom, isSuspended: gate.isSuspended, heldBack: gate.heldBack };
}

interface ColdEpisode {
  reply: SdkReply;
  host: HostReplay;
  isSuspended: boolean;
  carriedOver: readonly EventRaised[] | null;
  /** Of a suspended instance whose code was told more than has taken effect: how it ends all the same. Undefined: it is not ahead. */
  endAhead: CompleteOrchestration | null | undefined;
}

/** Runs the function over the whole history. */
export async function runColdEpisode(
  stored: readonly HistoryEvent[],
  newFrom: number,
  started: ExecutionStarted,
  setting: HostSetting,
  invoke: (trigger: string) => Promise<SdkReply>,
): Promise<ColdEpisode> {
  const history = effectiveHistory(stored, newFrom);
  // The SDK knows nothing of suspension: it is told all, and only the host holds back (recorded: `suspend-status`, `suspend-race-return`).
  const told = [...history.events, ...history.heldBack];
  const trigger = triggerJson({
    instanceId: setting.instanceId,
    started,
    events: told,
    newFrom: history.newFrom,
    isReplaying: newFrom > 0,
    httpPollDelayMs: setting.httpPollDelayMs,
  });
  const reply = await invoke(trigger);
  const host = new HostReplay({
    ...setting,
    isV1: reply.isV1,
    maximumShortTimerMs: maximumShortTimerMs(reply.schemaVersion),
    racesCountFinished: reply.schemaVersion < 3,
    buffersStall: !reply.isV1 && reply.schemaVersion < 3,
    pastRows: new PastRows(stored),
  });
  const { actions, progress } = reply;
  for (const event of history.events) {
    // Without an answer there is nothing to hold against the history.
    if (progress.type === 'stateless') host.applyUnseen(event);
    else host.apply(event, actions as readonly DurableAction[]);
  }
  const carriedOver = host.carriedOver(history.events, actions as readonly DurableAction[]);
  const isAhead = history.heldBack.length > 0 && progress.type !== 'stateless';
  const ends = isAhead && progress.type !== 'waiting';
  const end = ends ? host.endWhileSuspended(history.events, actions as readonly DurableAction[], progress) : null;
  const walked = host.walked(history.events, actions as readonly DurableAction[]);
  return { reply, host: walked, isSuspended: history.isSuspended, carriedOver, endAhead: isAhead ? end : undefined };
}

/** The host's half of a replay over a whole reply; `events` in the order in which they take effect. */
export function hostOver(events: readonly HistoryEvent[], reply: SdkReply, setting: HostSetting): HostReplay {
  const host = new HostReplay({
    ...setting,
    isV1: reply.isV1,
    maximumShortTimerMs: maximumShortTimerMs(reply.schemaVersion),
    racesCountFinished: reply.schemaVersion < 3,
    buffersStall: false,
    isComplete: true,
    pastRows: null,
  });
  for (const event of events) host.apply(event, reply.actions as readonly DurableAction[]);
  return host;
}
