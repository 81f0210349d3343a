/** Refusals of the management API in the words of the real service (spec/http-api.md 2.5 and 2.6). */
import { messageOf } from '../base/error-message';
import type { NewtonsoftError } from '../core/values/newtonsoft-json';
import { DurascopeError, type DurascopeErrorCode } from '../core/values/errors';
import { json, type Reply } from './exchange';

export const argumentMessage = 'One or more of the arguments submitted is incorrect';
export const internalMessage = 'Something went wrong while processing your request';
export const invalidJsonMessage = 'Invalid JSON content';
export const unknownInstanceMessage = 'InstanceId does not match a valid orchestration instance.';

export type ExceptionType =
  | 'System.ArgumentException'
  | 'System.InvalidOperationException'
  | 'Newtonsoft.Json.JsonReaderException'
  | 'DurableTask.AzureStorage.Storage.DurableTaskStorageException'
  | 'DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException';

/** A body with the exception's fields. What the caller did wrong needs no stack, and client libraries show the whole body. */
export function exceptionReply(
  status: number,
  message: string,
  exceptionMessage: string,
  type: ExceptionType,
  stack = '',
): Reply {
  return json(status, { Message: message, ExceptionMessage: exceptionMessage, ExceptionType: type, StackTrace: stack });
}

/** What would puzzle about an answer that is the real service's. */
export const noteHeader = 'X-Durascope-Note';

export function argumentReply(exceptionMessage: string, message = argumentMessage): Reply {
  return exceptionReply(400, message, exceptionMessage, 'System.ArgumentException');
}

export function invalidOperationReply(exceptionMessage: string): Reply {
  return exceptionReply(500, internalMessage, exceptionMessage, 'System.InvalidOperationException');
}

export function invalidJsonReply(error: NewtonsoftError): Reply {
  return exceptionReply(400, invalidJsonMessage, error.message, 'Newtonsoft.Json.JsonReaderException');
}

/** What becomes of a negative `top`: the storage refuses it. */
export function negativePageReply(): Reply {
  const said = 'An error occurred while communicating with Azure Storage';
  return exceptionReply(500, internalMessage, said, 'DurableTask.AzureStorage.Storage.DurableTaskStorageException');
}

type Answer = 404 | 410 | 'argument' | 'operation' | 501 | 503;

/** Every refusal of the hub as the management API answers it. */
const answerFor: Readonly<Record<DurascopeErrorCode, Answer>> = {
  InstanceNotFound: 404,
  InstanceTerminal: 410,
  InstanceExists: 'operation',
  InstanceWrongState: 'operation',
  InstanceNotTerminal: 'operation',
  InvalidInstanceId: 'argument',
  InvalidArgument: 'argument',
  UnknownFunction: 'argument',
  NotSupported: 501,
  AppInvalid: 'operation',
  StoreLocked: 'operation',
  StoreTooNew: 'operation',
  StoreCorrupt: 'operation',
  StoreNotWritable: 'operation',
  PortTaken: 'operation',
  EmulatorNotFound: 'operation',
  HubNotFound: 'operation',
  HubUnreachable: 'operation',
  WorkerExited: 'operation',
  WorkReturned: 503,
  WorkFailed: 'operation',
  WorkerHung: 'operation',
  FunctionFailed: 'operation',
  Stopped: 503,
};

/** What a handler throws. `message` replaces the general text of argument errors (restart has its own). */
export function failureReply(error: unknown, message = argumentMessage): Reply {
  if (!DurascopeError.is(error)) {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    return exceptionReply(500, internalMessage, messageOf(error), 'System.InvalidOperationException', stack);
  }
  const answer = answerFor[error.code];
  switch (answer) {
    case 404:
    case 410:
      return { status: answer, headers: [], body: null };
    case 'argument':
      return argumentReply(error.message, message);
    case 'operation':
      return invalidOperationReply(error.message);
    case 501:
    case 503:
      return json(answer, { Message: error.message });
  }
}
