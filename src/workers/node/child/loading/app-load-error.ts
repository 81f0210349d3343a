import type { AppProblem } from '../../../../core/values/app-problem';
import type { SourcePlace } from './source-place';

/** The app cannot be loaded, for a reason that its developer can do something about. The message is shown as it is. */
export class AppLoadError extends Error {
  constructor(
    message: string,
    readonly place: SourcePlace | null = null,
    /** One by one, where it is more than one thing. */
    readonly problems: readonly AppProblem[] | null = null,
  ) {
    super(message);
    this.name = 'AppLoadError';
  }
}

/** Whether it is one of ours; what was thrown may not even want to be asked that. */
export function isAppLoadError(error: unknown): error is AppLoadError {
  try {
    return error instanceof AppLoadError;
  } catch {
    return false;
  }
}
