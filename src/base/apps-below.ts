/** Where function apps are in a folder that is none itself: a repository with several, a workspace with its packages. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import glob from 'fast-glob';

const ignore = ['**/{node_modules,bin,obj,dist,out,build,target,venv}/**'];
const deepest = 6;
const named = 5;

/** A home folder may have more in it than anybody wants to wait for. */
const longestMs = 1_000;

/**
 * Folders with a host.json below this one, relative to it, by their paths, as far as they are found within a second; what builds write and what
 * begins with a dot is left out.
 */
export function appsBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const options = { cwd: folder, ignore, deep: deepest, suppressErrors: true, followSymbolicLinks: false };
  const files = glob.stream('*/**/host.json', options) as NodeJS.ReadableStream & { destroy(): void };
  return new Promise((resolve) => {
    const enough = setTimeout(() => files.destroy(), longestMs);
    files.on('data', (file) => found.push(path.dirname(String(file))));
    // Also where it is ended here.
    files.once('close', () => {
      clearTimeout(enough);
      resolve(withoutBuilds(found.sort(), folder));
    });
    files.once('error', () => files.destroy());
  });
}

/**
 * Of folders with a host.json those that no build of .NET has written: into its output, wherever that is, goes a copy. All of them where there are
 * only such. `root`: what they are relative to.
 */
export async function withoutBuilds(folders: readonly string[], root = ''): Promise<string[]> {
  const isBuilt = await Promise.all(
    folders.map((folder) =>
      stat(path.join(root, folder, 'worker.config.json')).then(
        () => true,
        () => false,
      ),
    ),
  );
  const sources = folders.filter((_, index) => isBuilt[index] === false);
  return sources.length === 0 ? [...folders] : sources;
}

/** A sentence for whoever gave the folder, that begins with a blank; empty: there are none. */
export async function appsBelowHint(folder: string): Promise<string> {
  const apps = await appsBelow(folder);
  const [first] = apps;
  if (first === undefined) return '';
  if (apps.length === 1) return ` The function app is in ${first}: give that folder.`;
  const more = apps.length > named ? ` and ${apps.length - named} more` : '';
  return ` There are function apps in ${apps.slice(0, named).join(', ')}${more}: give the folder of one.`;
}
