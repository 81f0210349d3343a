import { type FileHandle, open } from 'node:fs/promises';
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';

/** Opens what an option names, to be written anew, or as it is with flag `a`. Errors: InvalidArgument, with the option and why. */
export function openToWrite(option: string, file: string, flag: 'w' | 'a' = 'w'): Promise<FileHandle> {
  return open(file, flag).catch((error: unknown) => {
    const message = `--${option} names '${file}', which cannot be written: ${messageOf(error)}`;
    throw new DurascopeError('InvalidArgument', message, { cause: error });
  });
}
