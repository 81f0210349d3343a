/**
 * What operations of entities throw. The SDKs keep it to themselves (an Error becomes the result `{}`), so it is caught on its way at one
 * place, `Entity.prototype.handle`, and logged; nothing else changes. A copy of the SDK of another shape is left alone.
 */
import { stackOrMessage } from '../../../../base/error-message';
import { isThenable } from '../../../../base/thenable';
import type { LogLevel } from '../../../../core/ports/logger';
import { tellOfLostInputs } from './lost-inputs';

interface OperationContext {
  df?: { operationName?: unknown; entityName?: unknown; entityKey?: unknown };
}

interface SdkEntity {
  fn: (context: OperationContext) => unknown;
}

type NextContext = (this: SdkEntity, ...args: unknown[]) => unknown;

const watched = new WeakSet<SdkEntity>();

/** Call it with `require.cache` when the app has been loaded. */
export function logOperationErrors(
  modules: Readonly<Record<string, { exports?: unknown } | undefined>>,
  log: (level: LogLevel, message: string) => void,
): void {
  for (const [file, module] of Object.entries(modules)) {
    if (!/[\\/]lib[\\/]src[\\/](entities[\\/])?entity\.js$/i.test(file)) continue;
    const entityClass = (module?.exports as { Entity?: { prototype?: { getCurrentDurableEntityContext?: unknown } } } | undefined)
      ?.Entity;
    const prototype = entityClass?.prototype as { getCurrentDurableEntityContext?: NextContext } | undefined;
    const next = prototype?.getCurrentDurableEntityContext;
    if (prototype === undefined || typeof next !== 'function') continue;
    prototype.getCurrentDurableEntityContext = function (...args) {
      if (!watched.has(this) && typeof this.fn === 'function') {
        watched.add(this);
        this.fn = loudly(this.fn, log);
      }
      const operation = next.apply(this, args);
      tellOfLostInputs(operation, log);
      return operation;
    };
  }
}

function loudly(fn: SdkEntity['fn'], log: (level: LogLevel, message: string) => void): SdkEntity['fn'] {
  const tell = (context: OperationContext, error: unknown): void => {
    const { operationName, entityName, entityKey } = context.df ?? {};
    const what = stackOrMessage(error);
    log(
      'error',
      `Operation '${String(operationName)}' of the entity @${String(entityName)}@${String(entityKey)} failed: ${what}`,
    );
  };
  return (context) => {
    let result: unknown;
    try {
      result = fn(context);
    } catch (error) {
      tell(context, error);
      throw error;
    }
    if (!isThenable(result)) return result;
    return result.then(undefined, (error: unknown) => {
      tell(context, error);
      throw error;
    });
  };
}
