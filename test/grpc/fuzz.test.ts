import { attackGrpc } from '../attack/grpc-attack';

describe('messages of the Durable Task protocol, as no program sends them (a short run; the long one is an attack)', () => {
  it('are answered with a status of the protocol, and the emulator goes on', async () => {
    await attackGrpc({ seed: Date.now() & 0x7fff_ffff, numRuns: 1280 });
  });
});
