/**
 * The rows of a SQLite file without a server over it: read, compared and written one by one, for tools that
 * check and rebuild databases. Rows are named by kind, number and rest, as in row-key.ts.
 */
import type { Database, Statement } from "bun:sqlite";
import type { LogPosition } from "../../binlog/position.ts";
import { dueAtMs } from "../rows/key-row.ts";
import { KIND_KEY } from "../rows/row-key.ts";
import { integerParameter } from "./integer-parameter.ts";
import { openForReading, openForWriting, ROW_TABLES, type RowTable } from "./schema.ts";

/** Page cache of the connection, in bytes. */
const CACHE_BYTES = 32 << 20;
/** Bytes of a key row's value that `keyRows` answers: enough for every collection's header. */
export const KEY_ROW_BYTES = 96;
/** Rows of one page of elements. */
const PAGE_ROWS = 1000;
/** Problems that SQLite is asked to name. */
const INTEGRITY_LINES = 20;

export interface StoredKey {
  readonly space: number;
  readonly key: Uint8Array;
  /** The first KEY_ROW_BYTES of its value. */
  readonly value: Uint8Array;
  readonly expire_at: number | null;
}

/** A collection that a key row names, with the rows of one kind that belong to it. */
export interface NamedCollection {
  readonly id: number;
  readonly space: number;
  readonly key: Uint8Array;
  /** Of its key row, as in StoredKey. */
  readonly value: Uint8Array;
}

export interface ElementCount {
  readonly id: number;
  readonly count: number;
  /** The least and the greatest `rest`. */
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

export interface Element {
  readonly rest: Uint8Array;
  readonly value: Uint8Array;
}

export interface SpaceRow {
  readonly space: number;
  readonly keys: number;
  readonly expires: number;
}

interface Writes {
  readonly put: Statement;
  readonly delete: Statement;
}

export class StoredRows {
  readonly #db: Database;
  readonly #writes: (Writes | undefined)[] = [];
  readonly #statements = new Map<string, Statement>();

  private constructor(db: Database) {
    this.#db = db;
    this.#db.run("PRAGMA temp_store = FILE");
    // What no server would do: list collections by id, to go through them beside their rows.
    this.#db.run(
      `CREATE TEMP TABLE named (
        id INTEGER PRIMARY KEY, space INTEGER, key BLOB, value BLOB
      ) STRICT`,
    );
  }

  /** @throws it cannot be opened, or is no database */
  static open(path: string): StoredRows {
    return new StoredRows(
      openForReading({ path, pageBytes: 0, cacheBytes: CACHE_BYTES, mmapBytes: 0 }),
    );
  }

  /** Creates the file; what is in it is durable only after `finish`. */
  static create(path: string, pageBytes: number): StoredRows {
    const db = openForWriting({ path, pageBytes, cacheBytes: CACHE_BYTES, mmapBytes: 0 });
    db.run("PRAGMA journal_mode = OFF");
    db.run("PRAGMA synchronous = OFF");
    return new StoredRows(db);
  }

  /** What SQLite says is wrong with the file, up to some lines; none: nothing. */
  integrity(): string[] {
    const rows = this.#db.query<{ integrity_check: string }, []>(
      `PRAGMA integrity_check(${INTEGRITY_LINES})`,
    );
    return rows.all().flatMap(({ integrity_check: text }) => (text === "ok" ? [] : [text]));
  }

  /** True when there is no key. */
  get isBlank(): boolean {
    return this.#prepare("SELECT 1 FROM keys LIMIT 1").get() === null;
  }

  /** The place in the log that the rows are the state of; null: nothing was ever stored. */
  applied(): (LogPosition & { readonly history_id: Uint8Array }) | null {
    return this.#db
      .query<LogPosition & { history_id: Uint8Array }, []>("SELECT * FROM applied")
      .get();
  }

  setApplied({ file, offset }: LogPosition, historyId: Uint8Array): void {
    this.#prepare(
      "INSERT OR REPLACE INTO applied (one, file, offset, history_id) VALUES (1, ?1, ?2, ?3)",
    ).run(file, offset, historyId);
  }

  /** All key rows, in order. */
  keyRows(): IterableIterator<StoredKey> {
    const select = `SELECT space, key, ifnull(substr(value, 1, ${KEY_ROW_BYTES}), x'') AS value, expire_at FROM keys`;
    return this.#db.prepare<StoredKey, []>(`${select} ORDER BY space, key`).iterate();
  }

  /** Server rows of this name. */
  metaRows(name: Uint8Array): { number: number; value: Uint8Array }[] {
    return this.#db
      .prepare<{ number: number; value: Uint8Array }, [Uint8Array]>(
        "SELECT number, value FROM meta WHERE name = ?1 ORDER BY number",
      )
      .all(name);
  }

  spaces(): SpaceRow[] {
    return this.#db.query<SpaceRow, []>("SELECT space, keys, expires FROM spaces").all();
  }

  setSpaces(spaces: readonly SpaceRow[]): void {
    this.#db.run("DELETE FROM spaces");
    const add = this.#prepare("INSERT INTO spaces (space, keys, expires) VALUES (?1, ?2, ?3)");
    for (const { space, keys, expires } of spaces) add.run(space, keys, expires);
  }

  isGarbage(what: "collection" | "space", number: number): boolean {
    return (
      this.#prepare("SELECT 1 FROM garbage WHERE what = ?1 AND number = ?2").get(what, number) !==
      null
    );
  }

  addGarbage(what: "collection" | "space", number: number): void {
    this.#prepare("INSERT OR IGNORE INTO garbage (what, number) VALUES (?1, ?2)").run(what, number);
  }

  clearGarbage(): void {
    this.#db.run("DELETE FROM garbage");
  }

  /** Notes that a key row names a collection; false when another one does already. */
  name({ id, space, key, value }: NamedCollection): boolean {
    const add = this.#prepare(
      "INSERT OR IGNORE INTO named (id, space, key, value) VALUES (?1, ?2, ?3, ?4)",
    );
    return add.run(id, space, key, value).changes > 0;
  }

  forgetNames(): void {
    this.#db.run("DELETE FROM named");
  }

  /** Collections that `name` was told of, behind `id`, by id. */
  named(after: number, limit: number): NamedCollection[] {
    return this.#prepare(
      `SELECT id, space, key, value FROM named WHERE id > ?1 ORDER BY id LIMIT ${integerParameter(2)}`,
    ).all(after, limit) as NamedCollection[];
  }

  /** The rows of a kind that belong to a collection, counted; null: there is none. */
  count(kind: number, id: number): ElementCount | null {
    const { table, rest } = tableOf(kind);
    const select = `SELECT ?1 AS id, count(*) AS count, min(${rest}) AS first, max(${rest}) AS last`;
    const counted = this.#prepare(`${select} FROM ${table} WHERE id = ?1`).get(id) as ElementCount;
    return counted.count === 0 ? null : counted;
  }

  /** Collections that rows of this kind belong to and that neither a key names nor `garbage`. */
  orphans(kind: number): number[] {
    const { table } = tableOf(kind);
    const rows = this.#prepare(
      `SELECT DISTINCT id FROM ${table} WHERE id NOT IN (SELECT id FROM named)
         AND id NOT IN (SELECT number FROM garbage WHERE what = 'collection')`,
    ).all() as { id: number }[];
    return rows.map(({ id }) => id);
  }

  /** Rows of a collection behind `after`, in order; null: from the first. */
  elements(kind: number, id: number, after: Uint8Array | null, limit: number): Element[] {
    const { table, rest } = tableOf(kind);
    const behind = after === null ? ">=" : ">";
    const select = `SELECT ${rest} AS rest, value FROM ${table} WHERE id = ?1`;
    const statement = `${select} AND ${rest} ${behind} ?2 ORDER BY ${rest} LIMIT ${integerParameter(3)}`;
    return this.#prepare(statement).all(id, after ?? new Uint8Array(0), limit) as Element[];
  }

  /** Value of a row, or null. */
  get(kind: number, number: number, rest: Uint8Array): Uint8Array | null {
    const table = tableOf(kind);
    const row = this.#prepare(
      `SELECT value FROM ${table.table} WHERE ${table.number} = ?1 AND ${table.rest} = ?2`,
    ).get(number, rest) as { value: Uint8Array } | null;
    return row?.value ?? null;
  }

  put(kind: number, number: number, rest: Uint8Array, value: Uint8Array): void {
    const { put } = this.#write(kind);
    if (kind !== KIND_KEY) put.run(number, rest, value);
    else put.run(number, rest, value, dueAtMs(value, 0, value.length) || null);
  }

  delete(kind: number, number: number, rest: Uint8Array): void {
    this.#write(kind).delete.run(number, rest);
  }

  transaction(work: () => void): void {
    this.#db.transaction(work)();
  }

  /** Gives the file the form that a server expects, and closes it. The caller syncs it. */
  finish(): void {
    this.#db.run("PRAGMA journal_mode = WAL");
    this.#db.close();
  }

  close(): void {
    this.#db.close();
  }

  #write(kind: number): Writes {
    const known = this.#writes[kind];
    if (known !== undefined) return known;
    const { table, number, rest } = tableOf(kind);
    const [columns, values] = kind === KIND_KEY ? ["value, expire_at", "?3, ?4"] : ["value", "?3"];
    const writes = {
      put: this.#prepare(
        `INSERT OR REPLACE INTO ${table} (${number}, ${rest}, ${columns}) VALUES (?1, ?2, ${values})`,
      ),
      delete: this.#prepare(`DELETE FROM ${table} WHERE ${number} = ?1 AND ${rest} = ?2`),
    };
    this.#writes[kind] = writes;
    return writes;
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

/** @throws {Error} unknown kind */
function tableOf(kind: number): RowTable {
  const table = ROW_TABLES.find((row) => row.kind === kind);
  if (table === undefined) throw new Error(`a row of unknown kind ${kind}`);
  return table;
}

/** All rows of a kind that belong to a collection, a page at a time. Rows up to the present one may change. */
export function* elementsOf(rows: StoredRows, kind: number, id: number): Generator<Element> {
  let after: Uint8Array | null = null;
  for (;;) {
    const page: Element[] = rows.elements(kind, id, after, PAGE_ROWS);
    yield* page;
    if (page.length < PAGE_ROWS) return;
    after = page.at(-1)!.rest;
  }
}
