import { parseDuration } from '../../base/duration-text';
import { DurascopeError } from './errors';

/**
 * How time goes on: as the computer's does; not at all; or as the computer's, but jumping to what is due next whenever nothing else can
 * run.
 */
export type ClockMode = 'running' | 'paused' | 'auto';

/** One change of the clock. `forwardMs` and `to` (epoch milliseconds) go there and keep the mode: at each moment on
 * the way what is due runs to its end, as it would have. `next` jumps to what is due next. */
export type ClockChange =
  | { mode: ClockMode }
  /** Back to the computer's time, running. */
  | { real: true }
  | { next: true }
  | { forwardMs: number }
  | { to: number };

/** The last moment that a `Date` and the history's text form can both tell: year 9999. */
const lastMs = Date.UTC(9999, 11, 31);

export const clockWords = 'real, run, pause, auto, next, +DURATION (+90s, +1h, +2d12h) or a time (2026-12-31T09:00:00Z)';

/**
 * What a person writes to set the clock. `real`: the computer's time; `run`, `pause`, `auto`: how it goes on; `next`: jump to what is due;
 * `+1h30m`: so far forward; an ISO-8601 time: jump there. InvalidArgument for anything else.
 */
export function parseClockChange(text: string): ClockChange {
  const word = text.trim();
  switch (word.toLowerCase()) {
    case 'real':
      return { real: true };
    case 'run':
    case 'running':
      return { mode: 'running' };
    case 'pause':
    case 'paused':
      return { mode: 'paused' };
    case 'auto':
      return { mode: 'auto' };
    case 'next':
      return { next: true };
  }
  if (word.startsWith('+')) {
    const forwardMs = Math.round(parseDuration(word.slice(1)));
    if (!(forwardMs > 0) || forwardMs > lastMs) throw notAClock(text);
    return { forwardMs };
  }
  const to = /^\d{4}-\d{2}-\d{2}(T|$)/.test(word) ? Date.parse(word) : Number.NaN;
  if (Number.isNaN(to) || to > lastMs) throw notAClock(text);
  return { to };
}

function notAClock(text: string): DurascopeError {
  const back = text.startsWith('-') ? " It goes forward only; `real` brings back the computer's time." : '';
  return new DurascopeError('InvalidArgument', `The clock cannot be set to '${text}'.${back} Say one of: ${clockWords}.`);
}
