import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { FunctionRpcService, StreamingMessage } from '../../../src/wire/generated/function-rpc';
import { framesOf } from '../../../src/workers/rpc/stream/rpc-frames';
import { type Content, RpcListener, type RpcStream } from '../../../src/workers/rpc/stream/rpc-listener';

const status: Content = { $case: 'workerStatusRequest', value: {} };

/** A worker's side of the stream, greeted; `pieces`: how many messages' worth of bytes came at once, in order. */
async function connected(): Promise<{ stream: RpcStream; say: (content: Content) => void; pieces: number[]; close: () => void }> {
  let greeted: (stream: RpcStream) => void = () => undefined;
  const stream = new Promise<RpcStream>((resolve) => (greeted = resolve));
  const listener = await RpcListener.listen('w', (each) => greeted(each));
  const session = connect(`http://127.0.0.1:${listener.port}`);
  const request = session.request({ ':method': 'POST', ':path': FunctionRpcService.eventStream.path, te: 'trailers' });
  const say = (content: Content): void => {
    for (const buffer of framesOf([StreamingMessage.encode({ requestId: '', content }).finish()])) request.write(buffer);
  };
  const pieces: number[] = [];
  const [frame] = framesOf([StreamingMessage.encode({ requestId: '', content: status }).finish()]);
  request.on('data', (chunk: Buffer) => pieces.push(chunk.length / (frame?.length ?? 1)));
  request.on('error', () => undefined);
  session.on('error', () => undefined);
  say({ $case: 'startStream', value: { workerId: 'w' } });
  const close = (): void => {
    session.destroy();
    listener.close();
  };
  return { stream: await stream, say, pieces, close };
}

describe('What a host says to its worker', () => {
  it('goes out as one piece with all that follows from the same message, promises and ticks too', async () => {
    const { stream, say, pieces, close } = await connected();
    try {
      const heard = new Promise<void>((resolve) => {
        stream.onMessage(() => {
          stream.send(status);
          void Promise.resolve()
            .then(() => stream.send(status))
            .then(() => stream.send(status));
          process.nextTick(() => {
            stream.send(status);
            void Promise.resolve().then(() => stream.send(status));
            resolve();
          });
        });
      });
      say(status);
      await heard;
      while (pieces.length === 0) await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(pieces, [5]);
    } finally {
      close();
    }
  });

  it('leaves with the turn of the event loop in which it was said', async () => {
    const { stream, say, pieces, close } = await connected();
    try {
      let fewest = Infinity;
      // The system may take its time for the way: the shortest counts.
      for (let round = 0; round < 20; round++) {
        let turns = 0;
        const answered = new Promise<void>((resolve) => {
          const before = pieces.length;
          const turn = (): void => {
            turns++;
            if (pieces.length > before) resolve();
            else setImmediate(turn);
          };
          stream.onMessage(() => {
            stream.send(status);
            setImmediate(turn);
          });
        });
        say(status);
        await answered;
        fewest = Math.min(fewest, turns);
      }
      assert.equal(fewest, 2);
    } finally {
      close();
    }
  });
});
