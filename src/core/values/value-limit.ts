/**
 * The longest value: an input, an output, an event, a custom status, an entity's state, the text of a failure; in UTF-16 units, as V8
 * counts. V8 has no string above 2^29 - 24 of them. The state of an entity stands as text in the text of its row, where each of its quotes
 * takes four units: so an eighth of that leaves room for the rest of any text with one value in it.
 */
export const maxValueChars = 64 * 1024 * 1024;

/**
 * The most that one record (an activity, a child, a start, an event ...) has beside its value: name, version, tags and trace context together,
 * in UTF-16 units. They are kept with each row and shown in lists.
 */
export const maxAsideChars = 1024 * 1024;

/** What is wrong with a value, as a sentence; null when it is short enough. `what` begins the sentence. */
export function valueProblem(what: string, text: string | null | undefined, limit = maxValueChars): string | null {
  if (text === null || text === undefined || text.length <= limit) return null;
  return `${what} has ${units(text.length)} characters of JSON, and one value has at most ${units(limit)}. Keep it elsewhere (a file, a blob) and pass its address on.`;
}

/** What is wrong with what stands beside a value: names, versions, tags; null when it is short enough. `what` begins the sentence. */
export function asideProblem(what: string, ...texts: readonly unknown[]): string | null {
  const count = charsIn(texts);
  if (count <= maxAsideChars) return null;
  return `${what} have ${units(count)} characters together, and there is room for ${units(maxAsideChars)}. Put what is long into the input.`;
}

/** Characters of all texts in a JSON-like value, names of members included. */
export function charsIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const each of value) count += charsIn(each);
  else for (const [name, each] of Object.entries(value)) count += name.length + charsIn(each);
  return count;
}

/** A count as people read it. */
export function units(count: number): string {
  return count.toLocaleString('en');
}
