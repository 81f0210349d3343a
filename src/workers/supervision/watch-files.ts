import { watch, type FSWatcher } from 'node:fs';
import type { Disposable } from '../../core/ports/clock';

/**
 * Calls back once changes of the files below a folder have been quiet for `debounceMs`; `matters` is given their paths from there. A
 * folder that cannot be watched is not: the app runs without reload.
 */
export function watchFiles(
  folder: string,
  matters: (relativeFile: string) => boolean,
  debounceMs: number,
  onChange: () => void,
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(folder, { recursive: true, persistent: false }, (_, file) => {
      if (file === null || !matters(file)) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, debounceMs);
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = null;
  }
  return {
    dispose: () => {
      clearTimeout(timer);
      watcher?.close();
    },
  };
}
