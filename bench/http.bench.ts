/**
 * Requests a second of the local server, over keep-alive connections: `npx tsx bench/http.bench.ts [requests] [connections]`. The server
 * (real engine and store, in memory, with an orchestrator that waits for ever) runs in a process of its own; the client writes requests
 * as they are. One JSON line a load.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { FunctionDescriptor, FunctionWorker } from '../src/core/ports/function-worker';
import { SystemClock } from '../src/emulator/time/system-clock';
import { Engine } from '../src/engine/engine';
import { createHttpApp } from '../src/http/http-app';
import { startHttpServer } from '../src/http/http-server';
import { SqlJsHistoryStore } from '../src/store/sql-js-history-store';

const base = '/runtime/webhooks/durabletask';

async function serve(): Promise<void> {
  const functions: readonly FunctionDescriptor[] = [
    { name: 'Waits', type: 'orchestrator', triggerType: 'orchestrationTrigger' },
    { name: 'Echo', type: 'http', triggerType: 'httpTrigger' },
  ];
  const worker: FunctionWorker = {
    profile: 'A',
    functions: () => functions,
    runEpisode: () => Promise.resolve({ decisions: [], customStatus: null, awaitedEvents: [] }),
    runActivity: () => Promise.resolve({ ok: true, result: null }),
    forget: () => undefined,
  };
  const clock = new SystemClock();
  const log = () => undefined;
  const store = new SqlJsHistoryStore({ dir: null, log });
  const engine = new Engine({ store, clock, log, newId: () => randomBytes(16).toString('hex') });
  await engine.open();
  engine.setWorker(worker);
  const body = Buffer.from('{"hello":"world"}');
  const app = createHttpApp({
    hub: engine,
    functions: () => functions,
    triggers: { invokeHttp: () => Promise.resolve({ status: 200, headers: [['Content-Type', 'application/json']], body }) },
    settings: {
      hubName: 'TestHubName',
      routePrefix: 'api',
      key: 'key',
      rpcToken: 'token',
      origin: () => 'http://localhost',
      version: '0',
      appDir: '/',
      dataDir: null,
    },
    log,
    clock,
  });
  const server = await startHttpServer(app, { port: 0, host: '127.0.0.1' });
  process.send?.({ port: server.port });
  process.on('disconnect', () => process.exit());
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system });
  });
}

async function load(port: number, requests: number, connections: number, requestOf: (index: number) => string): Promise<number> {
  let next = 0;
  const begin = process.hrtime.bigint();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
      let buffered = '';
      const send = () => {
        if (next >= requests) socket.end();
        else socket.write(requestOf(next++));
      };
      socket.on('data', (chunk) => {
        buffered += String(chunk);
        const head = buffered.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(buffered)?.[1] ?? 0);
        if (buffered.length < head + 4 + length) return;
        if (!/^HTTP\/1\.1 20/.test(buffered)) throw new Error(buffered);
        buffered = '';
        send();
      });
      send();
      await once(socket, 'close');
    }),
  );
  return Number(process.hrtime.bigint() - begin) / 1e9;
}

async function cpuUs(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [message] = (await once(child, 'message')) as [{ cpuUs: number }];
  return message.cpuUs;
}

async function main(): Promise<void> {
  const requests = Number(process.argv[2] ?? 10_000);
  const connections = Number(process.argv[3] ?? 32);
  const child = fork(__filename, ['--serve'], { execArgv: ['--import', 'tsx'] });
  try {
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const host = 'Host: localhost\r\n';
    const post = (path: string, body: string) =>
      `POST ${path} HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const loads: Record<string, (index: number) => string> = {
      'start, webhook base': (index) => post(`${base}/orchestrators/Waits/a${index}?code=key`, '"Tokyo"'),
      'start, keyless base': () => post('/rpc/token/orchestrators/Waits', '"Tokyo"'),
      status: (index) => `GET ${base}/instances/a${index} HTTP/1.1\r\n${host}\r\n`,
      'HTTP trigger': () => post('/api/echo', '"Tokyo"'),
      'status, own route': (index) => `GET /durascope/instances/a${index} HTTP/1.1\r\n${host}\r\n`,
    };
    await load(port, 2000, connections, (index) => post(`${base}/orchestrators/Waits/warm${index}?code=key`, '1'));
    for (const [name, requestOf] of Object.entries(loads)) {
      const before = await cpuUs(child);
      const seconds = await load(port, requests, connections, requestOf);
      const perRequest = ((await cpuUs(child)) - before) / requests;
      console.log(
        JSON.stringify({ load: name, requestsPerSecond: Math.round(requests / seconds), serverCpuUs: Math.round(perRequest) }),
      );
    }
  } finally {
    child.kill();
  }
}

void (process.argv.includes('--serve') ? serve() : main());
