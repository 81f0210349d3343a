/** JSON that a caller sent, kept as text. */
import { dotnetJson } from '../core/values/dotnet-json';
import { maxJsonDepth, NewtonsoftError, rewrittenJson } from '../core/values/newtonsoft-json';

/**
 * Throws a NewtonsoftError for what the real service does not take. Deviation: nor is what it takes and no worker can read, a text that is
 * blank or left open.
 */
export function checkJson(text: string): void {
  if (isJson(text) && !isDeep(text)) return;
  if (!isJson(rewrittenJson(text, true))) throw new NewtonsoftError("The value 'undefined' is no JSON.");
}

/** The text as the real service writes it again; throws a NewtonsoftError. */
export function rewrittenBody(text: string): string {
  if (isJson(text) && !/\\[u/]/.test(text) && !isDeep(text)) return dotnetJson(compactJson(text));
  const written = rewrittenJson(text, false);
  if (!isJson(written)) throw new NewtonsoftError("The value 'undefined' is no JSON.");
  // Recorded: `event-status-odd`.
  return dotnetJson(written);
}

/** Deeper than Newtonsoft.Json reads; it says so in its words. `text` is valid JSON. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === '[' || char === '{') {
      if (++depth > maxJsonDepth) return true;
    } else if (char === ']' || char === '}') depth--;
  }
  return false;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The text without the blanks between its tokens. */
export function compactJson(text: string): string {
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
