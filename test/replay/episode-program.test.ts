/** Replays through a worker that replays whole histories: PowerShell's, as it was recorded to answer (spec/functionrpc-workers.md 5). */
import assert from 'node:assert/strict';
import type { HistoryEvent } from '../../src/core/history/history';
import type { EpisodeOutcome, EpisodeRequest } from '../../src/core/ports/function-worker';
import { HubReplays } from '../../src/emulator/replays/hub-replays';
import { ConnectedReplayWorker } from '../../src/replay/connected-replay-worker';
import { episodeProgram } from '../../src/replay/episode-program';
import { openReplay } from '../../src/replay/open-replay';
import type { ReplayTimeline } from '../../src/replay/replay-timeline';
import { SdkOrchestrationRunner } from '../../src/workers/node/child/orchestrations/sdk-orchestration-runner';
import { camelState } from '../../src/workers/rpc/functions/pascal-state';
import { lookBothWays, namesOf } from '../grpc/replay-helpers';

interface Trigger {
  history: { EventType: number; EventId: number; TaskScheduledId?: number; Name?: string; Result?: string }[];
}

const scheduled = 4;
const completed = 5;

/** Answers as the worker does for a script that calls these activities, one after the other, and tells each city. */
function script(activities: readonly string[]): (trigger: string) => unknown {
  return (trigger) => {
    const { history } = JSON.parse(trigger) as Trigger;
    const results: string[] = [];
    const actions: object[][] = [];
    for (const name of activities) {
      actions.push([{ FunctionName: name, Input: 'x', ActionType: 0 }]);
      const row = history.filter(({ EventType, Name }) => EventType === scheduled && Name === name)[
        actions.filter((each) => (each[0] as { FunctionName: string }).FunctionName === name).length - 1
      ];
      const result = history.find(
        ({ EventType, TaskScheduledId }) => EventType === completed && TaskScheduledId === row?.EventId,
      );
      if (row === undefined || result === undefined)
        return { IsDone: false, Actions: actions, Output: null, Error: null, CustomStatus: results.at(-1) ?? null };
      results.push(JSON.parse(result.Result ?? 'null') as string);
    }
    return { IsDone: true, Actions: actions, Output: results, Error: null, CustomStatus: results.at(-1) ?? null };
  };
}

async function episodeOf(activities: readonly string[], request: EpisodeRequest): Promise<EpisodeOutcome> {
  const answer = script(activities);
  const runner = new SdkOrchestrationRunner({
    invoke: ({ triggerJson }) => Promise.resolve(camelState(answer(triggerJson))),
    functionNames: (type) => (type === 'orchestrator' ? ['Greet'] : [...new Set(['A', 'B', 'C', ...activities])]),
  });
  const { instanceId, executionId, name, history, newEvents } = request;
  const outcome = await runner.run({ instanceId, executionId, name, knownLength: 0, events: [...history, ...newEvents] });
  assert.notEqual(outcome, 'needHistory');
  return outcome as EpisodeOutcome;
}

const at = (second: number): string => `2026-11-29T10:00:0${second}.0000000Z`;
const mark = { EventId: -1, IsPlayed: true };

function historyOf(names: readonly string[]): HistoryEvent[] {
  const rows: HistoryEvent[] = [
    { ...mark, EventType: 'OrchestratorStarted', Timestamp: at(0) },
    {
      ...{ ...mark, EventType: 'ExecutionStarted', Timestamp: at(0), Name: 'Greet', Version: '', Input: null },
      OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
    },
  ];
  for (const [id, Name] of names.entries()) {
    rows.push(
      { EventType: 'TaskScheduled', EventId: id, IsPlayed: false, Timestamp: at(id), Name, Version: '', Input: null },
      { ...mark, EventType: 'OrchestratorCompleted', Timestamp: at(id) },
      { ...mark, EventType: 'OrchestratorStarted', Timestamp: at(id + 1) },
      { ...mark, EventType: 'TaskCompleted', Timestamp: at(id + 1), TaskScheduledId: id, Result: JSON.stringify(`${Name}!`) },
    );
  }
  return rows;
}

async function replay(activities: readonly string[], history: readonly HistoryEvent[]): Promise<ReplayTimeline> {
  const request = { instanceId: 'i', executionId: 'e', functionName: 'Greet', history };
  const worker = new ConnectedReplayWorker({
    replays: new HubReplays((asked) => episodeProgram(asked, 'PowerShell app', (episode) => episodeOf(activities, episode))),
    functionNames: () => ['Greet', 'A', 'B', 'C'],
    findSource: () => Promise.resolve(null),
  });
  return openReplay(request, worker);
}

describe('a replay by a worker that is told whole histories', () => {
  const history = historyOf(['A', 'B']);

  it('tells what was asked for at each moment, the custom status and the end, there and back', async () => {
    const before = structuredClone(history);
    const timeline = await replay(['A', 'B'], history);
    assert.deepEqual(namesOf(timeline), [['A'], ['B'], ['CompleteOrchestration']]);
    assert.deepEqual(
      timeline.steps.map(({ customStatus }) => customStatus),
      [null, '"A!"', '"B!"'],
    );
    assert.equal(timeline.divergence, null);
    assert.equal(timeline.steps.at(-1)?.output, '["A!","B!"]');
    await lookBothWays(timeline);
    assert.deepEqual(history, before, 'nothing was marked in the history of the hub');
  });

  it('ends at the row where code and history part: another call, one that was removed, one that was added', async () => {
    const renamed = await replay(['A', 'C'], history);
    assert.deepEqual([renamed.divergence?.recorded, renamed.divergence?.actual], ['activity B #1', 'activity C #1']);
    const removed = await replay(['A'], history);
    assert.deepEqual([removed.divergence?.recorded, removed.divergence?.actual], ['activity B #1', null]);
    const added = await replay(['C', 'A', 'B'], history);
    assert.deepEqual([added.divergence?.recorded, added.divergence?.actual], ['activity A #0', 'activity C #0']);
  });

  it('is refused once it is closed', async () => {
    const program = episodeProgram(
      { instanceId: 'i', executionId: 'e', functionName: 'Greet', history },
      'PowerShell app',
      (episode) => episodeOf(['A', 'B'], episode),
    );
    program.close();
    await assert.rejects(program.ask(2, false), /This replay is closed/);
  });
});
