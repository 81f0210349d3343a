import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DurascopeError } from '../core/values/errors';

/** As tests name files: a path, or a URL of one. */
export function filePath(given: string | URL): string {
  return typeof given === 'string' && !given.startsWith('file:') ? given : fileURLToPath(given);
}

/** The folder of the app's host.json. `AppInvalid` where there is none. */
export function appFolder(given: string | URL | undefined): string {
  if (given !== undefined) {
    const folder = path.resolve(filePath(given));
    if (existsSync(path.join(folder, 'host.json'))) return folder;
    throw new DurascopeError('AppInvalid', `There is no host.json in ${folder}: give \`app\` the folder of the function app.`);
  }
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'host.json'))) return folder;
    if (path.dirname(folder) === folder) break;
  }
  throw new DurascopeError(
    'AppInvalid',
    `There is no host.json in ${process.cwd()} or above it: name the folder of the function app, { app: './my-app' }.`,
  );
}
