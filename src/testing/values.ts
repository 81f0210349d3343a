/** Payloads between the texts of histories and the values of a test. */
import { DurascopeError } from '../core/values/errors';

/** Text that is no JSON stays text. */
export function valueOf(text: string | null | undefined): unknown {
  if (text === null || text === undefined) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** `what`: for the message. `InvalidArgument` for what JSON cannot say. */
export function textOf(value: unknown, what: string): string | null {
  if (value === undefined) return null;
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new DurascopeError('InvalidArgument', `${what} cannot be written as JSON: ${String(error)}`, { cause: error });
  }
}

/** Epoch milliseconds. */
export function timeOf(time: string | Date, what: string): number {
  const ms = typeof time === 'string' ? Date.parse(time) : time.getTime();
  if (Number.isNaN(ms)) {
    throw new DurascopeError('InvalidArgument', `${what} is '${String(time)}', which is no time: write 2026-12-31T09:00:00Z.`);
  }
  return ms;
}
