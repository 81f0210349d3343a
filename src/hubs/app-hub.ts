/** The hub of a function app, out of its host.json and local.settings.json (spec/attach.md 6). */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseJson } from 'jsonc-parser';
import { DurascopeError } from '../core/values/errors';
import { connectionOfSettings } from './azure-storage/storage-connection';
import { type HubTarget, hubTarget } from './hub-target';

const defaultHubName = 'TestHubName';

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
  const durable = objectAt(objectAt(host, 'extensions'), 'durableTask');
  const provider = objectAt(durable, 'storageProvider');
  const overridden = (name: string): string | undefined => setting(`AzureFunctionsJobHost__extensions__durableTask__${name}`);
  const type = (overridden('storageProvider__type') ?? textAt(provider, 'type') ?? 'AzureStorage').toLowerCase();
  const given = overridden('hubName') ?? textAt(durable, 'hubName');
  const hubName = resolved(given ?? defaultHubName);
  if (/%/.test(hubName)) {
    throw new DurascopeError(
      'HubNotFound',
      `host.json of ${folder} has the hub name '${hubName}', and there is no such setting.`,
    );
  }
  const connectionName =
    textAt(provider, 'connectionName') ??
    textAt(provider, 'connectionStringName') ??
    textAt(durable, 'azureStorageConnectionStringName');
  switch (type) {
    case 'azurestorage': {
      const name = resolved(connectionName ?? 'AzureWebJobsStorage');
      const connection = setting(name);
      if (connection !== undefined && connection !== '') return hubTarget(connection, hubName);
      const signedIn = connectionOfSettings((part) => setting(`${name}__${part}`) ?? setting(`${name}:${part}`));
      if (signedIn === undefined) throw withoutSetting(folder, name);
      return { kind: 'azureStorage', connection: signedIn, hubName };
    }
    case 'azuremanaged': {
      const name = resolved(connectionName ?? 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING');
      const connection = setting(name);
      if (connection === undefined || connection === '') throw withoutSetting(folder, name);
      // The connection string names the hub where host.json does not.
      return hubTarget(connection, given === undefined ? null : hubName);
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

function objectAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? ((value as Record<string, unknown>)[name] ?? null) : null;
}

function textAt(value: unknown, name: string): string | undefined {
  const text = objectAt(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}
