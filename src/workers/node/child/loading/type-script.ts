import { createRequire } from 'node:module';
import path from 'node:path';
import { isTypeScript } from '../../../../base/type-script';
import type { Init } from '../../wire/messages';
import type { FunctionRegistry } from './function-registry';

/** True when files of the app run as they are written in TypeScript (Node.js takes the types off, or tsx or ts-node does): nothing is built of them. */
export function runsTypeScript({ entryFiles, folders }: Init, { registering }: FunctionRegistry): boolean {
  const files = [
    ...entryFiles.map(({ file }) => file),
    ...folders.map(({ scriptFile }) => scriptFile),
    ...registering,
    ...Object.keys(createRequire(__filename).cache),
  ];
  return files.some((file) => isTypeScript(file) && !file.split(path.sep).includes('node_modules'));
}
