/** A load that took too long says little about an app: a busy machine may be the cause. */
import { DurascopeError } from '../../core/values/errors';

/** So many loads in a row may take too long, each given twice the time of the one before; then a file has to change. */
export const mostSlowLoads = 3;

export function tooSlowToLoad(message: string): DurascopeError {
  return new DurascopeError('AppInvalid', message, { details: { isTooSlow: true } });
}

export function isTooSlow(error: unknown): error is DurascopeError {
  return DurascopeError.is(error, 'AppInvalid') && error.details['isTooSlow'] === true;
}

export const loadedAgain = ' It is loaded again, and may take twice as long.';
