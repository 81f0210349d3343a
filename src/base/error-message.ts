/** The message of anything that was thrown: for errors of ours it is made for the user. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
