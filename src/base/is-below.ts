import path from 'node:path';

/** Whether a file or folder lies in the folder, at any depth; the folder itself does not. Both absolute. */
export function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
