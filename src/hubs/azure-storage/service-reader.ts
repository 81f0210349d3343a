/**
 * Reads of blobs and queues: three plain requests, for which the client libraries of those services would be half a megabyte. Repetitions,
 * time and the way out are those of the library of tables.
 */
import { createHmac } from 'node:crypto';
import type { Pipeline, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type * as azureSdk from './azure-sdk';
import type { ReadingClient } from './reading-client';
import type { StorageConnection } from './storage-connection';

const version = '2021-12-02';
/** Of lists of queues. */
const mostBytes = 64 * 1024 * 1024;

export class ServiceReader {
  readonly #pipeline: Pipeline;

  constructor(
    private readonly sdk: typeof azureSdk,
    private readonly client: ReadingClient,
    private readonly connection: StorageConnection,
    retryOptions: { maxRetries: number; retryDelayInMs: number; maxRetryDelayInMs: number },
  ) {
    this.#pipeline = sdk.createPipelineFromOptions({ retryOptions });
    // The signature holds the time: each repetition is signed anew.
    this.#pipeline.addPolicy({ name: 'sign', sendRequest: (request, next) => next(this.#signed(request)) }, { phase: 'Sign' });
  }

  /** Rejects with an error that has `statusCode` and `code` for any answer but 200, with `TooLarge` for one of more bytes. */
  async get(
    endpoint: string,
    path: string,
    query: Readonly<Record<string, string>> = {},
    maxBytes = mostBytes,
  ): Promise<{ headers: PipelineResponse['headers']; bytes: Buffer }> {
    const { credential } = this.connection;
    const url = new URL(`${endpoint}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const shared = credential.type === 'sas' ? `${url.search === '' ? '?' : '&'}${credential.signature}` : '';
    const request = this.sdk.createPipelineRequest({
      url: `${url.toString()}${shared}`,
      method: 'GET',
      allowInsecureConnection: this.connection.tables.startsWith('http:'),
      streamResponseStatusCodes: new Set([200]),
    });
    let whole: Buffer = Buffer.alloc(0);
    const sendRequest = async (each: PipelineRequest): Promise<PipelineResponse> => {
      const { response, bytes } = await this.client.sendForBytes(each, maxBytes);
      whole = bytes;
      return response;
    };
    const response = await this.#pipeline.sendRequest({ sendRequest }, request);
    if (response.status === 200) return { headers: response.headers, bytes: whole };
    const code = response.headers.get('x-ms-error-code') ?? '';
    const failure = new Error(`The service answered ${response.status} ${code}`);
    throw Object.assign(failure, { statusCode: response.status, code, response });
  }

  #signed(request: PipelineRequest): PipelineRequest {
    request.headers.set('x-ms-version', version);
    request.headers.set('x-ms-date', new Date().toUTCString());
    const { account, credential } = this.connection;
    if (credential.type !== 'key') return request;
    const url = new URL(request.url);
    const own = [...request.headers]
      .filter(([name]) => name.startsWith('x-ms-'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}:${value}\n`);
    const parameters = [...url.searchParams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `\n${name}:${value}`);
    // Method, eleven headers of which none is sent, own headers, what is asked for.
    const text = `GET${'\n'.repeat(12)}${own.join('')}/${account}${url.pathname}${parameters.join('')}`;
    const signature = createHmac('sha256', Buffer.from(credential.key, 'base64')).update(text, 'utf8').digest('base64');
    request.headers.set('authorization', `SharedKey ${account}:${signature}`);
    return request;
  }
}
