/**
 * Where a process that no longer answers stands: Node.js opens its inspector on a signal even while JavaScript runs in a loop, so
 * the stack can be read. Best effort: where there are no signals, or native code blocks, the place stays unknown.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import type { LaunchedProcess } from './launch';
import { currentRequestSymbol } from './messages';
import type { OutputLines } from './output-lines';

export interface BlockLocation {
  /** 0: none is known. */
  requestId: number;
  /** The app's own frames, innermost first: `function (file:line)`, paths relative to the app. */
  frames: readonly string[];
}

const boundMs = 1_500;

export async function locateBlock(child: LaunchedProcess, output: OutputLines, appDir: string): Promise<BlockLocation | null> {
  if (process.platform === 'win32' || child.pid === undefined || child.stderr === null) return null;
  const listening = output.waitFor(/^Debugger listening on (ws:\/\/\S+)/, boundMs);
  try {
    process.kill(child.pid, 'SIGUSR1');
  } catch {
    // It is gone already.
    return null;
  }
  const url = (await listening)?.[1];
  return url === undefined ? null : readStack(url, appDir);
}

interface CallFrame {
  functionName: string;
  url: string;
  callFrameId: string;
  location: { lineNumber: number };
}

function readStack(url: string, appDir: string): Promise<BlockLocation | null> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    const done = (location: BlockLocation | null): void => {
      clearTimeout(timer);
      socket.terminate();
      resolve(location);
    };
    const timer = setTimeout(done, boundMs, null);
    let frames: string[] = [];
    const send = (id: number, method: string, params = {}): void => socket.send(JSON.stringify({ id, method, params }));
    socket.on('error', () => done(null));
    socket.on('open', () => {
      send(1, 'Debugger.enable');
      send(2, 'Debugger.pause');
    });
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as {
        id?: number;
        method?: string;
        params?: { callFrames?: CallFrame[] };
        result?: { result?: { value?: unknown } };
      };
      if (message.method === 'Debugger.paused') {
        const stack = message.params?.callFrames ?? [];
        frames = stack.flatMap((frame) => describeFrame(frame, appDir));
        const expression = `process[Symbol.for(${JSON.stringify(currentRequestSymbol)})].id`;
        send(3, 'Debugger.evaluateOnCallFrame', { callFrameId: stack[0]?.callFrameId ?? '', expression, returnByValue: true });
      } else if (message.id === 3) {
        const id = message.result?.result?.value;
        done({ requestId: typeof id === 'number' ? id : 0, frames });
      }
    });
  });
}

function describeFrame(frame: CallFrame, appDir: string): string[] {
  const file = frame.url.startsWith('file:') ? fileURLToPath(frame.url) : frame.url;
  const relative = path.relative(appDir, file);
  if (!path.isAbsolute(file) || relative.startsWith('..') || /(^|[\\/])node_modules[\\/]/.test(relative)) return [];
  return [`${frame.functionName === '' ? 'a function' : frame.functionName} (${relative}:${frame.location.lineNumber + 1})`];
}

/** What the user reads about it. */
export function describeBlock(
  request: { kind: string; name: string; instanceId: string | null } | null,
  where: BlockLocation | null,
  limitMs: number,
): string {
  const kinds: Readonly<Record<string, string>> = { episode: 'orchestrator', activity: 'activity', http: 'HTTP function' };
  const who =
    request === null
      ? 'The app'
      : `The ${kinds[request.kind] ?? 'function'} "${request.name}"${request.instanceId === null ? '' : ` (instance ${request.instanceId})`}`;
  const at = where?.frames[0] === undefined ? '' : ` in ${where.frames[0]}`;
  const advice =
    request?.kind === 'episode'
      ? 'Look for a loop that never ends; what takes long belongs into an activity.'
      : 'Look for a loop or a synchronous call that takes too long.';
  return `${who} has blocked the app's event loop for more than ${limitMs / 1000} s${at}, so its process was ended and is started again. ${advice}`;
}
