import { DurascopeError } from '../core/values/errors';
import type { Options, ParsedArguments } from './arguments';
import type { Terminal } from './terminal';

export interface Command {
  readonly name: string;
  /** What follows the name: `ID NAME`, brackets around what may be left out. */
  readonly takes: string;
  /** One sentence for the list of commands. */
  readonly summary: string;
  /** Further lines of the command's own help. */
  readonly details?: string;
  readonly options: Options;
  /** The exit code of an error. Default 1; another one where 1 is an answer. */
  readonly errorCode?: number;
  /** The exit code: 0 or 1. Errors are thrown. */
  run(args: ParsedArguments, terminal: Terminal): Promise<number>;
}

/** The positional at `index`; `InvalidArgument` naming it when it is missing. */
export function required(args: ParsedArguments, index: number, what: string): string {
  const value = args.positionals[index];
  if (value === undefined) throw new DurascopeError('InvalidArgument', `${what} is missing.`);
  if (value === '') throw new DurascopeError('InvalidArgument', `${what} is empty.`);
  return value;
}

/** `InvalidArgument` when there are more positionals than the command takes. */
export function atMost(args: ParsedArguments, count: number): void {
  const extra = args.positionals[count];
  if (extra !== undefined) throw new DurascopeError('InvalidArgument', `'${extra}' is one argument too many.`);
}
