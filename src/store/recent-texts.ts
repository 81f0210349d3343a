/** Texts of JSON in bytes, each made once as long as it comes again soon: ids stand in several lines, statuses in many. */
import type { Scanned } from './json-scan';

const slots = 1024;
/** Bytes of the longest that are kept. */
const longest = 256;

interface Kept {
  /** The bytes between its quotes, a character each. */
  bytes: string;
  text: string;
}

export class RecentTexts {
  readonly #kept: (Kept | undefined)[] = new Array<Kept | undefined>(slots).fill(undefined);

  /** The string from byte `start` to `end`, its quotes included. */
  of(bytes: Buffer, start: number, end: number, { hash, isPlain }: Scanned): string {
    const isKept = end - start <= longest;
    const slot = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (slots - 1);
    const kept = isKept ? this.#kept[slot] : undefined;
    if (kept !== undefined && stands(kept.bytes, bytes, start + 1, end - 1)) return kept.text;
    const between = isKept || isPlain ? bytes.toString('latin1', start + 1, end - 1) : '';
    const text = isPlain ? between : (JSON.parse(bytes.toString('utf8', start, end)) as string);
    if (isKept) this.#kept[slot] = { bytes: between, text };
    return text;
  }
}

function stands(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = text.length - 1; at >= 0; at--) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
