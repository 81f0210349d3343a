/** Where a hub in SQL Server is and what opens it, out of a connection string of ADO.NET (spec/attach.md 4). */
import { isLoopbackHost } from '../../base/loopback';
import { DurascopeError } from '../../core/values/errors';
import type { SignIn } from '../access-token';
import { sqlSettings } from './sql-settings';

export interface SqlConnection {
  /** Without protocol, port and instance. */
  host: string;
  /** Null: the one of the instance, or 1433. */
  port: number | null;
  instance: string | null;
  database: string;
  credential: { type: 'password'; user: string; password: string } | { type: 'signIn'; signIn: SignIn };
  encryption: 'none' | 'tls' | 'strict';
  trustsCertificate: boolean;
  /** What the certificate has to be made out to, where that is not the host. */
  certificateHost: string | null;
  /** A replica that is only read does. */
  isReadIntent: boolean;
  connectMs: number;
  /** Of the provider's tables. */
  schema: string;
  /** On this machine. */
  isLocal: boolean;
}

const defaultSchema = 'dt';
const defaultConnectSeconds = 15;

/** Whether the text is meant as a connection to SQL Server, be it one that cannot be taken. */
export function isSqlConnection(text: string): boolean {
  if (/^(?:jdbc:sqlserver|sqlserver|mssql):\/\//i.test(text)) return true;
  return /(?:^|;)\s*(?:server|data\s*source|address|addr|network\s*address|initial\s*catalog)\s*=/i.test(text);
}

/** The name of the hub that the text has (`TaskHub=`), if any. */
export function hubNamedIn(text: string): string | null {
  return sqlSettings(text).get('taskhub') || null;
}

/** `InvalidArgument` says what is missing or cannot be; no message holds a password. `schema` counts where the text has no `Schema=`. */
export function sqlConnection(text: string, schema: string = defaultSchema): SqlConnection {
  if (/^(?:jdbc:)?(?:sqlserver|mssql):\/\//i.test(text.trim())) {
    throw refused(
      'This is an address as other programs write it. Give the connection string that the app has: Server=HOST,1433;Database=NAME;User ID=...;Password=...',
    );
  }
  const settings = sqlSettings(text);
  const value = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const found = settings.get(name);
      if (found !== undefined && found !== '') return found;
    }
    return undefined;
  };
  if (value('driver', 'dsn') !== undefined || value('provider') !== undefined) {
    throw refused(
      'This is a connection string of ODBC or OLE DB. Give the one that the app has, without Driver, DSN and Provider: Server=HOST,1433;Database=NAME;User ID=...;Password=...',
    );
  }
  if (value('attachdbfilename') !== undefined || isTrue(value('userinstance'))) {
    throw refused(
      'A database in a file (AttachDbFilename, User Instance) is opened by no connection over the network: give one of a server.',
    );
  }
  const server = value('server', 'datasource', 'address', 'addr', 'networkaddress');
  if (server === undefined) throw refused('The connection string has no Server: add Server=HOST or Server=HOST,PORT.');
  const place = placeOf(server);
  const database = value('database', 'initialcatalog');
  if (database === undefined) {
    throw refused('The connection string names no database: add Database=NAME, the one that the app keeps its task hub in.');
  }
  const encryption = encryptionOf(value('encrypt'));
  const isLocal = isLoopbackHost(place.host.includes(':') ? `[${place.host}]` : place.host);
  const credential = credentialOf(value, place.host);
  if (credential.type === 'signIn' && encryption === 'none' && !isLocal) {
    throw refused('A sign-in is never sent without encryption: leave Encrypt=False out.');
  }
  return {
    ...place,
    database,
    credential,
    encryption,
    trustsCertificate: isTrue(value('trustservercertificate')),
    certificateHost: value('hostnameincertificate') ?? null,
    isReadIntent: value('applicationintent')?.toLowerCase() === 'readonly',
    connectMs: secondsOf(value('connecttimeout', 'connectiontimeout', 'timeout')) * 1000,
    schema: value('schema') ?? schema,
    isLocal,
  };
}

/** For people: no secret in it. */
export function sqlPlace({ host, port, instance, database, schema }: SqlConnection): string {
  const where = `${host}${instance === null ? '' : `\\${instance}`}${port === null ? '' : `,${port}`}`;
  return `${database} at ${where}${schema === defaultSchema ? '' : `, schema ${schema}`}`;
}

function placeOf(server: string): Pick<SqlConnection, 'host' | 'port' | 'instance'> {
  if (/^\(localdb\)/i.test(server)) {
    throw refused(
      'LocalDB is reached by a named pipe of Windows only: give the address of the Functions host that runs the app (http://localhost:7071), or use a SQL Server with TCP.',
    );
  }
  const protocol = /^(np|lpc|admin):/i.exec(server)?.[1];
  if (protocol !== undefined || server.startsWith('\\\\')) {
    throw refused(`The server is reached over TCP alone, not by ${protocol ?? 'a named pipe'}: give Server=HOST,PORT.`);
  }
  const [address = '', portText, ...more] = server
    .replace(/^tcp:/i, '')
    .split(',')
    .map((part) => part.trim());
  const port = portText === undefined ? null : Number(portText);
  if (more.length > 0 || (port !== null && !(Number.isInteger(port) && port > 0 && port < 65_536))) {
    throw refused('The Server of the connection string is HOST, HOST,PORT or HOST\\INSTANCE.');
  }
  const [named = '', instance, ...others] = address.split('\\');
  if (others.length > 0 || instance === '' || named === '') {
    throw refused('The Server of the connection string is HOST, HOST,PORT or HOST\\INSTANCE.');
  }
  const bare = named.replace(/^\[(.*)\]$/, '$1');
  const host = bare === '.' || bare.toLowerCase() === '(local)' ? 'localhost' : bare;
  // A port says which instance it is; MSSQLSERVER is the one without a name.
  const isNamed = port === null && instance !== undefined && instance.toUpperCase() !== 'MSSQLSERVER';
  return { host, port, instance: isNamed ? instance : null };
}

function credentialOf(value: (...names: readonly string[]) => string | undefined, host: string): SqlConnection['credential'] {
  const authentication = value('authentication')?.toLowerCase().replaceAll(/\s+/g, '') ?? '';
  if (authentication.startsWith('activedirectory')) {
    const tenant = value('tenantid') ?? null;
    if (tenant !== null && !/^[\w.-]+$/.test(tenant)) throw refused('The TenantId is no name or id of a directory.');
    return { type: 'signIn', signIn: signInAt(host, tenant) };
  }
  if (authentication !== '' && authentication !== 'sqlpassword') {
    throw refused(
      'The Authentication of the connection string is none that is known: it is SqlPassword, or Active Directory Default for a sign-in.',
    );
  }
  const isIntegrated = value('integratedsecurity', 'trusted_connection');
  if (isTrue(isIntegrated) || isIntegrated?.toLowerCase() === 'sspi') {
    throw refused(
      'The account of Windows (Integrated Security) is not handed on from here. Give a login of the server (User ID=...;Password=...), Authentication=Active Directory Default, or the address of the Functions host that runs the app.',
    );
  }
  const user = value('userid', 'uid', 'user');
  const password = value('password', 'pwd');
  if (user === undefined || password === undefined) {
    throw refused(
      'The connection string says nobody who signs in: it has User ID and Password, or Authentication=Active Directory Default.',
    );
  }
  return { type: 'password', user, password };
}

/** Clouds with directories of their own have names of their own. */
function signInAt(host: string, tenant: string | null): SignIn {
  const own = /\.(database\.(?:chinacloudapi\.cn|usgovcloudapi\.net))$/i.exec(host)?.[1];
  const resource = own?.toLowerCase() ?? 'database.windows.net';
  return { scope: `https://${resource}/.default`, tenant, cloud: own === undefined ? 'public' : 'sovereign' };
}

/** The client of .NET encrypts unless it is told not to. */
function encryptionOf(text: string | undefined): SqlConnection['encryption'] {
  switch (text?.toLowerCase()) {
    case undefined:
    case 'true':
    case 'yes':
    case 'mandatory':
      return 'tls';
    case 'strict':
      return 'strict';
    case 'false':
    case 'no':
    case 'optional':
      return 'none';
    default:
      throw refused('Encrypt in the connection string is True, False or Strict.');
  }
}

function secondsOf(text: string | undefined): number {
  const seconds = Number(text ?? defaultConnectSeconds);
  if (!Number.isInteger(seconds) || seconds < 0)
    throw refused('Connect Timeout in the connection string is a number of seconds.');
  // None at all would wait for ever.
  return seconds === 0 ? defaultConnectSeconds : Math.min(seconds, 120);
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && /^(?:true|yes)$/i.test(text);
}

function refused(message: string): DurascopeError {
  return new DurascopeError('InvalidArgument', message);
}
