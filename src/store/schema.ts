/** Version of the tables below and of the codecs that fill their BLOBs; kept in a snapshot as `PRAGMA user_version`. */
export const schemaVersion = 1;

/**
 * The queryable index. It lives in memory and can always be made again from snapshot and journal, so nothing here is tuned for
 * crash safety; it is tuned for few bytes and few index entries per step.
 *
 * BLOB columns hold UTF-8 JSON: sql.js copies a blob into SQLite in one go but takes text apart character by character.
 */
export const schemaSql = `
-- One row per instance. Only what is filtered or ordered by is a column; "body" is the whole row (row-codec.ts).
CREATE TABLE instances (
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  created TEXT NOT NULL,
  updated TEXT NOT NULL,
  parent TEXT,
  body BLOB NOT NULL
);
CREATE UNIQUE INDEX instances_by_id ON instances (id);

-- History of the current generation in commit order, several events a row: "events" is a list without its brackets (event-codec.ts).
CREATE TABLE history (
  instance_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  count INTEGER NOT NULL,
  events BLOB NOT NULL
);
CREATE UNIQUE INDEX history_by_instance ON history (instance_id, first_seq);

-- Messages accepted and not yet consumed.
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY,
  instance_id TEXT NOT NULL,
  execution_id TEXT,
  visible_at TEXT,
  event BLOB NOT NULL
);

-- Activities handed out and not yet answered.
CREATE TABLE activities (
  key TEXT NOT NULL UNIQUE,
  instance_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  task_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  input BLOB,
  scheduled_at TEXT NOT NULL,
  rest TEXT
);

-- Durable timers that have not fired.
CREATE TABLE timers (
  key TEXT NOT NULL UNIQUE,
  instance_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  timer_id INTEGER NOT NULL,
  fire_at TEXT NOT NULL
);

-- Values the custom status has had, in order of rowid.
CREATE TABLE custom_status_changes (
  instance_id TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  at TEXT NOT NULL,
  value BLOB
);

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
PRAGMA user_version = ${String(schemaVersion)};
`;

/** What is looked up by its instance where something of it is taken away or replaced. */
export const lookupIndexesSql = `
CREATE INDEX inbox_by_instance ON inbox (instance_id, seq);
CREATE INDEX activities_by_instance ON activities (instance_id);
CREATE INDEX timers_by_instance ON timers (instance_id);
CREATE INDEX custom_status_changes_by_instance ON custom_status_changes (instance_id);
`;

/**
 * Every order that a query may ask for, with the id as the tie-break, so that a page is a walk along one index. None of them is needed to
 * write: made at the end, they are sorted once instead of being added to in any order.
 */
export const orderIndexes: readonly string[] = [
  'CREATE INDEX instances_by_status ON instances (status, id);',
  'CREATE INDEX instances_by_name ON instances (name, id);',
  'CREATE INDEX instances_by_created ON instances (created, id);',
  'CREATE INDEX instances_by_updated ON instances (updated, id);',
  'CREATE INDEX instances_by_parent ON instances (parent, id) WHERE parent IS NOT NULL;',
  'CREATE INDEX timers_by_due ON timers (fire_at);',
];
