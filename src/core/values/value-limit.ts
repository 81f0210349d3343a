/**
 * The longest value: an input, an output, an event, a custom status, an entity's state, the text of a failure; in UTF-16 units, as V8
 * counts. V8 has no string above 2^29 - 24 of them. The state of an entity stands as text in the text of its row, where each of its quotes
 * takes four units: so an eighth of that leaves room for the rest of any text with one value in it.
 */
export const maxValueChars = 64 * 1024 * 1024;

/** What is wrong with a value, as a sentence; null when it is short enough. `what` begins the sentence. */
export function valueProblem(what: string, text: string | null | undefined, limit = maxValueChars): string | null {
  if (text === null || text === undefined || text.length <= limit) return null;
  const units = (count: number): string => count.toLocaleString('en');
  return `${what} has ${units(text.length)} characters of JSON, and one value has at most ${units(limit)}. Keep it elsewhere (a file, a blob) and pass its address on.`;
}
