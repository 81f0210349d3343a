/**
 * Extended sessions, as host.json turns them on for .NET (spec/functionrpc-workers.md 3): the worker keeps where an orchestrator stands, and is
 * told only what is new.
 *
 *   S1. A session stands at a place of the history that is given: where another history, or another part of it, is given, all is told anew.
 *   S2. Whatever does not answer with decisions ends the session: what its worker did with the question is not known.
 */
import { Room } from '../base/room';
import type { HistoryEvent } from '../core/history/history';
import type { EpisodeRequest } from '../core/ports/function-worker';

interface Session {
  executionId: string;
  /** The last event that the worker was told, and its place in the history. */
  last: HistoryEvent;
  at: number;
}

type Told = Pick<EpisodeRequest, 'instanceId' | 'executionId' | 'history' | 'newEvents'>;

/** Whose place is forgotten is told all once more. */
const most = 10_000;

export class ExtendedSessions {
  readonly #sessions = new Room<Session>({ entries: most, weight: Infinity, weightPerUse: 1 });

  /** Whether the worker has been told all of the history. */
  has({ instanceId, executionId, history }: Told): boolean {
    const session = this.#sessions.get(instanceId);
    return session !== undefined && session.executionId === executionId && history[session.at] === session.last;
  }

  /** It has answered with decisions. */
  keep({ instanceId, executionId, history, newEvents }: Told): void {
    const last = newEvents.at(-1);
    if (last === undefined) this.end(instanceId);
    else this.#sessions.put(instanceId, { executionId, last, at: history.length + newEvents.length - 1 }, 1);
  }

  end(instanceId: string): void {
    this.#sessions.delete(instanceId);
  }
}
