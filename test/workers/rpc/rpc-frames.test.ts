import assert from 'node:assert/strict';
import { FrameReader, framesOf } from '../../../src/workers/rpc/stream/rpc-frames';

const messages = [
  Buffer.from('one'),
  Buffer.alloc(0),
  Buffer.alloc(70_000, 'l'),
  Buffer.from('two'),
  Buffer.from('three'),
  Buffer.alloc(64 * 1024, 'x'),
];

describe('Messages of a worker in the bytes of its stream', () => {
  it('are the same at the other end, however the bytes are cut', () => {
    const bytes = Buffer.concat(framesOf(messages));
    for (const size of [1, 2, 3, 4, 5, 7, 1000, 69_999, bytes.length]) {
      const reader = new FrameReader(1024 * 1024);
      const read: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        assert.equal(
          reader.read(bytes.subarray(at, at + size), (message) => read.push(Buffer.from(message))),
          null,
        );
      }
      assert.deepEqual(
        read.map((each) => each.toString()),
        messages.map((each) => each.toString()),
        `cut every ${size} bytes`,
      );
    }
  });

  it('go out in few pieces, large ones uncopied', () => {
    const large = Buffer.alloc(100_000);
    const pieces = framesOf([Buffer.from('a'), Buffer.from('b'), large, Buffer.from('c')]);
    assert.equal(pieces.length, 3);
    assert.equal(pieces[1]?.buffer, large.buffer);
    assert.deepEqual(framesOf([]), []);
  });

  it('are refused by their first bytes when they are compressed or too long', () => {
    const read = (bytes: number[]): string | null =>
      new FrameReader(10).read(Buffer.from(bytes), () => assert.fail('no message'));
    assert.equal(read([1, 0, 0, 0, 2, 1, 1]), 'compressed');
    assert.equal(read([0, 0, 0, 0, 11]), 'tooLong');
    assert.equal(read([0, 0, 0, 0]), null);
  });
});
