import assert from 'node:assert/strict';
import type { FunctionDescriptor } from '../../src/core/ports/function-worker';
import type { HttpTriggerHost, HttpTriggerRequest, HttpTriggerResponse } from '../../src/core/ports/http-trigger';
import type { LogEntry } from '../../src/core/ports/logger';
import type { TaskHubClient } from '../../src/core/ports/task-hub-client';
import { createHttpApp, type HttpApp, type HttpAppOptions } from '../../src/http/http-app';
import type { HttpSettings } from '../../src/http/http-settings';
import { type HttpServer, startHttpServer } from '../../src/http/http-server';
import { TestHub, type TestHubOptions } from '../support/test-hub';

export const key = 'test-key+/=';
export const rpcToken = 'rpc-token';
export const base = '/runtime/webhooks/durabletask';
const code = `code=${encodeURIComponent(key)}`;

export type Trigger = (
  request: HttpTriggerRequest,
  signal: AbortSignal | undefined,
) => Partial<HttpTriggerResponse> | Promise<Partial<HttpTriggerResponse>>;

export interface FixtureOptions extends Partial<TestHubOptions> {
  settings?: Partial<HttpSettings>;
  app?: Partial<HttpAppOptions>;
  http?: Record<string, Trigger>;
  httpFunctions?: readonly Partial<FunctionDescriptor>[];
  /** In front of the engine: to answer as an engine never does. */
  hub?: (engine: TaskHubClient) => TaskHubClient;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed. */
  json: unknown;
}

/** The real engine and store behind the server, user code scripted. */
export class HttpFixture implements HttpTriggerHost {
  app!: HttpApp;
  readonly logs: LogEntry[] = [];
  /** Every HTTP trigger call. */
  readonly calls: { name: string; request: HttpTriggerRequest }[] = [];
  #server: HttpServer | undefined;
  #origin = 'http://localhost';

  private constructor(
    readonly hub: TestHub,
    private readonly options: FixtureOptions,
  ) {}

  static async open(options: FixtureOptions = {}): Promise<HttpFixture> {
    const hub = await TestHub.open({
      scripts,
      activities: { Manual: 'manual', Hello: (name) => `Hello ${String(name)}` },
      ...options,
    });
    const fixture = new HttpFixture(hub, options);
    const http: readonly FunctionDescriptor[] = (options.httpFunctions ?? []).map((each) => ({
      name: 'Http',
      type: 'http',
      triggerType: 'httpTrigger',
      ...each,
    }));
    const functions = [...hub.worker.functions(), ...http];
    fixture.app = createHttpApp({
      hub: options.hub?.(hub.engine) ?? hub.engine,
      functions: () => functions,
      triggers: fixture,
      settings: {
        hubName: 'TestHubName',
        routePrefix: 'api',
        key,
        rpcToken,
        origin: () => fixture.#origin,
        version: '1.2.3',
        appDir: '/app',
        dataDir: null,
        ...options.settings,
      },
      log: (entry) => fixture.logs.push(entry),
      clock: hub.clock,
      ...options.app,
    });
    return fixture;
  }

  /** On a real socket; returns the origin. */
  async listen(): Promise<string> {
    this.#server = await startHttpServer(this.app, { port: 0, host: '127.0.0.1' });
    return (this.#origin = `http://localhost:${this.#server.port}`);
  }

  async dispose(): Promise<void> {
    await this.#server?.stop();
    await this.hub.dispose();
    const errors = this.logs.filter((entry) => entry.level === 'error' || entry.level === 'critical');
    assert.deepEqual(errors, [], 'the server logged errors');
  }

  async invokeHttp(name: string, request: HttpTriggerRequest, signal?: AbortSignal): Promise<HttpTriggerResponse> {
    this.calls.push({ name, request });
    const answer = await this.options.http?.[name]?.(request, signal);
    return { status: 200, headers: [], body: null, ...answer };
  }

  /** Management API on the webhook base with the key; `target` begins after the base. */
  call(method: string, target: string, init: RequestInit = {}): Promise<Answer> {
    return this.raw(method, `${base}${withCode(target)}`, init);
  }

  async raw(method: string, target: string, init: RequestInit = {}): Promise<Answer> {
    const response = await this.app.request(target, { method, ...init });
    await this.hub.quiet();
    return answerOf(response);
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not every answer is JSON.
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** Turns of the event loop until the condition holds, with `eachTurn` in every one; fails when it does not come to hold. */
export async function eventually(holds: () => boolean, eachTurn: () => void = () => undefined): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    assert.ok(turn < 100_000, `it does not come to hold: ${holds.toString()}`);
    await new Promise(setImmediate);
    eachTurn();
  }
}

export function withCode(target: string): string {
  return `${target}${target.includes('?') ? '&' : '?'}${code}`;
}

export function jsonBody(value: unknown): RequestInit {
  return { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
}

const scripts: TestHubOptions['scripts'] = {
  *Echo(context) {
    yield context.activity('Hello', 'warm up');
    return context.input;
  },
  *Waits(context) {
    context.setStatus({ waitsFor: 'Go' });
    return (yield context.waitEvent('Go')) ?? null;
  },
  *Fails(context) {
    yield context.activity('Hello', 'before');
    throw new Error('Bang');
  },
  *Calls(context) {
    return yield context.activity('Manual', 'Tokyo');
  },
  *Parent(context) {
    const child = yield context.child('Echo', 'from parent', { instanceId: 'the-child' });
    yield context.timer(context.nowMs + 1000);
    return child;
  },
};
