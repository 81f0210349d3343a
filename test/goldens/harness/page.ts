/** The page that the recorded durable HTTP calls ask. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Page {
  port: number;
  stop(): Promise<void>;
}

export function startPage(): Promise<Page> {
  let polls = 0;
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    // In pieces, as the recorded page answered.
    const say = (status: number, headers: Record<string, string>, text: string): void => {
      response.writeHead(status, headers);
      if (text !== '') response.write(text);
      response.end();
    };
    if (url === '/ok') {
      say(200, { 'content-type': 'text/plain', 'x-own': '1' }, 'fine');
    } else if (url === '/poll' || (url === '/poll/1' && polls++ % 2 === 0)) {
      say(202, { location: '/poll/1', 'retry-after': '1' }, '');
    } else if (url === '/poll/1') {
      say(200, { 'content-type': 'text/plain' }, 'done');
    } else {
      say(404, { 'content-type': 'text/plain' }, 'nope');
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        stop: () =>
          new Promise((stopped) => {
            server.closeAllConnections();
            server.close(() => stopped());
          }),
      });
    });
  });
}
