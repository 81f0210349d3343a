import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { GrpcFixture } from './grpc-fixture';
import { StubClient } from './stub-worker';

describe('what is not for the port it comes to', () => {
  let fixture: GrpcFixture;
  before(async () => {
    fixture = await GrpcFixture.start();
  });
  after(() => fixture.stop());

  const said = (words: RegExp): boolean => fixture.logs.some(({ level, message }) => level === 'warning' && words.test(message));

  it('TLS to the gRPC port: the log says how the address has to begin', async () => {
    const socket = tls.connect({ port: fixture.emulator.grpc?.port ?? 0, host: '127.0.0.1', rejectUnauthorized: false });
    const [error] = (await once(socket, 'error').catch((reason: unknown) => [reason])) as [Error];
    assert.match(error.message, /alert protocol version|version/i);
    assert.ok(said(/TLS.*http:\/\//));
  });

  it('HTTP/1 to the gRPC port is told where the dashboard is', async () => {
    const response = await new Promise<{ code: number | undefined; text: string }>((resolve, reject) => {
      http
        .get(`http://127.0.0.1:${fixture.emulator.grpc?.port ?? 0}/`, (message) => {
          let text = '';
          message.on('data', (data: Buffer) => (text += data.toString()));
          message.on('end', () => resolve({ code: message.statusCode, text }));
        })
        .on('error', reject);
    });
    assert.equal(response.code, 400);
    assert.match(response.text, new RegExp(fixture.emulator.url));
  });

  it('noise is cut off', async () => {
    const socket = net.connect(fixture.emulator.grpc?.port ?? 0, '127.0.0.1');
    socket.write(Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    socket.resume();
    await once(socket, 'close');
    assert.ok(said(/not gRPC/));
  });

  it('gRPC to the HTTP port: the log gives the connection string', async () => {
    const client = new StubClient(new URL(fixture.emulator.url).host);
    await assert.rejects(client.call('hello', {}));
    client.close();
    assert.ok(said(/HTTP\/2.*Endpoint=http:\/\/localhost:\d+/));
  });

  it('a port that is taken is refused by name, and gone round where nobody asked for it', async () => {
    const { port } = fixture.emulator.grpc ?? { port: 0 };
    await assert.rejects(GrpcFixture.start({ grpc: { port } }), { code: 'PortTaken' });
  });
});
