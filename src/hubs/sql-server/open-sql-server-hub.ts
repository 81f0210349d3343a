/** A file of dist of its own: read with the first connection of this kind. */
import { closestName } from '../../base/closest-name';
import type { Clock } from '../../core/ports/clock';
import { DurascopeError } from '../../core/values/errors';
import type { AccessTokens } from '../access-token';
import type { HubActions } from '../acting';
import type { AttachedHub, HubReader } from '../attached-hub';
import { actingHub, readOnlyHub } from '../read-only-hub';
import { SqlClient, type SqlClientOptions } from './sql-client';
import { type SqlConnection, sqlPlace } from './sql-connection';
import { actionTexts, sqlServerActions } from './sql-server-actions';
import { type SqlHubFacts, SqlServerReader } from './sql-server-reader';
import { aboutHubs, Statements } from './statements';

export interface OpenSqlServerOptions extends Pick<SqlClientOptions, 'onWait' | 'retryDelayMs' | 'timeoutMs'> {
  clock: Clock;
  tokens?: AccessTokens;
  /** Null: the only one, or that of the login. */
  hubName: string | null;
  /** What an app calls its hub, where hubs are named by apps. */
  appHubName?: string;
  /** Default: nothing is ever changed. `provider`: by its own procedures; else by what is given. */
  act?: 'provider' | ((reader: HubReader) => Promise<{ actions: HubActions; channel: string }>);
}

const readOnly =
  'This hub is only looked at, as nobody has allowed more: act on it through its app, or allow Durascope to act on it by the procedures of the provider.';
const needed = ['Instances', 'History', 'Payloads', 'NewEvents', 'NewTasks'] as const;
/** Of more instances counts are made on request. */
const countedAlways = 100_000;
/** More hubs are not named. */
const mostHubs = 50;

/** Rejects with `HubUnreachable` where the server does not let anybody in, with `HubNotFound` where there is no such hub. */
export async function openSqlServerHub(connection: SqlConnection, options: OpenSqlServerOptions): Promise<AttachedHub> {
  const { clock, act } = options;
  const looking = await SqlClient.open(connection, options);
  try {
    const { hub, hasTags, version, notes } = await findHub(looking, connection, options);
    const statements = new Statements(connection.schema, hub, hasTags);
    const [size] = await looking.read<{ Instances: number }>(statements.more(countedAlways));
    const known: SqlHubFacts = { hub, version, notes, isLarge: (size?.Instances ?? 0) > countedAlways };
    if (act !== 'provider') {
      const reader = new SqlServerReader(looking, statements, known);
      if (act === undefined) return readOnlyHub(reader, readOnly, clock);
      const { actions, channel } = await act(reader);
      return actingHub(reader, actions, channel, clock);
    }
    // Where apps name their hubs, they do it by the name of the program that has connected.
    const acting = await SqlClient.open(connection, {
      ...options,
      appName: hub,
      actions: new Set(Object.values(actionTexts(connection.schema))),
    });
    const reader = new SqlServerReader(acting, statements, known);
    try {
      const actions = await sqlServerActions(acting, reader);
      looking.close();
      return actingHub(reader, actions, "the procedures of SQL Server's provider", clock);
    } catch (error) {
      acting.close();
      throw error;
    }
  } catch (error) {
    looking.close();
    throw error;
  }
}

interface FoundHub {
  hub: string;
  hasTags: boolean;
  version: string | null;
  notes: string[];
}

async function findHub(
  client: SqlClient,
  connection: SqlConnection,
  { hubName, appHubName }: OpenSqlServerOptions,
): Promise<FoundHub> {
  const { schema } = connection;
  const { hasTags } = await checkTables(client, connection);
  const notes: string[] = [];
  const version = await optional(async () => {
    const [latest] = await client.read<{ Version: string }>(aboutHubs.versions(schema));
    return latest?.Version ?? null;
  }, notes);
  const naming = await optional(async () => {
    const [row] = await client.read<{ User: string; Mode: string | null }>(aboutHubs.mode(schema));
    return row ?? null;
  }, notes);
  const isByApp = naming?.Mode === '0';
  if (naming !== null) {
    notes.push(
      isByApp
        ? 'Hubs have the names that their apps give (task hub mode 0).'
        : `Hubs have the names of the users who sign in (task hub mode ${naming.Mode ?? '1'}); this one is '${naming.User}'.`,
    );
  }
  const asked = hubName ?? (isByApp ? appHubName : undefined);
  if (asked !== undefined) {
    const [found] = await client.read<{ TaskHub: string }>(aboutHubs.hub(schema, asked));
    if (found === undefined) throw noHub(asked, await hubsIn(client, schema), connection);
    return { hub: found.TaskHub, hasTags, version, notes };
  }
  const hubs = await hubsIn(client, schema);
  // The login of an app is its hub.
  const own = isByApp ? undefined : hubs.find((hub) => hub.toLowerCase() === naming?.User.toLowerCase());
  const [only] = hubs;
  const hub = own ?? (hubs.length === 1 ? only : undefined);
  if (hub !== undefined) return { hub, hasTags, version, notes };
  const where = sqlPlace(connection);
  const summary =
    only === undefined ? `There is no instance of any task hub in ${where}` : `There are several task hubs in ${where}`;
  const rest = only === undefined ? 'a hub comes to be with its first instance.' : `name one of ${hubs.join(', ')}.`;
  throw new DurascopeError('HubNotFound', `${summary}: ${rest}`, { details: { hubs, summary } });
}

/** That the provider's tables are there, and whether instances have tags. */
async function checkTables(client: SqlClient, connection: SqlConnection): Promise<{ hasTags: boolean }> {
  const rows = await client.read<{ Schema: string; Table: string; Column: string | null }>(aboutHubs.tables());
  const schemas = new Map<string, Set<string>>();
  let hasTags = false;
  for (const { Schema: schema, Table: table, Column: column } of rows) {
    schemas.set(schema, (schemas.get(schema) ?? new Set()).add(table));
    if (isSame(schema, connection.schema) && table === 'Instances' && column !== null) hasTags = true;
  }
  const has = (tables: ReadonlySet<string>): boolean => needed.every((table) => tables.has(table));
  const all = [...schemas].filter(([, tables]) => has(tables)).map(([schema]) => schema);
  if (all.some((schema) => isSame(schema, connection.schema))) return { hasTags };
  const seen = [...schemas].find(([schema]) => isSame(schema, connection.schema))?.[1];
  const missing = needed.filter((table) => seen?.has(table) !== true);
  const place = `${connection.database} at ${connection.host}`;
  const rest =
    seen !== undefined
      ? `of its tables ${missing.join(', ')} cannot be seen: the login may read only some (GRANT SELECT ON SCHEMA::[${connection.schema}] TO [USER]).`
      : all.length > 0
        ? `the tables of a task hub are in ${all.join(', ')}: add Schema=${all[0] ?? ''} to the connection string.`
        : `and in no other that this login sees either. A hub comes to be when its app runs for the first time; and a login sees only what it may read: GRANT SELECT ON SCHEMA::[${connection.schema}] TO [USER].`;
  throw new DurascopeError('HubNotFound', `There is no task hub in the schema '${connection.schema}' of ${place}; ${rest}`, {
    details: { schemas: all },
  });
}

async function hubsIn(client: SqlClient, schema: string): Promise<string[]> {
  const hubs: string[] = [];
  let after = '';
  while (hubs.length < mostHubs) {
    const [next] = await client.read<{ TaskHub: string | null }>(aboutHubs.nextHub(schema, after));
    if (next?.TaskHub == null || next.TaskHub === after) break;
    hubs.push(next.TaskHub);
    after = next.TaskHub;
  }
  return hubs;
}

function noHub(asked: string, hubs: readonly string[], connection: SqlConnection): DurascopeError {
  const summary = `There is no instance of a task hub '${asked}' in ${sqlPlace(connection)}`;
  const meant = closestName(asked, hubs);
  const rest =
    hubs.length === 0
      ? 'There is none: a hub comes to be with its first instance.'
      : `${meant === undefined ? '' : `Did you mean '${meant}'? `}It has ${hubs.join(', ')}.`;
  return new DurascopeError('HubNotFound', `${summary}. ${rest}`, { details: { hubs, summary } });
}

/** What a login may not read, or what an older version has not, is told and does without. */
async function optional<T>(ask: () => Promise<T>, notes: string[]): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (!DurascopeError.is(error, 'HubUnreachable') && !DurascopeError.is(error, 'HubNotFound')) throw error;
    notes.push(error.message);
    return null;
  }
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
