/** Texts that may be as long as a value can be, for whoever shows them: of a longer one its beginning, which says so. */

export interface Shortened {
  /** How many were. */
  texts: number;
}

/** `limit` characters of it, and how many it has. */
export function shortText(text: string, limit: number, told: Shortened = { texts: 0 }): string {
  if (text.length <= limit) return text;
  told.texts++;
  return `${text.slice(0, limit)}… (${text.length.toLocaleString('en')} characters)`;
}

/** A value of JSON with every text in it no longer than that; the same value where none is. */
export function withShortTexts<Value>(value: Value, limit: number, told: Shortened): Value {
  return shortened(value, limit, told) as Value;
}

function shortened(value: unknown, limit: number, told: Shortened): unknown {
  if (typeof value === 'string') return shortText(value, limit, told);
  if (typeof value !== 'object' || value === null) return value;
  const before = told.texts;
  const parts = Array.isArray(value)
    ? value.map((each: unknown) => shortened(each, limit, told))
    : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shortened(each, limit, told)]));
  return told.texts === before ? value : parts;
}

/** Of the texts that can be long, about. */
export function charsOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let chars = 0;
  for (const name in value) chars += name.length + charsOf((value as Record<string, unknown>)[name]);
  return chars;
}

/** The end of an id that tells it from those that begin alike, as children of one parent do; empty where there is none. */
export function idTail(id: string): string {
  return /[:_-][^:_-]{1,12}$/.exec(id.slice(8))?.[0] ?? '';
}
