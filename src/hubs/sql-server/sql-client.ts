/**
 * The connections to one database, few of them, and all that goes over them.
 *
 *   C1. A statement that is no single SELECT is refused before it leaves (reading-guard.ts); what changes something is one of a fixed list, and
 *       only of a hub that may be acted on.
 *   C2. Nothing waits long for a lock of the hub's own workers (`lockMs`), and no transaction is ever begun here.
 *   C3. Where a connection has to be encrypted nothing that opens it is sent before it is: the driver alone would go on in the clear with a server
 *       that cannot.
 *   C4. A question is asked again where the server says that it is busy or the connection broke off; what changes something is sent once.
 */
import type { Connection as DriverConnection, ConnectionConfiguration } from 'tedious';
import { DurascopeError } from '../../core/values/errors';
import { toExactTimestamp } from '../../core/values/time';
import type { AccessTokens } from '../access-token';
import { connectionClosed, pauseUntilClosed } from '../closed-connection';
import type { Wait } from '../waiting-words';
import { readingProblem } from './reading-guard';
import type { SqlConnection } from './sql-connection';
import { isPassing, networkCodeOf, notEncrypted, sqlFailure } from './sql-errors';
import type { Statement, Values } from './statements';
import type * as driver from './tds';

export interface SqlClientOptions {
  /** For servers that are opened with a sign-in. */
  tokens?: AccessTokens;
  /** Of one question. Default 60 s. */
  timeoutMs?: number;
  /** Before a question is asked again, doubled each time. Default 500. */
  retryDelayMs?: number;
  /** Told when the server asks to be asked later, and when it answers again. */
  onWait?: (wait: Wait | 'over') => void;
  /** By what the server knows this program. Procedures of a hub take it for the name of the hub where the app says that. */
  appName?: string;
  /** Texts of the statements that may change something. Default: none may. */
  actions?: ReadonlySet<string>;
}

export type Row = Readonly<Record<string, unknown>>;

const mostConnections = 3;
const attempts = 4;
const lockMs = 2000;
const defaultAppName = 'durascope';
/** Once for each connection. */
const beginning = `SET LOCK_TIMEOUT ${lockMs}`;

type Driver = typeof driver;

/** An error of the driver's with the numbers that the server gave for it. */
export interface SqlError {
  error: unknown;
  numbers: readonly number[];
}

export class SqlClient {
  /** Requests sent so far. */
  requests = 0;
  readonly #idle: Link[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #closing = new AbortController();
  #taken = 0;

  private constructor(
    readonly connection: SqlConnection,
    private readonly driver: Driver,
    private readonly options: SqlClientOptions,
  ) {}

  /** Nothing is connected yet. */
  static async open(connection: SqlConnection, options: SqlClientOptions = {}): Promise<SqlClient> {
    return new SqlClient(connection, await import('./tds'), options);
  }

  /** The rows of a question. `each`: told them one by one instead. */
  async read<T extends object = Row>(statement: Statement, each?: (row: T) => void): Promise<T[]> {
    const problem = readingProblem(statement.text);
    if (problem !== null) throw new Error(`The statement '${statement.name}' is not sent to SQL Server. ${problem}`); // C1
    const { retryDelayMs = 500, onWait } = this.options;
    let isWaiting = false;
    try {
      for (let attempt = 1; ; attempt++) {
        const rows: T[] = [];
        let isBegun = false;
        try {
          await this.#run(statement.text, statement.values, (row) => {
            isBegun = true;
            if (each === undefined) rows.push(row as T);
            else each(row as T);
          });
          return rows;
        } catch (failed) {
          const { error, numbers } = asSqlError(failed);
          // What was told once cannot be taken back.
          const mayAgain = attempt < attempts && !(each !== undefined && isBegun);
          if (!mayAgain || this.#closing.signal.aborted || !isPassing(error, numbers)) throw this.#failure(error, numbers);
          if (networkCodeOf(error) === undefined) {
            isWaiting = true;
            onWait?.({ forMs: null });
          }
          await pauseUntilClosed(retryDelayMs * 2 ** (attempt - 1), this.#closing.signal); // C4
        }
      }
    } finally {
      if (isWaiting) onWait?.('over');
    }
  }

  /** What changes something: sent once. The rows that it answers with. */
  async change(statement: Statement): Promise<Row[]> {
    if (this.options.actions?.has(statement.text) !== true) {
      throw new Error(`The statement '${statement.name}' is not sent to SQL Server: it is none of those that were allowed.`); // C1
    }
    const rows: Row[] = [];
    try {
      await this.#run(statement.text, statement.values, (row) => rows.push(row));
      return rows;
    } catch (failed) {
      const { error, numbers } = asSqlError(failed);
      throw this.#failure(error, numbers);
    }
  }

  /** What is asked then, or still under way, rejects with `Stopped`. */
  close(): void {
    this.#closing.abort();
    for (const link of this.#idle.splice(0)) link.close();
    for (const go of this.#waiting.splice(0)) go();
  }

  #failure(error: unknown, numbers: readonly number[]): unknown {
    if (DurascopeError.is(error)) return error;
    if (this.#closing.signal.aborted) return connectionClosed();
    return sqlFailure(error, numbers, this.connection);
  }

  async #run(text: string, values: Values, each: (row: Row) => void): Promise<void> {
    const link = await this.#take();
    try {
      await link.run(text, values, each, this.#closing.signal);
    } finally {
      this.#taken -= 1;
      if (link.isUsable && !this.#closing.signal.aborted) this.#idle.push(link);
      else link.close();
      this.#waiting.shift()?.();
    }
  }

  async #take(): Promise<Link> {
    while (this.#taken >= mostConnections) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#closing.signal.aborted) throw connectionClosed();
    this.requests += 1;
    this.#taken += 1;
    for (let link = this.#idle.pop(); link !== undefined; link = this.#idle.pop()) {
      if (link.isUsable) return link;
      link.close();
    }
    try {
      return await Link.open(this.driver, await this.#configuration(), this.#closing.signal);
    } catch (error) {
      this.#taken -= 1;
      this.#waiting.shift()?.();
      throw error;
    }
  }

  async #configuration(): Promise<ConnectionConfiguration> {
    const { connection, options } = this;
    const { credential, encryption, certificateHost, instance, port } = connection;
    return {
      server: connection.host,
      authentication:
        credential.type === 'password'
          ? { type: 'default', options: { userName: credential.user, password: credential.password } }
          : { type: 'azure-active-directory-access-token', options: { token: await this.#token(credential.signIn) } },
      options: {
        ...(instance === null ? { port: port ?? 1433 } : { instanceName: instance }),
        database: connection.database,
        appName: options.appName ?? defaultAppName,
        encrypt: encryption === 'strict' ? 'strict' : encryption === 'tls',
        trustServerCertificate: connection.trustsCertificate,
        ...(certificateHost === null ? {} : { serverName: certificateHost }),
        readOnlyIntent: connection.isReadIntent,
        connectTimeout: connection.connectMs,
        requestTimeout: options.timeoutMs ?? 60_000,
        maxRetriesOnTransientErrors: 0,
        useUTC: true,
        debug: { data: false, packet: false, payload: true, token: false }, // C3
      },
    };
  }

  #token(signIn: Parameters<AccessTokens>[0]): Promise<string> {
    const { tokens } = this.options;
    if (tokens === undefined) throw new DurascopeError('HubUnreachable', `${this.connection.host} asks for a sign-in.`);
    return tokens(signIn);
  }
}

/** One connection, with one question at a time. */
class Link {
  isUsable = true;
  /** That the server has given for what is under way. */
  #numbers: number[] = [];
  #fail: ((error: unknown) => void) | undefined;

  private constructor(
    private readonly driver: Driver,
    private readonly connection: DriverConnection,
  ) {
    connection.on('errorMessage', ({ number }: { number: number }) => this.#numbers.push(number));
    connection.on('error', (error: unknown) => this.#broken(error));
    connection.on('end', () => this.#broken(new Error('The connection ended.')));
  }

  static async open(driver: Driver, configuration: ConnectionConfiguration, signal: AbortSignal): Promise<Link> {
    const connection = new driver.Connection(configuration);
    const link = new Link(driver, connection);
    const hears = (text: string): void => {
      // Of what the server has answered first; what was asked of it says ON.
      const said = /PreLogin - .*encryption:0x[0-9a-f]+\((\w*)\)/i.exec(text)?.[1];
      if (said === undefined || said === 'ON' || said === 'REQ') return;
      link.#broken(Object.assign(new Error('The server does not encrypt.'), { code: notEncrypted }));
      connection.close();
    };
    if (configuration.options?.encrypt === true) connection.on('debug', hears);
    try {
      await link.#until((settle) => connection.connect((error) => settle(error)), signal);
      connection.off('debug', hears);
      // C2
      await link.#until((settle) => {
        connection.execSqlBatch(new driver.Request(beginning, (error) => settle(error ?? undefined)));
      }, signal);
      return link;
    } catch (error) {
      link.close();
      throw error;
    }
  }

  run(text: string, values: Values, each: (row: Row) => void, signal: AbortSignal): Promise<void> {
    const { Request, TYPES } = this.driver;
    return this.#until((settle) => {
      const request = new Request(text, (error) => settle(error ?? undefined));
      for (const [name, value] of Object.entries(values)) {
        request.addParameter(name, typeof value === 'number' ? TYPES.BigInt : TYPES.NVarChar, value);
      }
      let failed: { error: unknown } | undefined;
      request.on('row', (columns: readonly { value: unknown; metadata: { colName: string } }[]) => {
        if (failed !== undefined) return;
        try {
          each(Object.fromEntries(columns.map(({ value, metadata }) => [metadata.colName, plain(value)])));
        } catch (error) {
          failed = { error };
          this.isUsable = false;
          settle(error);
        }
      });
      this.connection.execSql(request);
    }, signal);
  }

  close(): void {
    this.isUsable = false;
    this.connection.close();
  }

  async #until(begin: (settle: (error?: unknown) => void) => void, signal: AbortSignal): Promise<void> {
    this.#numbers = [];
    try {
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => this.#broken(connectionClosed());
        const settle = (error?: unknown): void => {
          signal.removeEventListener('abort', stop);
          this.#fail = undefined;
          if (error === undefined || error === null) resolve();
          else reject(error instanceof Error ? error : new Error('The driver gave no reason.', { cause: error }));
        };
        this.#fail = settle;
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        else begin(settle);
      });
    } catch (error) {
      throw new Failed({ error, numbers: [...this.#numbers, ...numberOf(error)] });
    }
  }

  #broken(error: unknown): void {
    this.isUsable = false;
    this.#fail?.(error);
  }
}

class Failed extends Error {
  constructor(readonly failure: SqlError) {
    super('The server did not do it.', { cause: failure.error });
  }
}

function asSqlError(failed: unknown): SqlError {
  return failed instanceof Failed ? failed.failure : { error: failed, numbers: [] };
}

function numberOf(error: unknown): number[] {
  const { number } = (error ?? {}) as { number?: unknown };
  return typeof number === 'number' ? [number] : [];
}

/** Times in the history's form with all their digits, whole numbers as numbers. */
function plain(value: unknown): unknown {
  if (value instanceof Date) {
    // Of the second, beyond the millisecond: the driver's own addition.
    const { nanosecondsDelta = 0 } = value as Date & { nanosecondsDelta?: number };
    return toExactTimestamp(value.getTime(), Math.round(nanosecondsDelta * 1e7));
  }
  return value;
}
