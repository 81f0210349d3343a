/** Which messages of an instance its next episode takes, and what of them is a row of its history. */
import type { HistoryEvent } from '../core/history/history';
import type { InstanceRow } from '../core/instances/instance';
import type { Generation } from '../core/turns/generation';
import { asHistory, refusalOf, type Refusal } from '../core/turns/reconcile';
import type { EngineCore } from './engine-core';
import type { InboxEntry, LiveInstance } from './live-instance';

const refusalTexts: Readonly<Record<Refusal, string>> = {
  startedBefore: 'it has started before',
  otherGeneration: 'it is for a generation that is over',
  notScheduled: 'nothing of that id was scheduled',
  answeredBefore: 'it was answered before',
};

/** What is visible now, ExecutionStarted first; nothing while the start is not. */
export function takeMessages(core: EngineCore, live: LiveInstance, generation: Generation): InboxEntry[] {
  const { inbox } = live;
  if (generation.isEmpty) {
    const start = inbox.find(({ isReady, event: { EventType } }) => isReady && EventType === 'ExecutionStarted');
    const isTerminated = inbox.some(({ isReady, event: { EventType } }) => isReady && EventType === 'ExecutionTerminated');
    if (start === undefined && !isTerminated) return [];
    if (start !== undefined && !isTerminated && core.options.oneMessagePerEpisode) {
      live.inbox = inbox.filter((entry) => entry !== start);
      return [start];
    }
  } else if (core.options.oneMessagePerEpisode) {
    const first = inbox.find((entry) => entry.isReady);
    if (first === undefined) return [];
    live.inbox = inbox.filter((entry) => entry !== first);
    // In case that this one makes no episode: the next must not wait for another message to come.
    if (live.inbox.some((entry) => entry.isReady)) core.wake(live);
    return [first];
  }
  const taken = live.takeReady();
  return generation.isEmpty ? startFirst(taken) : taken;
}

/** What of them fits the history, as rows of it; what does not is told in the log. */
export function reconcile(
  core: EngineCore,
  row: InstanceRow,
  generation: Generation,
  entries: readonly InboxEntry[],
): HistoryEvent[] {
  const answered = new Set<number>();
  const inbound: HistoryEvent[] = [];
  let hasStart = false;
  for (const { event, executionId } of entries) {
    const isStart = event.EventType === 'ExecutionStarted';
    const refusal = isStart && hasStart ? 'startedBefore' : refusalOf(event, executionId, row.executionId, generation, answered);
    if (refusal === null) {
      hasStart ||= isStart;
      // It begins an episode and is no row of it (spec/engine.md 2.3).
      if (event.EventType !== 'ExecutionRewound') inbound.push(asHistory(event, generation));
      continue;
    }
    const level = refusal === 'notScheduled' ? 'warning' : 'debug';
    core.log(level, `${event.EventType} is dropped: ${refusalTexts[refusal]}.`, row.instanceId);
  }
  return inbound;
}

function startFirst(entries: InboxEntry[]): InboxEntry[] {
  const at = entries.findIndex((entry) => entry.event.EventType === 'ExecutionStarted');
  const start = entries[at];
  return start === undefined || at === 0 ? entries : [start, ...entries.slice(0, at), ...entries.slice(at + 1)];
}
