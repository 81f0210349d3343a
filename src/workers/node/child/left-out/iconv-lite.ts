/**
 * In the bundle, in the place of iconv-lite and its 400 KB of code pages: the library of programming model v3 asks for the encodings of
 * Unicode alone, by the mark at the beginning of a body.
 */
export function decode(bytes: Buffer, encoding: string): string {
  const text = decoded(bytes, encoding);
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function decoded(bytes: Buffer, encoding: string): string {
  const isBig = encoding.endsWith('be');
  if (encoding.startsWith('utf32')) {
    let text = '';
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const point = isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
      text += point > 0x10ffff ? '\uFFFD' : String.fromCodePoint(point);
    }
    return text;
  }
  if (!encoding.startsWith('utf16')) return bytes.toString('utf8');
  const whole = bytes.subarray(0, bytes.length & ~1);
  return (isBig ? Buffer.from(whole).swap16() : whole).toString('utf16le');
}
