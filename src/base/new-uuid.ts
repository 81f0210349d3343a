import crypto from 'node:crypto';

const { randomUUID, randomFillSync } = crypto;
const bytesOfOne = 16;
const random = Buffer.alloc(bytesOfOne * 64);
let used = random.length;
const text = Buffer.alloc(36, '-');
const hexDigits = Buffer.from('0123456789abcdef', 'latin1');
/** Where the two digits of each byte stand. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/**
 * As `randomUUID` of node:crypto, and a text of one piece: that one puts it together of twenty, each of which is an object for as long as
 * the text is kept. Where somebody has put another in that one's place, as a replay does whose chance is sealed, it is the other's.
 */
export function newUuid(): string {
  if (crypto.randomUUID !== randomUUID) return crypto.randomUUID();
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  places.forEach((place, index) => {
    let byte = random[used + index] ?? 0;
    if (index === 6) byte = (byte & 0x0f) | 0x40; // Version 4
    if (index === 8) byte = (byte & 0x3f) | 0x80; // of RFC 9562
    text[place] = hexDigits[byte >> 4] ?? 0;
    text[place + 1] = hexDigits[byte & 0x0f] ?? 0;
  });
  used += bytesOfOne;
  return text.toString('latin1');
}
