/**
 * Blobs that functions are called with by hand. What a worker makes of a blob (`Stream`, `BinaryData`, `BlobClient`) it reads from the store for
 * itself: the host tells it connection, container and name. Here the connection is one of Durascope's own, which leads to this server. It has a
 * blob for as long as the call goes on, and can be read from alone.
 *
 *   B1. Nothing is answered that does not begin with a word that only the process was told.
 *   B2. Of two blobs of one name the newer counts, as in a store.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelBindingData } from '../../../wire/generated/function-rpc';

/** Name of the setting by which a process finds this server. */
export const blobConnection = 'DurascopeHandedBlobs';

interface HandedBlob {
  content: Buffer;
  etag: string;
  modifiedAt: Date;
}

export interface BlobPlace {
  container: string;
  name: string;
}

export class HandedBlobs {
  /** On loopback, at any port that is free. */
  static async listen(): Promise<HandedBlobs> {
    const blobs = new HandedBlobs(createServer((request, response) => blobs.#answer(request, response)));
    const { server } = blobs;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.unref();
    return blobs;
  }

  readonly #word = randomBytes(16).toString('hex');
  readonly #blobs = new Map<string, HandedBlob>();
  #count = 0;

  private constructor(private readonly server: Server) {}

  /** Value of the setting; its key opens nothing, for the requests' signatures are not looked at (B1). */
  get connectionString(): string {
    const { port } = this.server.address() as AddressInfo;
    const key = Buffer.from(this.#word).toString('base64');
    return `DefaultEndpointsProtocol=http;AccountName=durascope;AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/${this.#word};`;
  }

  /** `binding`: what the worker is told. `take` takes the blob back. */
  hand({ container, name }: BlobPlace, content: Buffer): { binding: ModelBindingData; take: () => void } {
    const key = `${container}/${name}`;
    const blob = { content, etag: `"0x${(++this.#count).toString(16).toUpperCase()}"`, modifiedAt: new Date() };
    this.#blobs.set(key, blob);
    const told = { Connection: blobConnection, ContainerName: container, BlobName: name };
    return {
      binding: {
        version: '1.0',
        source: 'AzureStorageBlobs',
        contentType: 'application/json',
        content: Buffer.from(JSON.stringify(told)),
      },
      take: () => {
        if (this.#blobs.get(key) === blob) this.#blobs.delete(key);
      },
    };
  }

  /** May be called twice. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    this.#blobs.clear();
  }

  #answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    response.setHeader('x-ms-version', '2021-12-02').setHeader('x-ms-request-id', String(++this.#count));
    const path = decoded(url.split('?', 1)[0] ?? '');
    const blob = path?.startsWith(`/${this.#word}/`) === true ? this.#blobs.get(path.slice(this.#word.length + 2)) : undefined;
    if (method !== 'GET' && method !== 'HEAD') {
      refuse(response, 405, 'UnsupportedHttpVerb', 'What a function is called with by hand can be read, and nothing else.');
    } else if (blob === undefined || url.includes('?')) {
      refuse(
        response,
        404,
        'BlobNotFound',
        'There is no such blob: one that is handed over by hand is there while its function runs.',
      );
    } else {
      send(response, blob, headers['x-ms-range'] ?? headers.range, method === 'GET');
    }
  }
}

function send(
  response: ServerResponse,
  { content, etag, modifiedAt }: HandedBlob,
  asked: string | string[] | undefined,
  withBody: boolean,
): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(String(asked ?? '')) ?? [];
  const first = Number(from ?? 0);
  const end = content.length - 1;
  const last = to === undefined || to === '' ? end : Math.min(Number(to), end);
  if (from !== undefined && last < first) {
    refuse(response, 416, 'InvalidRange', 'The range lies behind the end of the blob.');
    return;
  }
  const part = content.subarray(first, last + 1);
  const range = from === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${content.length}` };
  response.writeHead(from === undefined ? 200 : 206, {
    ...range,
    'content-type': 'application/octet-stream',
    'content-length': part.length,
    'accept-ranges': 'bytes',
    'last-modified': modifiedAt.toUTCString(),
    etag,
    'x-ms-blob-type': 'BlockBlob',
  });
  response.end(withBody ? part : undefined);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code });
  response.end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** As the path of a trigger says, `container/{name}`; what stands in braces is what the metadata of the call say, else its own name. */
export function blobPlace(path: unknown, metadata: Readonly<Record<string, unknown>>): BlobPlace {
  const given = new Map(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
  const text = (typeof path === 'string' ? path : '').replace(/\{([^{}]*)\}/g, (_, token: string) => {
    const value = given.get(token.toLowerCase());
    return typeof value === 'string' || typeof value === 'number' ? String(value) : token;
  });
  const slash = text.indexOf('/');
  const [container, name] = slash === -1 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
  return { container: container === '' ? 'blobs' : container, name: name === '' ? 'blob' : name };
}
