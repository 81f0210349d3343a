// The processes of a recording: Azurite, the host with the real extension, and the page that durable HTTP calls reach.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const here = path.resolve(import.meta.dirname, '..');
const dll = path.join(here, 'bin', 'Debug', 'net10.0', 'recorder.dll');

/** A free TCP port of the loopback interface. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Runs a command to its end; throws with its output when it fails. */
function runOrThrow(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (done.error) throw new Error(`${command} could not be started: ${done.error.message}`);
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${done.stdout}\n${done.stderr}`);
}

/** Installs Azurite and builds the host where that has not been done yet, or the host's sources are newer. */
export function prepare() {
  if (!existsSync(path.join(here, 'node_modules', 'azurite')))
    runOrThrow('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], here);
  const sources = ['Program.cs', 'CSharpApp.cs', 'worker.cjs', 'recorder.csproj'].map(
    (name) => statSync(path.join(here, name)).mtimeMs,
  );
  if (!existsSync(dll) || statSync(dll).mtimeMs < Math.max(...sources))
    runOrThrow('dotnet', ['build', '-v', 'q', '-nologo'], here);
}

/** The folder of the build of an app of the .NET isolated worker; null: the app is none. */
function builtIsolated(app) {
  if (!existsSync(app) || !statSync(app).isDirectory()) return null;
  if (!readdirSync(app).some((name) => name.endsWith('.csproj'))) return null;
  runOrThrow('dotnet', ['build', '-v', 'q', '-nologo', '-nodeReuse:false'], app);
  return path.join(app, 'bin', 'Debug', 'net10.0');
}

/** Starts a process and waits for a line of its standard output that `ready` accepts. Gives {stop, output}. */
async function started(command, args, env, ready) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${command} said nothing of being ready within 300 s:\n${output}`)), 300_000);
    const look = (chunk) => {
      output = (output + chunk).slice(-200_000);
      if (ready(output)) (clearTimeout(timer), resolve());
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void ended.then(() => (clearTimeout(timer), reject(new Error(`${command} ended:\n${output}`))));
  });
  return {
    output: () => output,
    /** Asks the process to end, and ends it by its id when it does not within 5 s. */
    async stop() {
      child.stdin.end();
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Azurite on free ports, in memory. Gives {connection, tables: its table endpoint, stop}. */
export async function startAzurite() {
  const [blob, queue, table] = [await freePort(), await freePort(), await freePort()];
  const main = path.join(here, 'node_modules', 'azurite', 'dist', 'src', 'azurite.js');
  const args = [
    main,
    '--inMemoryPersistence',
    '--skipApiVersionCheck',
    '--disableTelemetry',
    '--silent',
    '--blobPort',
    blob,
    '--queuePort',
    queue,
    '--tablePort',
    table,
  ].map(String);
  const azurite = await started(process.execPath, args, {}, (text) => text.includes('Table service is successfully listening'));
  const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
  const at = (port) => `http://127.0.0.1:${port}/devstoreaccount1`;
  return {
    tables: at(table),
    connection: `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};BlobEndpoint=${at(blob)};QueueEndpoint=${at(queue)};TableEndpoint=${at(table)};`,
    stop: azurite.stop,
  };
}

/**
 * The real extension running an app (`csharp` or the path of a Node.js app's main file) on a hub of Azurite.
 * `options` is host.json's durableTask section. Gives {base: the URL above instances/…, output, stop}.
 */
export async function startHost({ app, hub, connection, options, poll }) {
  const port = await freePort();
  const args = [dll, '--app', builtIsolated(app) ?? app, '--port', String(port), '--hub', hub];
  if (poll) args.push('--poll', poll);
  let file;
  if (options) {
    file = path.join(mkdtempSync(path.join(tmpdir(), 'durascope-host-')), 'durableTask.json');
    writeFileSync(file, JSON.stringify(options));
    args.push('--host', file);
  }
  const host = await started(
    'dotnet',
    args,
    { AzureWebJobsStorage: connection, RECORDER_ISOLATED: path.join(here, 'isolated.mts'), RECORDER_HUB: hub },
    (text) => text.includes('READY'),
  );
  return {
    base: `http://127.0.0.1:${port}/runtime/webhooks/durabletask`,
    output: host.output,
    async stop() {
      await host.stop();
      if (file) rmSync(path.dirname(file), { recursive: true, force: true });
    },
  };
}

/**
 * The page of the scenarios, on a free port: /ok is 200, /poll 202 and done at the second look, /fail/N a 500 for the first N requests of one
 * `key`, /gone closes the connection without an answer, /slow answers after 3 s, /moved redirects to /ok,
 * /hold/KEY answers after /release/KEY, /see/N answers N with the place of /echo, /chain/N is 202 N times, /then/N 202 and then N, /retry-… wait as their names say, /json and /echo are bodies; else 404.
 */
export async function startPage() {
  const looks = new Map(),
    released = new Set(),
    waiting = new Map();
  const count = (key) => (looks.set(key, (looks.get(key) ?? 0) + 1), looks.get(key));
  const page = createServer((request, response) => {
    const url = new URL(request.url, 'http://page');
    const at = `http://${request.headers.host}`;
    const send = (status, headers, body) => (response.writeHead(status, headers), response.end(body));
    let sent = '';
    request.on('data', (chunk) => (sent += chunk));
    request.on('end', () => {
      const [, first, second] = url.pathname.split('/');
      const key = url.searchParams.get('key') ?? '';
      if (url.pathname === '/ok') return send(200, { 'content-type': 'text/plain', 'x-own': '1' }, 'fine');
      if (url.pathname === '/poll')
        return (looks.delete(`poll ${key}`), send(202, { Location: `${at}/poll/1${url.search}`, 'Retry-After': '1' }, ''));
      if (url.pathname === '/poll/1')
        return count(`poll ${key}`) === 1
          ? send(202, { Location: `${at}/poll/1${url.search}`, 'Retry-After': '1' }, '')
          : send(200, {}, 'done');
      if (first === 'poll-fails')
        return second ? send(500, {}, 'broken') : send(202, { Location: `${at}/poll-fails/1`, 'Retry-After': '1' }, '');
      if (first === 'poll-nowhere') return send(202, { 'Retry-After': '1' }, 'no location');
      if (first === 'poll-relative')
        return second ? send(200, {}, 'relative done') : send(202, { Location: '/poll-relative/1', 'Retry-After': '1' }, '');
      if (first === 'fail')
        return count(`fail ${key}`) <= Number(second)
          ? send(500, { 'x-try': String(looks.get(`fail ${key}`)) }, 'not yet')
          : send(200, {}, 'at last');
      if (first === 'status') return send(Number(second), {}, `status ${second}`);
      if (first === 'gone') return request.socket.destroy();
      // Answers when /release/KEY was asked for.
      if (first === 'release') return (released.add(second), send(200, {}, ''), waiting.get(second)?.());
      if (first === 'hold') return released.has(second) ? send(200, {}, '') : waiting.set(second, () => send(200, {}, ''));
      if (first === 'slow') return setTimeout(() => send(200, {}, 'slow'), 3000);
      if (first === 'moved') return send(302, { Location: `${at}/ok` }, '');
      const again = (location, after) =>
        send(202, { Location: location, ...(after === undefined ? {} : { 'Retry-After': after }) }, '');
      if (first === 'chain')
        return second === '0' ? send(200, { 'x-own': 'end' }, 'chain done') : again(`${at}/chain/${second - 1}`, '1');
      if (first === 'then') return again(`${at}/${second === '302' ? 'moved' : `status/${second}`}`, '1');
      if (first === 'retry-date')
        return second ? send(200, {}, 'after a date') : again(`${at}/retry-date/1`, new Date(Date.now() + 2000).toUTCString());
      if (first === 'retry-odd') return second ? send(200, {}, 'after odd') : again(`${at}/retry-odd/1`, 'soon');
      if (first === 'retry-zero') return second ? send(200, {}, 'after zero') : again(`${at}/retry-zero/1`, '0');
      if (first === 'forever') return again(`${at}/forever`, '1');
      if (first === 'created') return send(201, { Location: `${at}/ok`, 'Retry-After': '1' }, 'made');
      if (first === 'see') return send(Number(second), { Location: `${at}/echo` }, 'elsewhere');
      if (first === 'limited') return send(429, { 'Retry-After': '1' }, 'too many');
      if (first === 'big') return send(200, {}, 'b'.repeat(Number(second)));
      if (first === 'unicode') return send(200, { 'content-type': 'text/plain; charset=utf-8' }, `é😀 ${url.search}`);
      if (first === 'json') return send(200, { 'content-type': 'application/json' }, '{ "a": 1,\n "t": "2024-05-01T12:00:00Z" }');
      if (first === 'echo')
        return send(
          200,
          { 'X-Two': ['a', 'b'] },
          JSON.stringify({
            method: request.method,
            type: request.headers['content-type'] ?? null,
            own: request.headers['x-mine'] ?? null,
            agent: request.headers['user-agent'] ?? null,
            sent,
          }),
        );
      return send(404, {}, 'nope');
    });
  });
  await new Promise((resolve) => page.listen(0, '127.0.0.1', resolve));
  return {
    port: page.address().port,
    stop: () => new Promise((resolve) => (page.close(resolve), page.closeAllConnections())),
  };
}
