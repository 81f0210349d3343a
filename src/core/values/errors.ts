/** Durascope's refusals: a literal code, and a message that says what to do next. What orchestrations do is data, never one of these. */
export type DurascopeErrorCode =
  // The caller's mistakes.
  | 'InstanceNotFound'
  | 'InstanceExists'
  | 'InstanceTerminal'
  | 'InstanceWrongState'
  | 'InstanceNotTerminal'
  | 'InvalidInstanceId'
  | 'InvalidArgument'
  | 'UnknownFunction'
  | 'NotSupported'
  // The app's or the folder's state.
  | 'AppInvalid'
  | 'StoreLocked'
  | 'StoreTooNew'
  | 'StoreCorrupt'
  | 'StoreNotWritable'
  | 'PortTaken'
  | 'EmulatorNotFound'
  // A task hub of a real engine: it is not there, or cannot be reached or opened.
  | 'HubNotFound'
  | 'HubUnreachable'
  // The process that runs user code.
  | 'WorkerExited'
  | 'WorkerHung'
  /** A function that was called by hand threw. */
  | 'FunctionFailed'
  | 'WorkReturned'
  /** What was asked of the app cannot be done, now or later: it fails by the message. */
  | 'WorkFailed'
  | 'Stopped';

export class DurascopeError extends Error {
  constructor(
    readonly code: DurascopeErrorCode,
    message: string,
    options?: { cause?: unknown; details?: Readonly<Record<string, unknown>> },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DurascopeError';
    this.details = options?.details ?? {};
  }

  /** Facts for programs: file, key, port, status ... by name. */
  readonly details: Readonly<Record<string, unknown>>;

  static is(error: unknown, code?: DurascopeErrorCode): error is DurascopeError {
    // Parts that are bundled apart each have a class of this name.
    const isOurs =
      error instanceof DurascopeError || (error instanceof Error && error.name === 'DurascopeError' && 'code' in error);
    return isOurs && (code === undefined || (error as DurascopeError).code === code);
  }
}
