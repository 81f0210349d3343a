import { attackGrpc } from './grpc-attack';
import { parameters } from './attack-parameters';

describe('messages of the Durable Task protocol, as no program sends them', () => {
  it('are answered with a status of the protocol, and the emulator goes on', async () => {
    const counts = await attackGrpc(parameters(200_000));
    console.log(`      answers: ${JSON.stringify(counts)}`);
  });
});
