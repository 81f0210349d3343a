/**
 * Paths as the user has them. Node.js knows modules by their real paths; where the app's folder was given by a path over links, what is
 * told of files inside is told by that path, so that it fits the editor's documents and breakpoints.
 */
import path from 'node:path';

let folders: { real: string; given: string } | null = null;

export function showFolderAs(real: string, given: string): void {
  folders = { real, given };
}

/** An absolute path, as it is told; those outside of the app's folder as they are. */
export function shownFile(file: string): string {
  if (folders === null) return file;
  const relative = path.relative(folders.real, file);
  const isInside = relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
  return isInside ? path.join(folders.given, relative) : file;
}
