/**
 * Replays by connected programs that were opened over HTTP, whose clients may go without a word.
 *
 *   R1. A caller who leaves while a program is asked for him ends the replay.
 *   R2. One that nobody has looked at for a while ends by itself; with many, the one that was looked at longest ago goes first.
 *   R3. Ids cannot be guessed, and are none of the replays that the emulator's own process has open.
 */
import { randomUUID } from 'node:crypto';
import { DurascopeError } from '../core/values/errors';
import type { Clock, Disposable } from '../core/ports/clock';
import type { ConnectedReplays, OpenedReplay } from '../core/ports/connected-replays';
import type { ReplayMoment, ReplayRequest } from '../core/ports/replay-worker';

/** Clients open anew what has ended so, hence it need not be long. */
export const idleReplayMs = 10 * 60_000;
const mostReplays = 50;

interface Session {
  /** Of `replays`. */
  inner: string;
  limit: Disposable;
}

export class ReplaySessions {
  /** The one that was looked at longest ago first. */
  readonly #open = new Map<string, Session>();

  constructor(
    private readonly replays: ConnectedReplays,
    private readonly clock: Clock,
  ) {}

  async open(request: ReplayRequest, caller: AbortSignal): Promise<OpenedReplay> {
    const { id: inner, run } = await this.replays.open(request, caller);
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= mostReplays) await this.close(oldest);
    const id = randomUUID();
    this.#open.set(id, { inner, limit: this.#limit(id) });
    return { id, run };
  }

  async moment(id: string, index: number, caller: AbortSignal): Promise<ReplayMoment> {
    const session = this.#open.get(id);
    if (session === undefined) throw new DurascopeError('Stopped', 'This replay is closed. Open it again.');
    session.limit.dispose();
    this.#open.delete(id);
    this.#open.set(id, session);
    session.limit = this.#limit(id);
    const onLeft = (): void => void this.close(id);
    caller.addEventListener('abort', onLeft);
    try {
      return await this.replays.moment(session.inner, index);
    } finally {
      caller.removeEventListener('abort', onLeft);
    }
  }

  /** Nothing happens when it is closed already. */
  async close(id: string): Promise<void> {
    const session = this.#open.get(id);
    if (session === undefined) return;
    this.#open.delete(id);
    session.limit.dispose();
    await this.replays.close(session.inner);
  }

  async dispose(): Promise<void> {
    for (const id of [...this.#open.keys()]) await this.close(id);
  }

  #limit(id: string): Disposable {
    return this.clock.after(idleReplayMs, () => void this.close(id));
  }
}
