/**
 * Tells what changes below a folder. Where the system watches whole trees (macOS, Windows) it does so; elsewhere each folder is watched by
 * itself, without those nobody wants to know of: Node.js would read and watch every file of them, at each start.
 */
import { readdirSync, realpathSync, statSync, watch, type Dirent, type FSWatcher } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../../core/ports/clock';

/** Nothing that is written by hand; each one costs a handle of the system. */
const mostFolders = 5_000;

/** By name. */
export type IgnoredFolders = ReadonlySet<string> | 'all';

/** `onChange` is given paths relative to `folder`. What cannot be watched is not. */
export function watchTree(folder: string, ignored: IgnoredFolders, onChange: (relativeFile: string) => void): Disposable {
  if (process.platform === 'darwin' || process.platform === 'win32') return watchWhole(folder, ignored !== 'all', onChange);
  const tree = new WatchedTree(folder, ignored, onChange);
  tree.add('');
  return tree;
}

function watchWhole(folder: string, recursive: boolean, onChange: (relativeFile: string) => void): Disposable {
  try {
    const watcher = watch(folder, { recursive, persistent: false }, (_, file) => {
      if (file !== null) onChange(file);
    });
    watcher.on('error', () => watcher.close());
    return { dispose: () => watcher.close() };
  } catch {
    return { dispose: () => undefined };
  }
}

class WatchedTree implements Disposable {
  /** By path relative to the root, with the real path. */
  private readonly watched = new Map<string, { watcher: FSWatcher; real: string }>();
  /** Links may lead in circles. */
  private readonly real = new Set<string>();

  constructor(
    private readonly root: string,
    private readonly ignored: IgnoredFolders,
    private readonly onChange: (relativeFile: string) => void,
  ) {}

  dispose(): void {
    for (const { watcher } of this.watched.values()) watcher.close();
    this.watched.clear();
  }

  /** A folder and those below it. Returns the files that are there. */
  add(relative: string): string[] {
    const files: string[] = [];
    const waiting = [relative];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const entry of this.addOne(next)) {
        const below = path.join(next, entry.name);
        if (this.isFolder(entry, below)) waiting.push(below);
        else files.push(below);
      }
    }
    return files;
  }

  private addOne(relative: string): readonly Dirent[] {
    const folder = path.join(this.root, relative);
    if (this.watched.has(relative) || this.watched.size >= mostFolders) return [];
    try {
      const real = realpathSync(folder);
      if (this.real.has(real)) return [];
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name !== null) this.changed(relative, name);
      });
      watcher.on('error', () => this.drop(relative));
      this.watched.set(relative, { watcher, real });
      this.real.add(real);
      return readdirSync(folder, { withFileTypes: true });
    } catch {
      return []; // Gone again, not to be read, or the system has no handle left.
    }
  }

  private changed(folder: string, name: string): void {
    const relative = path.join(folder, name);
    this.onChange(relative);
    if (this.isIgnored(name)) return;
    const isThere = statSync(path.join(this.root, relative), { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isThere) this.drop(relative);
    // What was written into it before it was watched has changed as well.
    else if (!this.watched.has(relative)) for (const file of this.add(relative)) this.onChange(file);
  }

  /** A folder that is gone, with all below it. */
  private drop(relative: string): void {
    if (!this.watched.has(relative)) return;
    for (const [each, { watcher, real }] of this.watched) {
      if (each !== relative && !each.startsWith(relative + path.sep)) continue;
      watcher.close();
      this.watched.delete(each);
      this.real.delete(real);
    }
  }

  private isIgnored(name: string): boolean {
    return this.ignored === 'all' || this.ignored.has(name);
  }

  private isFolder(entry: Dirent, relative: string): boolean {
    if (this.isIgnored(entry.name)) return false;
    if (entry.isDirectory()) return true;
    return entry.isSymbolicLink() && statSync(path.join(this.root, relative), { throwIfNoEntry: false })?.isDirectory() === true;
  }
}
