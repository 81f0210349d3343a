import { messageOf } from '../base/error-message';

/** Pause before work is handed out again: none the first time, then 1 s, 2 s, 4 s ... up to a minute. */
export function backOffMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(1000 * 2 ** (failures - 2), 60_000);
}

/** An error as a sentence with its full stop. */
export function sentenceOf(error: unknown): string {
  const text = messageOf(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
