import { jsonParts } from '../base/json-parts';
import type { Terminal } from './terminal';

/** An answer for programs, in one line; it may be longer than a text can be. */
export function printJson(terminal: Terminal, answer: unknown): void {
  for (const part of jsonParts(answer)) terminal.write(part);
  terminal.write('\n');
}
