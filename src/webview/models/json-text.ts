/** JSON text: is it whole, and if not, where does it go wrong. */

export interface JsonMistake {
  /** From 1. */
  line1: number;
  /** From 1, in UTF-16 units. */
  column1: number;
  /** Position in the text, 0-based. */
  offset: number;
  message: string;
}

/** Undefined when `text` is one JSON value (or only blanks, which stands for "no value"). */
export function findJsonMistake(text: string): JsonMistake | undefined {
  if (text.trim() === '') return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const found = scan(text);
    const before = text.slice(0, found.offset).split('\n');
    return { ...found, line1: before.length, column1: (before.at(-1) ?? '').length + 1 };
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

// Engines word and place their complaints differently (some give no place at all), so the place is found here.
class Mistake extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

function scan(text: string): { offset: number; message: string } {
  let at = 0;
  const blanks = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++;
  };
  const fail = (message: string, offset = at): never => {
    throw new Mistake(offset, offset >= text.length ? 'The text ends too early' : message);
  };
  const string = (): void => {
    const start = at++;
    for (; at < text.length; at++) {
      const char = text.charAt(at);
      if (char === '"') {
        at++;
        return;
      }
      if (char < ' ') fail('A line break or control character inside a string must be escaped');
      if (char !== '\\') continue;
      at++;
      if (text.charAt(at) === 'u') {
        if (!/^[0-9a-fA-F]{4}/.test(text.slice(at + 1))) fail('\\u needs four hex digits');
        at += 4;
      } else if (!'"\\/bfnrt'.includes(text.charAt(at)) || at >= text.length) fail('Unknown escape after \\');
    }
    fail('', Math.max(start, text.length));
  };
  const members = (close: string, member: () => void): void => {
    at++;
    blanks();
    if (text.charAt(at) === close) {
      at++;
      return;
    }
    for (;;) {
      member();
      blanks();
      const char = text.charAt(at);
      if (char !== ',' && char !== close) fail(`Expected "," or "${close}"`);
      at++;
      if (char === close) return;
      blanks();
      if (text.charAt(at) === close) fail('A comma before the closing bracket is not allowed', text.lastIndexOf(',', at));
    }
  };
  const value = (): void => {
    blanks();
    const char = text.charAt(at);
    if (char === '"') string();
    else if (char === '[') members(']', value);
    else if (char === '{')
      members('}', () => {
        blanks();
        if (text.charAt(at) !== '"') fail('A property name must be in double quotes');
        string();
        blanks();
        if (text.charAt(at) !== ':') fail('Expected ":" after the property name');
        at++;
        value();
      });
    else {
      const literal = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/.exec(text.slice(at));
      if (literal === null) fail(char === "'" ? 'Strings need double quotes' : 'Expected a value (text needs double quotes)');
      at += literal?.[0].length ?? 1;
    }
  };
  try {
    value();
    blanks();
    if (at < text.length) fail('Expected the end of the text');
    return { offset: 0, message: 'Not JSON' };
  } catch (error) {
    // Too deep for this scanner is possible (a stack overflow); the text is wrong all the same.
    return error instanceof Mistake ? { offset: error.offset, message: error.message } : { offset: 0, message: 'Not JSON' };
  }
}
