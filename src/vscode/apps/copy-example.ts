import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DurascopeError } from '../../core/values/errors';

/** Kept out of source control in every copy. */
const ignored = 'node_modules/\n.durascope/\ndist/\nbin/\nobj/\nlocal.settings.json\n';

/**
 * Writes the app in `from` into the folder `to`, which may exist; never over a file. The copy's package bears the folder's name. Returns the
 * files written, relative to `to`, with `/`. Errors: InvalidArgument names what is there already, and nothing is written.
 */
export async function copyExample(from: string, to: string): Promise<string[]> {
  const files = (await filesIn(from)).sort();
  const texts = new Map<string, string>([['.gitignore', ignored]]);
  for (const file of files) texts.set(file, await readFile(path.join(from, file), 'utf8'));
  const manifest = texts.get('package.json');
  if (manifest !== undefined) texts.set('package.json', named(manifest, path.basename(to)));
  const taken: string[] = [];
  for (const file of texts.keys()) if (await isThere(path.join(to, file))) taken.push(file);
  // A repository has one of its own: that stays, and is no reason to write nothing.
  const others = taken.filter((file) => file !== '.gitignore');
  if (others.length > 0) {
    throw new DurascopeError(
      'InvalidArgument',
      `${path.basename(to)} has ${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''} already, and nothing is written over. Choose an empty folder.`,
    );
  }
  const written = [...texts.keys()].filter((file) => !taken.includes(file));
  for (const file of written) {
    const target = path.join(to, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, texts.get(file) ?? '', { flag: 'wx' });
  }
  return written;
}

/** What is built or installed is no part of an example. */
const unwanted: ReadonlySet<string> = new Set(['node_modules', '.durascope', 'dist', 'bin', 'obj']);

async function filesIn(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory()) return [name];
    return unwanted.has(entry.name) ? [] : await filesIn(folder, name);
  });
  return (await Promise.all(nested)).flat();
}

/** With a name that npm takes; only that line changes. */
function named(manifest: string, folderName: string): string {
  const name = folderName
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return manifest.replace(/("name"\s*:\s*)"[^"]*"/, (_line, key: string) => `${key}"${name === '' ? 'durable-app' : name}"`);
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
