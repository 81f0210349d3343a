/** Loaders that hand Node.js code without its map (@swc/register) give the map to the package that mends stacks. */
import { createRequire } from 'node:module';
import { isTypeScript } from '../../../../base/type-script';

interface Position {
  source: string;
  /** From 1. */
  line: number;
  /** From 0. */
  column: number;
}

const keeper = /[\\/]source-map-support[\\/]source-map-support\.js$/;

/** Where something that runs under the name of a file in TypeScript was written; null: nobody knows of another place. */
export function placeKeptApart(file: string, line: number, column: number): Position | null {
  if (!isTypeScript(file)) return null;
  for (const [name, module] of Object.entries(createRequire(__filename).cache)) {
    if (!keeper.test(name)) continue;
    try {
      const { mapSourcePosition } = module?.exports as { mapSourcePosition?: (position: Position) => Partial<Position> };
      const { source, line: at, column: from } = mapSourcePosition?.({ source: file, line, column }) ?? {};
      if (typeof source !== 'string' || typeof at !== 'number' || typeof from !== 'number') continue;
      if (at !== line || from !== column) return { source, line: at, column: from };
    } catch {
      // A package of the app's that does otherwise: it tells nothing.
    }
  }
  return null;
}
