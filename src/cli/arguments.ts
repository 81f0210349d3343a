/** Command line arguments: declared once by a command, for parsing and for its help alike. */
import { parseArgs } from 'node:util';
import { DurascopeError } from '../core/values/errors';

export interface Option {
  /** Absent: a switch. Else the placeholder of its value in the help. */
  value?: string;
  short?: string;
  /** It may be given several times. */
  isList?: true;
  help: string;
}

export interface ParsedArguments {
  readonly positionals: readonly string[];
  has(option: string): boolean;
  text(option: string): string | undefined;
  /** Of an option that is a list. */
  texts(option: string): readonly string[];
  /** A whole number of at least `least`. */
  number(option: string, least: number): number | undefined;
  /** Done once the command has ended, however it did: a connection that is left open keeps the program from ending. */
  readonly atEnd: (() => void)[];
}

export type Options = Readonly<Record<string, Option>>;

/** Accepted by every command. */
export const commonOptions: Options = {
  json: { help: 'Print JSON for programs instead of text.' },
  help: { short: 'h', help: 'Show this help.' },
};

/** `InvalidArgument` for whatever the command does not know. */
export function parseArguments(argv: readonly string[], options: Options): ParsedArguments {
  const all = { ...options, ...commonOptions };
  let parsed;
  try {
    parsed = parseArgs({
      args: withDashedValues(argv, all),
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(all).map(([name, option]) => [
          name,
          {
            type: option.value === undefined ? ('boolean' as const) : ('string' as const),
            multiple: option.isList === true,
            ...(option.short === undefined ? {} : { short: option.short }),
          },
        ]),
      ),
    });
  } catch (error) {
    throw new DurascopeError(
      'InvalidArgument',
      (error as Error).message.replace(/\.? To specify a positional argument.*$/s, '.'),
      {
        cause: error,
      },
    );
  }
  for (const [name, { value }] of Object.entries(all)) {
    const what = value === undefined ? undefined : neverEmpty.get(value);
    if (what !== undefined && parsed.values[name] === '') {
      throw new DurascopeError('InvalidArgument', `--${name} has an empty value. Name ${what}, or leave it out.`);
    }
  }
  const text = (option: string): string | undefined => {
    const value = parsed.values[option];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    positionals: parsed.positionals.map((each) => (each.startsWith(dashed) ? each.slice(dashed.length) : each)),
    has: (option) => parsed.values[option] !== undefined,
    text,
    texts: (option) => {
      const value = parsed.values[option];
      return Array.isArray(value) ? value.map(String) : [];
    },
    number: (option, least) => {
      const given = text(option);
      if (given === undefined) return undefined;
      const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
      if (!(number >= least && number <= Number.MAX_SAFE_INTEGER)) {
        const most = number > Number.MAX_SAFE_INTEGER ? `, at most ${Number.MAX_SAFE_INTEGER}` : '';
        throw new DurascopeError(
          'InvalidArgument',
          `--${option} takes a whole number of at least ${least}${most}, not '${given}'.`,
        );
      }
      return number;
    },
    atEnd: [],
  };
}

/** By placeholders: what an empty value would be taken for the current directory or for everything, or refused by whoever is asked in words of its own. */
const neverEmpty: ReadonlyMap<string, string> = new Map([
  ['DIR', 'a folder'],
  ['FILE', 'a file'],
  ['PATH', 'a file'],
  ['ID', 'an id'],
  ['NAME', 'one'],
]);

/** Before a positional argument with a dash, which is taken for an option otherwise. No argument holds it. */
const dashed = '\0';

/** `--input -5` as `--input=-5`: what has one dash and is no option is the value of the option before it. A duration (`-1h`) is no option. */
function withDashedValues(argv: readonly string[], options: Options): string[] {
  const shorts = new Set(Object.values(options).map(({ short }) => short));
  const joined: string[] = [];
  const end = argv.indexOf('--');
  for (const [index, argument] of argv.entries()) {
    const before = joined.at(-1) ?? '';
    const takesValue = before.startsWith('--') && options[before.slice(2)]?.value !== undefined;
    const isDashed = /^-[^-]/.test(argument) && !shorts.has(argument[1]);
    if (takesValue && isDashed && (end < 0 || index < end)) joined[joined.length - 1] = `${before}=${argument}`;
    else if (/^-\d+[a-z]/.test(argument) && isDashed && (end < 0 || index < end)) joined.push(`${dashed}${argument}`);
    else joined.push(argument);
  }
  return joined;
}
