/**
 * Rows of an Azure Storage table in whatever form a tool wrote them, made into plain ones: `PartitionKey`, `RowKey`, `Timestamp` and one value a
 * column. The forms are those of @azure/data-tables (values as they are, or `{ value, type }` where its type conversion is off), of the table
 * service (OData JSON, the type of `X` in `X@odata.type`), and of Storage Explorer's CSV (the type of `X` in `X@type`).
 */

export type TableRow = Readonly<Record<string, unknown>>;

/** The client library's names of what the table calls otherwise. */
const systemNames: Readonly<Record<string, string>> = { partitionKey: 'PartitionKey', rowKey: 'RowKey', timestamp: 'Timestamp' };

/** Of the row, not of the event in it. */
const bookkeeping = new Set(['etag', 'Etag', 'ETag', 'odata.etag', 'odata.metadata', 'odata.type', 'odata.id', 'odata.editLink']);

/** Whether the value is a row of a table, in any of the forms. */
export function isTableRow(row: TableRow): boolean {
  return ('PartitionKey' in row && 'RowKey' in row) || ('partitionKey' in row && 'rowKey' in row);
}

/** Columns without a value are left out. An empty text is one where the form has types, else it may be a cell of a wider table. */
export function plainRow(row: TableRow): TableRow {
  const isClients = !('PartitionKey' in row) && 'partitionKey' in row;
  // JSON has no types beside texts.
  const isOdata = ['Timestamp@odata.type', 'odata.etag', 'etag'].some((name) => name in row);
  const plain: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(row)) {
    if (bookkeeping.has(name) || name.includes('@')) continue;
    const type = edmTypeOf(given, row[`${name}@odata.type`] ?? row[`${name}@type`]);
    const value = plainValue(isTyped(given) ? given.value : given, type);
    if (value === undefined || value === null || (value === '' && type !== 'String' && !isOdata)) continue;
    plain[isClients ? (systemNames[name] ?? name) : name] = value;
  }
  return plain;
}

interface TypedValue {
  value: unknown;
  type: string;
}

function isTyped(value: unknown): value is TypedValue {
  return typeof value === 'object' && value !== null && 'value' in value && 'type' in value && typeof value.type === 'string';
}

/** `Int32` of `Edm.Int32` and of `Int32`; undefined where nothing says it. */
function edmTypeOf(value: unknown, beside: unknown): string | undefined {
  const type = isTyped(value) ? value.type : beside;
  return typeof type === 'string' && type !== '' ? type.replace(/^Edm\./, '') : undefined;
}

function plainValue(value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'string' || type === undefined) return value;
  switch (type) {
    case 'Boolean':
      return value.toLowerCase() === 'true';
    case 'Int32':
    case 'Int64':
    case 'Double': {
      const number = Number(value);
      return value.trim() === '' ? undefined : Number.isNaN(number) ? value : number;
    }
    default:
      return value;
  }
}
