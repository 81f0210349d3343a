/** What an orchestrator invocation answered (spec/functions-worker.md 5), in one form for every SDK and for failures. */
import { messageOf, thrownParts } from '../../../../base/error-message';
import type { DurableAction } from '../../../../core/values/durable-action';
import { customStatusText, hostPayloadText, NoJsonForm, UnreadableMember } from '../../../../core/values/durable-action';
import { readActionList } from '../../../../core/dialects/host-actions';
import type { SdkProgress } from '../../../../core/dialects/host-replay';
import type { FailureDetails } from '../../../../core/history/history';
import { lastLostText, lostText } from './thrown-errors';

export interface SdkReply {
  actions: readonly (DurableAction | DurableAction[])[];
  isV1: boolean;
  schemaVersion: number;
  progress: SdkProgress;
  /** JSON text; null when there is none. */
  customStatus: string | null;
}

export const failureMarker = '\n\n$OutOfProcData$:';

export { namelessFailure } from './thrown-errors';

/** Reads what the function returned or gave to `context.done`: an object or its JSON text. */
export function readReply(value: unknown): SdkReply {
  try {
    const state: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    if (typeof state !== 'object' || state === null) throw new Error('The orchestrator function answered without a state.');
    return readState(state as Record<string, unknown>, '');
  } catch (error) {
    return crashedReply(error);
  }
}

/** Reads what the invocation failed with: usually the state behind a marker in the message. */
export function readFailure(error: unknown): SdkReply {
  const message = messageOf(error);
  const at = message.indexOf(failureMarker);
  if (at < 0) return crashedReply(error);
  try {
    const state = JSON.parse(message.slice(at + failureMarker.length)) as Record<string, unknown>;
    const { stack: itsStack } = thrownParts(error);
    const stack = itsStack.includes(failureMarker) ? '' : itsStack;
    const { error: text = null } = state;
    // The host takes it for the state of a failure only while it is not done, which it is after continueAsNew, and has an error.
    if (state['isDone'] === true || text === null || text === '') {
      const thrown = text === null || text === '' ? lastLostText() : messageOf(text);
      return { ...crashedReply(error), progress: { type: 'stateless', message, stack: '', thrown } };
    }
    return readState({ ...state, error: text }, stack);
  } catch (parseError) {
    return crashedReply(parseError);
  }
}

function crashedReply(error: unknown): SdkReply {
  return { actions: [], isV1: false, schemaVersion: 0, progress: crash(error), customStatus: null };
}

/** The SDK broke, or the app outside of it. */
export function crash(error: unknown): SdkProgress {
  if (error instanceof UnreadableMember) return { type: 'stateless', message: error.message, stack: '', isOwn: true };
  const { message, stack } = thrownParts(error instanceof NoJsonForm ? error.cause : error);
  return { type: 'stateless', message: lostText(error) ?? message, stack };
}

/** The host's word, whatever the SDK says. */
export function refusal(message: string): SdkProgress {
  return { type: 'crashed', message, details: failureText(message, '') };
}

export function failureText(message: string, stack: string): string {
  return `Message: ${message}, StackTrace: ${stack}`;
}

function readState(state: Record<string, unknown>, stack: string): SdkReply {
  const schemaVersion = typeof state['schemaVersion'] === 'number' ? state['schemaVersion'] : 0;
  const isV1 = schemaVersion === 0;
  return {
    actions: readActionList(state['actions'], isV1),
    isV1,
    schemaVersion,
    progress: readProgress(state, stack),
    // The real host passes over null, which PowerShell says until there is one.
    customStatus: state['customStatus'] == null ? null : customStatusText(state['customStatus']),
  };
}

function readProgress(state: Record<string, unknown>, stack: string): SdkProgress {
  const error = state['error'];
  if (error !== undefined && error !== null) {
    const message = messageOf(error);
    const failureDetails = state['failureDetails'];
    return {
      type: 'failed',
      message,
      details: failureText(message, stack),
      ...withDetails(failureDetails),
    };
  }
  return state['isDone'] === true
    ? { type: 'returned', output: hostPayloadText(state['output'], 'output') }
    : { type: 'waiting' };
}

/** A copy that is data and nothing else; nothing when they are not what failure details are. */
export function withDetails(value: unknown): { failureDetails?: FailureDetails } {
  if (typeof value !== 'object' || value === null) return {};
  try {
    const copy = JSON.parse(JSON.stringify(value)) as FailureDetails;
    return typeof copy.ErrorType === 'string' && typeof copy.ErrorMessage === 'string' ? { failureDetails: copy } : {};
  } catch {
    // The code has put something into them that has no JSON form.
    return {};
  }
}
