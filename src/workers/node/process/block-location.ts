/**
 * Where a process that no longer answers stands: Node.js opens its inspector on a signal even while JavaScript runs in a loop, so
 * the stack can be read. Best effort: where there are no signals, or native code blocks, the place stays unknown.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { originalFile } from '../../../base/original-file';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import WebSocket from 'ws';
import type { LaunchedProcess } from '../../supervision/launch';
import { onStackSymbol } from '../wire/messages';
import type { OutputLines } from '../../supervision/output-lines';

export interface BlockLocation {
  /** The invocation whose code is on the stack, where it is known. */
  running: { functionName: string; instanceId?: string } | null;
  /** The app's own frames, innermost first: `function (file:line)`, paths relative to the app. */
  frames: readonly string[];
}

/** `boundMs`: for the inspector to open, and again for it to answer. */
export async function locateBlock(
  child: LaunchedProcess,
  output: OutputLines,
  appDir: string,
  boundMs: number,
): Promise<BlockLocation | null> {
  if (process.platform === 'win32' || child.pid === undefined || child.stderr === null) return null;
  const listening = output.waitFor(/^Debugger listening on (ws:\/\/\S+)/, boundMs);
  try {
    process.kill(child.pid, 'SIGUSR1');
  } catch {
    // It is gone already.
    return null;
  }
  const url = (await listening)?.[1];
  return url === undefined ? null : readStack(url, appDir, boundMs);
}

interface CallFrame {
  functionName: string;
  callFrameId: string;
  /** From 0. */
  location: { scriptId: string; lineNumber: number; columnNumber?: number };
}

interface Script {
  url: string;
  sourceMapURL?: string;
}

interface InspectorMessage {
  id?: number;
  method?: string;
  params?: { callFrames?: CallFrame[]; scriptId?: string } & Partial<Script>;
  result?: { result?: { value?: unknown } };
}

function readStack(url: string, appDir: string, boundMs: number): Promise<BlockLocation | null> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    const done = (location: BlockLocation | null): void => {
      clearTimeout(timer);
      socket.terminate();
      resolve(location);
    };
    const timer = setTimeout(done, boundMs, null);
    const scripts = new Map<string, Script>();
    let stack: CallFrame[] = [];
    const send = (id: number, method: string, params = {}): void => {
      socket.send(JSON.stringify({ id, method, params }));
    };
    socket.on('error', () => done(null));
    socket.on('open', () => {
      // Announces the scripts first.
      send(1, 'Debugger.enable');
      send(2, 'Debugger.pause');
    });
    socket.on('message', (data: Buffer) => {
      const { id, method, params, result } = JSON.parse(data.toString('utf8')) as InspectorMessage;
      if (method === 'Debugger.scriptParsed') {
        const { scriptId = '', url: script = '', sourceMapURL = '' } = params ?? {};
        if (script !== '') scripts.set(scriptId, { url: script, sourceMapURL });
      } else if (method === 'Debugger.paused') {
        stack = params?.callFrames ?? [];
        const expression = `process[Symbol.for(${JSON.stringify(onStackSymbol)})].running`;
        send(3, 'Debugger.evaluateOnCallFrame', { callFrameId: stack[0]?.callFrameId ?? '', expression, returnByValue: true });
      } else if (id === 3) {
        const running = result?.result?.value as BlockLocation['running'] | undefined;
        done({ running: running ?? null, frames: stack.flatMap((frame) => describeFrame(frame, scripts, appDir)) });
      }
    });
  });
}

function describeFrame(frame: CallFrame, scripts: ReadonlyMap<string, Script>, appDir: string): string[] {
  const script = scripts.get(frame.location.scriptId);
  if (script?.url.startsWith('file:') !== true) return [];
  const place = toSource(script, frame.location.lineNumber, frame.location.columnNumber ?? 0);
  const relative = path.relative(appDir, place.file);
  if (relative.startsWith('..') || path.isAbsolute(relative) || /(^|[\\/])node_modules[\\/]/.test(relative)) return [];
  return [`${frame.functionName === '' ? 'a function' : frame.functionName} (${relative}:${place.line})`];
}

/** The place in the source it was built from, where a source map beside it tells. */
function toSource({ url, sourceMapURL }: Script, line0: number, column: number): { file: string; line: number } {
  const file = fileURLToPath(url);
  const built = { file, line: line0 + 1 };
  if (sourceMapURL === undefined || sourceMapURL === '') return built;
  try {
    const text = sourceMapURL.startsWith('data:')
      ? Buffer.from(sourceMapURL.slice(sourceMapURL.indexOf(',') + 1), 'base64').toString('utf8')
      : readFileSync(new URL(sourceMapURL, url), 'utf8');
    const { source, line } = originalPositionFor(new TraceMap(text), { line: line0 + 1, column });
    const original = source === null ? null : originalFile(source, file);
    return original === null || line === null ? built : { file: original, line };
  } catch {
    // A map that is missing or wrong: the built file's place is the best there is.
    return built;
  }
}

/** What the user reads about it. */
export function describeBlock(
  request: { kind: string; name: string; instanceId: string | null } | null,
  where: BlockLocation | null,
  limitMs: number,
): string {
  const kinds: Readonly<Record<string, string>> = {
    episode: 'orchestrator',
    replay: 'replay of the orchestrator',
    activity: 'activity',
    http: 'HTTP function',
  };
  const who =
    request === null
      ? 'The app'
      : `The ${kinds[request.kind] ?? 'function'} "${request.name}"${request.instanceId === null ? '' : ` (instance ${request.instanceId})`}`;
  const at = where?.frames[0] === undefined ? '' : ` in ${where.frames[0]}`;
  const advice =
    request?.kind === 'episode' || request?.kind === 'replay'
      ? 'Look for a loop that never ends; what takes long belongs into an activity.'
      : 'Look for a loop or a synchronous call that takes too long.';
  return `${who} has blocked the app's event loop for more than ${limitMs / 1000} s${at}, so its process was ended and is started again. ${advice}`;
}
