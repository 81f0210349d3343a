import { DurascopeError } from '../../core/values/errors';
import type { AskedProgram, ConnectedReplays, OpenedReplay } from '../../core/ports/connected-replays';
import type { ReplayMoment, ReplayRequest } from '../../core/ports/replay-worker';
import { runThroughProgram, type ProgramRun } from '../../replay/program-run';

/** Replays by the programs that are connected to one hub, kept until they are closed. */
export class HubReplays implements ConnectedReplays {
  readonly #open = new Map<string, { asked: AskedProgram; run: ProgramRun }>();
  #lastId = 0;

  constructor(private readonly lay: (request: ReplayRequest) => AskedProgram) {}

  async open(request: ReplayRequest, signal?: AbortSignal): Promise<OpenedReplay> {
    const asked = this.lay(request);
    const giveUp = (): void => asked.close();
    signal?.addEventListener('abort', giveUp);
    try {
      const run = await runThroughProgram(request, asked);
      const id = String(++this.#lastId);
      this.#open.set(id, { asked, run });
      return { id, run: run.run };
    } catch (error) {
      asked.close();
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async moment(id: string, index: number): Promise<ReplayMoment> {
    const open = this.#open.get(id);
    if (open === undefined) throw new DurascopeError('Stopped', 'This replay is closed. Open it again.');
    return open.run.moment(index);
  }

  close(id: string): Promise<void> {
    this.#open.get(id)?.asked.close();
    this.#open.delete(id);
    return Promise.resolve();
  }
}
