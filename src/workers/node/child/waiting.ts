/**
 * The child's side of a process that is started before it is known what it shall run (process/waiting-process.ts): it makes ready what any
 * app needs, and waits for its orders on a pipe of its own.
 */
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { ordersFd, waitingVariable, type Orders } from '../wire/orders';

/** Of Node.js, what the SDKs and their libraries read: a good part of their loading. */
// prettier-ignore
const oftenUsed = [
  'assert', 'async_hooks', 'child_process', 'crypto', 'diagnostics_channel', 'dns', 'http', 'http2', 'https', 'os', 'perf_hooks', 'querystring',
  'stream/web', 'string_decoder', 'tls', 'tty', 'url', 'util/types', 'worker_threads', 'zlib',
];

export function isWaiting(): boolean {
  return process.env[waitingVariable] !== undefined;
}

/** Calls back in the folder and the environment of the orders. Whoever should give them goes without: so does this process. */
export function whenOrdered(run: () => void): void {
  const pipe = new Socket({ fd: ordersFd, readable: true, writable: false });
  let text = '';
  pipe.setEncoding('utf8');
  pipe.on('error', () => process.exit(0));
  pipe.on('data', (chunk: string) => (text += chunk));
  pipe.on('end', () => {
    pipe.destroy();
    if (text === '') process.exit(0);
    const { cwd, env } = JSON.parse(text) as Orders;
    process.chdir(cwd);
    for (const name of Object.keys(process.env)) if (env[name] === undefined) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, env);
    run();
  });
  const load = createRequire(__filename);
  for (const name of oftenUsed) load(`node:${name}`);
  // Read by Node.js when they are first looked at.
  for (const name of ['fetch', 'Headers', 'FormData', 'Blob', 'AbortSignal', 'structuredClone']) Reflect.get(globalThis, name);
}
