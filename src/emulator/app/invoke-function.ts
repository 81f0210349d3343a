/** Calls a function of the app by hand, with what its trigger would bring. */
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import type { ActivityOutcome, ActivityRequest, FunctionDescriptor } from '../../core/ports/function-worker';

export interface InvocableApp {
  /** Why it could not be loaded; absent or null when it was. */
  readonly error?: { message: string } | null;
  functions(): readonly FunctionDescriptor[];
  invoke(functionName: string, input: string | null, metadata: Readonly<Record<string, unknown>>): Promise<string | null>;
  invokeTimer(functionName: string, info: { isPastDue: boolean }): Promise<string | null>;
  runActivity(request: ActivityRequest): Promise<ActivityOutcome>;
}

/**
 * `input`: JSON or any text; null: none. `metadata`: trigger metadata by name. Resolves with the result as JSON text, null for none.
 * Errors: `UnknownFunction`; `WorkerExited` while there is no app; `InvalidArgument` for a function with a way of its own to be called; `FunctionFailed` with what it threw.
 */
export async function invokeFunction(
  app: InvocableApp,
  functionName: string,
  input: string | null,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<string | null> {
  const found = app.functions().find((each) => each.name.toLowerCase() === functionName.toLowerCase());
  if (found === undefined) {
    if (app.error != null) throw new DurascopeError('WorkerExited', `The app is not loaded: ${app.error.message}`);
    const names = app.functions().map((each) => each.name);
    throw new DurascopeError(
      'UnknownFunction',
      `The app has no function "${functionName}": ${names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`}.`,
      { details: { name: functionName, known: names } },
    );
  }
  const { name } = found;
  switch (found.type) {
    case 'orchestrator':
      throw ownWay(name, 'an orchestrator: start an instance of it (durascope start-instance)');
    case 'entity':
      throw ownWay(name, 'an entity: signal it');
    case 'http':
      throw ownWay(name, 'triggered by HTTP: call its URL');
    case 'timer':
      return failing(name, app.invokeTimer(name, { isPastDue: false }));
    case 'activity': {
      const outcome = await app.runActivity({
        instanceId: 'called-by-hand',
        executionId: '',
        taskId: 0,
        name,
        // Packages that speak the gRPC protocol wrap nothing.
        input: found.profile === 'G' ? jsonOf(input) : `[${jsonOf(input)}]`,
      });
      if (outcome.ok) return outcome.result;
      const { reason, failureDetails } = outcome;
      const message =
        found.profile === 'G' && failureDetails != null ? `Function '${name}' failed: ${failureDetails.ErrorMessage}` : reason;
      throw new DurascopeError('FunctionFailed', message, { details: { name } });
    }
    case 'other':
      return failing(name, app.invoke(name, input, metadata));
  }
}

async function failing(name: string, call: Promise<string | null>): Promise<string | null> {
  try {
    return await call;
  } catch (error) {
    if (DurascopeError.is(error)) throw error;
    const message = messageOf(error);
    throw new DurascopeError('FunctionFailed', `Function '${name}' failed: ${message}`, { cause: error, details: { name } });
  }
}

function jsonOf(input: string | null): string {
  if (input === null) return 'null';
  try {
    JSON.parse(input);
    return input;
  } catch {
    return JSON.stringify(input);
  }
}

function ownWay(name: string, what: string): DurascopeError {
  return new DurascopeError('InvalidArgument', `'${name}' is ${what}.`, { details: { name } });
}
