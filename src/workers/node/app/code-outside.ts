import path from 'node:path';
import { existsSync } from 'node:fs';
import { isBelow } from '../../../base/is-below';

/** A folder outside of an app with code that the app has loaded. */
export interface CodeOutside {
  folder: string;
  /** With the folders in it. */
  isWhole: boolean;
  /** Of folder and code: the same for what is watched in the same way. */
  key: string;
  /** Whether a file in it is one that the app has loaded, or may be one that those load. Relative to the folder. */
  isCode(relativeFile: string): boolean;
}

/**
 * Where edits are looked for. What stands in a folder that the app is in as well is taken alone; anything else with the whole of its package, or of
 * a folder a little further out that the app is not in: that one stays when a build makes all in it anew. Without a package only folders count from
 * which something is loaded.
 */
export function codeOutside(appDir: string, files: readonly string[]): CodeOutside[] {
  const found = new Map<string, { isWhole: boolean; isPackage: boolean; files: Set<string>; folders: Set<string> }>();
  for (const file of files) {
    const beside = path.dirname(file);
    const isAround = isBelow(appDir, beside);
    const chosen = isAround ? { folder: beside, isPackage: false } : homeOf(beside, appDir);
    const known = found.get(chosen.folder);
    const entry = known ?? { isWhole: !isAround, isPackage: chosen.isPackage, files: new Set(), folders: new Set() };
    entry.files.add(path.relative(chosen.folder, file));
    entry.folders.add(path.relative(chosen.folder, beside));
    found.set(chosen.folder, entry);
  }
  return [...found].map(([folder, { isWhole, isPackage, files: known, folders }]) => ({
    folder,
    isWhole,
    key: JSON.stringify([folder, isWhole, isPackage ? null : [...(isWhole ? folders : known)].sort()]),
    isCode: (file) => isPackage || (isWhole ? folders.has(dirOf(file)) : known.has(file)),
  }));
}

/** As `path.relative` has it. */
function dirOf(relativeFile: string): string {
  const dir = path.dirname(relativeFile);
  return dir === '.' ? '' : dir;
}

/** From a file of a build without a package to a folder that no build takes away; further out whole disks begin. */
const mostLevels = 2;

function homeOf(beside: string, appDir: string): { folder: string; isPackage: boolean } {
  let outermost = beside;
  let ofPackage: string | null = null;
  for (let at = beside, level = 0; ; at = path.dirname(at), level++) {
    if (isBelow(appDir, at) || at === path.dirname(at)) break;
    if (level <= mostLevels) outermost = at;
    if (existsSync(path.join(at, 'package.json'))) ofPackage = at;
  }
  return { folder: ofPackage ?? outermost, isPackage: ofPackage !== null };
}
