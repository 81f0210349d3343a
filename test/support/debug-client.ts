import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { ReplayDebugSession } from '../../src/debug/replay-debug-session';
import type { ReplayLaunchArguments, ReplayProvider } from '../../src/debug/replay-provider';

/** A client over a socket with a session of its own, and the few things that most tests do. */
export class ReplayClient extends DebugClient {
  readonly outputs: DebugProtocol.OutputEvent['body'][] = [];
  /** Why requests were refused, as the editor is told. */
  readonly refusals: DebugProtocol.Message[] = [];
  #server: net.Server | undefined;

  private constructor() {
    super('node', '', 'durascope-replay');
    this.defaultTimeout = 10_000;
    this.on('output', (event: DebugProtocol.OutputEvent) => this.outputs.push(event.body));
  }

  static async connect(provider: ReplayProvider): Promise<ReplayClient> {
    const client = new ReplayClient();
    class ObservedSession extends ReplayDebugSession {
      override sendResponse(response: DebugProtocol.Response): void {
        const { error } = (response.body ?? {}) as DebugProtocol.ErrorResponse['body'];
        if (error !== undefined) client.refusals.push(error);
        super.sendResponse(response);
      }
    }
    const server = net.createServer((socket) => {
      socket.setNoDelay();
      const session = new ObservedSession({ provider });
      session.setRunAsServer(true);
      session.start(socket, socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client.#server = server;
    await client.start((server.address() as AddressInfo).port);
    return client;
  }

  /** Initializes, launches, sets breakpoints and stops where the launch leads to. */
  async begin(args: Partial<ReplayLaunchArguments> = {}, breakpoints: () => Promise<unknown> = () => Promise.resolve()) {
    const stopped = this.waitForEvent('stopped');
    const configured = this.waitForEvent('initialized').then(async () => {
      await breakpoints();
      return this.configurationDoneRequest();
    });
    await this.initializeRequest();
    // A launch that fails initializes nothing.
    await Promise.race([Promise.all([configured, this.launchRequest(args as ReplayLaunchArguments)])]);
    return this.bodyOf(await stopped);
  }

  /** Moves and returns the stop that follows. */
  async move(
    how: 'next' | 'stepBack' | 'continue' | 'reverseContinue' | 'stepIn' | 'stepOut',
    more: object = {},
  ): Promise<DebugProtocol.StoppedEvent['body']> {
    const stopped = this.waitForEvent('stopped');
    await this.send(how, { threadId: 1, ...more });
    return this.bodyOf(await stopped);
  }

  async frames(): Promise<DebugProtocol.StackFrame[]> {
    return (await this.stackTraceRequest({ threadId: 1 })).body.stackFrames;
  }

  /** Line of the innermost frame. */
  async line(): Promise<number | undefined> {
    return (await this.frames())[0]?.line;
  }

  /** Values by name of one scope of a frame. */
  async scope(name: string, frame = 0): Promise<Record<string, string>> {
    const frameId = (await this.frames())[frame]?.id ?? -1;
    const { scopes } = (await this.scopesRequest({ frameId })).body;
    const reference = scopes.find((each) => each.name === name)?.variablesReference;
    if (reference === undefined) return {};
    const { variables } = (await this.variablesRequest({ variablesReference: reference })).body;
    return Object.fromEntries(variables.map((each) => [each.name, each.value]));
  }

  async evaluate(expression: string, context = 'watch'): Promise<string> {
    const frameId = (await this.frames())[0]?.id ?? -1;
    return (await this.evaluateRequest({ expression, frameId, context })).body.result;
  }

  async setLines(file: string, ...breakpoints: (number | DebugProtocol.SourceBreakpoint)[]) {
    const asked = breakpoints.map((each) => (typeof each === 'number' ? { line: each } : each));
    return (await this.setBreakpointsRequest({ source: { path: file }, breakpoints: asked })).body.breakpoints;
  }

  async close(): Promise<void> {
    await this.stop();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  private bodyOf(event: DebugProtocol.Event): DebugProtocol.StoppedEvent['body'] {
    return (event as DebugProtocol.StoppedEvent).body;
  }
}
