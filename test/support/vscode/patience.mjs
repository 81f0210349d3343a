/** Ends what hangs, and nothing that a busy machine lets wait: a window that takes 8 s on a quiet one has taken more than 60. */
export const patienceMs = 180_000;
