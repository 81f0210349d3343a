/** Tells when files of an app change that decide what it is: its code, host.json, local.settings.json, package.json, function.json. */
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { isTypeScript } from '../../../base/type-script';
import type { Disposable } from '../../../core/ports/clock';
import { DurascopeError } from '../../../core/values/errors';
import { type IgnoredFolders, watchTree } from '../../supervision/watch-tree';
import { codeOutside } from './code-outside';
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

/** What is known of the code of an app that is loaded, or cannot be. */
export interface LoadedCode {
  /** Default: as "main" says. */
  runsTypeScript?: () => boolean;
  /** Its files outside of the app's folder, absolute. */
  outside: () => readonly string[];
}

export interface WatchedApp extends Disposable {
  /** What is loaded may be of other folders now. */
  update(): void;
}

/**
 * Calls back once changes of the files that matter have been quiet for `debounceMs`: of the app, of the packages that it uses where they are written, and of what else is loaded from
 * outside of its folder.
 */
export function watchApp(
  appDir: string,
  debounceMs: number,
  onChange: () => void,
  { runsTypeScript = () => mainIsTypeScript(appDir), outside }: LoadedCode = { outside: () => [] },
): WatchedApp {
  const decides = (file: string): boolean => matters(file, runsTypeScript() || outside().some(isTypeScript));
  const watched = new Map<string, Disposable>();
  let timer: NodeJS.Timeout | undefined;
  // One build writes into several of the folders.
  const watch = (folder: string, ignored: IgnoredFolders, isMeant: (file: string) => boolean): Disposable =>
    watchTree(folder, ignored, (file) => {
      if (!isMeant(file)) return;
      clearTimeout(timer);
      timer = setTimeout(changed, debounceMs);
    });
  const update = (): void => {
    const wanted = new Map<string, () => Disposable>();
    for (const folder of [appDir, ...linkedPackages(appDir)]) {
      wanted.set(folder, () => watch(folder, ignoredFolders, decides));
    }
    for (const code of codeOutside(realOf(appDir), outside())) {
      if (wanted.has(code.folder)) continue;
      const isMeant = (file: string): boolean => decides(file) && code.isCode(file);
      wanted.set(code.key, () => watch(code.folder, code.isWhole ? ignoredFolders : 'all', isMeant));
    }
    for (const [key, watcher] of watched) {
      if (wanted.has(key)) continue;
      watcher.dispose();
      watched.delete(key);
    }
    for (const [key, start] of wanted) if (!watched.has(key)) watched.set(key, start());
  };
  // A package.json may name others now.
  const changed = (): void => {
    update();
    onChange();
  };
  update();
  return {
    update,
    dispose: () => {
      clearTimeout(timer);
      for (const watcher of watched.values()) watcher.dispose();
      watched.clear();
    },
  };
}

/** Files that an app which cannot be loaded has loaded from outside of its folder, or tried to. */
export function outsideOf(error: unknown): readonly string[] {
  return DurascopeError.is(error) && Array.isArray(error.details['outside']) ? (error.details['outside'] as string[]) : [];
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
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
