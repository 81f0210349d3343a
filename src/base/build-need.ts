import { parse } from 'jsonc-parser';

/** How an app in TypeScript is built; undefined for one that runs as it is written. */
export interface Build {
  /** Glob of the files that the app is loaded from, relative to it. */
  outputs: string;
}

/** An app is built by the script `build` of its package.json when it has a tsconfig.json. */
export function buildOf(files: { packageJson: string | undefined; hasTsconfig: boolean }): Build | undefined {
  if (!files.hasTsconfig || files.packageJson === undefined) return undefined;
  const manifest: unknown = parse(files.packageJson);
  if (typeof manifest !== 'object' || manifest === null) return undefined;
  const { main, scripts } = manifest as { main?: unknown; scripts?: { build?: unknown } };
  if (typeof main !== 'string' || typeof scripts?.build !== 'string') return undefined;
  return { outputs: main.replace(/^\.\//, '') };
}

/** Nothing was built yet, or a source is newer than all that was. Times in epoch milliseconds. */
export function isBuildDue(sources: readonly number[], outputs: readonly number[]): boolean {
  const newest = (times: readonly number[]): number => times.reduce((max, time) => Math.max(max, time), Number.NEGATIVE_INFINITY);
  return sources.length > 0 && newest(sources) > newest(outputs);
}
