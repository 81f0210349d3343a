import { existsSync } from 'node:fs';
import path from 'node:path';

/** The program that runs the app: beside the bundle, or in dist/ when running from source. */
export function findChildScript(): string {
  const beside = path.join(__dirname, 'node-worker.js');
  return existsSync(beside) ? beside : path.resolve(__dirname, '../../../dist/node-worker.js');
}
