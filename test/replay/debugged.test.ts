/** Replays under a debugger: each waits for one at a port that it has chosen itself, so that nobody can have taken it meanwhile. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import WebSocket from 'ws';
import { createReplays } from '../../src/emulator/replays/replays';
import { DurascopeError } from '../../src/core/values/errors';
import { lineOf, ReplayFixture } from './replay-fixture';

const source = `df.app.activity('A', { handler: () => 1 });
df.app.orchestration('Adds', function* (context) {
  const one = yield context.df.callActivity('A');
  return one + 1;
});`;

interface Paused {
  reason: string;
  callFrames: { callFrameId: string; location: { lineNumber: number } }[];
}

interface Said {
  id?: number;
  method?: string;
  params: Paused;
  result?: Record<string, unknown>;
}

/** What an editor's debugger does: attaches, sets its breakpoint, lets the process go on, and goes on from each stop. */
class Attached {
  static async to(port: number): Promise<Attached> {
    const list = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(list[0]?.webSocketDebuggerUrl ?? '');
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new Attached(socket);
  }

  readonly #answers = new Map<number, (result: Record<string, unknown>) => void>();
  readonly #stops: Paused[] = [];
  #onStop: (() => void) | undefined;
  #last = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const { id, method, params, result } = JSON.parse(data.toString()) as Said;
      if (id !== undefined) this.#answers.get(id)?.(result ?? {});
      else if (method === 'Debugger.paused') {
        this.#stops.push(params);
        this.#onStop?.();
      }
    });
  }

  ask(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  async stop(): Promise<Paused> {
    while (this.#stops.length === 0) await new Promise<void>((resolve) => (this.#onStop = resolve));
    return this.#stops.shift() as Paused;
  }

  close(): void {
    this.socket.terminate();
  }
}

describe('a replay under a debugger', () => {
  const fixture = new ReplayFixture();
  afterEach(() => fixture.cleanUp());

  it('waits for it at a port of its own, stops at breakpoints and tells what it comes to, beside another one', async () => {
    const app = await fixture.live(source);
    const { row, history } = await app.run('Adds');
    const { instanceId, executionId } = row;
    const request = { instanceId, executionId, functionName: 'Adds', history };
    const ports: number[] = [];
    const one = async (): Promise<void> => {
      let onWaiting: (port: number) => void = () => undefined;
      const waiting = new Promise<number>((resolve) => (onWaiting = resolve));
      const replays = createReplays({ appDir: app.dir, log: () => undefined, onWaiting });
      try {
        const opened = replays.open(request);
        const port = await Promise.race([waiting, opened.then(() => assert.fail('it did not wait'))]);
        ports.push(port);
        const debugging = await Attached.to(port);
        await debugging.ask('Runtime.enable');
        await debugging.ask('Debugger.enable');
        const url = pathToFileURL(path.join(app.dir, 'index.js')).href;
        // From 0.
        const lineNumber = lineOf(source, 'return one') - 1;
        await debugging.ask('Debugger.setBreakpointByUrl', { url, lineNumber });
        await debugging.ask('Runtime.runIfWaitingForDebugger');
        assert.equal((await debugging.stop()).reason, 'Break on start');
        await debugging.ask('Debugger.resume');
        const { callFrames } = await debugging.stop();
        assert.equal(callFrames[0]?.location.lineNumber, lineNumber);
        const { callFrameId } = callFrames[0];
        const { result } = await debugging.ask('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'one' });
        assert.equal((result as { value: unknown }).value, 1);
        await debugging.ask('Debugger.resume');
        assert.equal((await opened).steps.at(-1)?.output, '2');
        debugging.close();
      } finally {
        await replays.dispose();
      }
    };
    await Promise.all([one(), one()]);
    assert.equal(new Set(ports).size, 2);
  });

  it('that cannot be started says why, and waits for nobody', async () => {
    const app = await fixture.live(source);
    const { row, history } = await app.run('Adds');
    const { instanceId, executionId } = row;
    const options = { appDir: app.dir, nodePath: path.join(app.dir, 'no-node'), log: () => undefined };
    const replays = createReplays({ ...options, onWaiting: () => assert.fail('nobody waits') });
    await assert.rejects(replays.open({ instanceId, executionId, functionName: 'Adds', history }), (error: unknown) => {
      assert.ok(DurascopeError.is(error));
      return /could not be started with ".*no-node"/.test(error.message);
    });
    await replays.dispose();
  });
});
