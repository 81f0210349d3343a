// Azurite's tables, read over their REST protocol.
import { createHmac } from 'node:crypto';

const account = 'devstoreaccount1';
const key = Buffer.from('Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==', 'base64');

/** All rows of a table, or those of a `$filter`, in the order of PartitionKey and RowKey, the columns as stored. */
export async function tableRows(endpoint, table, filter) {
  const rows = [];
  let next = null;
  do {
    const date = new Date().toUTCString();
    const signature = createHmac('sha256', key).update(`${date}\n/${account}/${account}/${table}()`).digest('base64');
    const query = new URLSearchParams({ ...(filter ? { $filter: filter } : {}), ...next });
    // Azurite closes connections where the machine is busy.
    const response = await askedTwice(`${endpoint}/${table}()?${query}`, {
      headers: {
        'x-ms-date': date,
        'x-ms-version': '2019-02-02',
        accept: 'application/json;odata=nometadata',
        authorization: `SharedKeyLite ${account}:${signature}`,
      },
    });
    if (!response.ok) throw new Error(`Table ${table} could not be read: ${response.status} ${await response.text()}`);
    rows.push(...(await response.json()).value);
    const partition = response.headers.get('x-ms-continuation-nextpartitionkey'),
      row = response.headers.get('x-ms-continuation-nextrowkey');
    next = partition ? { NextPartitionKey: partition, ...(row ? { NextRowKey: row } : {}) } : null;
  } while (next);
  return rows;
}

const askedTwice = (url, init) => fetch(url, init).catch(() => fetch(url, init));

/** Of what begins with a name, and of entities: the table of a hub with many scenarios is not read whole for each of them. */
function filterOf(name) {
  const after = name.slice(0, -1) + String.fromCharCode(name.charCodeAt(name.length - 1) + 1);
  return `(PartitionKey ge '${name}' and PartitionKey lt '${after}') or (PartitionKey ge '@' and PartitionKey lt 'A')`;
}

/**
 * The History and Instances rows of each instance that `wanted` accepts among those whose ids begin with a scenario's name, and entities:
 * {id: {History, Instances}}, without what every table has.
 */
export async function rowsOf(endpoint, hub, name, wanted) {
  const found = {};
  for (const [table, kind] of [
    [`${hub}History`, 'History'],
    [`${hub}Instances`, 'Instances'],
  ]) {
    for (const { PartitionKey, RowKey, Timestamp: _written, ...columns } of await tableRows(endpoint, table, filterOf(name))) {
      if (!wanted(decodeKey(PartitionKey))) continue;
      (found[PartitionKey] ??= { History: [], Instances: [] })[kind].push({ RowKey, ...columns });
    }
  }
  // Rows of an earlier generation that the present one has not written over stay in the table; the engine does not read them either.
  for (const tables of Object.values(found)) {
    const present = tables.History.find((row) => row.RowKey === 'sentinel')?.ExecutionId;
    tables.History = tables.History.filter((row) => row.ExecutionId === present);
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const decodeKey = (text) => text.replace(/\^(\d{2}|[0-9A-F]{2})/g, (_all, hex) => String.fromCharCode(parseInt(hex, 16)));
