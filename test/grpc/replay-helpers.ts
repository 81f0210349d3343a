import assert from 'node:assert/strict';
import type { Emulator } from '../../src/emulator/emulator';
import { ConnectedReplayWorker } from '../../src/replay/connected-replay-worker';
import { openReplay } from '../../src/replay/open-replay';
import type { FoundSource } from '../../src/replay/orchestrator-source';
import type { ReplayStep, ReplayTimeline } from '../../src/replay/replay-timeline';

/** The timeline of an instance whose orchestrator a connected program runs. */
export async function openConnected(
  { hub, replays }: Pick<Emulator, 'hub' | 'replays'>,
  instanceId: string,
  source: FoundSource | null = null,
): Promise<ReplayTimeline> {
  const row = await hub.get(instanceId);
  assert.ok(row);
  const worker = new ConnectedReplayWorker({ replays, functionNames: () => null, findSource: () => Promise.resolve(source) });
  const { executionId, name: functionName } = row;
  return openReplay({ instanceId, executionId, functionName, history: await hub.history(instanceId) }, worker);
}

/** Everything the hub has, as text: the same before and after means that nothing was committed. */
export async function contentOf({ hub }: Emulator): Promise<string> {
  const { instances } = await hub.query({});
  const entities = await hub.queryEntities({});
  const histories = await Promise.all(instances.map(({ instanceId }) => hub.history(instanceId)));
  const statuses = await Promise.all(instances.map(({ instanceId }) => hub.customStatusChanges(instanceId)));
  return JSON.stringify({ instances, entities, histories, statuses }, null, 1);
}

/** All that is shown of a step, told in full. */
export async function look(timeline: ReplayTimeline, index: number): Promise<unknown> {
  await timeline.complete?.(index);
  const { kind, rows, frames, customStatus, currentUtcDateTime, decisions, pending, output, failure } = timeline.steps[
    index
  ] as ReplayStep;
  return { kind, rows, frames, customStatus, currentUtcDateTime, decisions, pending, output, failure };
}

/** Looks at every step there and back; what is seen is the same. */
export async function lookBothWays(timeline: ReplayTimeline): Promise<void> {
  const forwards: unknown[] = [];
  for (const { index } of timeline.steps) forwards.push(structuredClone(await look(timeline, index)));
  const backwards: unknown[] = [];
  for (const { index } of timeline.steps.toReversed()) backwards.push(structuredClone(await look(timeline, index)));
  assert.deepEqual(backwards.toReversed(), forwards);
}

/** Names of what was asked for, step by step. */
export function namesOf(timeline: ReplayTimeline): string[][] {
  return timeline.steps.map(({ decisions }) => decisions.map((decision) => ('name' in decision ? decision.name : decision.type)));
}
