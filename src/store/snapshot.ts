/**
 * A snapshot file: the bytes of an SQLite database (any SQLite tool opens it), then 20 bytes of our own:
 * "DURASNAP", generation (u32), CRC-32 of the database (u32), CRC-32 of the 16 bytes before (u32).
 */
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';

const magic = 'DURASNAP';
const trailerSize = 20;
const pieceSize = 4 * 1024 * 1024;

/** Complete under its name or not there at all. On the disk when it resolves. */
export async function writeSnapshot(file: string, generation: number, database: Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w');
  try {
    // In pieces, so that neither the checksum nor the write of a big database stops everything else.
    let checksum = 0;
    for (let at = 0; at < database.length; at += pieceSize) {
      const piece = database.subarray(at, at + pieceSize);
      checksum = crc32(piece, checksum);
      await handle.writeFile(piece);
    }
    await handle.writeFile(trailerOf(generation, checksum));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncFolder(path.dirname(file));
}

/** Undefined when the file is not what was written. */
export async function readSnapshot(file: string, generation: number): Promise<Uint8Array | undefined> {
  const bytes = await readFile(file);
  if (bytes.length < trailerSize) return undefined;
  const database = bytes.subarray(0, bytes.length - trailerSize);
  return trailerOf(generation, crc32(database)).equals(bytes.subarray(database.length)) ? database : undefined;
}

function trailerOf(generation: number, checksum: number): Buffer {
  const trailer = Buffer.alloc(trailerSize);
  trailer.write(magic, 0, 'latin1');
  trailer.writeUInt32LE(generation, 8);
  trailer.writeUInt32LE(checksum, 12);
  trailer.writeUInt32LE(crc32(trailer.subarray(0, 16)), 16);
  return trailer;
}

/** Makes new and renamed entries of a folder survive a power cut, where the system lets a folder be synced at all. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
