/**
 * A payload's text as the value that APIs show (spec/http-api.md 4, rule 4): null for none, '' for blank text, the parsed JSON,
 * or the text itself where it is not JSON (failure and terminate reasons).
 */
export function payloadValue(text: string | null | undefined): unknown {
  if (text === null || text === undefined) return null;
  const trimmed = text.trim();
  if (trimmed === '') return '';
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    // Not JSON: shown as it is.
    return text;
  }
}
