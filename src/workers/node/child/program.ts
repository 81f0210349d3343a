/**
 * The process that runs a function app. It is told by its environment where the parent listens (`DURASCOPE_WORKER_SOCKET`,
 * `DURASCOPE_WORKER_TOKEN`), so whoever starts it, a debugger for instance, needs to know nothing else. Nothing of it happens before `run`:
 * a process that waits for its orders has read it by then.
 */
import inspector from 'node:inspector';
import { connect, type Socket } from 'node:net';
import { IdleCollection } from '../../../base/idle-collection';
import { FrameReader, FrameWriter } from '../wire/frames';
import { socketVariable, tokenVariable, type ChildMessage, type Init, type ParentMessage } from '../wire/messages';
import { isAppLoadError } from './loading/app-load-error';
import { filesOutside, isOutside } from './loading/files-outside';
import { FunctionHost } from './functions/function-host';
import { LogSink } from './replay/log-sink';
import { keepVariables } from './replay/plain-code';
import { ReplayHost } from './replay/replay-host';
import { captureOutput, UserLog } from './functions/user-log';
import { showFolderAs } from './loading/shown-file';
import { callerOutside } from './loading/source-place';
import { stackOrMessage } from '../../../base/error-message';

export function run(): void {
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
  new Program(socketPath, token);
}

class Program {
  /** The app may put something else in its place. */
  private readonly leave = process.exit.bind(process);
  private readonly socket: Socket;
  private readonly writer: FrameWriter<ChildMessage>;
  private log: UserLog | null = null;
  private host: FunctionHost | ReplayHost | null = null;
  private readonly idle = new IdleCollection();
  private isLeaving = false;

  constructor(socketPath: string, token: string) {
    const socket = connect(socketPath);
    this.socket = socket;
    this.writer = new FrameWriter<ChildMessage>(socket, (message, why) => this.answerUnsent(message, why));
    process.on('uncaughtException', (error) => this.fatal(error));
    process.on('unhandledRejection', (reason) => {
      if (this.host?.takeUnhandledRejection(reason) !== true) this.fatal(reason);
    });
    process.on('exit', (code) => this.sayLast(code));
    const reader = new FrameReader<ParentMessage>(
      (message, bytes) => this.take(message, bytes),
      () => this.leave(3),
    );
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('connect', () => {
      const inspected = inspector.url() !== undefined || process.env['VSCODE_INSPECTOR_OPTIONS'] !== undefined;
      this.writer.send({ type: 'hello', token, pid: process.pid, nodeVersion: process.versions.node, inspected });
    });
    // Without the parent there is nothing to do: it has ended, or it has ended us.
    socket.on('close', () => this.leave(0));
    socket.on('error', () => this.leave(0));
  }

  private take(message: ParentMessage, bytes: Buffer | null): void {
    const { host } = this;
    this.idle.touch();
    if (message.type === 'init') {
      this.load(message);
    } else if (host === null) {
      // Before the app is loaded there is nothing to answer with.
      if (message.type === 'shutDown') this.exit(0);
    } else if (message.type === 'shutDown') {
      host.terminate().then(
        () => this.exit(0),
        (error: unknown) => {
          this.log?.print('error', `An appTerminate hook failed: ${stackOrMessage(error)}`);
          this.exit(0);
        },
      );
    } else {
      host.take(message, bytes);
    }
  }

  private load(init: Init): void {
    const { writer } = this;
    const sink = init.replay === true ? new LogSink(writer) : null;
    const output = new UserLog(sink ?? writer);
    this.log = output;
    if (init.shownDir !== undefined) showFolderAs(init.appDir, init.shownDir);
    if (sink !== null) keepVariables();
    this.host = sink === null ? new FunctionHost(writer, output) : new ReplayHost(writer, output, sink);
    captureOutput(output);
    this.host.load(init).catch((error: unknown) => {
      if (!isAppLoadError(error)) {
        this.fatal(error);
        return;
      }
      const { place, problems } = error;
      const outside = new Set(filesOutside(init));
      // What cannot be loaded is not among what is.
      if (place !== null && isOutside(place.file, init.appDir)) outside.add(place.file);
      if (error.cause !== undefined) output.print('debug', stackOrMessage(error.cause));
      writer.send({
        type: 'loadFailed',
        message: error.message,
        ...(place === null ? {} : { file: place.file, line: place.line }),
        ...(problems === null ? {} : { problems }),
        ...(outside.size === 0 ? {} : { outside: [...outside] }),
      });
    });
  }

  /** An answer that cannot be sent is a failure; of anything else the user is told. */
  private answerUnsent(message: ChildMessage, why: string): void {
    const { writer, host } = this;
    const isAhead = message.type === 'ahead' || message.type === 'activityDone';
    if (isAhead && message.next != null && message.instanceId !== undefined && host instanceof FunctionHost) {
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

  private exit(code: number): void {
    this.isLeaving = true;
    this.writer.flush();
    // What is written last must be read by the parent before the pipe breaks.
    this.socket.end(() => this.leave(code));
    setTimeout(() => this.leave(code), 1_000).unref();
  }

  private fatal(error: unknown): void {
    // What the app left running without the network it expects is no reason to end a replay.
    if (this.host instanceof ReplayHost && this.host.isLoaded) return;
    this.writer.send({ type: 'fatal', message: stackOrMessage(error), running: this.log?.runningFunctions() ?? [] });
    this.exit(1);
  }

  private sayLast(code: number): void {
    const { writer } = this;
    if (!this.isLeaving && this.host !== null) {
      const place = callerOutside();
      const running = this.log?.onStackNow() ?? null;
      writer.send({ type: 'leaving', code, running, ...(place === null ? {} : { file: place.file, line: place.line }) });
    }
    writer.flush();
  }
}
