/**
 * Lines of the app, with the function they come from: what it logs through its context (known exactly), and what it prints on
 * stdout and stderr (known for the synchronous beginning of a function, or when only one function runs; an AsyncLocalStorage
 * would tell always, but on Node.js 20 and 22 it slows down every promise of the process).
 */
import { countText } from '../../../../base/count-text';
import type { LogLevel } from '../../../../core/ports/logger';
import { messageOf } from '../../../../base/error-message';
import type { FrameWriter } from '../../wire/frames';
import { onStackSymbol, type ChildMessage, type Logged } from '../../wire/messages';
import type { Hooks, RpcLogLevel } from '../loading/core-module';
import { writerOutside } from '../loading/source-place';

/** An invocation under way. */
export interface Running {
  functionName: string;
  instanceId: string | undefined;
  invocationId: string | undefined;
  hasEnded?: boolean;
}

/** What of a line is shown, in characters. */
const longestLine = 1_000_000;
/** Lines that the parent has not taken yet, in bytes: what comes on top is counted and left out. */
const mostWaitingBytes = 128 * 1024 * 1024;
const tellAfterMs = 1_000;
/** From so many bytes on the place of a line is no longer looked for. */
const busyBytes = 1024 * 1024;

export class UserLog {
  private leftOut = 0;
  private telling: NodeJS.Timeout | undefined;
  private readonly running = new Set<Running>();
  private readonly onStack: { running: Running | null } = { running: null };
  private muted = false;
  private hooks: Hooks | null = null;

  constructor(
    private readonly out: Pick<FrameWriter<ChildMessage>, 'send'> & Partial<Pick<FrameWriter<ChildMessage>, 'waitingBytes'>>,
  ) {
    Object.defineProperty(process, Symbol.for(onStackSymbol), { value: this.onStack });
  }

  /** `log` hooks may change level and text of what the app logs. */
  useHooks(hooks: Hooks): void {
    this.hooks = hooks;
  }

  begin(running: Running): void {
    this.running.add(running);
  }

  end(running: Running): void {
    this.running.delete(running);
  }

  /** Makes `running` the one whose code is on the stack; returns the one before it. */
  enter(running: Running | null): Running | null {
    const previous = this.onStack.running;
    this.onStack.running = running;
    return previous;
  }

  /** Runs something whose lines nobody is to see. */
  quietly<T>(run: () => T): T {
    const before = this.muted;
    this.muted = true;
    try {
      return run();
    } finally {
      this.muted = before;
    }
  }

  /** Whose code is on the stack, where it is known. */
  onStackNow(): { functionName: string; instanceId?: string } | null {
    const { running } = this.onStack;
    if (running === null) return null;
    const { functionName, instanceId } = running;
    return instanceId === undefined ? { functionName } : { functionName, instanceId };
  }

  runningFunctions(): string[] {
    const all = this.onStack.running === null ? [...this.running] : [this.onStack.running, ...this.running];
    return [...new Set(all.map((one) => one.functionName))];
  }

  /** A line logged through a context or the core module. */
  write(level: RpcLogLevel, category: string, message: string, from: Running | null, invocationContext?: object): void {
    if (this.muted || level === 'none') return;
    const hooks = this.hooks?.of('log') ?? [];
    if (hooks.length === 0) {
      this.send(level, category, message, from);
      return;
    }
    const line: { level: RpcLogLevel; message: unknown } & Record<string, unknown> = {
      level,
      message,
      category,
      invocationContext,
      hookData: {},
      appHookData: this.hooks?.appHookData ?? {},
    };
    for (const hook of hooks) hook(line);
    const { level: wanted } = line;
    if (wanted !== 'none') this.send(isLevel(wanted) ? wanted : level, category, messageOf(line.message), from);
  }

  /** A piece of output of the process itself. */
  print(level: LogLevel, text: string): void {
    if (this.muted) return;
    const [only] = this.running.size === 1 ? this.running : [];
    this.send(level, 'user', text.replace(/\r?\n$/, ''), this.onStack.running ?? only ?? null);
  }

  private send(level: LogLevel, category: string, message: string, from: Running | null): void {
    if ((this.out.waitingBytes ?? 0) > mostWaitingBytes) {
      this.leftOut++;
      // Told when there is room again, also when nothing is logged any more.
      this.telling ??= setTimeout(() => this.tellLeftOut(), tellAfterMs).unref();
      return;
    }
    if (this.leftOut > 0) this.tellLeftOut();
    const shown = message.length > longestLine ? cut(message) : message;
    const logged: Logged = { type: 'log', level, category, message: shown };
    if (from !== null) {
      logged.functionName = from.functionName;
      if (from.instanceId !== undefined) logged.instanceId = from.instanceId;
      if (from.invocationId !== undefined) logged.invocationId = from.invocationId;
      if (from.instanceId !== undefined && (this.out.waitingBytes ?? 0) < busyBytes) {
        const place = writerOutside();
        if (place !== null) logged.place = place;
      }
    }
    this.out.send(logged, undefined, shown.length);
  }

  private tellLeftOut(): void {
    clearTimeout(this.telling);
    this.telling = undefined;
    const count = this.leftOut;
    this.leftOut = 0;
    const message = `${countText(count, 'line was', 'lines were')} left out here: the app logs faster than its lines can be taken.`;
    if (count > 0) this.send('warning', 'worker', message, null);
  }
}

const levels: readonly unknown[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical'];

/** Hooks put there what they like. */
function isLevel(level: unknown): level is LogLevel {
  return levels.includes(level);
}

function cut(message: string): string {
  return `${message.slice(0, longestLine)}… (${message.length - longestLine} more characters are left out)`;
}

/**
 * From now on what the process prints goes to the log, and no longer to its streams. Printing is caught below `console`, so that
 * groups, tables and an attached debugger's console work as ever.
 */
export function captureOutput(log: UserLog): void {
  let level: LogLevel | null = null;
  const levels = { debug: 'debug', warn: 'warning', error: 'error', trace: 'debug' } as const;
  for (const [method, itsLevel] of Object.entries(levels) as [keyof typeof levels, LogLevel][]) {
    const original = console[method].bind(console);
    console[method] = (...args: unknown[]) => {
      level = itsLevel;
      try {
        original(...args);
      } finally {
        level = null;
      }
    };
  }
  const capture = (stream: NodeJS.WriteStream, usual: LogLevel) => {
    stream.write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      log.print(level ?? usual, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
  };
  capture(process.stdout, 'information');
  capture(process.stderr, 'error');
}
