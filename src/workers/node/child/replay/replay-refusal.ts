import type { DurascopeErrorCode } from '../../../../core/values/errors';

/** What cannot be done, for the parent to reject with. */
export class ReplayRefusal extends Error {
  constructor(
    readonly code: DurascopeErrorCode,
    message: string,
  ) {
    super(message);
  }
}
