/** Requests as they stand on the wire: nothing between the test and the socket that would put an address right. */
import { connect, type Socket } from 'node:net';

export interface RawRequest {
  method: string;
  target: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** One connection that is kept, and opened anew when the other side ended it. */
export class RawCaller {
  #socket: Socket | undefined;
  #text = '';
  #onChange: () => void = () => undefined;

  constructor(readonly port: number) {}

  /** The status, and the body as text. One at a time. */
  async send({ method, target, headers = {}, body = '' }: RawRequest): Promise<{ status: number; body: string }> {
    const socket = await this.#open();
    this.#text = '';
    const lines = Object.entries({ Host: 'localhost', 'Content-Length': String(Buffer.byteLength(body)), ...headers });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(Buffer.from(`${method} ${target} HTTP/1.1\r\n${head}\r\n${body}`, 'latin1'));
    for (;;) {
      const answer = answerIn(this.#text, socket.destroyed, method);
      if (answer !== undefined) {
        if (answer.closes) socket.destroy();
        return answer;
      }
      await new Promise<void>((resolve) => (this.#onChange = resolve));
    }
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #open(): Promise<Socket> {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      this.#text += String(chunk);
      this.#onChange();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#onChange());
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  }
}

/** Undefined: there is more to come. A connection that ended without an answer is the status 0. */
function answerIn(
  text: string,
  isClosed: boolean,
  method: string,
): { status: number; body: string; closes: boolean } | undefined {
  const interim = /^HTTP\/1\.1 1\d\d [^]*?\r\n\r\n/.exec(text);
  if (interim !== null) return answerIn(text.slice(interim[0].length), isClosed, method);
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return isClosed ? { status: 0, body: text, closes: true } : undefined;
  const head = text.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const closes = /\r\nconnection: close/i.test(head);
  const body = text.slice(end + 4);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  const isWhole = method === 'HEAD' || status === 204 || isClosed || (length !== undefined && body.length >= Number(length));
  // A body without a length is a stream: its beginning is enough, and the connection is of no further use.
  return isWhole || length === undefined ? { status, body, closes: closes || length === undefined } : undefined;
}
