/**
 * JSON as the real extension reads it, which is what Newtonsoft.Json takes: single quotes, names without quotes, comments, commas before the
 * end, `NaN` and `undefined` are no mistakes; what is one is told in its words, with the path, the line and the position.
 */
import { dotnetJson } from './dotnet-json';

export class NewtonsoftError extends Error {
  override readonly name = 'NewtonsoftError';
}

/**
 * The value as Newtonsoft.Json writes it again: without blanks, numbers in .NET's form; `undefined` stays, which is no JSON. Throws a
 * NewtonsoftError. `isWhole`: nothing may follow the value; else what follows is not looked at, as by most of the extension.
 */
export function rewrittenJson(text: string, isWhole: boolean): string {
  const reader = new Reader(text);
  const value = valueText(reader);
  if (isWhole) reader.read();
  return value;
}

/** The same for a text that is no JSON to others; null where it is none to Newtonsoft.Json, either. Not `isWhole`: what follows is not read. */
export function lenientJson(text: string, isWhole = true): string | null {
  try {
    const written = rewrittenJson(text, isWhole);
    JSON.parse(written);
    return written;
  } catch {
    return null;
  }
}

type Token =
  | { type: 'start' | 'end'; of: Container }
  | { type: 'property'; name: string }
  /** As it is written again. */
  | { type: 'value'; text: string };

type Container = 'object' | 'array' | 'constructor';

interface Place {
  of: Container;
  /** Of the last property, or -1 and on of the last element. */
  name: string | null;
  index: number;
}

const closing: Readonly<Record<string, Container>> = { '}': 'object', ']': 'array', ')': 'constructor' };
const endNames: Readonly<Record<Container, string>> = { object: 'EndObject', array: 'EndArray', constructor: 'EndConstructor' };
const typeNames: Readonly<Record<Container, string>> = { object: 'Object', array: 'Array', constructor: 'Constructor' };
const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
  '/': '/',
};

/** So many containers may stand in one another. */
export const maxJsonDepth = 64;

type State = 'start' | 'element' | 'opened' | 'member' | 'afterName' | 'afterValue' | 'finished';

class Reader {
  private at = 0;
  private line = 1;
  private lineStart = 0;
  private state: State = 'start';
  private readonly places: Place[] = [];

  constructor(private readonly text: string) {}

  /** Null: there is no more. */
  read(): Token | null {
    for (;;) {
      switch (this.state) {
        case 'finished':
          return this.afterAll();
        case 'afterValue': {
          const token = this.afterValue();
          if (token !== 'again') return token;
          break;
        }
        case 'member':
          return this.member();
        case 'opened':
          return this.places.at(-1)?.of === 'object' ? this.member() : this.value();
        default:
          return this.value();
      }
    }
  }

  fail(message: string): NewtonsoftError {
    const isAtStart = this.state === 'start' && this.at === this.lineStart;
    const position = this.at - this.lineStart;
    return new NewtonsoftError(`${message} Path '${this.path()}', line ${isAtStart ? 0 : this.line}, position ${position}.`);
  }

  private path(): string {
    const places = this.state === 'opened' ? this.places.slice(0, -1) : this.places;
    let path = '';
    for (const { of, name, index } of places) {
      if (of !== 'object') path += `[${index}]`;
      else if (name !== null)
        path += /[ .'/"[\]()\t\n\r\f\b\\\u0085\u2028\u2029]/.test(name) ? `['${name}']` : `${path === '' ? '' : '.'}${name}`;
    }
    return path;
  }

  private get char(): string {
    return this.text[this.at] ?? '';
  }

  /** Blanks and line ends; comments, where they may stand. */
  private skip(): void {
    for (;;) {
      const { char } = this;
      if (char === '\r' || char === '\n') {
        this.at += char === '\r' && this.text[this.at + 1] === '\n' ? 2 : 1;
        this.line += 1;
        this.lineStart = this.at;
      } else if (char !== '' && /\s/.test(char)) this.at += 1;
      else if (char === '/') this.comment();
      else return;
    }
  }

  private comment(): void {
    this.at += 1;
    const kind = this.char;
    // It looks two places ahead.
    if (this.text.length - this.at < 2) throw this.fail('Unexpected end while parsing comment.');
    if (kind !== '*' && kind !== '/') throw this.fail(`Error parsing comment. Expected: *, got ${kind}.`);
    this.at += 1;
    while (this.char !== '') {
      if (kind === '*' && this.text.startsWith('*/', this.at)) {
        this.at += 2;
        return;
      }
      if (/[\r\n]/.test(this.char)) {
        if (kind === '/') return;
        this.skipLineEnd();
      } else this.at += 1;
    }
    if (kind === '*') throw this.fail('Unexpected end while parsing comment.');
  }

  private skipLineEnd(): void {
    this.at += this.text.startsWith('\r\n', this.at) ? 2 : 1;
    this.line += 1;
    this.lineStart = this.at;
  }

  private afterAll(): null {
    this.skip();
    if (this.char === '') return null;
    throw this.fail(`Additional text encountered after finished reading JSON content: ${this.char}.`);
  }

  private afterValue(): Token | null | 'again' {
    this.skip();
    const { char } = this;
    if (char === '') {
      this.state = 'finished';
      return null;
    }
    const container = closing[char];
    if (container !== undefined) return this.end(container);
    if (char !== ',') throw this.fail(`After parsing a value an unexpected character was encountered: ${char}.`);
    this.at += 1;
    this.state = this.places.at(-1)?.of === 'object' ? 'member' : 'element';
    return 'again';
  }

  private member(): Token | null {
    this.skip();
    const { char } = this;
    if (char === '') return null;
    if (char === '}') return this.end('object');
    const name = char === '"' || char === "'" ? this.string(char) : this.bareName();
    this.skip();
    if (this.char !== ':') {
      throw this.fail(
        `Invalid character after parsing property name. Expected ':' but got: ${this.char === '' ? '\0' : this.char}.`,
      );
    }
    this.at += 1;
    const place = this.places.at(-1);
    if (place !== undefined) place.name = name;
    this.state = 'afterName';
    return { type: 'property', name };
  }

  private bareName(): string {
    if (!isOfName(this.char)) throw this.fail(`Invalid property identifier character: ${this.char}.`);
    const from = this.at;
    for (;;) {
      const { char } = this;
      if (char === '') throw this.fail('Unexpected end while parsing unquoted property name.');
      if (isOfName(char)) this.at += 1;
      else if (char === ':' || /\s/.test(char)) return this.text.slice(from, this.at);
      else throw this.fail(`Invalid JavaScript property identifier character: ${char}.`);
    }
  }

  private value(): Token | null {
    this.skip();
    const { char } = this;
    switch (char) {
      case '':
        return null;
      case '"':
      case "'":
        return this.scalar(JSON.stringify(this.string(char)));
      case 't':
        return this.word('true', 'boolean');
      case 'f':
        return this.word('false', 'boolean');
      case 'n':
        return this.nullOrConstructor();
      case 'N':
        return this.word('NaN', 'NaN', '"NaN"');
      case 'I':
        return this.word('Infinity', 'positive infinity', '"Infinity"');
      case 'u':
        return this.word('undefined', 'undefined');
      case '-':
        return this.text[this.at + 1] === 'I' ? this.word('-Infinity', 'negative infinity', '"-Infinity"') : this.number();
      case '{':
      case '[':
        this.at += 1;
        return this.start(char === '{' ? 'object' : 'array');
      case ']':
      case ')':
        return this.end(char === ']' ? 'array' : 'constructor');
      case ',':
        return this.scalar('undefined');
      default:
        if (char === '.' || /\p{Nd}/u.test(char)) return this.number();
        throw this.fail(`Unexpected character encountered while parsing value: ${char}.`);
    }
  }

  private nullOrConstructor(): Token {
    const next = this.text[this.at + 1];
    if (next === 'u') return this.word('null', 'null');
    if (next === undefined) {
      this.at += 1;
      throw this.fail('Unexpected end when reading JSON.');
    }
    throw this.fail(`Unexpected character encountered while parsing value: ${this.char}.`);
  }

  private word(word: string, kind: string, written = word): Token {
    for (const char of word) {
      if (this.char === '') throw this.fail('Unexpected end when reading JSON.');
      if (this.char !== char) throw this.fail(`Error parsing ${kind} value.`);
      this.at += 1;
    }
    if (this.char !== '' && !isSeparator(this.char)) throw this.fail(`Error parsing ${kind} value.`);
    return this.scalar(written);
  }

  private number(): Token {
    const from = this.at;
    for (;;) {
      const { char } = this;
      if (char === '' || isSeparator(char)) break;
      if (!/[-+.\da-fA-FxX]/.test(char)) throw this.fail(`Unexpected character encountered while parsing number: ${char}.`);
      this.at += 1;
    }
    const text = this.text.slice(from, this.at);
    const written = numberText(text);
    if (written === null) throw this.fail(`Input string '${text}' is not a valid number.`);
    return this.scalar(written);
  }

  private string(quote: string): string {
    this.at += 1;
    let value = '';
    for (;;) {
      const { char } = this;
      if (char === '') throw this.fail(`Unterminated string. Expected delimiter: ${quote}.`);
      if (char === '\r' || char === '\n') {
        const from = this.at;
        this.skipLineEnd();
        value += this.text.slice(from, this.at);
        continue;
      }
      this.at += 1;
      if (char === quote) return value;
      value += char === '\\' ? this.escaped(quote) : char;
    }
  }

  private escaped(quote: string): string {
    const { char } = this;
    if (char === '') throw this.fail(`Unterminated string. Expected delimiter: ${quote}.`);
    this.at += 1;
    if (char === 'u') {
      const digits = this.text.slice(this.at, this.at + 4);
      if (digits.length < 4) throw this.fail('Unexpected end while parsing Unicode escape sequence.');
      if (!/^[\da-fA-F]{4}$/.test(digits)) throw this.fail(`Invalid Unicode escape sequence: \\u${digits}.`);
      this.at += 4;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const value = escapes[char];
    if (value === undefined) throw this.fail(`Bad JSON escape sequence: \\${char}.`);
    return value;
  }

  private start(of: Container): Token {
    this.counted();
    this.places.push({ of, name: null, index: -1 });
    this.state = 'opened';
    if (this.places.length > maxJsonDepth) throw this.fail(`The reader's MaxDepth of ${maxJsonDepth} has been exceeded.`);
    return { type: 'start', of };
  }

  private end(of: Container): Token {
    this.at += 1;
    const place = this.places.pop();
    if (place?.of !== of) {
      this.state = this.places.length === 0 ? 'finished' : 'afterValue';
      throw this.fail(
        `JsonToken ${endNames[of]} is not valid for closing JsonType ${place === undefined ? 'None' : typeNames[place.of]}.`,
      );
    }
    this.state = this.places.length === 0 ? 'finished' : 'afterValue';
    return { type: 'end', of };
  }

  private scalar(text: string): Token {
    this.counted();
    this.state = this.places.length === 0 ? 'finished' : 'afterValue';
    return { type: 'value', text };
  }

  private counted(): void {
    const place = this.places.at(-1);
    if (place !== undefined && place.of !== 'object') place.index += 1;
  }
}

function isOfName(char: string): boolean {
  return char !== '' && /[\p{L}\p{Nd}_$]/u.test(char);
}

function isSeparator(char: string): boolean {
  return /[\s,}\])/]/.test(char);
}

/** Null: it is none. */
function numberText(text: string): string | null {
  if (/^-?\d+$/.test(text) && !/^0\d/.test(text)) return String(BigInt(text));
  if (/^0[xX][\da-fA-F]+$/.test(text)) return String(BigInt(text));
  if (/^0[0-7]+$/.test(text)) return String(BigInt(`0o${text.slice(1)}`));
  if (!/^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"';
  return dotnetJson(text.replace(/^(-?)\./, '$10.').replace(/\.(?=[eE]|$)/, '.0'));
}

/** The first value; what follows it is not looked at. */
function valueText(reader: Reader): string {
  const first = reader.read();
  if (first === null) throw reader.fail('Error reading JToken from JsonReader.');
  if (first.type === 'value') return first.text;
  return first.type === 'start' ? containerText(reader, first.of) : '';
}

function containerText(reader: Reader, of: Container): string {
  const members = new Map<string | number, string>();
  let name: string | number = 0;
  for (;;) {
    const token = reader.read();
    if (token === null) throw reader.fail(`Unexpected end of content while loading ${of === 'object' ? 'JObject' : 'JArray'}.`);
    if (token.type === 'end') break;
    if (token.type === 'property') name = token.name;
    else {
      members.set(of === 'object' ? name : members.size, token.type === 'value' ? token.text : containerText(reader, token.of));
    }
  }
  if (of !== 'object') return `[${[...members.values()].join(',')}]`;
  return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}
