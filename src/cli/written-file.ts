import { existsSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { messageOf } from '../base/error-message';
import { DurascopeError } from '../core/values/errors';

/** Opens what an option names, to be written anew. Errors: InvalidArgument, with the option and why. */
export function openToWrite(option: string, file: string): Promise<FileHandle> {
  return opened(option, file, 'w');
}

/** Fails as `openToWrite` would, and leaves what is there, or is not, as it is. */
export async function checkWritable(option: string, file: string): Promise<void> {
  const isNew = !existsSync(file);
  await (await opened(option, file, 'a')).close();
  if (isNew) await rm(file);
}

function opened(option: string, file: string, flag: 'w' | 'a'): Promise<FileHandle> {
  return open(file, flag).catch((error: unknown) => {
    const message = `--${option} names '${file}', which cannot be written: ${messageOf(error)}`;
    throw new DurascopeError('InvalidArgument', message, { cause: error });
  });
}
