/** The page that the recorded durable HTTP calls ask; what it says is what test/goldens/recorder/lib/processes.mjs says. */
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Page {
  port: number;
  stop(): Promise<void>;
}

/** /hold/KEY answers after /release/KEY. `togetherMs`: answers go out at multiples of it, so that calls side by side are answered at once, as the real engine's storage has them; 0: at once. */
export function startPage(togetherMs = 0): Promise<Page> {
  const looks = new Map<string, number>();
  const count = (key: string): number => {
    const looked = (looks.get(key) ?? 0) + 1;
    looks.set(key, looked);
    return looked;
  };
  const released = new Set<string>();
  const waiting = new Map<string, () => void>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://page');
    const at = `http://${request.headers.host ?? ''}`;
    // In pieces, as the recorded page answered.
    const say = (status: number, headers: OutgoingHttpHeaders, text: string): void => {
      response.writeHead(status, headers);
      if (text !== '') response.write(text);
      response.end();
    };
    const [, verb, name = ''] = url.pathname.split('/');
    if (verb === 'release') {
      released.add(name);
      waiting.get(name)?.();
      say(200, {}, '');
      return;
    }
    if (verb === 'hold') {
      if (released.has(name)) say(200, {}, '');
      else waiting.set(name, () => say(200, {}, ''));
      return;
    }
    let sent = '';
    request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
    request.on('end', () => {
      const answer = answerTo(url, at, request, sent, count, () => looks.delete(`poll ${url.searchParams.get('key') ?? ''}`));
      if (answer === 'gone') request.socket.destroy();
      else {
        const delayMs = togetherMs === 0 ? 0 : togetherMs - (Date.now() % togetherMs);
        setTimeout(() => say(...answer), url.pathname === '/slow' ? 3000 : delayMs);
      }
    });
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

type Answer = [status: number, headers: OutgoingHttpHeaders, text: string];

function answerTo(
  url: URL,
  at: string,
  request: IncomingMessage,
  sent: string,
  count: (key: string) => number,
  anew: () => void,
): Answer | 'gone' {
  const [, first = '', second] = url.pathname.split('/');
  const key = url.searchParams.get('key') ?? '';
  const again = (location: string, after = '1'): Answer => [202, { Location: location, 'Retry-After': after }, ''];
  switch (first) {
    case 'ok':
      return [200, { 'content-type': 'text/plain', 'x-own': '1' }, 'fine'];
    case 'poll':
      if (second === undefined) anew();
      return second === undefined || count(`poll ${key}`) === 1 ? again(`${at}/poll/1${url.search}`) : [200, {}, 'done'];
    case 'poll-fails':
      return second === undefined ? again(`${at}/poll-fails/1`) : [500, {}, 'broken'];
    case 'poll-nowhere':
      return [202, { 'Retry-After': '1' }, 'no location'];
    case 'poll-relative':
      return second === undefined ? again('/poll-relative/1') : [200, {}, 'relative done'];
    case 'fail': {
      const looked = count(`fail ${key}`);
      return looked <= Number(second) ? [500, { 'x-try': String(looked) }, 'not yet'] : [200, {}, 'at last'];
    }
    case 'status':
      return [Number(second), {}, `status ${second ?? ''}`];
    case 'gone':
      return 'gone';
    case 'slow':
      return [200, {}, 'slow'];
    case 'moved':
      return [302, { Location: `${at}/ok` }, ''];
    case 'chain':
      return second === '0' ? [200, { 'x-own': 'end' }, 'chain done'] : again(`${at}/chain/${Number(second) - 1}`);
    case 'then':
      return again(`${at}/${second === '302' ? 'moved' : `status/${second ?? ''}`}`);
    case 'retry-date': {
      const date = new Date(Date.now() + 2000).toUTCString();
      return second === undefined ? again(`${at}/retry-date/1`, date) : [200, {}, 'after a date'];
    }
    case 'retry-odd':
      return second === undefined ? again(`${at}/retry-odd/1`, 'soon') : [200, {}, 'after odd'];
    case 'retry-zero':
      return second === undefined ? again(`${at}/retry-zero/1`, '0') : [200, {}, 'after zero'];
    case 'forever':
      return again(`${at}/forever`);
    case 'created':
      return [201, { Location: `${at}/ok`, 'Retry-After': '1' }, 'made'];
    case 'see':
      return [Number(second), { Location: `${at}/echo` }, 'elsewhere'];
    case 'limited':
      return [429, { 'Retry-After': '1' }, 'too many'];
    case 'big':
      return [200, {}, 'b'.repeat(Number(second))];
    case 'unicode':
      return [200, { 'content-type': 'text/plain; charset=utf-8' }, `é😀 ${url.search}`];
    case 'json':
      return [200, { 'content-type': 'application/json' }, '{ "a": 1,\n "t": "2024-05-01T12:00:00Z" }'];
    case 'echo': {
      const { 'content-type': type = null, 'x-mine': own = null, 'user-agent': agent = null } = request.headers;
      return [200, { 'X-Two': ['a', 'b'] }, JSON.stringify({ method: request.method, type, own, agent, sent })];
    }
    default:
      return [404, {}, 'nope'];
  }
}
