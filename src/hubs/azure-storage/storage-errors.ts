/** What Azure Storage answers when it refuses, in words that say why and what to do (spec/attach.md 8). */
import { DurascopeError } from '../../core/values/errors';
import type { StorageConnection } from './storage-connection';

/** A `DurascopeError`: `HubNotFound` for a table that is not there, `HubUnreachable` for the rest. Keys and signatures are in none of them. */
export function storageFailure(error: unknown, connection: StorageConnection, table?: string): DurascopeError {
  if (DurascopeError.is(error)) return error;
  const code = codeOf(error);
  const status = (error as { statusCode?: unknown }).statusCode;
  const where = `${connection.account} (${connection.tables})`;
  const { credential } = connection;
  const made = (message: string): DurascopeError =>
    new DurascopeError('HubUnreachable', message, {
      cause: withoutSecrets(error),
      details: { account: connection.account, code },
    });
  switch (code) {
    case 'TableNotFound':
      return new DurascopeError(
        'HubNotFound',
        `The account ${where} has no table ${table ?? 'of this name'} (any more): the hub was deleted, is being made anew, or its name is wrong.`,
        { details: { code } },
      );
    case 'AuthorizationPermissionMismatch':
    case 'AuthorizationServiceMismatch':
    case 'AuthorizationResourceTypeMismatch':
      if (credential.type === 'sas' && wrongIn(new URLSearchParams(credential.signature), Date.now()).length > 0) break;
      return made(
        credential.type === 'signIn'
          ? `${where} is reached, but this account may not read it: it needs the roles "Storage Table Data Reader", "Storage Blob Data Reader" and "Storage Queue Data Reader". Being owner of the storage account does not give them, and a new assignment takes up to ten minutes.`
          : `${where} is reached, but what was given may not read this: a shared access signature needs the permissions "read" and "list" (sp=rl) for tables, blobs and queues (ss=tbq), and the types service, container and object (srt=sco).`,
      );
    case 'KeyBasedAuthenticationNotPermitted':
      return made(
        `${where} takes no account keys. Give AccountName=${connection.account} alone, which asks for a sign-in, or a connection string with a SharedAccessSignature.`,
      );
    case 'InsufficientAccountPermissions':
      return made(`The account key of ${where} is disabled for this. Give a connection string with a SharedAccessSignature.`);
    case 'AuthorizationFailure':
      // An emulator says this of a wrong key.
      if (credential.type === 'signIn' || (credential.type === 'key' && !connection.isLocal)) {
        return made(
          `${where} does not let this network in: its firewall refuses the address of this computer, or a private endpoint is needed. Look at its "Networking".`,
        );
      }
  }
  if (code === 'AuthenticationFailed' || code === 'InvalidAuthenticationInfo' || status === 401 || status === 403) {
    return made(refusal(where, connection, clockNote(error)));
  }
  if (status === 429 || status === 503 || code === 'ServerBusy' || code === 'OperationTimedOut') {
    return made(
      `${where} is too busy: it was asked again several times and refused each time. Wait a while, or look at less at once.`,
    );
  }
  const network = networkCode(error);
  if (network === 'ECONNREFUSED' && connection.isLocal) {
    return made(`Nothing answers at ${connection.tables}. Start Azurite (npx azurite), or give the ports that it listens at.`);
  }
  if (network === 'ENOTFOUND' || network === 'EAI_AGAIN') {
    return made(`There is no ${new URL(connection.tables).hostname}: the name of the account is wrong, or there is no network.`);
  }
  if (network === 'ECONNRESET') {
    return made(
      `${where} broke the connection off each time that it was asked. Look at the network and a proxy, or whether the service is being stopped, and try again.`,
    );
  }
  if (network !== undefined)
    return made(`${where} cannot be reached (${network}). Look at the network, a proxy, and the account's firewall.`);
  return made(`${where} answered with what was not expected: ${firstLine(error)}`);
}

function refusal(where: string, { account, credential, isLocal }: StorageConnection, clock: string | undefined): string {
  switch (credential.type) {
    case 'key':
      if (isLocal && clock === undefined) {
        return `${where} refuses the account key: an Azurite knows its own key for devstoreaccount1 alone (UseDevelopmentStorage=true has it; leave AccountKey out), or the accounts and keys that AZURITE_ACCOUNTS named when it was started. Is ${account} one of them, and this its key?`;
      }
      return clock === undefined
        ? `${where} refuses the account key: it is wrong or was changed (copy it anew from "Access keys"), or this computer's clock is more than 15 minutes off. A firewall of the account may refuse this network as well: look at its "Networking".`
        : `${where} refuses the account key: ${clock}`;
    case 'signIn':
      return `${where} takes no token of this account: it is of another directory, or it has expired. Sign in with an account of the storage account's directory, or name that one (TenantId=...).${clock === undefined ? '' : ` ${clock}`}`;
    case 'sas':
      return refusedSignature(where, credential.signature, clock);
  }
}

function refusedSignature(where: string, signature: string, clock: string | undefined, nowMs = Date.now()): string {
  const fields = new URLSearchParams(signature);
  const end = fields.get('se');
  const wrong = wrongIn(fields, nowMs);
  const good = end === null ? '' : `, which ${Date.parse(end) <= nowMs ? 'was' : 'is'} good until ${end}`;
  const named = mayNotList(fields) ? 'Name the hub, or make a new one' : 'Make a new one';
  const rest = `${named} that may read and list (sp=rl) tables, blobs and queues.${clock === undefined ? '' : ` ${clock}`}`;
  return `${where} refuses the shared access signature${good}: ${wrong.length === 0 ? 'it is wrong, or its key was changed' : wrong.join(', and ')}. ${rest}`;
}

/** What a shared access signature says of itself that keeps it from being enough. */
function wrongIn(fields: URLSearchParams, nowMs: number): string[] {
  const [end, start] = [Date.parse(fields.get('se') ?? ''), Date.parse(fields.get('st') ?? '')];
  const lacks = (name: string, letter: string): boolean => fields.get(name)?.includes(letter) === false;
  const mayNot = [...(lacks('sp', 'r') ? ['read'] : []), ...(mayNotList(fields) ? ['list'] : [])];
  return [
    ...(end <= nowMs ? ['it has expired'] : []),
    ...(start > nowMs ? [`it is good from ${fields.get('st') ?? ''} on only`] : []),
    ...(mayNot.length === 0 ? [] : [`it may not ${mayNot.join(' and ')} (sp=${fields.get('sp') ?? ''})`]),
    ...(lacks('ss', 't') ? [`it is not for tables (ss=${fields.get('ss') ?? ''})`] : []),
  ];
}

function mayNotList(fields: URLSearchParams): boolean {
  return fields.get('sp')?.includes('l') === false;
}

const mostApartMs = 5 * 60_000;

/** Where the server's time is another one than ours: that is the cause, most likely. */
function clockNote(error: unknown, nowMs = Date.now()): string | undefined {
  const { response } = error as { response?: { headers?: { get(name: string): string | undefined } } };
  const server = Date.parse(response?.headers?.get('date') ?? '');
  if (Number.isNaN(server) || Math.abs(server - nowMs) < mostApartMs) return undefined;
  const minutes = Math.round(Math.abs(server - nowMs) / 60_000);
  return `this computer's clock is ${minutes} minutes ${server > nowMs ? 'behind' : 'ahead of'} the server's. Set it right, and try again.`;
}

function codeOf(error: unknown): string {
  const { code, details } = error as { code?: unknown; details?: { odataError?: { code?: unknown }; errorCode?: unknown } };
  const said = details?.odataError?.code ?? details?.errorCode ?? code;
  return typeof said === 'string' ? said : '';
}

/** The first of the chain that a system call has given. */
function networkCode(error: unknown): string | undefined {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const { code, name } = each as { code?: unknown; name: string };
    if (name === 'AbortError' || name === 'TimeoutError') return 'no answer in time';
    if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) return code;
    if (code === 'REQUEST_SEND_ERROR' && each.cause === undefined) return 'the request could not be sent';
  }
  return undefined;
}

function firstLine(error: unknown): string {
  return redacted((error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '');
}

/** The libraries keep the whole request with the error. */
function withoutSecrets(error: unknown): Error {
  return new Error(firstLine(error));
}

/** Signatures and keys out of a text. */
export function redacted(text: string): string {
  return text
    .replaceAll(/([?&;]|\b)(sig|code|AccountKey|SharedAccessSignature|Password)=[^&;\s"']+/gi, '$1$2=(hidden)')
    .replaceAll(/(SharedKey(?:Lite)? [^:\s]+:)\S+/g, '$1(hidden)');
}
