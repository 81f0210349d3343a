/** How the failure of an activity stands in the history (spec/functions-worker.md 7). */
import { thrownParts } from '../../base/error-message';
import type { FailureDetails } from '../../core/history/history';
import type { ActivityOutcome } from '../../core/ports/function-worker';
import { serialisedException } from '../../core/values/serialised-exception';

/**
 * The reason has two blanks after the colon: the real host cuts the text out of `Exception: <message>` and keeps its blank.
 * Details are the .NET exception that wraps it there, as JSON, since code that catches the failure sees that text.
 */
export function describeActivityFailure(functionName: string, error: unknown): ActivityOutcome {
  // Recorded: `retry-kinds`.
  const { message, stack } = thrownParts(error ?? new Unknown());
  const failureDetails = parseFailureDetails(message);
  return {
    ok: false,
    reason: `Activity function '${functionName}' failed:  ${message}`,
    details: serialisedException(message, stack),
    ...(failureDetails === null ? {} : { failureDetails }),
  };
}

/** What the language worker makes of a failure that is nothing. */
class Unknown {
  readonly message = 'Unknown error';
}

/**
 * The same for a package of the gRPC protocol. The extension knows a failure by the text of its message alone: what stands before the
 * first `: ` is taken for its type (spec/functions-worker.md 10.4).
 */
export function describeEncodedFailure(functionName: string, error: unknown): ActivityOutcome {
  const { message, stack: itsStack } = thrownParts(error);
  const told = parseFailureDetails(message);
  if (told !== null) return { ok: false, reason: unhandled(functionName), details: '', failureDetails: whole(told) };
  const stack = itsStack === '' ? null : itsStack;
  const at = message.indexOf(': ');
  const [type, text] = at <= 0 ? ['(unknown)', message] : [message.slice(0, at), message.slice(at + 2)];
  return {
    ok: false,
    reason: unhandled(functionName),
    details: '',
    failureDetails: { ErrorType: type, ErrorMessage: text, StackTrace: stack, InnerFailure: null, IsNonRetriable: false },
  };
}

function unhandled(functionName: string): string {
  return `Function '${functionName}' failed with an unhandled exception.`;
}

/** With all of its members, as .NET writes them. */
function whole({
  ErrorType,
  ErrorMessage,
  StackTrace,
  InnerFailure,
  IsNonRetriable,
  Properties,
}: FailureDetails): FailureDetails {
  return {
    ErrorType,
    ErrorMessage,
    StackTrace: StackTrace ?? null,
    InnerFailure: InnerFailure == null ? null : whole(InnerFailure),
    IsNonRetriable,
    Properties: Properties ?? null,
  };
}

/** DF 3.5 with an exception properties provider throws an error whose message is JSON of the failure's details. */
export function parseFailureDetails(message: string): FailureDetails | null {
  if (!message.startsWith('{')) return null;
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return null;
  }
  return toFailureDetails(value);
}

function toFailureDetails(value: unknown): FailureDetails | null {
  if (typeof value !== 'object' || value === null) return null;
  const { errorType, errorMessage, isNonRetriable, properties, stackTrace, innerFailure } = value as Record<string, unknown>;
  if (typeof errorType !== 'string' || typeof errorMessage !== 'string') return null;
  const inner = toFailureDetails(innerFailure);
  return {
    ErrorType: errorType,
    ErrorMessage: errorMessage,
    StackTrace: typeof stackTrace === 'string' ? stackTrace : null,
    IsNonRetriable: isNonRetriable === true,
    ...(inner === null ? {} : { InnerFailure: inner }),
    ...(typeof properties === 'object' && properties !== null ? { Properties: properties as Record<string, unknown> } : {}),
  };
}
