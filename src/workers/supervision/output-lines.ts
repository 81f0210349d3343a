/** What the process prints past its log (Node.js's own warnings, crashes, children of the app), line by line, and its last words. */
import type { Readable } from 'node:stream';
import type { LogEntry, LogLevel } from '../../core/ports/logger';

const keptLines = 20;
/** Of a kept line, in characters. */
const keptChars = 4_000;
/** A line without an end is cut here, in characters. */
const longestLine = 1_000_000;

/** A worker that says something of itself on its standard output begins the line so: it is for the host, and no output of the app. */
const workerMark = 'LanguageWorkerConsoleLog';

export class OutputLines {
  private readonly last: string[] = [];
  /** The PowerShell worker ends such a line twice. */
  private isAfterWorkerLine = false;
  private readonly watchers = new Set<(line: string) => void>();

  constructor(private readonly log: (entry: LogEntry) => void) {}

  read(stream: Readable | null, level: LogLevel): void {
    if (stream === null) return;
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      if (rest.length > longestLine) {
        lines.push(rest);
        rest = '';
      }
      for (const line of lines) this.line(line, level);
    });
    stream.on('end', () => {
      if (rest !== '') this.line(rest, level);
    });
    stream.on('error', () => undefined);
  }

  keep(text: string): void {
    this.last.push(text.length > keptChars ? `${text.slice(0, keptChars)}…` : text);
    if (this.last.length > keptLines) this.last.shift();
  }

  /** The last lines as the end of a message; empty when there are none. */
  tail(): string {
    return this.last.length === 0 ? '' : `${tailMark}${this.last.join('\n')}`;
  }

  /** Resolves with the first line from now on that matches, or null after `boundMs`. */
  waitFor(pattern: RegExp, boundMs: number): Promise<RegExpExecArray | null> {
    return new Promise((resolve) => {
      const done = (match: RegExpExecArray | null): void => {
        clearTimeout(timer);
        this.watchers.delete(watcher);
        resolve(match);
      };
      const watcher = (line: string): void => {
        const match = pattern.exec(line);
        if (match !== null) done(match);
      };
      const timer = setTimeout(done, boundMs, null);
      this.watchers.add(watcher);
    });
  }

  private line(line: string, level: LogLevel): void {
    for (const watcher of [...this.watchers]) watcher(line);
    const isInspector = /^(azfuncjsonlog:|Debugger |For help, see: https:\/\/nodejs\.org\/|Waiting for the debugger)/.test(line);
    if (isInspector) {
      this.log({ level: 'debug', category: 'worker', message: line });
      return;
    }
    const isSecondEnd = this.isAfterWorkerLine && line === '';
    this.isAfterWorkerLine = line.startsWith(workerMark);
    if (isSecondEnd) return;
    if (this.isAfterWorkerLine) {
      this.workerLine(line.slice(workerMark.length));
      return;
    }
    this.keep(line);
    this.log({ level, category: 'user', message: line });
  }

  /** `System Log: { Invocation-Id: …; Log-Level: Trace; Log-Message: … }` of the PowerShell worker, or any text. */
  private workerLine(text: string): void {
    const [, name = '', said = ''] = /^System Log: \{.*?Log-Level: (\w+); Log-Message: (.*?)\s*\}?$/.exec(text) ?? [];
    const level = workerLevels[name] ?? 'debug';
    const message = said === '' ? text : said;
    if (level === 'warning' || level === 'error' || level === 'critical') this.keep(message);
    this.log({ level, category: 'worker', message });
  }
}

/** What a worker merely tells of itself is for the patient. */
const workerLevels: Readonly<Record<string, LogLevel>> = {
  Trace: 'trace',
  Warning: 'warning',
  Error: 'error',
  Critical: 'critical',
};

const tailMark = ' Its last output:\n';

/** With `sentence` before the last lines with which the message ends, if it does. */
export function beforeTail(message: string, sentence: string): string {
  const at = message.indexOf(tailMark);
  return at < 0 ? `${message} ${sentence}` : `${message.slice(0, at)} ${sentence}${message.slice(at)}`;
}
