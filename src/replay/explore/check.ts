import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf } from '../../base/error-message';
import { DurascopeError } from '../../core/values/errors';
import type { ExploredRun, ExploreOptions } from './exploration';

/** The function of a module that says what is wrong with a run. `InvalidArgument` names it by `what`. */
export function checkIn(file: string, what: string): NonNullable<ExploreOptions['check']> {
  const module = path.resolve(file);
  let loaded: unknown;
  try {
    loaded = createRequire(module)(module) as unknown;
  } catch (error) {
    throw new DurascopeError('InvalidArgument', `${what} names '${file}', which cannot be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const parts = loaded as { default?: unknown; check?: unknown } | null;
  const check = [loaded, parts?.default, parts?.check].find((each) => typeof each === 'function');
  if (check === undefined) {
    throw new DurascopeError(
      'InvalidArgument',
      `${what} names '${file}', which exports no function: export one that is given a run.`,
    );
  }
  return (run: ExploredRun): string | undefined => {
    const said: unknown = (check as (run: ExploredRun) => unknown)(run);
    return said === undefined || said === null || said === true
      ? undefined
      : typeof said === 'string'
        ? said
        : 'the check of the run says no';
  };
}
