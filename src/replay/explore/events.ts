import { DurascopeError } from '../../core/values/errors';
import type { ExploreOptions } from './exploration';

/** Events as people give them, `{ Paid: 1 }` or `[['Order', 1], ['Order', 2]]`. `InvalidArgument` names them by `what`. */
export function eventsFrom(value: unknown, what: string): ExploreOptions['events'] {
  const pairs: unknown[] | null = Array.isArray(value)
    ? value
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : null;
  return (pairs ?? [null]).map((pair) => {
    const [name, data] = Array.isArray(pair) ? (pair as unknown[]) : [pair];
    if (typeof name !== 'string' || name === '') {
      throw new DurascopeError('InvalidArgument', `${what} takes {"Name": payload}, or a list of [name, payload].`);
    }
    return { name, data: data === undefined ? null : JSON.stringify(data) };
  });
}
