import { readFile } from 'node:fs/promises';
import { parse, type ParseError } from 'jsonc-parser';
import { DurascopeError } from '../core/values/errors';

/**
 * The JSON text of an argument: given as it is, or as `@file`. `InvalidArgument` says where it stops being JSON. Undefined stays undefined.
 */
export async function jsonArgument(given: string | undefined, option: string): Promise<string | undefined> {
  if (given === undefined) return undefined;
  // JSON never begins with @.
  const text = given.startsWith('@') ? await readText(given.slice(1), option) : given;
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new DurascopeError('InvalidArgument', `${option} is not JSON: ${problemOf(text)}`, { cause: error });
  }
}

function problemOf(text: string): string {
  if (text.trim() === '') return `it is empty. For no value leave the option out; a text is written '"like this"'.`;
  // JSON.parse does not always tell the place.
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const position = errors[0]?.offset ?? text.length;
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = position - before.lastIndexOf('\n');
  const found = position < text.length ? `unexpected '${text[position] ?? ''}'` : 'it ends too early';
  const hint = /^[\w -]+$/.test(text) ? ` A text is written with its quotes: '"${text}"'.` : '';
  return `${found} at line ${line}, column ${column} (position ${position}).${hint}`;
}

async function readText(file: string, option: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new DurascopeError(
      'InvalidArgument',
      `${option} names the file '${file}', which cannot be read: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}
