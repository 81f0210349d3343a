/** JSON text as the real host writes it again (Newtonsoft.Json): numbers that are no whole ones in .NET's form. */

/** `text` is valid JSON, and is handed back as it is where no number has a fraction or an exponent. */
export function dotnetNumbers(text: string): string {
  if (!/\d(?:[eE]|\.\d)/.test(text)) return text;
  // A loop rather than one expression: a payload may be megabytes, and a pattern over all of it overflows its stack.
  let result = '';
  let at = 0;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return result + numbersIn(text.slice(at));
    let end = quote + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    result += numbersIn(text.slice(at, quote)) + text.slice(quote, end + 1);
    at = end + 1;
  }
}

function numbersIn(text: string): string {
  return text.replace(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => (/[.eE]/.test(token) ? dotnetNumber(token) : token));
}

/** A double: its shortest digits, with an exponent from 15 places on and below five zeros. */
function dotnetNumber(token: string): string {
  const value = Number(token);
  if (!Number.isFinite(value)) return token;
  const [digits = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= 15 || exponent < -5) {
    return `${digits}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain = Object.is(value, -0) ? '-0' : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}
