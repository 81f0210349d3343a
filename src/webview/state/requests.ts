/** Numbers questions and hands their answers back. */
import type { ActionResult } from '../../protocol/panel-values';

export class Requests {
  private last = 0;
  private readonly waiting = new Map<number, (result: ActionResult) => void>();

  next(): number {
    return ++this.last;
  }

  /** Sends what `send` makes of a fresh number; resolves with its answer. */
  ask(send: (requestId: number) => void): Promise<ActionResult> {
    const requestId = this.next();
    return new Promise((resolve) => {
      this.waiting.set(requestId, resolve);
      send(requestId);
    });
  }

  settle(result: ActionResult): void {
    const resolve = this.waiting.get(result.requestId);
    this.waiting.delete(result.requestId);
    resolve?.(result);
  }
}
