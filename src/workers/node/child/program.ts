/**
 * The process that runs a function app. It is told by its environment where the parent listens (`DURASCOPE_WORKER_SOCKET`,
 * `DURASCOPE_WORKER_TOKEN`), so whoever starts it, a debugger for instance, needs to know nothing else.
 */
import inspector from 'node:inspector';
import { connect } from 'node:net';
import { FrameReader, FrameWriter } from '../wire/frames';
import { socketVariable, tokenVariable, type ChildMessage, type ParentMessage } from '../wire/messages';
import { AppLoadError } from './loading/app-load-error';
import { FunctionHost } from './functions/function-host';
import { LogSink } from './replay/log-sink';
import { ReplayHost } from './replay/replay-host';
import { captureOutput, UserLog } from './functions/user-log';
import { showFolderAs } from './loading/shown-file';

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
// Ctrl+C in a terminal reaches the whole group; the parent ends us in its own good time.
process.on('SIGINT', () => undefined);

const socket = connect(socketPath);
const writer = new FrameWriter<ChildMessage>(socket);
let log: UserLog | null = null;
let host: FunctionHost | ReplayHost | null = null;

function exit(code: number): void {
  writer.flush();
  // What is written last must be read by the parent before the pipe breaks.
  socket.end(() => process.exit(code));
  setTimeout(() => process.exit(code), 1_000).unref();
}

function fatal(error: unknown): void {
  // What the app left running without the network it expects is no reason to end a replay.
  if (host instanceof ReplayHost && host.isLoaded) return;
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  writer.send({ type: 'fatal', message, running: log?.runningFunctions() ?? [] });
  exit(1);
}

process.on('uncaughtException', fatal);
process.on('unhandledRejection', (reason) => {
  if (host?.takeUnhandledRejection(reason) !== true) fatal(reason);
});
process.on('exit', () => writer.flush());

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
        if (!(error instanceof AppLoadError)) {
          fatal(error);
          return;
        }
        const { place } = error;
        if (error.cause instanceof Error) output.print('debug', error.cause.stack ?? error.cause.message);
        writer.send({
          type: 'loadFailed',
          message: error.message,
          ...(place === null ? {} : { file: place.file, line: place.line }),
        });
      });
    } else if (host === null) {
      // Before the app is loaded there is nothing to answer with.
      if (message.type === 'shutDown') exit(0);
    } else if (message.type === 'shutDown') {
      host.terminate().then(
        () => exit(0),
        (error: unknown) => {
          log?.print('error', `An appTerminate hook failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
          exit(0);
        },
      );
    } else {
      host.take(message, bytes);
    }
  },
  () => process.exit(3),
);

socket.on('data', (chunk: Buffer) => reader.push(chunk));
socket.on('connect', () => {
  const inspected = inspector.url() !== undefined || process.env['VSCODE_INSPECTOR_OPTIONS'] !== undefined;
  writer.send({ type: 'hello', token, pid: process.pid, nodeVersion: process.versions.node, inspected });
});
// Without the parent there is nothing to do: it has ended, or it has ended us.
socket.on('close', () => process.exit(0));
socket.on('error', () => process.exit(0));
