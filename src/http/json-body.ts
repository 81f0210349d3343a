/** JSON that a caller sent, kept as text. */

/** The text without the blanks between its tokens, as the real service stores it; throws a SyntaxError when it is not JSON. */
export function compactJson(text: string): string {
  JSON.parse(text);
  // Not JSON.stringify(JSON.parse()): that would round long numbers and reorder keys.
  return /\s/.test(text) ? withoutBlanks(text) : text;
}

/** `text` is valid JSON. A loop rather than one expression: a body may be megabytes, and a pattern over all of it overflows its stack. */
function withoutBlanks(text: string): string {
  let compact = '';
  let at = 0;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return compact + text.slice(at).replace(/\s+/g, '');
    const end = endOfString(text, quote);
    compact += text.slice(at, quote).replace(/\s+/g, '') + text.slice(quote, end);
    at = end;
  }
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    const next = text.indexOf('"', at);
    if (next < 0) break;
    let backslashes = 0;
    while (text[next - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return next + 1;
    at = next;
  }
  return text.length;
}
