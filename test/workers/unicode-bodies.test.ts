/** Bodies of requests as the library of programming model v3 decodes them, without its library of code pages. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decode } from '../../src/workers/node/child/left-out/iconv-lite';

const bytesOf: Readonly<Record<string, (text: string) => Buffer>> = {
  utf8: (text) => Buffer.from(text, 'utf8'),
  utf16le: (text) => Buffer.from(text, 'utf16le'),
  utf16be: (text) => Buffer.from(text, 'utf16le').swap16(),
  utf32le: (text) => utf32(text, (bytes, point, at) => bytes.writeUInt32LE(point, at)),
  utf32be: (text) => utf32(text, (bytes, point, at) => bytes.writeUInt32BE(point, at)),
};

function utf32(text: string, write: (bytes: Buffer, point: number, at: number) => void): Buffer {
  const points = Array.from(text, (each) => each.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(4 * points.length);
  points.forEach((point, index) => write(bytes, point, 4 * index));
  return bytes;
}

describe('a body in one of the encodings of Unicode', () => {
  for (const [encoding, encoded] of Object.entries(bytesOf)) {
    it(`is read as it was written in ${encoding}`, () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          fc.pre(!text.startsWith('\uFEFF'));
          assert.equal(decode(encoded(text), encoding), text);
          assert.equal(decode(encoded(`\uFEFF${text}`), encoding), text);
        }),
      );
    });
  }

  it('may be cut off, or hold what is no character', () => {
    assert.equal(decode(Buffer.from([65, 0, 66]), 'utf16le'), 'A');
    assert.equal(decode(Buffer.from([0, 65, 66]), 'utf16be'), 'A');
    assert.equal(decode(Buffer.from([1, 2, 3, 4, 65, 0, 0, 0, 1]), 'utf32le'), '\uFFFDA');
    assert.equal(decode(Buffer.from([0xc3]), 'utf8'), '\uFFFD');
  });
});
