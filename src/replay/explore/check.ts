import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf } from '../../base/error-message';
import { isThenable } from '../../base/thenable';
import { DurascopeError } from '../../core/values/errors';
import type { ExploredRun, ExploreOptions } from './exploration';

/**
 * The function of a module that says what is wrong with a run: by what it returns, or throws. `InvalidArgument`, from the function where it gives a
 * promise, names it by `what`.
 */
export function checkIn(file: string, what: string): NonNullable<ExploreOptions['check']> {
  const module = path.resolve(file);
  let loaded: unknown;
  try {
    loaded = createRequire(module)(module) as unknown;
  } catch (error) {
    const [why = ''] = messageOf(error).split('\nRequire stack:');
    throw new DurascopeError('InvalidArgument', `${what} names '${file}', which cannot be loaded: ${why}`, { cause: error });
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
    let said: unknown;
    try {
      said = (check as (run: ExploredRun) => unknown)(run);
    } catch (error) {
      // As an assertion does.
      return `the check throws: ${messageOf(error).replace(/\s+/g, ' ').trim()}`;
    }
    if (isThenable(said)) {
      said.then(undefined, () => undefined); // What it would have said is told now.
      throw new DurascopeError(
        'InvalidArgument',
        `${what} names '${file}', whose function gives a promise: let it say at once what is wrong, without async.`,
      );
    }
    return said === undefined || said === null || said === true
      ? undefined
      : typeof said === 'string'
        ? said
        : 'the check of the run says no';
  };
}
