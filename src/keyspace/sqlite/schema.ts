/**
 * The SQLite file: how it is opened, its tables, and how an older one becomes a current one.
 * What the columns hold is told beside them; docs/disk-format.md shows the same to people.
 */
import type { Database } from "bun:sqlite";
import { messageOf, StorageError } from "../../errors.ts";
import {
  KIND_BITMAP,
  KIND_CONSUMER,
  KIND_FIELD_DUE,
  KIND_FIELD_TTL,
  KIND_GROUP,
  KIND_HASH,
  KIND_KEY,
  KIND_LIST,
  KIND_META,
  KIND_OWNED,
  KIND_PENDING,
  KIND_SET,
  KIND_STREAM,
  KIND_ZCOUNT,
  KIND_ZSCORE,
  KIND_ZSET,
} from "../rows/row-key.ts";
import { openSqlite } from "./sqlite-file.ts";

/** "LEDS": marks the file as ours; on disk, never change. */
export const APPLICATION_ID = 0x4c454453;

/** Where the rows of a kind live: table, its number column, its byte column. */
export interface RowTable {
  readonly kind: number;
  readonly table: string;
  readonly number: string;
  readonly rest: string;
}

export const ROW_TABLES: readonly RowTable[] = [
  { kind: KIND_META, table: "meta", number: "number", rest: "name" },
  { kind: KIND_KEY, table: "keys", number: "space", rest: "key" },
  { kind: KIND_HASH, table: "hash", number: "id", rest: "field" },
  { kind: KIND_LIST, table: "list", number: "id", rest: "seq" },
  { kind: KIND_ZSET, table: "zset", number: "id", rest: "member" },
  { kind: KIND_ZSCORE, table: "zscore", number: "id", rest: "score_member" },
  { kind: KIND_ZCOUNT, table: "zcount", number: "id", rest: "level_first" },
  { kind: KIND_BITMAP, table: "bitmap", number: "id", rest: "segment" },
  { kind: KIND_SET, table: "sets", number: "id", rest: "member" },
  { kind: KIND_FIELD_TTL, table: "field_ttl", number: "id", rest: "field" },
  { kind: KIND_FIELD_DUE, table: "field_due", number: "id", rest: "due_field" },
  { kind: KIND_STREAM, table: "stream", number: "id", rest: "entry" },
  { kind: KIND_GROUP, table: "stream_group", number: "id", rest: "name" },
  { kind: KIND_CONSUMER, table: "stream_consumer", number: "id", rest: "group_name" },
  { kind: KIND_PENDING, table: "stream_pending", number: "id", rest: "group_entry" },
  { kind: KIND_OWNED, table: "stream_owned", number: "id", rest: "group_consumer_entry" },
];

function elementTables(...kinds: readonly number[]): string {
  return ROW_TABLES.filter(({ kind }) => kinds.includes(kind))
    .map(elementTable)
    .join("\n");
}

function elementTable(row: RowTable): string {
  return `CREATE TABLE ${row.table} (
    id INTEGER NOT NULL,        -- the collection's id, as in its key row
    ${row.rest} BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (id, ${row.rest})
  ) STRICT, WITHOUT ROWID;`;
}

/**
 * Numbered steps from an empty file to the current tables; step n leads from user_version n to n + 1.
 * Released steps never change.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (
    number INTEGER NOT NULL,    -- database, or 4294967295 for the server
    name BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (number, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE keys (
    space INTEGER NOT NULL,     -- the number that a database has until it is flushed
    key BLOB NOT NULL,
    value BLOB NOT NULL,        -- type, TTL, then the string or the collection's header
    expire_at INTEGER,          -- ms since 1970, from value: when it or a field ends; NULL: never
    PRIMARY KEY (space, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX keys_by_expiry ON keys (expire_at, space, key) WHERE expire_at IS NOT NULL;
  ${elementTables(KIND_HASH, KIND_LIST, KIND_ZSET, KIND_ZSCORE, KIND_ZCOUNT, KIND_BITMAP, KIND_SET)}
  CREATE TABLE spaces (
    space INTEGER PRIMARY KEY,
    keys INTEGER NOT NULL,      -- rows of this space in table keys
    expires INTEGER NOT NULL    -- those of them with a TTL
  ) STRICT;
  CREATE TABLE garbage (
    what TEXT NOT NULL,         -- 'space' or 'collection'
    number INTEGER NOT NULL,    -- whose rows nobody can reach any more
    PRIMARY KEY (what, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE applied (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    file INTEGER NOT NULL,      -- the rows above are the log's state up to this place
    offset INTEGER NOT NULL,
    history_id BLOB NOT NULL
  ) STRICT;
  CREATE TABLE binlog (
    file INTEGER PRIMARY KEY,   -- number of a log file
    base INTEGER NOT NULL,      -- log bytes before it
    bytes INTEGER NOT NULL,     -- its size; of the newest file: at the last flush
    created_at INTEGER NOT NULL,  -- unix seconds
    history_id BLOB NOT NULL
  ) STRICT;
  CREATE VIEW strings AS
    SELECT space, key, substr(value, iif(expire_at IS NULL, 2, 8)) AS value, expire_at
    FROM keys WHERE substr(value, 1, 1) IN (x'01', x'81');`,
  elementTables(KIND_FIELD_TTL, KIND_FIELD_DUE),
  elementTables(KIND_STREAM, KIND_GROUP, KIND_CONSUMER, KIND_PENDING, KIND_OWNED),
];

export interface SqliteOptions {
  readonly path: string;
  /** Page size of a new file, in bytes: a power of two from 512 to 65536. */
  readonly pageBytes: number;
  /** Page cache of this connection, in bytes. */
  readonly cacheBytes: number;
  /** How much of the file to map into memory, in bytes. */
  readonly mmapBytes: number;
}

function pragma(db: Database, name: string): number {
  const row = db.query<Record<string, number>, []>(`PRAGMA ${name}`).get();
  return Number(row?.[name] ?? 0);
}

/**
 * Opens the file for its only writer; creates it, or brings an older one up to date.
 *
 * @throws {StorageError} it is somebody else's file, of a newer version, or cannot be opened
 */
export function openForWriting(options: SqliteOptions): Database {
  let db: Database | null = null;
  try {
    db = openSqlite(options.path, { create: true });
    db.run("PRAGMA busy_timeout = 1000");
    checkOwner(db, options.path);
    // A file that a killed server has left without tables has no page either: the tables are made in one
    // transaction, and before the switch to WAL, which would write the first page.
    if (pragma(db, "page_count") === 0) {
      db.run(`PRAGMA page_size = ${options.pageBytes}`);
      db.run("PRAGMA auto_vacuum = INCREMENTAL");
    }
    migrate(db);
    db.run("PRAGMA journal_mode = WAL");
    db.run("PRAGMA synchronous = NORMAL");
    db.run("PRAGMA wal_autocheckpoint = 0");
    tune(db, options);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof StorageError) throw error;
    const reason = messageOf(error);
    throw new StorageError(`Cannot open ${options.path}: ${reason}`, { cause: error });
  }
}

/** Opens the file, which `openForWriting` has prepared, for reading only. */
export function openForReading(options: SqliteOptions): Database {
  const db = openSqlite(options.path, { readonly: true });
  db.run("PRAGMA busy_timeout = 1000");
  tune(db, options);
  return db;
}

function tune(db: Database, options: SqliteOptions): void {
  db.run(`PRAGMA cache_size = -${Math.max(256, Math.floor(options.cacheBytes / 1024))}`);
  db.run(`PRAGMA mmap_size = ${options.mmapBytes}`);
}

function checkOwner(db: Database, path: string): void {
  const owner = pragma(db, "application_id");
  const version = pragma(db, "user_version");
  const tables = db.query<{ n: number }, []>("SELECT count(*) AS n FROM sqlite_schema").get()!.n;
  if (owner !== APPLICATION_ID && (owner !== 0 || tables > 0)) {
    throw new StorageError(`Cannot open ${path}: it is not a ledis database`);
  }
  if (version > MIGRATIONS.length) {
    throw new StorageError(
      `Cannot open ${path}: its format ${version} is newer than this program's ${MIGRATIONS.length}`,
    );
  }
}

function migrate(db: Database): void {
  const version = pragma(db, "user_version");
  if (version === MIGRATIONS.length) return;
  db.transaction(() => {
    db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    for (const step of MIGRATIONS.slice(version)) db.run(step);
    db.run(`PRAGMA user_version = ${MIGRATIONS.length}`);
  })();
}
