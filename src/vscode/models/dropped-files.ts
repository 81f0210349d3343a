/** The addresses of what is dropped, as `text/uri-list` has them: one a line, comments after a #. */
export function droppedAddresses(uriList: string): string[] {
  return uriList.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
}
