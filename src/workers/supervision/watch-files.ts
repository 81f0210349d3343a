import type { Disposable } from '../../core/ports/clock';
import { watchTree } from './watch-tree';

/**
 * Calls back once changes of the files below a folder have been quiet for `debounceMs`; `matters` is given their paths from there.
 * Folders of the names `ignored` are not looked into. A folder that cannot be watched is not: the app runs without reload.
 */
export function watchFiles(
  folder: string,
  matters: (relativeFile: string) => boolean,
  debounceMs: number,
  onChange: () => void,
  ignored: ReadonlySet<string> = new Set(),
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watchTree(folder, ignored, (file) => {
    if (!matters(file)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, debounceMs);
  });
  return {
    dispose: () => {
      clearTimeout(timer);
      watcher.dispose();
    },
  };
}
