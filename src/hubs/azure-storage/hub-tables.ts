/** Which hubs have their rows in which tables of an account (spec/attach.md 1.1). */
import { quoted, rangeStarts, within } from './instance-filter';
import type { RowPage, StorageAccount } from './storage-account';
import type { StorageConnection } from './storage-connection';

/** Where an app keeps the tables and large values of its hub, if not beside its queues. Others may share them. */
export interface TrackingStore {
  connection: StorageConnection;
  /** What the names of the tables begin with. */
  prefix: string;
}

export interface HubTables {
  hubName: string;
  /** The hub's name, unless the tables are a tracking store's or copies. */
  prefix: string;
}

const mostHubs = 20;
/** Without a row of another hub, a search is over after so many answers: the table is a large one, of one hub most likely. */
const mostAnswers = 5;

/** Each is a pair of tables, or shares one with others. */
export async function hubsIn(account: StorageAccount): Promise<HubTables[]> {
  const names = new Set(await account.tableNames());
  const prefixes = [...names]
    .filter((name) => name.endsWith('Instances') && names.has(`${name.slice(0, -'Instances'.length)}History`))
    .map((name) => name.slice(0, -'Instances'.length));
  const found = await Promise.all(
    prefixes.map(async (prefix) => {
      const hubNames = await hubNamesIn(account, prefix);
      return hubNames.length === 0 ? [{ hubName: prefix, prefix }] : hubNames.map((hubName) => ({ hubName, prefix }));
    }),
  );
  return found.flat();
}

/**
 * What there is first in a table, in answers of at most one row. Azurite sorts all that a question lets through (of a million rows for 7 s): it is
 * asked for one range of ids, and for all of them where that has none.
 */
export async function* firstAnswers(
  account: StorageAccount,
  table: string,
  select: readonly string[],
  filter = '',
): AsyncGenerator<RowPage> {
  const [before = ''] = rangeStarts;
  for await (const page of account.pages(table, { filter: within(filter, { before }), select }, 1)) {
    if (page.rows.length > 0) yield page;
    break;
  }
  yield* account.pages(table, { filter, select }, 1);
}

/** Of the hubs whose rows are in the tables, by what the rows say; empty where they say nothing. */
export async function hubNamesIn(account: StorageAccount, prefix: string): Promise<string[]> {
  const names: string[] = [];
  while (names.length < mostHubs) {
    const filter = names.map((name) => `TaskHubName ne ${quoted(name)}`).join(' and ');
    let name: unknown;
    let answers = 0;
    for await (const { rows } of firstAnswers(account, `${prefix}Instances`, ['TaskHubName'], filter)) {
      name = rows[0]?.['TaskHubName'];
      if (rows.length > 0 || ++answers === mostAnswers) break;
    }
    if (typeof name !== 'string' || name === '') break;
    names.push(name);
    // A table that has the name of its hub is that hub's alone.
    if (names.length === 1 && isSame(name, prefix)) return [prefix];
  }
  return names;
}

/** The service knows no case in the names of tables. */
export function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
