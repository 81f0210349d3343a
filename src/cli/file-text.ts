import { readFile } from 'node:fs/promises';
import { DurascopeError } from '../core/values/errors';

/** `-`: standard input. `InvalidArgument` for a file that cannot be read. */
export async function fileText(file: string): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8');
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw new DurascopeError('InvalidArgument', `The file '${file}' cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
