/** What the real engine has left in Azure Storage (test/goldens/README.md, "azure-storage"), and the forms in which tools give such rows. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface TypedValue {
  value: string;
  type: string;
}

/** As @azure/data-tables gives a row with its type conversion off. */
export type TypedRow = Readonly<Record<string, string | TypedValue>> & {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly timestamp: string;
};

export interface GoldenBlob {
  container: string;
  name: string;
  contentType: string;
  base64: string;
}

/** Of the repository; empty: the current folder. */
export const goldenFolder = { repository: '' };
const fileOf = (name: string): string => path.resolve(goldenFolder.repository, 'test/goldens/azure-storage', name);

export const goldenRows = (table: 'History' | 'Instances' | 'Partitions'): TypedRow[] =>
  JSON.parse(readFileSync(fileOf(`table-${table}.json`), 'utf8')) as TypedRow[];

export const goldenBlobs = (): GoldenBlob[] => JSON.parse(readFileSync(fileOf('blobs.json'), 'utf8')) as GoldenBlob[];

export const goldenQueues = (): string[] => JSON.parse(readFileSync(fileOf('queues.json'), 'utf8')) as string[];

/** The columns of a row that are values, with their types. */
export function columns(row: TypedRow): [string, TypedValue][] {
  return Object.entries(row).filter((entry): entry is [string, TypedValue] => typeof entry[1] === 'object');
}

/** The answer of the table service, with the types of what JSON has no type for. */
export function odataJson(rows: readonly TypedRow[]): string {
  const value = rows.map((row) => {
    const entity: Record<string, unknown> = {
      'odata.type': 'devstoreaccount1.GoldenHubHistory',
      'odata.etag': `W/"datetime'${row.timestamp}'"`,
      PartitionKey: row.partitionKey,
      RowKey: row.rowKey,
      'Timestamp@odata.type': 'Edm.DateTime',
      Timestamp: row.timestamp,
    };
    for (const [name, { value: text, type }] of columns(row)) {
      if (type === 'DateTime') entity[`${name}@odata.type`] = 'Edm.DateTime';
      entity[name] = type === 'Boolean' ? text === 'true' : type === 'Int32' ? Number(text) : text;
    }
    return entity;
  });
  return JSON.stringify({ 'odata.metadata': 'http://127.0.0.1:10002/devstoreaccount1/$metadata#GoldenHubHistory', value });
}

/** As Storage Explorer exports a table: a column `X@type` behind each `X`, both empty where the row has no such value. */
export function storageExplorerCsv(rows: readonly TypedRow[]): string {
  const names = [...new Set(rows.flatMap((row) => columns(row).map(([name]) => name)))];
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = ['PartitionKey', 'RowKey', 'Timestamp', ...names.flatMap((name) => [name, `${name}@type`])];
  const lines = rows.map((row) => {
    const values = new Map(columns(row));
    const cells = names.flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? ['', ''] : [value.value, `Edm.${value.type}`];
    });
    return [row.partitionKey, row.rowKey, row.timestamp, ...cells].map(cell).join(',');
  });
  return [head.join(','), ...lines].join('\r\n');
}
