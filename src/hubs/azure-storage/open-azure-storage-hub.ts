/** A connection and the name of a hub become the hub: found, or refused with what there is instead. */
import { closestName } from '../../base/closest-name';
import type { Clock } from '../../core/ports/clock';
import { DurascopeError } from '../../core/values/errors';
import type { AttachedHub } from '../attached-hub';
import { throughHost } from '../functions-host/through-host';
import { actingHub, readOnlyHub } from '../read-only-hub';
import { AzureStorageReader } from './azure-storage-reader';
import { firstAnswers, hubNamesIn, hubsIn, type HubTables, isSame, type TrackingStore } from './hub-tables';
import { isInstanceRow } from './instance-row';
import { type AccountOptions, StorageAccount } from './storage-account';
import type { StorageConnection } from './storage-connection';

export interface OpenStorageOptions extends AccountOptions {
  clock: Clock;
  /** Null: the account's only one. */
  hubName: string | null;
  /** Where host.json gives the tables an account and a name of their own. */
  tracking?: TrackingStore;
  /** A running host of the same hub, by which it may be acted on; absent: nothing is ever changed. */
  actThrough?: { url: string; key: string | null };
}

const readOnly =
  'A hub in Azure Storage is only looked at: messages that another program writes may never be read or be taken for poison. Actions go through its own host (its management API).';

/**
 * Rejects with `HubNotFound`, which names the hubs that there are, with `HubUnreachable`, and with `InvalidArgument` for a host of another hub.
 */
export async function openAzureStorageHub(connection: StorageConnection, options: OpenStorageOptions): Promise<AttachedHub> {
  const { tracking } = options;
  const main = await StorageAccount.open(connection, options);
  const account = tracking === undefined ? main : await StorageAccount.open(tracking.connection, options);
  const tables = await tablesOf(account, options.hubName, tracking?.prefix);
  const reader = new AzureStorageReader(account, tables, main);
  if (options.actThrough === undefined) return readOnlyHub(reader, readOnly, options.clock);
  const { actions, channel } = await throughHost(reader, options.actThrough);
  return actingHub(reader, actions, channel, options.clock);
}

/** Where the hub has its rows. `prefix`: said by whoever knows; else the hub's own tables are meant, or those that it shares with others. */
async function tablesOf(account: StorageAccount, hubName: string | null, prefix: string | undefined): Promise<HubTables> {
  if (prefix !== undefined) {
    checkName(prefix);
    await checkTables(account, hubName ?? prefix, prefix);
    return { hubName: hubName ?? (await onlyOf(account, prefix)), prefix };
  }
  if (hubName === null) return onlyHub(account);
  checkName(hubName);
  try {
    const said = await checkTables(account, hubName, hubName);
    return { hubName: said === undefined || isSame(said, hubName) ? hubName : await onlyOf(account, hubName), prefix: hubName };
  } catch (error) {
    if (!DurascopeError.is(error, 'HubNotFound') || error.details['hubs'] === undefined) throw error;
    const shared = (await hubsIn(account).catch(() => [])).find((each) => isSame(each.hubName, hubName));
    if (shared !== undefined) return shared;
    throw error;
  }
}

async function onlyHub(account: StorageAccount): Promise<HubTables> {
  const hubs = await hubsIn(account);
  const [only] = hubs;
  if (hubs.length === 1 && only !== undefined) {
    await checkTables(account, only.hubName, only.prefix);
    return only;
  }
  const names = hubs.map(({ hubName }) => hubName);
  const summary = `There ${hubs.length === 0 ? 'is no task hub' : 'are several task hubs'} in ${account.connection.account}`;
  const rest =
    hubs.length === 0
      ? 'no two tables whose names end in Instances and History. A hub comes to be when its app runs for the first time.'
      : `name one of ${names.join(', ')}.`;
  throw new DurascopeError('HubNotFound', `${summary}: ${rest}`, { details: { hubs: names, summary } });
}

/** The hub whose rows are in the tables. */
async function onlyOf(account: StorageAccount, prefix: string): Promise<string> {
  const names = await hubNamesIn(account, prefix);
  if (names.length < 2) return names[0] ?? prefix;
  const summary = `The tables ${prefix}Instances and ${prefix}History have the instances of several task hubs`;
  throw new DurascopeError('HubNotFound', `${summary}: name one of ${names.join(', ')}.`, { details: { hubs: names, summary } });
}

function checkName(name: string): void {
  if (/^[A-Za-z][A-Za-z0-9]{2,44}$/.test(name)) return;
  throw new DurascopeError(
    'HubNotFound',
    `'${name}' is no name of a task hub: those are 3 to 45 letters and digits, the first a letter.`,
  );
}

/** That both tables are there, and that the first row is one of an instance. The name of the hub that this says, if any. */
async function checkTables(account: StorageAccount, hubName: string, prefix: string): Promise<string | undefined> {
  let said: unknown;
  try {
    const select = ['PartitionKey', 'RuntimeStatus', 'TaskHubName'];
    for await (const { rows } of firstAnswers(account, `${prefix}Instances`, select)) {
      const [first] = rows;
      said = first?.['TaskHubName'];
      if (first !== undefined && !isInstanceRow(first)) {
        throw new DurascopeError(
          'HubNotFound',
          `The table ${prefix}Instances is not one of a task hub: its rows have no RuntimeStatus.`,
        );
      }
      break;
    }
    for await (const page of firstAnswers(account, `${prefix}History`, ['RowKey'])) {
      if (page.rows.length >= 0) break;
    }
    return typeof said === 'string' && said !== '' ? said : undefined;
  } catch (error) {
    if (!DurascopeError.is(error, 'HubNotFound') || error.details['code'] !== 'TableNotFound') throw error;
    throw await noHub(account, hubName, error);
  }
}

async function noHub(account: StorageAccount, hubName: string, cause: unknown): Promise<DurascopeError> {
  const summary = `There is no task hub '${hubName}' in ${account.connection.account}`;
  const found = await hubsIn(account).catch(() => null);
  const hubs = found?.map((each) => each.hubName) ?? null;
  const meant = closestName(hubName, hubs ?? []);
  const rest =
    hubs === null
      ? 'What was given may not list the tables, so the others are not known.'
      : hubs.length === 0
        ? 'There is none: a hub comes to be when its app runs for the first time.'
        : `${meant === undefined ? '' : `Did you mean '${meant}'? `}It has ${hubs.join(', ')}.`;
  return new DurascopeError('HubNotFound', `${summary}. ${rest}`, {
    cause,
    details: { hubs: hubs ?? [], summary },
  });
}
