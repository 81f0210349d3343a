/** JSON that a caller sent, kept as text. */
import { isJson } from '../base/is-json';
import { dotnetJson } from '../core/values/dotnet-json';
import { maxJsonDepth, NewtonsoftError, rewrittenJson } from '../core/values/newtonsoft-json';

/**
 * Throws a NewtonsoftError for what the real service does not take. Deviation: nor is what it takes and no worker can read, a text that is
 * blank or left open or begins with a comment.
 */
export function checkJson(text: string): void {
  if (isJson(text) && !isDeep(text)) return;
  readable(text, rewrittenJson(text, true));
}

/** The text as the real service writes it again; throws a NewtonsoftError. */
export function rewrittenBody(text: string): string {
  if (isJson(text) && !/\\[u/]/.test(text) && !isDeep(text) && !namesTwice(text)) return dotnetJson(compactJson(text));
  // Recorded: `event-status-odd`.
  return dotnetJson(readable(text, rewrittenJson(text, false)));
}

/** `written`: what Newtonsoft.Json makes of a text; it takes a comment before the value for the value (recorded: `s-event-comment-line`). */
function readable(text: string, written: string): string {
  if (/^\s*\//.test(text)) throw new NewtonsoftError('A comment before the value is no JSON.');
  if (!isJson(written)) throw new NewtonsoftError("The value 'undefined' is no JSON.");
  return written;
}

/** Whether an object has a member twice, which is written once, with the last value (recorded: `s-event-member-twice`). `text` is valid JSON. */
function namesTwice(text: string): boolean {
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') at = endOfString(text, at) - 1;
    else if (text[at] === ':') colons += 1;
  }
  return colons > 1 && membersIn(JSON.parse(text)) < colons;
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: unknown[] = Object.values(value);
  return items.reduce<number>((sum, item) => sum + membersIn(item), Array.isArray(value) ? 0 : items.length);
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
