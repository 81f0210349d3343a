/** What SQL Server answers when it refuses, in words that say why and what to do. */
import { DurascopeError } from '../../core/values/errors';
import { type SqlConnection, sqlPlace } from './sql-connection';

/** Numbers of errors that pass: throttled, moved, deadlocked. */
const passing = new Set([1205, 1222, 10928, 10929, 10936, 40143, 40197, 40501, 40613, 49918, 49919, 49920, 233, 64, 121]);
/** The server cannot do what the connection has to be. */
export const notEncrypted = 'ENOTENCRYPTED';
const brokenCodes = new Set(['ESOCKET', 'ECONNRESET', 'EPIPE']);

/** Whether the same may be asked again. */
export function isPassing(error: unknown, numbers: readonly number[]): boolean {
  if (numbers.some((number) => passing.has(number))) return true;
  const network = networkCodeOf(error);
  return network !== undefined && brokenCodes.has(network);
}

/** Of a connection that broke off; what never was one is not asked for again. */
export function networkCodeOf(error: unknown): string | undefined {
  const codes = codesOf(error);
  return codes.find((code) => code === 'ECONNRESET' || code === 'EPIPE');
}

/** A `DurascopeError`: `HubNotFound` for tables that are not there, `HubUnreachable` for the rest. No password is in any of them. */
export function sqlFailure(error: unknown, numbers: readonly number[], connection: SqlConnection): DurascopeError {
  const place = sqlPlace(connection);
  const has = (...wanted: readonly number[]): boolean => wanted.some((number) => numbers.includes(number));
  const made = (message: string, code: 'HubUnreachable' | 'HubNotFound' = 'HubUnreachable'): DurascopeError =>
    new DurascopeError(code, message, {
      cause: new Error(withoutSecrets(firstLine(error), connection)),
      details: { numbers: [...numbers] },
    });
  const { credential, schema, host, port, instance } = connection;
  const codes = codesOf(error);
  const said = withoutSecrets(firstLine(error), connection);
  if (has(4060, 911)) {
    return made(
      `The server ${host} lets this login in, but has no database '${connection.database}', or none that it may open. Look at Database= in the connection string, and whether the login has a user in it.`,
    );
  }
  if (has(40615, 40914)) {
    return made(
      `The firewall of ${host} does not let this network in: look at "Networking" of the server, and allow this address.`,
    );
  }
  if (has(18452)) return made(`${place} takes no login of its own here: it wants the account of a domain. ${said}`);
  if (has(18456, 18470, 18486, 18487, 18488) || codes.includes('ELOGIN')) {
    return made(
      credential.type === 'signIn'
        ? `${place} takes no token of this account: it has no user in the database (CREATE USER [you@example.com] FROM EXTERNAL PROVIDER), or is of another directory (TenantId=...). The server says: ${said}`
        : `${place} refuses the login '${credential.user}': the password is wrong or has expired, the login is disabled, or the server takes Windows accounts only. The server says: ${said}`,
    );
  }
  if (has(229, 230, 297, 300)) {
    return made(
      `The login may not do this in ${place}. To look at a hub it needs to read the provider's tables: GRANT SELECT ON SCHEMA::[${schema}] TO [USER]. The role ${schema}_runtime alone does not give that; to act on one it is what is needed. The server says: ${said}`,
    );
  }
  if (has(208, 2812, 4121)) {
    return made(
      `${connection.database} has no tables of a task hub in the schema '${schema}' (any more), or they are of an older version: ${said}`,
      'HubNotFound',
    );
  }
  if (has(1222)) return made(`A row in ${place} is locked by something else for long. Try again later.`);
  if (numbers.some((number) => passing.has(number))) {
    return made(
      `${place} is too busy: it was asked several times and refused each time. Try again later. The server says: ${said}`,
    );
  }
  if (codes.includes(notEncrypted)) {
    return made(
      `${place} does not encrypt connections, and nothing was sent that opens it. Where that is meant, as on this machine, add Encrypt=False to the connection string.`,
    );
  }
  if (codes.includes('EENCRYPT')) {
    return made(`${place} takes encrypted connections only: leave Encrypt=False out of the connection string.`);
  }
  if (codes.includes('EINSTLOOKUP')) {
    return made(
      `The server browser of ${host} (UDP 1434) does not tell where the instance '${instance ?? ''}' is. Start it, or give the port of the instance: Server=${host},PORT.`,
    );
  }
  if (
    codes.some((code) => /^(?:DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|CERT_|ERR_TLS_CERT)/.test(code)) ||
    /certificate/i.test(said)
  ) {
    return made(
      `${place} has a certificate that this machine does not trust (${said}). Where that is meant, as on a server of your own, add TrustServerCertificate=True to the connection string.`,
    );
  }
  if (codes.includes('ENOTFOUND') || codes.includes('EAI_AGAIN')) {
    return made(`There is no ${host}: the name of the server is wrong, or there is no network.`);
  }
  if (codes.includes('ECONNREFUSED')) {
    return made(
      `Nothing answers at ${host}, port ${port ?? 1433}. Start SQL Server, let it listen on TCP (SQL Server Configuration Manager), or give the port: Server=${host},PORT.`,
    );
  }
  if (codes.includes('ETIMEOUT') || codes.includes('ETIMEDOUT')) {
    return made(
      `${place} does not answer in time. Look at the network and at the firewall of the server; a large hub may need a filter. The driver says: ${said}`,
    );
  }
  if (networkCodeOf(error) !== undefined || codes.includes('ESOCKET')) {
    return made(
      `${place} broke the connection off (${said}). It is no SQL Server, wants another Encrypt= in the connection string, or is being stopped.`,
    );
  }
  return made(`${place} answered with what was not expected: ${said}`);
}

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  const add = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return;
    const { code, cause, errors } = each as { code?: unknown; cause?: unknown; errors?: unknown };
    if (typeof code === 'string') codes.push(code);
    if (cause !== each) add(cause);
    if (Array.isArray(errors)) for (const one of errors) add(one);
  };
  add(error);
  return codes;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

function withoutSecrets(text: string, { credential }: SqlConnection): string {
  return credential.type === 'password' && credential.password !== '' ? text.replaceAll(credential.password, '(hidden)') : text;
}
