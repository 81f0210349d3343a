/** Places in the bytes of JSON that this program wrote, without spaces: where a value ends is found without making it. */

const quoteMark = 34;
const comma = 44;
const minus = 45;
const zero = 48;
const openingBracket = 91;
const backslash = 92;
const closingBracket = 93;
const openingBrace = 123;
const closingBrace = 125;
const firstBeyondAscii = 128;

/** Of a string: what has to be done to make it. */
export interface Scanned {
  /** It has no escapes and is ASCII: its characters are the bytes between the quotes. */
  isPlain: boolean;
  /** Equal for equal strings. */
  hash: number;
}

/** Behind the closing quote of the string that begins at `at`; -1 when there is none. */
export function stringEnd(bytes: Uint8Array, at: number, scanned?: Scanned): number {
  if (bytes[at] !== quoteMark) return -1;
  let hash = 0;
  let isPlain = true;
  for (let end = at + 1; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (byte === quoteMark) {
      if (scanned !== undefined) {
        scanned.hash = hash;
        scanned.isPlain = isPlain;
      }
      return end + 1;
    }
    hash = (Math.imul(hash, 31) + byte) | 0;
    if (byte === backslash) {
      isPlain = false;
      end++;
    } else if (byte >= firstBeyondAscii) {
      isPlain = false;
    }
  }
  return -1;
}

/** Behind the value that begins at `at`; -1 when there is none. */
export function valueEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === quoteMark) return stringEnd(bytes, at);
  if (first === openingBracket || first === openingBrace) return nestedEnd(bytes, at);
  let end = at;
  while (end < bytes.length && !isDelimiter(bytes[end] as number)) end++;
  return end === at ? -1 : end;
}

function nestedEnd(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (let end = at; end >= 0 && end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (byte === openingBracket || byte === openingBrace) depth++;
    else if ((byte === closingBracket || byte === closingBrace) && --depth === 0) return end + 1;
    else if (byte === quoteMark) {
      end = stringEnd(bytes, end) - 1;
      if (end < 0) return -1;
    }
  }
  return -1;
}

function isDelimiter(byte: number): boolean {
  return byte === comma || byte === closingBracket || byte === closingBrace;
}

/** The integer that stands there and ends before `end`; NaN for anything else. */
export function integerAt(bytes: Uint8Array, at: number, end: number): number {
  const isNegative = bytes[at] === minus;
  let value = 0;
  for (let i = isNegative ? at + 1 : at; i < end; i++) {
    const digit = (bytes[i] as number) - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
}
