/** Tells when files of an app change that its worker is made of: sources, settings, and what was built of them. */
import path from 'node:path';
import type { Disposable } from '../../core/ports/clock';
import { watchFiles } from '../supervision/watch-files';

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
  if (parts.includes('bin')) return isLastOfBuild(name);
  return watchedExtensions.has(path.extname(name).toLowerCase());
}

/** Of an output the last file that a build writes says enough. */
export function isLastOfBuild(relativeFile: string): boolean {
  return relativeFile.endsWith('functions.metadata') || relativeFile.endsWith('.dll');
}

/** As `watchFiles`, for the files that matter here. */
export function watchSources(appDir: string, debounceMs: number, onChange: () => void): Disposable {
  return watchFiles(appDir, mattersToWorker, debounceMs, onChange, ignoredFolders);
}
