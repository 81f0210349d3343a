/** Where a storage account is and what opens it, out of what people copy: a connection string, a SAS, `UseDevelopmentStorage=true`. */
import { isLoopbackOrigin } from '../../base/loopback';
import { DurascopeError } from '../../core/values/errors';
import { settingsOf } from '../connection-settings';

export interface StorageConnection {
  account: string;
  /** Without a slash at the end, without a SAS. Null: the connection does not say where they are. */
  tables: string;
  blobs: string | null;
  queues: string | null;
  /** A shared access signature is without `?`. */
  credential: { type: 'key'; key: string } | { type: 'sas'; signature: string };
  isLocal: boolean;
}

/** Of the emulator of storage accounts: the same on every machine, and in its documentation. */
const localAccount = 'devstoreaccount1';
const localKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** `InvalidArgument` says what is missing; no message holds a key or a signature. */
export function storageConnection(text: string): StorageConnection {
  const trimmed = text.trim();
  if (/^https?:\/\//i.test(trimmed)) return ofSasUrl(trimmed);
  const settings = settingsOf(trimmed);
  const value = (name: string): string | undefined => settings.get(name.toLowerCase());
  if (value('UseDevelopmentStorage')?.toLowerCase() === 'true') {
    const host = (value('DevelopmentStorageProxyUri') ?? 'http://127.0.0.1').replace(/\/+$/, '');
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
  const endpoint = (service: string, setting: string): string | null => {
    const given = value(setting);
    if (given !== undefined) return withoutQuery(given);
    if (account === undefined) return null;
    const protocol = value('DefaultEndpointsProtocol') ?? 'https';
    return `${protocol}://${account}.${service}.${value('EndpointSuffix') ?? 'core.windows.net'}`;
  };
  const tables = endpoint('table', 'TableEndpoint');
  if (tables === null) {
    throw refused(
      'A connection string of a storage account has AccountName and AccountKey, or TableEndpoint and SharedAccessSignature. Copy it from "Access keys" or "Shared access signature" of the account, or give UseDevelopmentStorage=true for Azurite.',
    );
  }
  const key = value('AccountKey');
  const signature = value('SharedAccessSignature');
  const name = account ?? accountOf(tables);
  const isLocal = isHere(tables);
  if (signature === undefined && key === undefined && !(isLocal && name === localAccount)) {
    throw refused(
      `The connection string of ${name} has neither AccountKey nor SharedAccessSignature: nothing in it opens the account. A shared access signature that may read and list (sp=rl) tables, blobs and queues is enough.`,
    );
  }
  return {
    account: name,
    tables,
    blobs: endpoint('blob', 'BlobEndpoint'),
    queues: endpoint('queue', 'QueueEndpoint'),
    credential:
      signature === undefined ? { type: 'key', key: key ?? localKey } : { type: 'sas', signature: signature.replace(/^\?/, '') },
    isLocal,
  };
}

/** `https://account.table.core.windows.net/?sv=...`: the endpoints of blobs and queues are beside it. */
function ofSasUrl(text: string): StorageConnection {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !url.searchParams.has('sig')) {
    throw refused(
      'An address of a storage account needs a shared access signature in it (?sv=...&sig=...): copy the whole "SAS URL".',
    );
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  const beside = (service: string): string | null => {
    const swapped = base.replace(/^(https?:\/\/[^./]+)\.(table|blob|queue)\./, `$1.${service}.`);
    return service === 'table' || swapped !== base || base.includes(`.${service}.`) ? swapped : null;
  };
  return {
    account: accountOf(base),
    tables: beside('table') ?? base,
    blobs: beside('blob'),
    queues: beside('queue'),
    credential: { type: 'sas', signature: url.search.slice(1) },
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
  return URL.canParse(endpoint) && isLoopbackOrigin(new URL(endpoint).origin);
}

function withoutQuery(endpoint: string): string {
  return endpoint.split('?', 1)[0]?.replace(/\/+$/, '') ?? '';
}

function refused(message: string): DurascopeError {
  return new DurascopeError('InvalidArgument', message);
}
