import { closestName } from '../../base/closest-name';
import { DurascopeError } from '../../core/values/errors';
import type { FunctionDescriptor } from '../../core/ports/function-worker';

/** The orchestrator's name as the app wrote it; case does not count. `UnknownFunction` with the nearest name when there is none. */
export function registeredName(functions: readonly FunctionDescriptor[], typed: string): string {
  const orchestrators = functions.filter((each) => each.type === 'orchestrator').map((each) => each.name);
  const found = orchestrators.find((each) => each.toLowerCase() === typed.toLowerCase());
  if (found !== undefined) return found;
  if (orchestrators.length === 0) {
    throw new DurascopeError('UnknownFunction', `There is no orchestrator '${typed}': the app registers no orchestrator at all.`);
  }
  const meant = closestName(typed, orchestrators);
  throw new DurascopeError(
    'UnknownFunction',
    `There is no orchestrator '${typed}'.${meant === undefined ? '' : ` Did you mean '${meant}'?`} The app has ${orchestrators.join(', ')}.`,
  );
}
