/** What one process was asked and has not answered yet: each is settled, at the latest when the process is gone. */
import { DurascopeError } from '../../core/values/errors';

export type RequestKind = 'episode' | 'activity' | 'entity' | 'http' | 'invoke' | 'replay';

/** The invocation whose code is on the stack, where it is known. */
export interface KnownRunner {
  running: { functionName: string; instanceId?: string } | null;
}

export interface Request {
  kind: RequestKind;
  /** Of the function. */
  name: string;
  instanceId: string | null;
  resolve(value: never): void;
  reject(error: Error): void;
}

/** One thing that a process had not answered when it ended; `name`: of the function. */
export type LostWork = Pick<Request, 'kind' | 'name'>;

export class RequestsUnderWay {
  private readonly requests = new Map<number, Request>();
  private nextId = 1;
  private hasEnded = false;
  private whenIdle: (() => void)[] = [];

  /** `onBusy`: the first request is under way; `onIdle`: none is any more. */
  constructor(
    private readonly onBusy: () => void,
    private readonly onIdle: () => void,
  ) {}

  get count(): number {
    return this.requests.size;
  }

  /** Answers the request's id. One that comes after the end is rejected at once, with `WorkerExited`. */
  add(
    kind: RequestKind,
    name: string,
    instanceId: string | null,
    resolve: (value: never) => void,
    reject: (error: Error) => void,
  ): number {
    const id = this.nextId++;
    this.adopt(id, { kind, name, instanceId, resolve, reject });
    return id;
  }

  /** As `add`, for what the process has begun by itself under an `id` of its own, below 0. */
  adopt(id: number, request: Request): void {
    if (this.hasEnded) {
      request.reject(new DurascopeError('WorkerExited', 'The process that runs the app has ended.'));
      return;
    }
    this.requests.set(id, request);
    if (this.requests.size === 1) this.onBusy();
  }

  has(id: number): boolean {
    return this.requests.has(id);
  }

  /** Hands out the request for the caller to settle; undefined when that was done before. */
  take(id: number): Request | undefined {
    const request = this.requests.get(id);
    if (request === undefined) return undefined;
    this.requests.delete(id);
    if (this.requests.size === 0) {
      this.onIdle();
      for (const resolve of this.whenIdle.splice(0)) resolve();
    }
    return request;
  }

  /** The process is gone: every request is rejected, with the error that `errorOf` makes for it. Answers what they were. */
  end(errorOf: (id: number, request: Request) => Error): LostWork[] {
    this.hasEnded = true;
    const all = [...this.requests];
    for (const [id, request] of all) {
      this.take(id);
      request.reject(errorOf(id, request));
    }
    return all.map(([, { kind, name }]) => ({ kind, name }));
  }

  /** Resolves when no request is under way any more, or after `boundMs`. */
  idle(boundMs: number): Promise<void> {
    if (this.requests.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, boundMs);
      this.whenIdle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /**
   * Who blocks the process: who is on the stack; if that is not known, whoever has code that goes on by itself (not an
   * orchestrator), else who came first.
   */
  findBlocker(where: KnownRunner | null): [id: number, Request] | undefined {
    const all = [...this.requests];
    const running = where?.running;
    if (running === null || running === undefined) {
      return (where === null ? undefined : all.find(([, one]) => one.kind !== 'episode')) ?? all[0];
    }
    const name = running.functionName.toLowerCase();
    const sameName = all.filter(([, one]) => one.name.toLowerCase() === name);
    return sameName.find(([, one]) => one.instanceId === (running.instanceId ?? null)) ?? sameName[0];
  }
}
