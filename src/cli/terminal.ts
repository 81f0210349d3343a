/** Where a command prints: the real one wraps the process's streams, tests collect. */
export interface Terminal {
  /** One line or block on standard output; the line feed is added. */
  print(text: string): void;
  /** A part of one that may be longer than a text can be; nothing is added. */
  write(part: string): void;
  /** The same on standard error. */
  warn(text: string): void;
  /** Columns to fit tables into; Infinity when the output goes to a file or a pipe. */
  readonly columns: number;
  readonly style: Style;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** No colours without a terminal, nor where https://no-color.org asks for none. */
export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const coloured = process.stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  const { print, write, flush } = gathered((text) => void process.stdout.write(text));
  process.once('exit', flush);
  return {
    print,
    write,
    warn: (text) => {
      flush();
      process.stderr.write(`${text}\n`);
    },
    get columns() {
      return process.stdout.isTTY ? process.stdout.columns : Infinity;
    },
    style: coloured ? ansiStyle : plainStyle,
  };
}

const gatherMs = 50;
const mostGathered = 16 * 1024;

/** Lines that come close together are written together: each write blocks, and a line may stand between two steps of an instance. */
export function gathered(out: (text: string) => void): {
  print: (line: string) => void;
  write: (part: string) => void;
  flush: () => void;
} {
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const all = text;
    text = '';
    if (all !== '') out(all);
  };
  const write = (part: string): void => {
    // With what waits it may be longer than a text can be.
    if (part.length > mostGathered) flush();
    text += part;
    if (text.length > mostGathered) flush();
    else timer ??= setTimeout(flush, gatherMs);
  };
  return {
    print: (line) => write(`${line}\n`),
    write,
    flush,
  };
}

const wrap =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${String(open)}m${text}\u001b[${String(close)}m`;

const ansiStyle: Style = {
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  red: wrap(31, 39),
  green: wrap(32, 39),
  yellow: wrap(33, 39),
  cyan: wrap(36, 39),
};

const asItIs = (text: string): string => text;

export const plainStyle: Style = { bold: asItIs, dim: asItIs, red: asItIs, green: asItIs, yellow: asItIs, cyan: asItIs };
