import { DurascopeError } from '../core/values/errors';

export function connectionClosed(): DurascopeError {
  return new DurascopeError('Stopped', 'The connection was closed meanwhile.');
}

export function countingCalledOff(): DurascopeError {
  return new DurascopeError('Stopped', 'The counting was called off.');
}

/** Rejects with `Stopped` when `closing` aborts meanwhile. */
export function pauseUntilClosed(ms: number, closing: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(connectionClosed());
    };
    const timer = setTimeout(() => {
      closing.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (closing.aborted) stop();
    else closing.addEventListener('abort', stop, { once: true });
  });
}
