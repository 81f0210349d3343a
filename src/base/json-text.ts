/** JSON text that people type and read. */
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';

export interface JsonMistake {
  /** From 1; the column in UTF-16 units. */
  line1: number;
  column1: number;
  /** 0-based. */
  offset: number;
  length: number;
  message: string;
}

/** Where text stops being JSON; undefined when it is one JSON value. Blank text is no value and allowed. */
export function findJsonMistake(text: string): JsonMistake | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // Engines word and place their complaints differently, and some give no place at all.
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
    const first = errors[0];
    const offset = Math.min(first?.offset ?? 0, text.length);
    const before = text.slice(0, offset).split('\n');
    const message = first === undefined ? (error as Error).message : explain(printParseErrorCode(first.error), text, offset);
    const column1 = (before.at(-1) ?? '').length + 1;
    return { line1: before.length, column1, offset, length: Math.max(1, first?.length ?? 1), message };
  }
}

/** `text` indented by two, or as it is when it is not JSON. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** For lists: a string without its quotes, anything else as compact JSON; one line, cut. Empty for null. Text that is no JSON as it is. */
export function jsonLine(json: string | null, limit: number): string {
  if (json === null || json === 'null') return '';
  let text = json;
  try {
    const value: unknown = JSON.parse(json);
    text = typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    // Cut or foreign text.
  }
  return cutText(text.replaceAll(/\s+/g, ' '), limit);
}

/** At most `limit` characters, the last of them an ellipsis where some are left out. */
export function cutText(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

function explain(code: string, text: string, offset: number): string {
  if (/^\s*[A-Za-z_][\w -]*\s*$/.test(text)) return `A text is written with its quotes: "${text.trim()}"`;
  if (offset >= text.length) return 'The text ends too early';
  switch (code) {
    case 'InvalidSymbol':
      return text[offset] === "'" ? 'Texts need double quotes' : 'This is no JSON value; a text is written in double quotes';
    case 'UnexpectedEndOfString':
      return 'The text ends too early: a closing quote is missing';
    case 'InvalidEscapeCharacter':
      return 'Unknown escape after a backslash in this text';
    case 'PropertyNameExpected':
      if (text[offset] === '}') return 'A comma before the closing brace is not allowed';
      return 'A property name in double quotes is expected';
    case 'ValueExpected':
      if (text[offset] === ']') return 'A comma before the closing bracket is not allowed';
      return 'A value is expected';
    case 'ColonExpected':
      return 'A colon is expected';
    case 'CommaExpected':
      return 'A comma is expected';
    case 'CloseBraceExpected':
      return 'A closing brace is expected';
    case 'CloseBracketExpected':
      return 'A closing bracket is expected';
    case 'EndOfFileExpected':
      return 'The end is expected: only one value is allowed';
    default:
      return code.replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  }
}
