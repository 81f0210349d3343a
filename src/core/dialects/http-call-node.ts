/** The node of a durable HTTP call that is asked about until it is no longer a 202 (spec/functions-worker.md 6, rule 5). */
import { httpActivityName } from '../values/http-activity';
import { type DurableHttpRequest, nextPoll } from './durable-http';
import type { NodeHost, OpenTask } from './host-replay-nodes';
import { ParentNode, ReplayNode } from './host-replay-nodes';
import type { WorkDecision } from '../decisions/non-determinism';

/** The activity that makes one request. */
export function httpActivity(request: DurableHttpRequest): (id: number) => WorkDecision {
  const input = JSON.stringify([request]);
  return (id) => ({ type: 'ScheduleTask', id, name: httpActivityName, input });
}

/** One request, under an id that was taken for it. */
class RequestNode extends ReplayNode implements OpenTask {
  result: string | null = null;

  constructor(
    private readonly id: number,
    private readonly request: DurableHttpRequest,
  ) {
    super();
  }

  protected start(host: NodeHost): void {
    host.schedule(this.id, httpActivity(this.request)(this.id), this);
  }

  blocksCompletion(): boolean {
    return true;
  }

  succeeded(result: string | null): void {
    this.result = result;
    this.finish(false);
  }

  failed(): void {
    this.finish(true);
  }
}

/**
 * A request's id is taken when it is sent, after its timer. The SDK counts both together when the 202 comes: where something else is
 * scheduled between, it takes that answer for another, and fails without its state (recorded: `http-polls`).
 */
export class PolledHttpNode extends ParentNode {
  private host: NodeHost | null = null;

  constructor(
    private request: DurableHttpRequest | null,
    private readonly defaultDelayMs: number,
    private readonly timer: (fireAtMs: number) => ReplayNode,
  ) {
    super();
  }

  protected start(host: NodeHost): void {
    this.host = host;
    if (this.request !== null) this.send(host, this.request);
  }

  childFinished(child: ReplayNode): void {
    const { host, request } = this;
    if (host === null) return;
    if (request === null) {
      this.finish(true);
      return;
    }
    if (!(child instanceof RequestNode)) {
      this.send(host, request);
      return;
    }
    const next = child.state === 'failed' ? null : nextPoll(request, child.result, this.defaultDelayMs);
    if (next === null) {
      this.finish(child.state === 'failed');
      return;
    }
    this.request = next.request;
    const timer = this.timer(host.nowMs + next.delayMs);
    timer.parent = this;
    timer.begin(host);
  }

  private send(host: NodeHost, request: DurableHttpRequest): void {
    const node = new RequestNode(host.reserve(), request);
    node.parent = this;
    node.begin(host);
  }
}
