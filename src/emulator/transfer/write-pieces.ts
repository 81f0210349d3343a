import { open, rename, rm } from 'node:fs/promises';

/** A file made of pieces, which together may be longer than a text can be: there whole, or as it was before. */
export async function writePieces(file: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const unfinished = `${file}.part`;
  const out = await open(unfinished, 'w');
  try {
    for await (const piece of pieces) await out.write(piece);
    await out.close();
    await rename(unfinished, file);
  } catch (error) {
    await out.close().catch(() => undefined); // Closed already where the renaming failed.
    await rm(unfinished, { force: true });
    throw error;
  }
}
