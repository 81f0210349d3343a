/**
 * The process that runs a function app. It is told by its environment where the parent listens (`DURASCOPE_WORKER_SOCKET`,
 * `DURASCOPE_WORKER_TOKEN`), so whoever starts it, a debugger for instance, needs to know nothing else.
 */
import inspector from 'node:inspector';
import { connect } from 'node:net';
import { FrameReader, FrameWriter } from '../wire/frames';
import { socketVariable, tokenVariable, type ChildMessage, type ParentMessage } from '../wire/messages';
import { isAppLoadError } from './loading/app-load-error';
import { FunctionHost } from './functions/function-host';
import { LogSink } from './replay/log-sink';
import { ReplayHost } from './replay/replay-host';
import { captureOutput, UserLog } from './functions/user-log';
import { showFolderAs } from './loading/shown-file';
import { callerOutside } from './loading/source-place';
import { stackOrMessage } from '../../../base/error-message';

const socketPath = process.env[socketVariable];
const token = process.env[tokenVariable];
// Not for the app, and not for what the app starts.
// eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the names are constants
for (const name of [socketVariable, tokenVariable]) delete process.env[name];

if (socketPath === undefined || token === undefined) {
  process.stderr.write(`This program is started by Durascope: ${socketVariable} and ${tokenVariable} are not set.\n`);
  process.exit(2);
}

process.setSourceMapsEnabled(true);
// The app may put something else in its place.
const leave = process.exit.bind(process);
// Ctrl+C in a terminal reaches the whole group; the parent ends us in its own good time.
process.on('SIGINT', () => undefined);

const socket = connect(socketPath);
const writer = new FrameWriter<ChildMessage>(socket, answerUnsent);
let log: UserLog | null = null;
let host: FunctionHost | ReplayHost | null = null;

let isLeaving = false;

/** An answer that cannot be sent is a failure; of anything else the user is told. */
function answerUnsent(message: ChildMessage, why: string): void {
  if (message.type === 'ahead' && message.next !== null && host instanceof FunctionHost) {
    // The result alone; the parent asks for the episode again.
    host.stopRunningAhead(message.instanceId);
    writer.send({ ...message, next: null });
  } else if ('id' in message && message.type !== 'failed') {
    const text = `The answer cannot be handed to Durascope: ${why}.`;
    writer.send({ type: 'failed', id: message.id, error: { name: 'Error', message: text, stack: '' } });
  } else if (message.type !== 'log') {
    writer.send({
      type: 'log',
      level: 'error',
      category: 'worker',
      message: `A message (${message.type}) was not sent: ${why}.`,
    });
  }
}

function exit(code: number): void {
  isLeaving = true;
  writer.flush();
  // What is written last must be read by the parent before the pipe breaks.
  socket.end(() => leave(code));
  setTimeout(() => leave(code), 1_000).unref();
}

function fatal(error: unknown): void {
  // What the app left running without the network it expects is no reason to end a replay.
  if (host instanceof ReplayHost && host.isLoaded) return;
  writer.send({ type: 'fatal', message: stackOrMessage(error), running: log?.runningFunctions() ?? [] });
  exit(1);
}

process.on('uncaughtException', fatal);
process.on('unhandledRejection', (reason) => {
  if (host?.takeUnhandledRejection(reason) !== true) fatal(reason);
});
process.on('exit', (code) => {
  if (!isLeaving && host !== null) {
    const place = callerOutside();
    const running = log?.onStackNow() ?? null;
    writer.send({ type: 'leaving', code, running, ...(place === null ? {} : { file: place.file, line: place.line }) });
  }
  writer.flush();
});

const reader = new FrameReader<ParentMessage>(
  (message, bytes) => {
    if (message.type === 'init') {
      const sink = message.replay === true ? new LogSink(writer) : null;
      const output = new UserLog(sink ?? writer);
      log = output;
      if (message.shownDir !== undefined) showFolderAs(message.appDir, message.shownDir);
      host = sink === null ? new FunctionHost(writer, output) : new ReplayHost(writer, output, sink);
      captureOutput(output);
      host.load(message).catch((error: unknown) => {
        if (!isAppLoadError(error)) {
          fatal(error);
          return;
        }
        const { place, problems } = error;
        if (error.cause !== undefined) output.print('debug', stackOrMessage(error.cause));
        writer.send({
          type: 'loadFailed',
          message: error.message,
          ...(place === null ? {} : { file: place.file, line: place.line }),
          ...(problems === null ? {} : { problems }),
        });
      });
    } else if (host === null) {
      // Before the app is loaded there is nothing to answer with.
      if (message.type === 'shutDown') exit(0);
    } else if (message.type === 'shutDown') {
      host.terminate().then(
        () => exit(0),
        (error: unknown) => {
          log?.print('error', `An appTerminate hook failed: ${stackOrMessage(error)}`);
          exit(0);
        },
      );
    } else {
      host.take(message, bytes);
    }
  },
  () => leave(3),
);

socket.on('data', (chunk: Buffer) => reader.push(chunk));
socket.on('connect', () => {
  const inspected = inspector.url() !== undefined || process.env['VSCODE_INSPECTOR_OPTIONS'] !== undefined;
  writer.send({ type: 'hello', token, pid: process.pid, nodeVersion: process.versions.node, inspected });
});
// Without the parent there is nothing to do: it has ended, or it has ended us.
socket.on('close', () => leave(0));
socket.on('error', () => leave(0));
