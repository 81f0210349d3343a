import { createHash } from 'node:crypto';

/** The namespace of .NET in-proc, which is the host's of every JSON-protocol app (spec/engine.md 3.5). */
const namespace = Buffer.from('9e9529595e334daf827f2fa12937b875', 'hex');

/** The version-5 UUID of a name, the same for the same name. */
export function namedGuid(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
