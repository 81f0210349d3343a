/** The clients of one storage account: all of them read, and share one way out. */
import type { HttpClient } from '@azure/core-rest-pipeline';
import type { AzureNamedKeyCredential, AzureSASCredential, TableClient, TableServiceClient } from '@azure/data-tables';
import { DurascopeError } from '../../core/values/errors';
import { plainRow, type TableRow } from '../../replay/typed-rows';
import type { AccessTokens } from '../access-token';
import { connectionClosed } from '../closed-connection';
import type * as azureSdk from './azure-sdk';
import { ReadingClient, TooLarge, type Meter, type ReadingOptions } from './reading-client';
import { ServiceReader } from './service-reader';
import { SignedInClient } from './signed-in-client';
import type { StorageConnection } from './storage-connection';
import { storageFailure } from './storage-errors';

export interface AccountOptions {
  /** For accounts that are opened with a sign-in. */
  tokens?: AccessTokens;
  /** Of one request. Default 30 s. */
  timeoutMs?: number;
  /** Before the first repetition of a request that was throttled or failed on the way, doubled with each; a `Retry-After` counts more. Default 800. */
  retryDelayMs?: number;
  /** Told when the service asks to be asked later, and when it answers again. */
  onWait?: ReadingOptions['onWait'];
}

export interface RowsQuery {
  /** OData. */
  filter?: string;
  select?: readonly string[];
}

export interface RowPage {
  rows: readonly TableRow[];
  /** There is more on the server. */
  isLast: boolean;
}

type Sdk = typeof azureSdk;

const retries = 5;
const longestRetryDelayMs = 30_000;

export class StorageAccount {
  readonly #tables = new Map<string, TableClient>();
  readonly #services: ServiceReader;

  private constructor(
    readonly connection: StorageConnection,
    private readonly sdk: Sdk,
    private readonly client: ReadingClient,
    private readonly retryDelayMs: number,
  ) {
    this.#services = new ServiceReader(sdk, client, connection, this.#retryOptions());
  }

  static async open(connection: StorageConnection, options: AccountOptions = {}): Promise<StorageAccount> {
    const sdk = await import('./azure-sdk');
    const plain = sdk.createDefaultHttpClient();
    const client = new ReadingClient(signedIn(plain, connection, options.tokens), {
      timeoutMs: options.timeoutMs ?? 30_000,
      ...(options.onWait === undefined ? {} : { onWait: options.onWait }),
    });
    return new StorageAccount(connection, sdk, client, options.retryDelayMs ?? 800);
  }

  get meter(): Readonly<Meter> {
    return this.client.meter;
  }

  /** The server's time, as far as its answers have told it. */
  now(): number {
    return Date.now() + this.client.meter.clockAheadMs;
  }

  /** What is asked then, or still under way, rejects with `Stopped`. */
  close(): void {
    this.client.close();
  }

  /** Names of the tables of the account. */
  async tableNames(): Promise<string[]> {
    return this.#asked(async () => {
      const { tables } = this.connection;
      const [credential, options] = [this.#credential(), this.#tableOptions()];
      const service: TableServiceClient =
        credential === undefined
          ? new this.sdk.TableServiceClient(tables, options)
          : new this.sdk.TableServiceClient(tables, credential as AzureSASCredential, options);
      const names: string[] = [];
      for await (const { name } of service.listTables()) if (name !== undefined) names.push(name);
      return names;
    });
  }

  /** The pages of a query in the order of the keys, as they come: at most `pageSize` (1 to 1000) rows each, and some may be empty. */
  async *pages(table: string, query: RowsQuery, pageSize = 1000, signal?: AbortSignal): AsyncGenerator<RowPage> {
    const { filter, select } = query;
    const pages = this.#table(table)
      .listEntities({
        disableTypeConversion: true,
        ...(signal === undefined ? {} : { abortSignal: signal }),
        queryOptions: {
          ...(filter === undefined || filter === '' ? {} : { filter }),
          ...(select === undefined ? {} : { select: [...select] }),
        },
      })
      .byPage({ maxPageSize: pageSize });
    for (;;) {
      const next = await this.#asked(() => pages.next(), table, signal);
      if (next.done === true) return;
      const page = next.value as typeof next.value & { continuationToken?: string };
      yield { rows: page.map(plainRow), isLast: page.continuationToken === undefined };
    }
  }

  /** Undefined where there is none. */
  async row(table: string, partitionKey: string, rowKey: string, select?: readonly string[]): Promise<TableRow | undefined> {
    return this.#asked(async () => {
      try {
        const entity = await this.#table(table).getEntity(partitionKey, rowKey, {
          disableTypeConversion: true,
          // By its keys a row is known as one of the client library, whose names of the system's columns are others.
          ...(select === undefined ? {} : { queryOptions: { select: ['PartitionKey', ...select] } }),
        });
        return plainRow(entity);
      } catch (error) {
        if (isMissingRow(error)) return undefined;
        throw error;
      }
    }, table);
  }

  /** Bytes of a blob; undefined where there is none. Rejects for one of more than `maxBytes`. */
  async blob(container: string, name: string, maxBytes: number): Promise<Buffer | undefined> {
    const { blobs } = this.connection;
    if (blobs === null) return undefined;
    return this.#asked(async () => {
      try {
        const path = name.split('/').map(encodeURIComponent).join('/');
        return (await this.#services.get(blobs, `/${container}/${path}`, {}, maxBytes)).bytes;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        if (error instanceof TooLarge) throw tooLarge(name, maxBytes);
        throw error;
      }
    });
  }

  /** Names and sizes of queues that begin so; null where the connection does not lead to queues. */
  async queues(prefix: string): Promise<{ name: string; messages: number }[] | null> {
    const { queues } = this.connection;
    if (queues === null) return null;
    return this.#asked(async () => {
      const names: string[] = [];
      let marker = '';
      do {
        const { bytes } = await this.#services.get(queues, '/', {
          comp: 'list',
          prefix,
          ...(marker === '' ? {} : { marker }),
        });
        const xml = bytes.toString('utf8');
        // Names of queues are letters, digits and dashes: nothing in them is escaped.
        for (const [, name = ''] of xml.matchAll(/<Name>([a-z0-9-]+)<\/Name>/g)) names.push(name);
        marker = /<NextMarker>([^<]+)<\/NextMarker>/.exec(xml)?.[1] ?? '';
      } while (marker !== '');
      return Promise.all(
        names.map(async (name) => {
          const { headers } = await this.#services.get(queues, `/${name}`, { comp: 'metadata' });
          return { name, messages: Number(headers.get('x-ms-approximate-messages-count') ?? 0) };
        }),
      );
    });
  }

  #table(name: string): TableClient {
    let client = this.#tables.get(name);
    if (client === undefined) {
      const { tables } = this.connection;
      const [credential, options] = [this.#credential(), this.#tableOptions()];
      client =
        credential === undefined
          ? new this.sdk.TableClient(tables, name, options)
          : new this.sdk.TableClient(tables, name, credential as AzureSASCredential, options);
      this.#tables.set(name, client);
    }
    return client;
  }

  /** Undefined: the way out adds a token. */
  #credential(): AzureNamedKeyCredential | AzureSASCredential | undefined {
    const { account, credential } = this.connection;
    switch (credential.type) {
      case 'key':
        return new this.sdk.AzureNamedKeyCredential(account, credential.key);
      case 'sas':
        return new this.sdk.AzureSASCredential(credential.signature);
      case 'signIn':
        return undefined;
    }
  }

  #tableOptions(): { allowInsecureConnection: boolean; httpClient: ReadingClient; retryOptions: object } {
    return {
      allowInsecureConnection: this.connection.tables.startsWith('http:'),
      httpClient: this.client,
      retryOptions: this.#retryOptions(),
    };
  }

  #retryOptions(): { maxRetries: number; retryDelayInMs: number; maxRetryDelayInMs: number } {
    return { maxRetries: retries, retryDelayInMs: this.retryDelayMs, maxRetryDelayInMs: longestRetryDelayMs };
  }

  /** Errors in words that say what to do. */
  async #asked<T>(ask: () => Promise<T>, table?: string, signal?: AbortSignal): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (this.client.isClosed) throw connectionClosed();
      if (signal?.aborted === true) throw new DurascopeError('Stopped', 'It was called off.');
      throw storageFailure(error, this.connection, table);
    }
  }
}

function signedIn(plain: HttpClient, { account, credential }: StorageConnection, tokens: AccessTokens | undefined): HttpClient {
  if (credential.type !== 'signIn') return plain;
  if (tokens === undefined) throw new DurascopeError('HubUnreachable', `${account} asks for a sign-in.`);
  return new SignedInClient(plain, credential.signIn, tokens);
}

function statusOf(error: unknown): number | undefined {
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** The table is there, the row is not. */
function isMissingRow(error: unknown): boolean {
  return statusOf(error) === 404 && JSON.stringify((error as { details?: unknown }).details ?? '').includes('ResourceNotFound');
}

function tooLarge(name: string, maxBytes: number): Error {
  return new Error(`The blob ${name} has more than ${maxBytes / 1024 / 1024} MiB.`);
}
