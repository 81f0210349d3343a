/** A server on this machine that speaks as much of the table service as a test makes it: each request is answered by a function. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  /** Path without the name of the account, decoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
}

export interface Answer {
  status?: number;
  /** Of the service's own; sent with a body that says so. */
  error?: string;
  headers?: Readonly<Record<string, string>>;
  /** Rows of a table. */
  rows?: readonly Readonly<Record<string, unknown>>[];
  /** There are more from this key on. */
  next?: { partitionKey: string; rowKey: string };
  /** In the place of rows. */
  body?: string;
  /** In the place of rows, of any type. */
  bytes?: Buffer;
  type?: string;
  /** The connection is closed after so many bytes of the body, which was said to be longer; from the end where it is negative. */
  dropAfter?: number;
  /** Nothing more is sent after so many bytes. */
  stopAfter?: number;
}

const tableType = 'application/json;odata=minimalmetadata';

export class TableServer {
  readonly asked: Asked[] = [];
  answer: (asked: Asked, response: ServerResponse) => Answer = () => ({ rows: [] });

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TableServer> {
    const server = createServer((request, response) => own.#respond(request, response));
    const own = new TableServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/devstoreaccount1`;
  }

  /** Without what opens it: the emulator's key does. */
  get connection(): string {
    return `AccountName=devstoreaccount1;TableEndpoint=${this.url};BlobEndpoint=${this.url};QueueEndpoint=${this.url}`;
  }

  reset(): void {
    this.asked.length = 0;
    this.answer = () => ({ rows: [] });
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const asked = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname.replace(/^\/devstoreaccount1/, '')),
      query: url.searchParams,
      headers: request.headers,
    };
    this.asked.push(asked);
    const {
      status,
      error,
      headers = {},
      rows: given = [],
      next,
      body,
      bytes,
      type,
      dropAfter,
      stopAfter,
    } = this.answer(asked, response);
    if (response.headersSent || response.destroyed) return;
    const filter = url.searchParams.get('$filter') ?? '';
    const rows = given.filter(({ PartitionKey: key }) => typeof key !== 'string' || isInRange(key, filter));
    const whole =
      bytes ??
      body ??
      JSON.stringify(
        error === undefined ? { value: rows } : { 'odata.error': { code: error, message: { lang: 'en-US', value: error } } },
      );
    response.writeHead(status ?? 200, {
      'content-type': type ?? tableType,
      'content-length': Buffer.byteLength(whole),
      ...(next === undefined
        ? {}
        : { 'x-ms-continuation-nextpartitionkey': next.partitionKey, 'x-ms-continuation-nextrowkey': next.rowKey }),
      ...headers,
    });
    if (dropAfter !== undefined) {
      response.flushHeaders();
      response.write(whole.slice(0, dropAfter), () => response.destroy());
    } else if (stopAfter !== undefined) response.write(whole.slice(0, stopAfter));
    else response.end(whole);
  }
}

/** By the bounds that a filter has for all of its rows. */
export function isInRange(key: string, filter: string): boolean {
  const before = /(?:^| and )PartitionKey lt '([^']*)'/.exec(filter)?.[1];
  const from = /(?:^| and )PartitionKey ge '([^']*)'/.exec(filter)?.[1];
  const after = /(?:^| and )PartitionKey gt '([^']*)'/.exec(filter)?.[1];
  return (before === undefined || key < before) && (from === undefined || key >= from) && (after === undefined || key > after);
}
