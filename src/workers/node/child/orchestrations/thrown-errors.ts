/**
 * What orchestrators throw, made fit for the SDK: it reads `message` of whatever comes, takes `throw undefined` for no failure at all, and
 * loses every text. Deviation: Azure shows no text for what is thrown without being an Error; here it keeps the best there is.
 */
import { messageOf, thrownParts } from '../../../../base/error-message';
import { namelessFailure } from './sdk-reply';

/** Calls an orchestrator function: what it throws, now or when its generator goes on, is an Error with a message that can be read. */
export function throwingErrors(run: () => unknown): unknown {
  const started = attempt(run) as Generator | null | undefined;
  if (typeof started?.next !== 'function' || typeof started.throw !== 'function') return started;
  return {
    next: (value: unknown) => attempt(() => started.next(value)),
    throw: (error: unknown) => attempt(() => started.throw(error)),
  };
}

function attempt<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw asError(error);
  }
}

/** The same object wherever the SDK can read it. */
function asError(error: unknown): unknown {
  if (typeof error === 'object' && error !== null && isReadable(error)) return error;
  const text = error === undefined || error === null ? namelessFailure : messageOf(error);
  return Object.assign(new Error(text === '' ? namelessFailure : text), { stack: thrownParts(error).stack });
}

function isReadable(error: object): boolean {
  try {
    const { message, stack } = error as { message?: unknown; stack?: unknown };
    return (
      typeof message === 'string' &&
      (message !== '' || error instanceof Error) &&
      (stack === undefined || typeof stack === 'string')
    );
  } catch {
    return false;
  }
}
