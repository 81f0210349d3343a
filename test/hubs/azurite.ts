/** Azurite for tests: in memory, on free ports of this machine, ended by its id; hubs that are put into it, and all that it holds. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { AzureNamedKeyCredential, TableClient, TableServiceClient, type TableEntity } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { goldenBlobs, goldenFolder, goldenQueues, goldenRows, type TypedRow } from './golden-hub';

const account = 'devstoreaccount1';
export const localKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

interface AzuriteOptions {
  node?: readonly string[];
  tls?: { certificateFile: string; keyFile: string; certificate: string };
  ports?: Azurite['ports'];
}

export class Azurite {
  private constructor(
    /** For whoever started it with programs of its own in it. */
    readonly process: ChildProcess,
    readonly ports: { blob: string; queue: string; table: string },
    private readonly certificate?: string,
  ) {}

  /**
   * `repository`: where Azurite is installed. `node`: arguments before it; with some it can be sent messages. `tls`: files of a certificate, which
   * it takes tokens with. `ports`: those of one that has ended.
   */
  static async start(repository = '', { node = [], tls, ports: given }: AzuriteOptions = {}): Promise<Azurite> {
    goldenFolder.repository = repository;
    const main = path.resolve(repository, 'node_modules/azurite/dist/src/azurite.js');
    const { blob = '0', queue = '0', table = '0' } = given ?? {};
    const ports = ['--blobPort', blob, '--queuePort', queue, '--tablePort', table];
    const secure = tls === undefined ? [] : ['--oauth', 'basic', '--cert', tls.certificateFile, '--key', tls.keyFile];
    const child = spawn(
      process.execPath,
      [...node, main, '--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent', ...ports, ...secure],
      // An editor's own program is node with this.
      {
        stdio: ['ignore', 'pipe', 'pipe', ...(node.length > 0 ? (['ipc'] as const) : [])],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      },
    );
    let output = '';
    const found = new Map<string, string>();
    await new Promise<void>((resolve, reject) => {
      const look = (chunk: Buffer): void => {
        output += chunk.toString();
        for (const [, service = '', port = ''] of output.matchAll(
          /Azurite (\w+) service is successfully listening at \S+:(\d+)/g,
        )) {
          found.set(service.toLowerCase(), port);
        }
        if (found.size === 3) resolve();
      };
      child.stdout?.on('data', look);
      child.stderr?.on('data', look);
      child.once('exit', () => reject(new Error(`Azurite ended:\n${output}`)));
    });
    const of = (service: string): string => found.get(service) ?? '';
    return new Azurite(child, { blob: of('blob'), queue: of('queue'), table: of('table') }, tls?.certificate);
  }

  get connection(): string {
    const { blob, queue, table } = this.ports;
    const at = (port: string): string => `${this.#scheme}://127.0.0.1:${port}/${account}`;
    return `AccountName=${account};AccountKey=${localKey};BlobEndpoint=${at(blob)};QueueEndpoint=${at(queue)};TableEndpoint=${at(table)}`;
  }

  get #scheme(): string {
    return this.certificate === undefined ? 'http' : 'https';
  }

  table(name: string): TableClient {
    const url = `${this.#scheme}://127.0.0.1:${this.ports.table}/${account}`;
    const { certificate } = this;
    return new TableClient(url, name, new AzureNamedKeyCredential(account, localKey), {
      allowInsecureConnection: true,
      ...(certificate === undefined ? {} : { tlsOptions: { ca: certificate } }),
    });
  }

  get tables(): TableServiceClient {
    const url = `http://127.0.0.1:${this.ports.table}/${account}`;
    return new TableServiceClient(url, new AzureNamedKeyCredential(account, localKey), { allowInsecureConnection: true });
  }

  get blobs(): BlobServiceClient {
    return BlobServiceClient.fromConnectionString(`DefaultEndpointsProtocol=http;${this.connection}`);
  }

  get queues(): QueueServiceClient {
    return QueueServiceClient.fromConnectionString(`DefaultEndpointsProtocol=http;${this.connection}`);
  }

  /** Rows in the order given; those of one partition go in batches. */
  async put(table: string, rows: readonly TypedRow[]): Promise<void> {
    await this.table(table).createTable();
    await this.add(table, rows);
  }

  /** Into a table that is there; rows that are there are replaced. */
  async add(table: string, rows: readonly TypedRow[]): Promise<void> {
    const client = this.table(table);
    const partitions = new Map<string, TypedRow[]>();
    for (const row of rows) partitions.set(row.partitionKey, [...(partitions.get(row.partitionKey) ?? []), row]);
    for (const partition of partitions.values()) {
      for (let at = 0; at < partition.length; at += 100) {
        const part = partition.slice(at, at + 100);
        await client.submitTransaction(part.map((row) => ['upsert', entityOf(row), 'Replace']));
      }
    }
  }

  /** The hub that the real engine has left, under its own name or another one. */
  async putGoldenHub(hub = 'GoldenHub'): Promise<void> {
    const lower = hub.toLowerCase();
    for (const table of ['History', 'Instances', 'Partitions'] as const) {
      const renamed = goldenRows(table).map((row): TypedRow =>
        table === 'Partitions' ? { ...row, rowKey: row.rowKey.replace('goldenhub', lower) } : ofHub(row, hub),
      );
      await this.put(`${hub}${table}`, renamed);
    }
    for (const { container, name, base64 } of goldenBlobs()) {
      const client = this.blobs.getContainerClient(container.replace('goldenhub', lower));
      await client.createIfNotExists();
      await client.getBlockBlobClient(name).uploadData(Buffer.from(base64, 'base64'));
    }
    for (const name of goldenQueues()) await this.queues.getQueueClient(name.replace('goldenhub', lower)).create();
  }

  /** Everything that any program could have changed: rows and blobs with their tags, leases, queues with their messages. */
  async everything(): Promise<unknown> {
    const rows: unknown[] = [];
    for await (const { name = '' } of this.tables.listTables()) {
      for await (const { partitionKey, rowKey, etag } of this.table(name).listEntities()) {
        rows.push([name, partitionKey, rowKey, etag]);
      }
    }
    const blobs: unknown[] = [];
    for await (const { name } of this.blobs.listContainers()) {
      const container = this.blobs.getContainerClient(name);
      const { etag, leaseState, lastModified } = await container.getProperties();
      blobs.push([name, etag, leaseState, lastModified]);
      for await (const { name: blob, properties } of container.listBlobsFlat()) {
        blobs.push([name, blob, properties.etag, properties.leaseState, properties.lastModified]);
      }
    }
    const queues: unknown[] = [];
    for await (const { name } of this.queues.listQueues()) {
      const queue = this.queues.getQueueClient(name);
      const { approximateMessagesCount } = await queue.getProperties();
      const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
      queues.push([
        name,
        approximateMessagesCount,
        peekedMessageItems.map(({ messageId, dequeueCount }) => [messageId, dequeueCount]),
      ]);
    }
    return { rows, blobs, queues };
  }

  async stop(): Promise<void> {
    const { process: child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await gone;
  }
}

/** As the engine would have written it for a hub of this name. */
export function ofHub(row: TypedRow, hub: string): TypedRow {
  return row['TaskHubName'] === undefined ? row : { ...row, TaskHubName: { value: hub, type: 'String' } };
}

/** Without the time of writing, which is the server's. */
function entityOf(row: TypedRow): TableEntity {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'timestamp')) as TableEntity;
}
