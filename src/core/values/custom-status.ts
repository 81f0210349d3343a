/**
 * The 16 KB limit of the custom status by the extension's own formula (spec/engine.md section 4): kilobytes of UTF-16 JSON, rounded
 * down, so that 17,407 bytes pass and 17,408 do not. Returns the error text, or null when the value may be stored.
 */
export function customStatusProblem(json: string | null): string | null {
  if (json === null) return null;
  const kilobytes = Math.floor((json.length * 2) / 1024);
  if (kilobytes <= customStatusLimitKb) return null;
  return `The UTF-16 size of the JSON-serialized payload must not exceed ${customStatusLimitKb} KB. The current payload size is ${kilobytes} KB.`;
}

/** A value passes while floor(bytes / 1024) is at most this. */
export const customStatusLimitKb = 16;
