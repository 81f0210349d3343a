/** Where a storage account is and what opens it, out of what people copy: a connection string, a SAS, its name, `UseDevelopmentStorage=true`. */
import { isLoopbackHost } from '../../base/loopback';
import { DurascopeError } from '../../core/values/errors';
import type { SignIn } from '../access-token';
import { settingsOf } from '../connection-settings';

export interface StorageConnection {
  account: string;
  /** Without a slash at the end, without a SAS. Null: the connection does not say where they are. */
  tables: string;
  blobs: string | null;
  queues: string | null;
  /** A shared access signature is without `?`. */
  credential: { type: 'key'; key: string } | { type: 'sas'; signature: string } | { type: 'signIn'; signIn: SignIn };
  isLocal: boolean;
}

/** Of the emulator of storage accounts: the same on every machine, and in its documentation. */
const localAccount = 'devstoreaccount1';
const localKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** The same in every cloud. */
const storageScope = 'https://storage.azure.com/.default';
/** Clouds with directories of their own; those of Azure for everybody are elsewhere. */
const ownCloud = /\.(?:chinacloudapi\.cn|usgovcloudapi\.net|microsoft\.scloud|eaglex\.ic\.gov)$/i;

/** Whether it is the address of a service of a storage account: opened with a sign-in, unless there is a signature in it. */
export function isStorageUrl(text: string): boolean {
  return /^https:\/\/[a-z0-9-]+(?:\.z\d+)?\.(?:table|blob|queue)\.[^/?]+\/?$/i.test(text);
}

/** `InvalidArgument` says what is missing; no message holds a key or a signature. */
export function storageConnection(text: string): StorageConnection {
  const trimmed = text.trim();
  if (isStorageUrl(trimmed)) return ofUrl(trimmed, { type: 'signIn', signIn: signInAt(trimmed, null) });
  if (/^https?:\/\//i.test(trimmed)) return ofSasUrl(trimmed);
  const settings = settingsOf(trimmed);
  const value = (name: string): string | undefined => settings.get(name.toLowerCase());
  if (value('UseDevelopmentStorage')?.toLowerCase() === 'true') {
    const host = (value('DevelopmentStorageProxyUri') ?? 'http://127.0.0.1').replace(/\/+$/, '');
    if (!URL.canParse(host) || new URL(host).port !== '') {
      throw refused(
        'DevelopmentStorageProxyUri is an address without a port (http://localhost), as the ports are 10000 to 10002. For others give AccountName=devstoreaccount1 with TableEndpoint, BlobEndpoint and QueueEndpoint.',
      );
    }
    const at = (port: number): string => `${host}:${port}/${localAccount}`;
    return {
      account: localAccount,
      tables: at(10002),
      blobs: at(10000),
      queues: at(10001),
      credential: { type: 'key', key: localKey },
      isLocal: isHere(at(10002)),
    };
  }
  const account = value('AccountName');
  if (account !== undefined && !/^[a-z0-9-]{3,50}$/i.test(account)) {
    throw refused('The AccountName is none: those of storage accounts are 3 to 24 lower-case letters and digits.');
  }
  const endpoint = (service: string, setting: string): string | null => {
    const given = value(setting);
    if (given !== undefined) return withoutQuery(given);
    // Beside tables on this machine are no blobs of the cloud.
    if (account === undefined || isHere(value('TableEndpoint') ?? '')) return null;
    const protocol = value('DefaultEndpointsProtocol') ?? 'https';
    return `${protocol}://${account}.${service}.${value('EndpointSuffix') ?? 'core.windows.net'}`;
  };
  const tables = endpoint('table', 'TableEndpoint');
  if (tables === null) {
    throw refused(
      'A connection string of a storage account has AccountName and AccountKey, or TableEndpoint and SharedAccessSignature. Copy it from "Access keys" or "Shared access signature" of the account, or give UseDevelopmentStorage=true for Azurite.',
    );
  }
  const name = account ?? accountOf(tables);
  return {
    account: name,
    tables,
    blobs: endpoint('blob', 'BlobEndpoint'),
    queues: endpoint('queue', 'QueueEndpoint'),
    credential: credentialOf(value, name, tables),
    isLocal: isHere(tables),
  };
}

function credentialOf(
  value: (name: string) => string | undefined,
  account: string,
  tables: string,
): StorageConnection['credential'] {
  const key = value('AccountKey');
  const signature = value('SharedAccessSignature');
  const authentication = value('Authentication');
  if (signature !== undefined) return { type: 'sas', signature: signature.replace(/^\?/, '') };
  if (key !== undefined) {
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(key) && key !== '') return { type: 'key', key };
    throw refused(
      `The AccountKey of ${account} is no key: it was not copied whole. Copy the connection string anew from "Access keys".`,
    );
  }
  const isEmulator = isHere(tables) && account === localAccount;
  if (isEmulator && authentication === undefined) return { type: 'key', key: localKey };
  // An endpoint of its own and nothing else is a SAS that was left out.
  if (value('AccountName') === undefined && authentication === undefined) {
    throw refused(
      `The connection string of ${account} has neither AccountKey nor SharedAccessSignature: nothing in it opens the account. A shared access signature that may read and list (sp=rl) tables, blobs and queues is enough; AccountName=${account} alone asks for a sign-in.`,
    );
  }
  const tenant = value('TenantId') ?? null;
  if (tenant !== null && !/^[\w.-]+$/.test(tenant)) throw refused('The TenantId is no name or id of a directory.');
  return { type: 'signIn', signIn: signInAt(tables, tenant) };
}

/** A token is good for whoever reads it on the way. */
function signInAt(tables: string, tenant: string | null): SignIn {
  if (!tables.startsWith('https:') && !isHere(tables)) {
    throw refused(`${tables} is not on this machine: a sign-in is sent with https only.`);
  }
  const isOwn = URL.canParse(tables) && ownCloud.test(new URL(tables).hostname);
  return { scope: storageScope, tenant, cloud: isOwn ? 'sovereign' : 'public' };
}

/** Of the settings of an app that has no connection string (`AzureWebJobsStorage__accountName`); undefined where there are none. */
export function connectionOfSettings(setting: (name: string) => string | undefined): StorageConnection | undefined {
  const parts: string[] = [];
  const add = (name: string, part: string): void => {
    const value = setting(name);
    if (value !== undefined && value !== '') parts.push(`${part}=${value}`);
  };
  add('accountName', 'AccountName');
  add('tableServiceUri', 'TableEndpoint');
  add('blobServiceUri', 'BlobEndpoint');
  add('queueServiceUri', 'QueueEndpoint');
  if (parts.length === 0) return undefined;
  add('tenantId', 'TenantId');
  return storageConnection([...parts, 'Authentication=DefaultAzure'].join(';'));
}

/** `https://account.table.core.windows.net/?sv=...`: the endpoints of blobs and queues are beside it. */
function ofSasUrl(text: string): StorageConnection {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !url.searchParams.has('sig')) {
    throw refused(
      'An address of a storage account needs a shared access signature in it (?sv=...&sig=...): copy the whole "SAS URL".',
    );
  }
  return ofUrl(text, { type: 'sas', signature: url.search.slice(1) });
}

/** One of the account's services; the others are beside it. */
function ofUrl(text: string, credential: StorageConnection['credential']): StorageConnection {
  const url = new URL(text);
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  const beside = (service: string): string | null => {
    const swapped = base.replace(/^(https?:\/\/[^./]+(?:\.z\d+)?)\.(table|blob|queue)\./, `$1.${service}.`);
    return service === 'table' || swapped !== base || base.includes(`.${service}.`) ? swapped : null;
  };
  return {
    account: accountOf(base),
    tables: beside('table') ?? base,
    blobs: beside('blob'),
    queues: beside('queue'),
    credential,
    isLocal: isHere(base),
  };
}

function accountOf(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url === null) throw refused(`'${endpoint}' is no address of a table service.`);
  const [first = ''] = url.pathname.split('/').filter((part) => part !== '');
  return first === '' ? (url.hostname.split('.')[0] ?? url.hostname) : first;
}

function isHere(endpoint: string): boolean {
  return URL.canParse(endpoint) && isLoopbackHost(new URL(endpoint).host);
}

function withoutQuery(endpoint: string): string {
  return endpoint.split('?', 1)[0]?.replace(/\/+$/, '') ?? '';
}

function refused(message: string): DurascopeError {
  return new DurascopeError('InvalidArgument', message);
}
