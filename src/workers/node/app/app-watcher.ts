/** Tells when files of an app change that decide what it is: its code, host.json, local.settings.json, package.json, function.json. */
import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../../../core/ports/clock';

const ignoredFolders = new Set(['node_modules', '.git', '.durascope', '.vscode', '.idea', 'coverage', 'test-results']);
/** Read anew when it is needed. */
const ignoredFiles = new Set(['durascope.http.json']);
const watchedExtensions = new Set(['.js', '.mjs', '.cjs', '.json', '.node', '.wasm']);

/** True when a change of the file (relative to the app) can change how the app behaves. Sources in TypeScript wait for their build. */
export function matters(relativeFile: string): boolean {
  const parts = relativeFile.split(/[\\/]/);
  if (parts.some((part) => ignoredFolders.has(part)) || ignoredFiles.has(parts.at(-1) ?? '')) return false;
  return watchedExtensions.has(path.extname(relativeFile).toLowerCase());
}

/** Calls back once changes have been quiet for `debounceMs`. A folder that cannot be watched is not: the app runs without reload. */
export function watchApp(appDir: string, debounceMs: number, onChange: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(appDir, { recursive: true, persistent: false }, (_, file) => {
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
