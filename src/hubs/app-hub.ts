/** The hub of a function app, out of its host.json and local.settings.json (spec/attach.md 6). */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseJson } from 'jsonc-parser';
import { DurascopeError } from '../core/values/errors';
import { connectionOfSettings, storageConnection, type StorageConnection } from './azure-storage/storage-connection';
import { type HubTarget, hubTarget } from './hub-target';
import { sqlConnection } from './sql-server/sql-connection';

const defaultHubName = 'TestHubName';
/** Of the first version of the host, where `durableTask` stands at the top of host.json. */
const version1HubName = 'DurableFunctionsHub';
/** Of the tables of a tracking store. */
const defaultPrefix = 'DurableTask';
/** Of the connection to a SQL Server. */
const defaultSqlSetting = 'SQLDB_Connection';

/**
 * Where the app in the folder has its hub. Rejects with `InvalidArgument` for a folder that is no app, `NotSupported` for a provider that
 * cannot be read from outside, `HubNotFound` where the setting with its connection is missing.
 */
export async function hubOfApp(
  folder: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<HubTarget> {
  const host = await jsonOf(path.join(folder, 'host.json'));
  if (host === null) {
    throw new DurascopeError('InvalidArgument', `There is no host.json in ${folder}: it is no function app.`);
  }
  const local = await jsonOf(path.join(folder, 'local.settings.json'));
  const values = objectAt(local, 'Values');
  const setting = (name: string): string | undefined => env[name] ?? textAt(values, name);
  const resolved = (text: string): string => text.replaceAll(/%([^%]+)%/g, (whole, name: string) => setting(name) ?? whole);
  const version1 = objectAt(host, 'durableTask');
  const durable = objectAt(objectAt(host, 'extensions'), 'durableTask') ?? version1;
  const provider = objectAt(durable, 'storageProvider');
  const overrides = new Map(Object.entries({ ...texts(values), ...env }).map(([name, value]) => [name.toLowerCase(), value]));
  const overridden = (name: string): string | undefined =>
    overrides.get(`azurefunctionsjobhost__extensions__durabletask__${name}`.toLowerCase());
  /** Of the storage provider, or of before there were several. */
  const given = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const text = overridden(`storageProvider__${name}`) ?? textAt(provider, name) ?? overridden(name) ?? textAt(durable, name);
      if (text !== undefined && text !== '') return resolved(text);
    }
    return undefined;
  };
  const type = (given('type') ?? 'AzureStorage').toLowerCase();
  const givenName = overridden('hubName') ?? textAt(durable, 'hubName');
  const isVersion1 = version1 !== null && objectAt(host, 'extensions') === null;
  const hubName = resolved(givenName ?? (isVersion1 ? version1HubName : defaultHubName));
  if (/%/.test(hubName)) {
    throw new DurascopeError(
      'HubNotFound',
      `host.json of ${folder} has the hub name '${hubName}', and there is no such setting.`,
    );
  }
  const connectionName = given('connectionName', 'connectionStringName', 'azureStorageConnectionStringName');
  const account = (name: string): StorageConnection => {
    const connection = setting(name);
    if (connection !== undefined && connection !== '') return storageConnection(connection);
    const signedIn = connectionOfSettings((part) => setting(`${name}__${part}`) ?? setting(`${name}:${part}`));
    if (signedIn === undefined) throw withoutSetting(folder, name);
    return signedIn;
  };
  /** Connection strings of databases may have a section of their own, or a prefix. */
  const sqlSetting = (name: string): string | undefined =>
    [
      setting(name),
      setting(`AzureWebJobs${name}`),
      env[`ConnectionStrings__${name}`],
      textAt(objectAt(local, 'ConnectionStrings'), name),
    ].find((each) => each !== undefined && each !== '');
  switch (type) {
    case 'azurestorage': {
      const trackingName = given('trackingStoreConnectionName', 'trackingStoreConnectionStringName');
      return {
        kind: 'azureStorage',
        connection: account(connectionName ?? 'AzureWebJobsStorage'),
        hubName,
        ...(trackingName === undefined
          ? {}
          : { tracking: { connection: account(trackingName), prefix: given('trackingStoreNamePrefix') ?? defaultPrefix } }),
      };
    }
    case 'azuremanaged': {
      const name = connectionName ?? 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING';
      const connection = setting(name);
      if (connection === undefined || connection === '') throw withoutSetting(folder, name);
      // The connection string names the hub where host.json does not.
      return hubTarget(connection, givenName === undefined ? null : hubName);
    }
    case 'mssql': {
      const name = connectionName ?? defaultSqlSetting;
      const text = sqlSetting(name);
      if (text === undefined) throw withoutSetting(folder, name);
      return {
        kind: 'sqlServer',
        connection: sqlConnection(text, given('schemaName')),
        hubName: null,
        appHubName: given('taskHubName') ?? hubName,
      };
    }
    default:
      throw new DurascopeError(
        'NotSupported',
        `The app in ${folder} keeps its hub with the provider '${type}', which cannot be read from outside: start the app and give the address of its host (http://localhost:7071).`,
      );
  }
}

function withoutSetting(folder: string, name: string): DurascopeError {
  return new DurascopeError(
    'HubNotFound',
    `The app in ${folder} has its hub behind the setting ${name}, which is neither in local.settings.json nor in the environment.`,
  );
}

/** Null for a file that is not there. Comments are allowed. */
async function jsonOf(file: string): Promise<unknown> {
  try {
    return parseJson((await readFile(file, 'utf8')).replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return null;
  }
}

/** Names are those of .NET's configuration: their case counts nothing. */
function objectAt(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return null;
  const found = Object.entries(value).find(([each]) => each.toLowerCase() === name.toLowerCase());
  return (found?.[1] as unknown) ?? null;
}

function textAt(value: unknown, name: string): string | undefined {
  const text = objectAt(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function texts(values: unknown): Record<string, string> {
  if (typeof values !== 'object' || values === null) return {};
  return Object.fromEntries(Object.entries(values).filter((each): each is [string, string] => typeof each[1] === 'string'));
}
