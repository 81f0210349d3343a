/** Refusals as gRPC statuses (spec/grpc.md 1.2). */
import { status, type StatusObject } from '@grpc/grpc-js';
import { messageOf } from '../base/error-message';
import { DurascopeError, type DurascopeErrorCode } from '../core/values/errors';

const codes: Partial<Record<DurascopeErrorCode, status>> = {
  InstanceNotFound: status.NOT_FOUND,
  HubNotFound: status.NOT_FOUND,
  InstanceExists: status.ALREADY_EXISTS,
  InstanceTerminal: status.FAILED_PRECONDITION,
  InstanceWrongState: status.FAILED_PRECONDITION,
  InstanceNotTerminal: status.FAILED_PRECONDITION,
  InvalidInstanceId: status.INVALID_ARGUMENT,
  InvalidArgument: status.INVALID_ARGUMENT,
  UnknownFunction: status.INVALID_ARGUMENT,
  NotSupported: status.UNIMPLEMENTED,
  Stopped: status.UNAVAILABLE,
};

export function statusOf(error: unknown): Partial<StatusObject> {
  const code = DurascopeError.is(error) ? codes[error.code] : undefined;
  const text = messageOf(error);
  // One SDK's users look for these words.
  const details = code === status.ALREADY_EXISTS ? `orchestration instance already exists: ${text}` : text;
  return { code: code ?? status.INTERNAL, details };
}
