import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * Real folders of the packages that an app uses where they are written (workspaces, `file:` and `npm link`), those that they use in turn
 * included: their files change as the app's own do.
 */
export function linkedPackages(appDir: string): string[] {
  const found = new Set<string>();
  const waiting = [appDir];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const name of dependenciesOf(folder)) {
      const real = realPackage(folder, name);
      if (real === null || real === appDir || found.has(real) || real.split(path.sep).includes('node_modules')) continue;
      found.add(real);
      waiting.push(real);
    }
  }
  return [...found];
}

function dependenciesOf(folder: string): string[] {
  try {
    const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
    const found = JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, object | undefined> | null;
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
    return kinds.flatMap((kind) => Object.keys(found?.[kind] ?? {}));
  } catch {
    return []; // None, or one that is being written: its next change is looked at again.
  }
}

function realPackage(folder: string, name: string): string | null {
  for (let at = folder; ; at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', name);
    try {
      if (existsSync(candidate)) return realpathSync(candidate);
    } catch {
      return null;
    }
    if (at === path.dirname(at)) return null;
  }
}
