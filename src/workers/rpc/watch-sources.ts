/** Tells when files of an app change that its worker is made of: sources, settings, and what was built of them. */
import { watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../../core/ports/clock';

const ignoredFolders = new Set([
  'node_modules',
  '.git',
  '.durascope',
  '.vs',
  '.vscode',
  '.idea',
  'obj',
  'test-results',
  'coverage',
]);
const watchedExtensions = new Set('.cs .fs .vb .fsi .csproj .fsproj .vbproj .props .targets .json .ps1 .psm1 .psd1'.split(' '));

export function mattersToWorker(relativeFile: string): boolean {
  const parts = relativeFile.split(/[\\/]/);
  const name = parts.at(-1) ?? '';
  if (parts.some((part) => ignoredFolders.has(part)) || name === 'durascope.http.json') return false;
  // Of an output the last file that a build writes says enough.
  if (parts.includes('bin')) return name === 'functions.metadata' || name.endsWith('.dll');
  return watchedExtensions.has(path.extname(name).toLowerCase());
}

/** Calls back once changes have been quiet for `debounceMs`. A folder that cannot be watched is not: the app runs without reload. */
export function watchSources(appDir: string, debounceMs: number, onChange: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(appDir, { recursive: true, persistent: false }, (_, file) => {
      if (file === null || !mattersToWorker(file)) return;
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
