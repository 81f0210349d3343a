/** Entities that signal others with 0, false or an empty text: the SDKs leave such an input out. The developer is told; nothing else changes. */
import { inspect } from 'node:util';
import type { LogLevel } from '../../../../core/ports/logger';

interface OperationParts {
  entityName?: unknown;
  entityKey?: unknown;
  signalEntity?: unknown;
}

/** `operation`: the `context.df` of one operation, changed in place. */
export function tellOfLostInputs(operation: unknown, log: (level: LogLevel, message: string) => void): void {
  if (typeof operation !== 'object' || operation === null) return;
  const parts = operation as OperationParts;
  const send = parts.signalEntity;
  if (typeof send !== 'function') return;
  parts.signalEntity = (...given: unknown[]): unknown => {
    const [target, name, input] = given;
    if (!input && input !== undefined && input !== null) {
      const { entityName, entityKey } = parts;
      const shown = input === '' ? 'an empty text' : inspect(input);
      log(
        'warning',
        `The entity @${String(entityName)}@${String(entityKey)} signals '${String(name)}' to ${String(target)} with ${shown}: durable-functions leaves that ` +
          'input out, in Azure too, and the operation gets none. Send it in an object or a list.',
      );
    }
    return (send as (...args: unknown[]) => unknown)(...given);
  };
}
