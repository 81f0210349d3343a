import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { FrameReader, FrameWriter, type Framed } from '../../src/workers/node/wire/frames';

interface Said extends Framed {
  text: string;
}

/** A socket of which only the written bytes matter. */
class Sink extends Duplex {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.chunks.push(chunk);
    this.emit('chunk');
    done();
  }
  override _read(): void {
    // Nothing ever comes back.
  }
}

const asSocket = (sink: Sink): Socket => sink as unknown as Socket;

describe('frames', () => {
  it('hold all that was said in one turn', async () => {
    const sink = new Sink();
    const writer = new FrameWriter<Said>(asSocket(sink));
    writer.send({ text: 'a' });
    writer.send({ text: 'b' });
    void Promise.resolve().then(() => writer.send({ text: 'c' }));
    await once(sink, 'chunk');
    assert.equal(sink.chunks.length, 1);
    const heard: string[] = [];
    new FrameReader<Said>(
      ({ text }) => heard.push(text),
      (reason) => assert.fail(reason),
    ).push(sink.chunks[0] ?? Buffer.alloc(0));
    assert.deepEqual(heard, ['a', 'b', 'c']);
  });

  it('arrive whole and in order however the stream is cut', () => {
    const message = fc.record({ text: fc.string({ unit: 'grapheme' }), body: fc.option(fc.uint8Array()) });
    fc.assert(
      fc.property(fc.array(fc.array(message), { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
        const sink = new Sink();
        const writer = new FrameWriter<Said>(asSocket(sink));
        for (const messages of frames) {
          for (const { text, body } of messages) writer.send({ text }, body ?? undefined);
          writer.flush();
        }
        const stream = Buffer.concat(sink.chunks);
        const heard: { text: string; body: number[] | null }[] = [];
        const reader = new FrameReader<Said>(
          ({ text }, bytes) => heard.push({ text, body: bytes === null ? null : [...bytes] }),
          (reason) => assert.fail(reason),
        );
        let at = 0;
        for (const cut of cuts) {
          reader.push(stream.subarray(at, at + cut));
          at = Math.min(stream.length, at + cut);
        }
        reader.push(stream.subarray(at));
        const said = frames.flat().map(({ text, body }) => ({ text, body: body === null ? null : [...body] }));
        assert.deepEqual(heard, said);
      }),
    );
  });

  it('that are not frames are reported and nothing of them is heard', () => {
    const reasons: string[] = [];
    const heard: unknown[] = [];
    const reader = (): FrameReader<Said> =>
      new FrameReader(
        (message) => heard.push(message),
        (reason) => reasons.push(reason),
      );
    reader().push(Buffer.alloc(8, 0xff));
    const header = Buffer.alloc(8);
    header.writeUInt32LE(4, 0);
    reader().push(Buffer.concat([header, Buffer.from('nope')]));
    assert.equal(reasons.length, 2);
    assert.match(reasons[0] ?? '', /8589934598 bytes/);
    assert.match(reasons[1] ?? '', /does not hold JSON/);
    assert.deepEqual(heard, []);
  });

  it('are not written to a socket that is gone', () => {
    const sink = new Sink();
    const writer = new FrameWriter<Said>(asSocket(sink));
    writer.send({ text: 'too late' });
    sink.destroy();
    writer.flush();
    assert.equal(sink.chunks.length, 0);
  });
});

describe('a frame writer that is given too much', () => {
  const listen = (sink: Sink): Said[] => {
    const heard: Said[] = [];
    const reader = new FrameReader<Said>(
      (message) => heard.push(message),
      (reason) => assert.fail(reason),
    );
    sink.on('chunk', () => reader.push(sink.chunks.splice(0, 1)[0] ?? Buffer.alloc(0)));
    return heard;
  };

  it('writes before the turn is over when it is told that much has come together', () => {
    const sink = new Sink();
    const heard = listen(sink);
    const writer = new FrameWriter<Said>(asSocket(sink));
    for (let count = 0; count < 5; count++) writer.send({ text: 'x' }, undefined, 1024 * 1024);
    assert.equal(heard.length, 5);
  });
});
