/** Keys stay on this machine, whatever address a command is given. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectionOptions, connect } from '../../src/cli/connection';
import { parseArguments } from '../../src/cli/arguments';
import { announceEmulator, emulatorOf } from '../../src/emulator/data/running-emulators';
import { anyCommandInProcess } from '../support/command-in-process';
import { useHome } from '../support/use-home';

describe('the key of a running emulator', () => {
  let folder = '';
  let servers: Server[] = [];
  let asked: { key: string | null }[] = [];
  const ownFetch = globalThis.fetch;
  let leaveHome: () => void;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durascope-keys-'));
    leaveHome = useHome(folder);
    asked = [];
    servers = [];
    await announceEmulator(note('http://localhost:7071'));
  });
  afterEach(async () => {
    globalThis.fetch = ownFetch;
    leaveHome();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const note = (url: string) => ({
    url,
    managementUrl: `${url}/m`,
    key: 'the-key',
    pid: process.pid,
    appDir: folder,
    dataDir: folder,
    startedAt: '2026-01-01T00:00:00Z',
  });
  const listen = () => {
    globalThis.fetch = (_input, init) => {
      asked.push({ key: new Headers(init?.headers).get('x-functions-key') });
      return Promise.resolve(new Response('', { status: 404 }));
    };
  };
  const commandWith = (...args: string[]) => connect(parseArguments(args, connectionOptions));

  for (const url of [
    'http://evil.example:7071',
    'http://localhost.evil.example:7071',
    'http://localhost:7071@evil.example:7071',
    'http://10.0.0.1:7071',
    'https://localhost:7071',
    'http://localhost:7072',
  ]) {
    it(`is not sent to ${url}`, async () => {
      listen();
      await assert.rejects(commandWith('--url', url), { code: 'EmulatorNotFound' });
      assert.deepEqual(
        asked.map(({ key }) => key),
        [null],
      );
    });
  }

  for (const url of ['http://localhost:7071', 'http://127.0.0.1:7071/', 'http://[::1]:7071/x']) {
    it(`is sent to ${url}`, async () => {
      listen();
      await assert.rejects(commandWith('--url', url), { code: 'EmulatorNotFound' });
      assert.deepEqual(
        asked.map(({ key }) => key),
        ['the-key'],
      );
    });
  }

  it('is refused for another machine even when it is given by hand, with the way to reach it', async () => {
    listen();
    for (const args of [
      ['--url', 'http://evil.example:7071', '--key', 'k'],
      ['--url', 'http://evil.example:7071/?code=k'],
    ]) {
      await assert.rejects(commandWith(...args), { code: 'InvalidArgument', message: /this machine only .* ssh -L/ });
    }
    assert.deepEqual(asked, []);
  });

  it('is for addresses of HTTP alone, of the server for agents too, before it serves', async () => {
    for (const url of ['ftp://localhost', 'nonsense', '']) {
      const args = parseArguments(['--url', url], connectionOptions);
      await assert.rejects(connect(args), /^DurascopeError: --url takes an address like http:\/\/localhost:7071, not '/);
      const { code, stderr } = await anyCommandInProcess(['mcp', '--url', url]);
      assert.deepEqual([code, stderr.split(',')[0]], [1, 'Error: --url takes an address like http://localhost:7071']);
    }
  });

  it('does not follow a redirect', async () => {
    const seen: (string | undefined)[] = [];
    const start = async (answer: (port: number) => Record<string, string>): Promise<number> => {
      const server = createServer((request, response) => {
        seen.push(request.headers['x-functions-key'] as string | undefined);
        response.writeHead(307, answer(port)).end();
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      return port;
    };
    const other = await start(() => ({}));
    const first = await start(() => ({ Location: `http://127.0.0.1:${other}/` }));
    await assert.rejects(commandWith('--url', `http://localhost:${first}`, '--key', 'k'), { code: 'EmulatorNotFound' });
    assert.deepEqual(seen, ['k']);
  });

  it('a note that names another machine is no note', async () => {
    await writeFile(path.join(folder, 'emulator.json'), JSON.stringify(note('http://evil.example:7071')));
    assert.equal(await emulatorOf(folder), undefined);
  });
});
