/** JSON text as the real host writes it again (Newtonsoft.Json): numbers in .NET's form, and line separators of Unicode escaped. */

/** `text` is valid JSON, and is handed back as it is where nothing is written in another way. */
export function dotnetJson(text: string): string {
  return dotnetNumbers(escaped(wellFormed(text)));
}

/** Half a character is none for .NET, which writes U+FFFD in its place (recorded: `x-lone`). */
export function wellFormed(text: string): string {
  const whole = /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text;
  if (!/\\u[dD][89a-fA-F]/.test(whole)) return whole;
  return whole.replace(/\\(?:(u[dD][89abAB]..\\u[dD][c-fC-F]..)|u[dD][89a-fA-F]..|.)/g, (all, pair?: string) =>
    pair === undefined && all.length > 2 ? '\ufffd' : all,
  );
}

/** Not in JSON but within its texts. */
function escaped(text: string): string {
  if (!/[\u0085\u2028\u2029]/.test(text)) return text;
  return text.replace(/[\u0085\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `text` is valid JSON; a number in it that no double holds is the text that .NET writes for it (recorded: `s-start-over-double`). */
export function boundedJson(text: string): string {
  if (!/[eE]\+?\d{3}|\d{309}/.test(text)) return text;
  return outsideOfTexts(text, (part) =>
    part.replace(numberPattern, (token) => (/[.eE]/.test(token) && !Number.isFinite(Number(token)) ? infinite(token) : token)),
  );
}

/** `text` is valid JSON. */
function dotnetNumbers(text: string): string {
  return /\d(?:[eE]|\.\d)|-0(?!\.)/.test(text) ? outsideOfTexts(text, numbersIn) : text;
}

/** `text` is valid JSON. A loop rather than one expression: a payload may be megabytes, and a pattern over all of it overflows its stack. */
function outsideOfTexts(text: string, change: (part: string) => string): string {
  let result = '';
  let at = 0;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return result + change(text.slice(at));
    let end = quote + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    result += change(text.slice(at, quote)) + text.slice(quote, end + 1);
    at = end + 1;
  }
}

const numberPattern = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function numbersIn(text: string): string {
  return text.replace(numberPattern, (token) => (/[.eE]/.test(token) ? dotnetNumber(token) : token === '-0' ? '0' : token));
}

function infinite(token: string): string {
  return token.startsWith('-') ? '"-Infinity"' : '"Infinity"';
}

/** A double: its shortest digits, with an exponent from 15 places on and below five zeros. */
function dotnetNumber(token: string): string {
  const value = Number(token);
  if (!Number.isFinite(value)) return infinite(token);
  const [digits = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= 15 || exponent < -5) {
    return `${digits}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain = Object.is(value, -0) ? '-0' : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}
