import { readFile } from 'node:fs/promises';
import { DurascopeError } from '../core/values/errors';
import { exportFileText } from '../emulator/transfer/export-file';

/** `-`: standard input. `InvalidArgument` for a file that cannot be read. */
export async function fileText(file: string): Promise<string> {
  try {
    if (file !== '-') return exportFileText(await readFile(file));
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return exportFileText(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof DurascopeError) throw error;
    throw new DurascopeError('InvalidArgument', `The file '${file}' cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
