/**
 * What orchestrators throw, made fit for the SDK: it reads `message` of whatever comes, and where there is none it leaves the error out of
 * its state, which the host then does not take for one (recorded: `throw-string`, `throw-empty`). The text is kept beside it for whoever
 * asks for the cause. Deviation: `throw undefined`, which the SDK takes for no failure at all, fails the orchestration.
 */
import { types } from 'node:util';
import { messageOf, thrownParts } from '../../../../base/error-message';

/** The text for what was thrown without a message. */
export const namelessFailure = 'the orchestrator threw something that is not an Error with a message.';

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

/** Texts of errors that have no message of their own. */
const lostTexts = new WeakMap<object, string>();
let lastLost = namelessFailure;

/** What was thrown where the SDK's error has no message; null: it has one. */
export function lostText(error: unknown): string | null {
  return (typeof error === 'object' && error !== null ? lostTexts.get(error) : undefined) ?? null;
}

/** The text of what was thrown last without a message: where the SDK has left nothing of the error. */
export function lastLostText(): string {
  return lastLost;
}

/** The same object wherever the SDK can read it. */
function asError(error: unknown): unknown {
  if (error === undefined) return new Error(namelessFailure);
  if (typeof error === 'object' && error !== null && isReadable(error)) {
    if (thrownParts(error).message === '') lose(error, thrownParts(error).name);
    return error;
  }
  const text = error === null ? namelessFailure : messageOf(error);
  const isLost = !types.isNativeError(error);
  const made = Object.assign(new Error(isLost ? '' : text === '' ? namelessFailure : text), { stack: thrownParts(error).stack });
  if (isLost) {
    // As the SDK reads it of what has no message.
    Object.defineProperty(made, 'message', { value: undefined });
    lose(made, text === '' ? namelessFailure : text);
  }
  return made;
}

function lose(error: object, text: string): void {
  lostTexts.set(error, text);
  lastLost = text;
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
