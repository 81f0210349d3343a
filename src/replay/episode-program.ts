/**
 * A history laid before a worker that replays whole histories and tells what is new (the JSON protocol, as PowerShell speaks it), in the form of
 * a connected program: what it asks for in each part of the history, and nothing of it is done.
 */
import { isEntityRow, isScheduledRow, saysNonDeterministic } from '../core/decisions/non-determinism';
import { DurascopeError } from '../core/values/errors';
import type { HistoryEvent } from '../core/history/history';
import type { AskedProgram } from '../core/ports/connected-replays';
import type { EpisodeOutcome, EpisodeRequest } from '../core/ports/function-worker';
import type { ReplayRequest } from '../core/ports/replay-worker';
import { scheduledDecision } from './scheduled-decision';

/** `runner`: for sentences, `PowerShell app`. */
export function episodeProgram(
  { instanceId, executionId, functionName: name, history }: ReplayRequest,
  runner: string,
  runEpisode: (request: EpisodeRequest) => Promise<EpisodeOutcome>,
): AskedProgram {
  let isClosed = false;
  const assertOpen = (): void => {
    if (isClosed) throw new DurascopeError('Stopped', 'This replay is closed. Open it again.');
  };
  return {
    runner,
    // Its own comparison comes an episode late: the rows of one are held against what it asked for before it got them.
    canRefuse: false,
    ask: async (rows) => {
      assertOpen();
      // Copies: whoever replays them marks them as played. An end is left out, the code is asked what it does without it.
      const told = history
        .slice(0, rows)
        .filter(({ EventType }) => EventType !== 'ExecutionCompleted' && EventType !== 'ExecutionTerminated')
        .map((row): HistoryEvent => ({ ...row }));
      const Timestamp = told.findLast(({ EventType }) => EventType === 'OrchestratorStarted')?.Timestamp ?? '';
      const again: HistoryEvent = { EventType: 'OrchestratorStarted', EventId: -1, IsPlayed: false, Timestamp };
      const { decisions, customStatus } = await runEpisode({ instanceId, executionId, name, history: told, newEvents: [again] });
      assertOpen();
      const refused = decisions.some((each) => each.type === 'CompleteOrchestration' && saysNonDeterministic(each.result));
      // The worker tells what is new: what has a row was asked for before.
      const before = refused ? [] : told.filter((row) => isScheduledRow(row) || isEntityRow(row)).map(scheduledDecision);
      return { decisions: [...before, ...decisions], customStatus };
    },
    close: () => (isClosed = true),
  };
}
