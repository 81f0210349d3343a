/**
 * A snapshot file: the bytes of an SQLite database (any SQLite tool opens it), then 20 bytes of our own:
 * "DURASNAP", generation (u32), CRC-32 of the database (u32), CRC-32 of the 16 bytes before (u32).
 */
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';

const magic = 'DURASNAP';
const trailerSize = 20;
const pieceSize = 4 * 1024 * 1024;

/** Complete under its name or not there at all. On the disk when it resolves. */
export async function writeSnapshot(file: string, generation: number, database: Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    await writeAll(temporary, generation, database);
    await rename(temporary, file);
  } catch (error) {
    // At once: when the disk is full, the journal needs the room.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(path.dirname(file));
}

async function writeAll(file: string, generation: number, database: Uint8Array): Promise<void> {
  const handle = await open(file, 'w');
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
}

/** Undefined when the file is not what was written. In pieces: a file of more than 2 GB is not read in one go. */
export async function readSnapshot(file: string, generation: number): Promise<Uint8Array | undefined> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size < trailerSize) return undefined;
    const bytes = Buffer.allocUnsafe(size);
    let checksum = 0;
    const length = size - trailerSize;
    for (let at = 0; at < size;) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(pieceSize, size - at), at);
      if (bytesRead === 0) return undefined;
      if (at < length) checksum = crc32(bytes.subarray(at, Math.min(at + bytesRead, length)), checksum);
      at += bytesRead;
    }
    return trailerOf(generation, checksum).equals(bytes.subarray(length)) ? bytes.subarray(0, length) : undefined;
  } finally {
    await handle.close();
  }
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
