/** Recordings that the emulator does not follow yet; the test fails for one that it does. */
export const notYet: ReadonlySet<string> = new Set<string>([]);
