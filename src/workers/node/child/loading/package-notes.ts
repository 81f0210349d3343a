/** What of the app's packages does not go together with this Node.js, said before an orchestration fails by it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';

/**
 * durable-functions 1.x and 2.x ask `util.isDate` in `createTimer`, which Node.js 23 took away: timers, and with them retries and the polls of
 * durable HTTP, fail there with "isDate is not a function", in production as here.
 */
export function packageNotes(appDir: string, utilities: object = util): string[] {
  if ('isDate' in utilities) return [];
  const version = versionOf('durable-functions', appDir);
  if (version === null || !/^[12]\./.test(version)) return [];
  return [
    `durable-functions ${version} cannot create timers on Node.js ${process.versions.node}: it calls util.isDate, which Node.js 23 and newer do not have. Run the app on Node.js 20 or 22, or move to durable-functions 3.`,
  ];
}

/** As an app in that folder finds it; null: not at all. */
export function versionOf(name: string, appDir: string): string | null {
  try {
    const file = createRequire(path.join(appDir, 'package.json')).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}
