import { satisfies, validRange } from 'semver';

/** Null when the version of Node.js suits everyone who has a wish, else what is wrong and what to do. */
export function checkNodeVersion(engines: readonly { packageName: string; range: string }[], nodeVersion: string): string | null {
  for (const { packageName, range } of engines) {
    if (validRange(range) === null || satisfies(nodeVersion, range, { includePrerelease: true })) continue;
    return `Node.js ${nodeVersion} is too old or too new for this app: ${packageName} asks for "${range}". Install a version that fits, or choose one that is installed (the setting for the path of Node.js).`;
  }
  return null;
}
