import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';

export interface JsonProblem {
  /** 0-based. */
  line0: number;
  column0: number;
  offset: number;
  length: number;
  message: string;
}

/** Where text stops being JSON; undefined when it is one JSON value. Blank text is no value and allowed. */
export function jsonProblem(text: string): JsonProblem | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // JSON.parse does not always tell the place.
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
    const first = errors[0];
    const offset = Math.min(first?.offset ?? 0, text.length);
    const before = text.slice(0, offset);
    const line0 = before.split('\n').length - 1;
    const column0 = offset - (before.lastIndexOf('\n') + 1);
    const what = first === undefined ? (error as Error).message : explain(printParseErrorCode(first.error), text, offset);
    return { line0, column0, offset, length: Math.max(1, first?.length ?? 1), message: what };
  }
}

/** For an input box, which can only say it: the place in words and the text with a mark. */
export function jsonProblemText(text: string): string | undefined {
  const problem = jsonProblem(text);
  if (problem === undefined) return undefined;
  const start = Math.max(0, problem.offset - 15);
  const before = `${start > 0 ? '…' : ''}${text.slice(start, problem.offset)}`;
  const after = text.slice(problem.offset, problem.offset + 10);
  return `${problem.message} at line ${problem.line0 + 1}, column ${problem.column0 + 1}: ${before}▸${after}`;
}

/** The text to send: null for a blank one. */
export function jsonOrNull(text: string): string | null {
  return text.trim() === '' ? null : text;
}

function explain(code: string, text: string, offset: number): string {
  if (/^\s*[\w][\w -]*\s*$/.test(text)) return `A text is written with its quotes: "${text.trim()}"`;
  if (offset >= text.length) return 'The text ends too early';
  switch (code) {
    case 'InvalidSymbol':
      return text[offset] === "'" ? 'Texts need double quotes' : 'This is no JSON value';
    case 'PropertyNameExpected':
      return 'A property name in double quotes is expected';
    case 'ValueExpected':
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
