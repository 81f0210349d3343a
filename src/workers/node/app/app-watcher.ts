/** Tells when files of an app change that decide what it is: its code, host.json, local.settings.json, package.json, function.json. */
import path from 'node:path';
import type { Disposable } from '../../../core/ports/clock';
import { watchFiles } from '../../supervision/watch-files';
import { linkedPackages } from './linked-packages';

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

/** As `watchFiles`, for the files that matter here, of the app and of the packages that it uses where they are written. */
export function watchApp(appDir: string, debounceMs: number, onChange: () => void): Disposable {
  const watched = new Map<string, Disposable>();
  const update = (): void => {
    const folders = new Set([appDir, ...linkedPackages(appDir)]);
    for (const [folder, watcher] of watched) {
      if (folders.has(folder)) continue;
      watcher.dispose();
      watched.delete(folder);
    }
    for (const folder of folders) {
      if (!watched.has(folder)) watched.set(folder, watchFiles(folder, matters, debounceMs, changed, ignoredFolders));
    }
  };
  // A package.json may name others now.
  const changed = (): void => {
    update();
    onChange();
  };
  update();
  return {
    dispose: () => {
      for (const watcher of watched.values()) watcher.dispose();
    },
  };
}
