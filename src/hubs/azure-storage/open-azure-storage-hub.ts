/** A connection and the name of a hub become the hub: found, or refused with what there is instead. */
import { closestName } from '../../base/closest-name';
import type { Clock } from '../../core/ports/clock';
import { DurascopeError } from '../../core/values/errors';
import type { AttachedHub } from '../attached-hub';
import { checkSameHub } from '../same-hub';
import { functionsHostActions } from '../functions-host/functions-host-actions';
import { FunctionsHostReader } from '../functions-host/functions-host-reader';
import { actingHub, readOnlyHub } from '../read-only-hub';
import { AzureStorageReader } from './azure-storage-reader';
import { isInstanceRow } from './instance-row';
import { type AccountOptions, StorageAccount } from './storage-account';
import type { StorageConnection } from './storage-connection';

export interface OpenStorageOptions extends AccountOptions {
  clock: Clock;
  /** Null: the account's only one. */
  hubName: string | null;
  /** A running host of the same hub, by which it may be acted on; absent: nothing is ever changed. */
  actThrough?: { url: string; key: string | null };
}

const readOnly =
  'A hub in Azure Storage is only looked at: messages that another program writes may never be read or be taken for poison. Actions go through its own host (its management API).';

/** Names of the task hubs in an account: each is a pair of tables. */
export async function hubsIn(account: Pick<StorageAccount, 'tableNames'>): Promise<string[]> {
  const names = new Set(await account.tableNames());
  return [...names]
    .filter((name) => name.endsWith('Instances') && names.has(`${name.slice(0, -'Instances'.length)}History`))
    .map((name) => name.slice(0, -'Instances'.length));
}

/**
 * Rejects with `HubNotFound`, which names the hubs that there are, with `HubUnreachable`, and with `InvalidArgument` for a host of another hub.
 */
export async function openAzureStorageHub(connection: StorageConnection, options: OpenStorageOptions): Promise<AttachedHub> {
  const account = await StorageAccount.open(connection, options);
  const hubName = options.hubName ?? (await onlyHub(account));
  await checkHub(account, hubName);
  const reader = new AzureStorageReader(account, hubName);
  if (options.actThrough === undefined) return readOnlyHub(reader, readOnly, options.clock);
  const host = new FunctionsHostReader(options.actThrough);
  await checkSameHub(reader, host);
  const actions = functionsHostActions((request) => host.ask(request));
  return actingHub(reader, actions, `the management API of ${options.actThrough.url}`, options.clock);
}

async function onlyHub(account: StorageAccount): Promise<string> {
  const hubs = await hubsIn(account);
  const [only] = hubs;
  if (hubs.length === 1 && only !== undefined) return only;
  throw new DurascopeError(
    'HubNotFound',
    hubs.length === 0
      ? `There is no task hub in ${account.connection.account}: no two tables whose names end in Instances and History. A hub comes to be when its app runs for the first time.`
      : `There are several task hubs in ${account.connection.account}: name one of ${hubs.join(', ')}.`,
    { details: { hubs } },
  );
}

/** That both tables are there, and that the first row is one of an instance. */
async function checkHub(account: StorageAccount, hubName: string): Promise<void> {
  if (!/^[A-Za-z][A-Za-z0-9]{2,44}$/.test(hubName)) {
    throw new DurascopeError(
      'HubNotFound',
      `'${hubName}' is no name of a task hub: those are 3 to 45 letters and digits, the first a letter.`,
    );
  }
  try {
    for await (const { rows } of account.pages(`${hubName}Instances`, { select: ['PartitionKey', 'RuntimeStatus'] }, 1)) {
      const [first] = rows;
      if (first !== undefined && !isInstanceRow(first)) {
        throw new DurascopeError(
          'HubNotFound',
          `The table ${hubName}Instances is not one of a task hub: its rows have no RuntimeStatus.`,
        );
      }
      break;
    }
    for await (const page of account.pages(`${hubName}History`, { select: ['RowKey'] }, 1)) {
      if (page.rows.length >= 0) break;
    }
  } catch (error) {
    if (!DurascopeError.is(error, 'HubNotFound') || error.details['code'] !== 'TableNotFound') throw error;
    throw await noHub(account, hubName, error);
  }
}

async function noHub(account: StorageAccount, hubName: string, cause: unknown): Promise<DurascopeError> {
  const where = account.connection.account;
  const hubs = await hubsIn(account).catch(() => null);
  const meant = closestName(hubName, hubs ?? []);
  const rest =
    hubs === null
      ? 'What was given may not list the tables, so the others are not known.'
      : hubs.length === 0
        ? 'There is none: a hub comes to be when its app runs for the first time.'
        : `${meant === undefined ? '' : `Did you mean '${meant}'? `}There are ${hubs.join(', ')}.`;
  return new DurascopeError('HubNotFound', `There is no task hub '${hubName}' in ${where}. ${rest}`, {
    cause,
    details: { hubs: hubs ?? [] },
  });
}
