/** How a request is refused. */
import type { DurascopeErrorCode } from '../../core/values/errors';
import * as z from 'zod';

export const errorSchema = z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) });

/** Every refusal, and the status it has under `/durascope`. */
export const durascopeStatusFor: Readonly<Record<DurascopeErrorCode, 400 | 404 | 409 | 410 | 500 | 501 | 502 | 503>> = {
  InstanceNotFound: 404,
  InstanceExists: 409,
  InstanceTerminal: 410,
  InstanceWrongState: 409,
  InstanceNotTerminal: 409,
  InvalidInstanceId: 400,
  InvalidArgument: 400,
  UnknownFunction: 400,
  NotSupported: 501,
  AppInvalid: 500,
  StoreLocked: 500,
  StoreTooNew: 500,
  StoreCorrupt: 500,
  StoreNotWritable: 500,
  PortTaken: 500,
  EmulatorNotFound: 500,
  HubNotFound: 500,
  HubUnreachable: 500,
  WorkerExited: 502,
  WorkReturned: 503,
  WorkFailed: 502,
  WorkerHung: 502,
  FunctionFailed: 502,
  Stopped: 503,
};
