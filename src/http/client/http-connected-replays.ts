import * as z from 'zod';
import { DurascopeError } from '../../core/values/errors';
import type { ConnectedReplays, OpenedReplay } from '../../core/ports/connected-replays';
import type { ReplayMoment, ReplayRequest } from '../../core/ports/replay-worker';
import { openedReplaySchema, replayMomentSchema } from '../protocol/replays';

/** One request to the emulator, as `HttpTaskHubClient` makes it. */
export type EmulatorCall = <T>(schema: z.ZodType<T>, method: string, route: string, body?: unknown) => Promise<T>;

interface Open {
  request: ReplayRequest;
  momentCount: number;
  /** The emulator's; another one after it was opened anew. */
  id: string;
}

/** Replays by the programs that are connected to an emulator in another process, which ends those that nobody looks at for long. */
export class HttpConnectedReplays implements ConnectedReplays {
  readonly #open = new Map<string, Open>();
  #lastId = 0;

  constructor(private readonly call: EmulatorCall) {}

  async open(request: ReplayRequest): Promise<OpenedReplay> {
    const { id, run } = await this.#lay(request);
    const own = String(++this.#lastId);
    this.#open.set(own, { request, momentCount: run.moments.length, id });
    return { id: own, run };
  }

  async moment(id: string, index: number): Promise<ReplayMoment> {
    const open = this.#open.get(id);
    if (open === undefined) throw new DurascopeError('Stopped', 'This replay is closed. Open it again.');
    try {
      return await this.#moment(open, index);
    } catch (error) {
      if (!DurascopeError.is(error, 'Stopped')) throw error;
      const { id: newId, run } = await this.#lay(open.request);
      open.id = newId;
      if (run.moments.length === open.momentCount) return this.#moment(open, index);
      throw new DurascopeError('Stopped', 'The code was changed since this replay was opened. Open it again.', { cause: error });
    }
  }

  async close(id: string): Promise<void> {
    const open = this.#open.get(id);
    this.#open.delete(id);
    // An emulator that is gone has closed it.
    if (open !== undefined) await this.call(z.unknown(), 'DELETE', `/replays/${open.id}`).catch(() => undefined);
  }

  async #lay(request: ReplayRequest): Promise<OpenedReplay> {
    const { instanceId, executionId, functionName, history } = request;
    const body = { instanceId, executionId, functionName, history };
    // The fields of decisions, rows and frames are the server's promise, as those of histories are.
    return (await this.call(openedReplaySchema, 'POST', '/replays', body)) as unknown as OpenedReplay;
  }

  async #moment({ id }: Open, index: number): Promise<ReplayMoment> {
    return (await this.call(replayMomentSchema, 'POST', `/replays/${id}/moment`, { index })) as unknown as ReplayMoment;
  }
}
