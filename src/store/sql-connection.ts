/** One sql.js database: prepared statements kept by their text, transactions, and bytes in and out. Synchronous, in memory. */
import type { BindParams, Database, SqlJsStatic, SqlValue, Statement } from 'sql.js';

// A roomy cache: each page that falls out of it is copied through sql.js' file system in JavaScript.
const pragmas = `
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -32000;
`;

export class SqlConnection {
  #db: Database;
  readonly #statements = new Map<string, Statement>();

  /** `bytes` are the connection's from then on. */
  constructor(sqlJs: SqlJsStatic, bytes?: Uint8Array) {
    this.#db = new sqlJs.Database(bytes === undefined ? undefined : handedOver(bytes));
    if (bytes === undefined) this.#db.exec('PRAGMA page_size = 16384');
  }

  /**
   * Room for a database of that many bytes, on a new one, before it is configured: the file that sql.js keeps it in grows by an eighth at a
   * time, and all of it is copied each time.
   */
  reserve(sqlJs: SqlJsStatic, size: number): void {
    const bytes = this.#db.export();
    if (size <= bytes.length) return;
    // Pages behind those that the header counts are nobody's. The system gives memory for them when they are written.
    const roomy = new Uint8Array(size);
    roomy.set(bytes);
    this.close();
    this.#db = new sqlJs.Database(handedOver(roomy));
  }

  /** Before anything else is done. Throws when the bytes are no database. */
  configure(): void {
    this.#db.exec(pragmas);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** Several statements without parameters. */
  script(sql: string): void {
    this.#db.exec(sql);
  }

  /** The whole database as bytes. Blocks about a millisecond a megabyte. */
  export(): Uint8Array {
    const free = Number(this.row('PRAGMA freelist_count')?.[0] ?? 0);
    const pages = Number(this.row('PRAGMA page_count')?.[0] ?? 0);
    if (free > pages / 4) this.#db.exec('VACUUM');
    return this.#db.export();
  }

  /** `work` returns what to do once all of it is in; when it throws, nothing of it is. */
  transaction(work: () => () => void): void {
    this.run('BEGIN');
    let done: () => void;
    try {
      done = work();
      this.run('COMMIT');
    } catch (error) {
      try {
        this.run('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself, as it does when memory runs out.
      }
      throw error;
    }
    done();
  }

  run(sql: string, params: BindParams = []): void {
    const statement = this.#prepare(sql);
    try {
      statement.run(params);
    } catch (error) {
      statement.reset();
      throw error;
    }
  }

  rows(sql: string, params: BindParams = []): SqlValue[][] {
    const statement = this.#prepare(sql);
    try {
      return readAll(statement, params);
    } finally {
      statement.reset();
    }
  }

  row(sql: string, params: BindParams = []): SqlValue[] | undefined {
    const statement = this.#prepare(sql);
    try {
      statement.bind(params);
      return statement.step() ? statement.get() : undefined;
    } finally {
      statement.reset();
    }
  }

  /** Row by row, until `visit` says false. True when there were no more. */
  scan(sql: string, params: BindParams, visit: (row: SqlValue[]) => boolean): boolean {
    const statement = this.#prepare(sql);
    try {
      statement.bind(params);
      while (statement.step()) if (!visit(statement.get())) return false;
      return true;
    } finally {
      statement.reset();
    }
  }

  /** For a statement made for one question: prepared, read to the end and thrown away. */
  select(sql: string, params: readonly SqlValue[] = []): SqlValue[][] {
    const statement = this.#db.prepare(sql);
    try {
      return readAll(statement, [...params]);
    } finally {
      statement.free();
    }
  }

  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Bytes that nobody else uses: sql.js keeps a `slice` of what it is given, which would be a copy. */
function handedOver({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  const view = (): Uint8Array => new Uint8Array(buffer, byteOffset, length);
  return Object.defineProperty(view(), 'slice', { value: view });
}

function readAll(statement: Statement, params: BindParams): SqlValue[][] {
  const rows: SqlValue[][] = [];
  statement.bind(params);
  while (statement.step()) rows.push(statement.get());
  return rows;
}
