/** Tells when files of an app change that decide what it is: its code, host.json, local.settings.json, package.json, function.json. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isTypeScript } from '../../../base/type-script';
import type { Disposable } from '../../../core/ports/clock';
import { watchFiles } from '../../supervision/watch-files';
import { linkedPackages } from './linked-packages';

const ignoredFolders = new Set(['node_modules', '.git', '.durascope', '.vscode', '.idea', 'coverage', 'test-results']);
/** Read anew when it is needed. */
const ignoredFiles = new Set(['durascope.http.json']);
const watchedExtensions = new Set(['.js', '.mjs', '.cjs', '.json', '.node', '.wasm']);

/**
 * True when a change of the file (relative to the app) can change how the app behaves. Sources in TypeScript wait for their build, but
 * where they are what runs.
 */
export function matters(relativeFile: string, runsTypeScript: boolean): boolean {
  const parts = relativeFile.split(/[\\/]/);
  if (parts.some((part) => ignoredFolders.has(part)) || ignoredFiles.has(parts.at(-1) ?? '')) return false;
  return watchedExtensions.has(path.extname(relativeFile).toLowerCase()) || (runsTypeScript && isTypeScript(relativeFile));
}

/** As `watchFiles`, for the files that matter here, of the app and of the packages that it uses where they are written. */
export function watchApp(
  appDir: string,
  debounceMs: number,
  onChange: () => void,
  runsTypeScript: () => boolean = () => mainIsTypeScript(appDir),
): Disposable {
  const decides = (file: string): boolean => matters(file, runsTypeScript());
  const watched = new Map<string, Disposable>();
  const update = (): void => {
    const folders = new Set([appDir, ...linkedPackages(appDir)]);
    for (const [folder, watcher] of watched) {
      if (folders.has(folder)) continue;
      watcher.dispose();
      watched.delete(folder);
    }
    for (const folder of folders) {
      if (!watched.has(folder)) watched.set(folder, watchFiles(folder, decides, debounceMs, changed, ignoredFolders));
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

/** For an app that is not loaded. */
function mainIsTypeScript(appDir: string): boolean {
  try {
    const { main } = JSON.parse(readFileSync(path.join(appDir, 'package.json'), 'utf8').replace(/^\uFEFF/, '')) as {
      main?: unknown;
    };
    return typeof main === 'string' && /\b[cm]?tsx?\W*$/i.test(main);
  } catch {
    return false; // None, or one that is being written.
  }
}
