/**
 * The 16 KB limit of the custom status by the extension's own formula (spec/engine.md section 4): kilobytes of UTF-16 JSON, rounded
 * down, so that 17,407 bytes pass and 17,408 do not. Returns the error text, or null when the value may be stored.
 */
export function customStatusProblem(json: string | null): string | null {
  if (json === null) return null;
  const kilobytes = Math.floor((json.length * 2) / 1024);
  if (kilobytes <= customStatusLimitKb) return null;
  return `The size of the JSON-serialized custom status is ${kilobytes} KB (UTF-16), which is over the limit of ${customStatusLimitKb} KB.`;
}

/** A value passes while floor(bytes / 1024) is at most this. */
export const customStatusLimitKb = 16;
