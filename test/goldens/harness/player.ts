/** Plays the steps of a scenario against a management API, as the client of the recordings did. */
import type { Answer, Call, Scenario, Step } from './recording';

export interface ServedHub {
  /** Up to and with `/runtime/webhooks/durabletask`. */
  managementUrl: string;
  key: string;
  /** Port of the page that durable HTTP calls ask (`startPage`). */
  pagePort: number;
  /** How many times as long as recorded the client lets pass, for a machine that is busy. Default 1. */
  patience?: number;
}

const ended = new Set(['Completed', 'Failed', 'Terminated', 'Canceled']);
const keptHeaders = ['location', 'retry-after', 'content-type', 'x-ms-continuation-token'];
/** As long as the recorder waited. */
const waitMs = 20_000;

export async function play(hub: ServedHub, scenario: Scenario): Promise<{ calls: Call[]; status: Answer }> {
  const player = new Player(hub, scenario.name);
  for (const step of scenario.steps) await player.step(step);
  const status = await player.ask('GET', `instances/${scenario.name}?showHistory=true&showHistoryOutput=true&showInput=true`);
  return { calls: player.calls, status };
}

interface Body {
  text: string;
  type: string;
}

type Headers = Readonly<Record<string, string>>;

class Player {
  readonly calls: Call[] = [];
  /** Of the last answer that had one. */
  private token = '';

  constructor(
    private readonly hub: ServedHub,
    private readonly name: string,
  ) {}

  async step(step: Step): Promise<void> {
    if ('pause' in step) return pause(step.pause * (this.hub.patience ?? 1));
    if ('page' in step) {
      await fetch(`http://127.0.0.1:${this.hub.pagePort}${step.page.replaceAll('$', this.name)}`);
      return;
    }
    if ('request' in step) {
      const [method, path] = step.request;
      return this.call(method, path.replaceAll('$', this.name), this.bodyOf(step), step.headers);
    }
    const id = step.id === undefined ? this.name : `${this.name}-${step.id}`;
    if ('start' in step) return this.call('POST', `orchestrators/${step.start}/${id}`, this.bodyOf(step));
    if ('event' in step) return this.call('POST', `instances/${id}/raiseEvent/${step.event}`, this.bodyOf(step));
    if ('get' in step) return this.call('GET', `instances/${id}${step.get}`);
    if ('wait' in step) return this.wait(id, step);
    for (const [verb, reason] of Object.entries(step)) {
      if (verb !== 'id') await this.call('POST', `instances/${id}/${verb}?reason=${encodeURIComponent(reason)}`);
    }
  }

  async ask(method: string, path: string, body?: Body, more: Headers = {}): Promise<Answer> {
    const url = `${this.hub.managementUrl}/${path}${path.includes('?') ? '&' : '?'}code=${this.hub.key}`;
    const response = await fetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': body.type }), ...more },
      ...(body === undefined ? {} : { body: body.text }),
    });
    const text = await response.text();
    const headers: Record<string, string> = {};
    for (const name of keptHeaders) {
      const value = response.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    return { status: response.status, headers, body: jsonOr(text) };
  }

  private async call(method: string, path: string, body?: Body, headers: Headers = {}): Promise<void> {
    const more = Object.entries(headers).map(([name, each]) => [name, each === '$token' ? this.token : each]);
    const answer = await this.ask(method, path, body, Object.fromEntries(more) as Headers);
    this.token = answer.headers['x-ms-continuation-token'] ?? this.token;
    this.calls.push({ call: `${method} ${path}`, ...(body === undefined ? {} : { sent: body.text }), ...answer });
  }

  private bodyOf(step: { input?: unknown; raw?: string; type?: string }): Body | undefined {
    const type = step.type ?? 'application/json';
    if (step.raw !== undefined) return { text: step.raw, type };
    if (!('input' in step)) return undefined;
    const text = JSON.stringify(step.input)
      .replaceAll('$HTTP', String(this.hub.pagePort))
      .replace(/"\$([a-z]+)"/g, (_whole, id: string) => JSON.stringify(`${this.name}-${id}`));
    return { text, type };
  }

  private async wait(id: string, step: { wait: string; id?: string }): Promise<void> {
    const until = Date.now() + waitMs;
    const isThere = (status: string): boolean => (step.wait === 'end' ? ended.has(status) : status === step.wait);
    let reached = false;
    for (;;) {
      const { body } = await this.ask('GET', `instances/${id}`);
      reached = isThere((body as { runtimeStatus?: string } | null)?.runtimeStatus ?? '');
      if (reached || Date.now() > until) break;
      await pause(50);
    }
    this.calls.push({ wait: step.wait, ...(step.id === undefined ? {} : { id }), reached });
    if (step.wait === 'end') await this.call('GET', `instances/${id}`);
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
