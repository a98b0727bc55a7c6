/**
 * Writes the newest rows of generations to SQLite, in key order and in one transaction together with the log
 * position that they are the state of; and keeps what can be derived from them: counters of keys, and the
 * list of rows that nobody can reach any more. Runs in the flush worker.
 */
import type { Database, Statement } from "bun:sqlite";
import { eventEnd, isPut, keyEnd, keyStart, readU32 } from "../../binlog/event.ts";
import type { LogFile } from "../../binlog/log-catalog.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { equalBytes, equalRange } from "../../bytes/bytes.ts";
import { collectionId, dueAtMs, hasTtl, TYPE_STRING } from "../rows/key-row.ts";
import { homeRowName, META_DEAD_SPACE, META_SERVER } from "../rows/meta-rows.ts";
import { KIND_KEY, KIND_META, numberOf, prefixBytes } from "../rows/row-key.ts";
import { type KeySource, sortRows } from "../rows/row-sort.ts";
import { ROW_TABLES, type RowTable } from "../sqlite/schema.ts";

/**
 * Rows of frozen generations as the worker sees them: where each one's newest event stands. Where several have the
 * same key, the one with the largest number counts.
 */
export interface FrozenRows extends KeySource {
  readonly rowCount: number;
  /** Collections that a key row stopped naming inside one generation. */
  readonly garbage: readonly number[];
  eventBuffer(row: number): Uint8Array;
  eventStart(row: number): number;
}

/** Each row leaves views and SQLite's answers behind, for which the collector would come late: rows between two calls. */
const COLLECT_ROWS = 16_384;

interface TableStatements {
  readonly put: Statement;
  readonly delete: Statement;
}

function prepareTable(db: Database, row: RowTable): TableStatements {
  const { table, rest } = row;
  const expiry = row.kind === KIND_KEY;
  return {
    put: db.prepare(
      expiry
        ? `INSERT INTO ${table} (space, key, value, expire_at) VALUES (?1, ?2, ?3, ?4)
           ON CONFLICT DO UPDATE SET value = excluded.value, expire_at = excluded.expire_at`
        : `INSERT INTO ${table} (${row.number}, ${rest}, value) VALUES (?1, ?2, ?3)
           ON CONFLICT DO UPDATE SET value = excluded.value`,
    ),
    delete: db.prepare(`DELETE FROM ${table} WHERE ${row.number} = ?1 AND ${rest} = ?2`),
  };
}

interface CountChange {
  keys: number;
  expires: number;
}

export class Applier {
  readonly #db: Database;
  readonly #tables: (TableStatements | undefined)[] = [];
  readonly #head: Statement<{ head: Uint8Array }>;
  /** One string without TTL takes the place of another: nothing is counted, so one statement is enough. */
  readonly #replaceString: Statement;
  readonly #home: Statement<{ value: Uint8Array }>;
  readonly #count: Statement;
  readonly #addGarbage: Statement;
  readonly #setApplied: Statement;
  readonly #clearLogFiles: Statement;
  readonly #addLogFile: Statement;
  #counts = new Map<number, CountChange>();
  /** Collections that a key row stopped naming: garbage, if none names them now. */
  #suspects = new Set<number>();

  constructor(db: Database) {
    this.#db = db;
    for (const table of ROW_TABLES) this.#tables[table.kind] = prepareTable(db, table);
    // Type, TTL and collection id are in the first 13 bytes of a key row's value.
    this.#head = db.prepare(
      "SELECT substr(value, 1, 13) AS head FROM keys WHERE space = ?1 AND key = ?2",
    );
    this.#replaceString = db.prepare(
      `UPDATE keys SET value = ?1
       WHERE space = ?2 AND key = ?3 AND substr(value, 1, 1) = substr(?1, 1, 1)`,
    );
    this.#home = db.prepare("SELECT value FROM meta WHERE number = ?1 AND name = ?2");
    this.#count = db.prepare(
      `INSERT INTO spaces (space, keys, expires) VALUES (?1, ?2, ?3)
       ON CONFLICT DO UPDATE SET keys = keys + excluded.keys, expires = expires + excluded.expires`,
    );
    this.#addGarbage = db.prepare("INSERT OR IGNORE INTO garbage (what, number) VALUES (?1, ?2)");
    this.#clearLogFiles = db.prepare("DELETE FROM binlog");
    this.#addLogFile = db.prepare(
      "INSERT INTO binlog (file, base, bytes, created_at, history_id) VALUES (?1, ?2, ?3, ?4, ?5)",
    );
    this.#setApplied = db.prepare(
      `INSERT INTO applied (one, file, offset, history_id) VALUES (1, ?1, ?2, ?3)
       ON CONFLICT DO UPDATE SET file = excluded.file, offset = excluded.offset,
         history_id = excluded.history_id`,
    );
  }

  /**
   * Applies all rows, or none.
   *
   * @param position the end of the newest generation in the log
   * @param logFiles all of the log, oldest first
   * @throws {SQLiteError} disk full, I/O error: nothing is changed
   */
  apply(
    rows: FrozenRows,
    position: LogPosition,
    historyId: Uint8Array,
    logFiles: readonly LogFile[],
  ): void {
    this.#counts = new Map();
    this.#suspects = new Set(rows.garbage);
    this.#db.run("BEGIN IMMEDIATE");
    try {
      for (const [kind, numbers] of rowsByKind(rows)) {
        sortRows(rows, numbers);
        this.#applyRows(rows, numbers, kind);
      }
      for (const [space, change] of this.#counts) {
        this.#count.run(space, change.keys, change.expires);
      }
      for (const id of this.#suspects) {
        if (!this.#hasHome(id)) this.#addGarbage.run("collection", id);
      }
      this.#listLogFiles(logFiles);
      this.#setApplied.run(position.file, position.offset, historyId);
      this.#db.run("COMMIT");
    } catch (error) {
      if (this.#db.inTransaction) this.#db.run("ROLLBACK");
      throw error;
    }
  }

  #listLogFiles(files: readonly LogFile[]): void {
    this.#clearLogFiles.run();
    for (const { file, base, bytes, createdAt, historyId } of files) {
      this.#addLogFile.run(file, base, bytes, createdAt, historyId);
    }
  }

  /** @param numbers in the order of the keys, and of age where keys are the same */
  #applyRows(rows: FrozenRows, numbers: Uint32Array, kind: number): void {
    for (let i = 0; i < numbers.length; i++) {
      const row = numbers[i]!;
      const next = numbers[i + 1];
      if (i % COLLECT_ROWS === COLLECT_ROWS - 1) Bun.gc(true);
      if (next === undefined || !haveSameKey(rows, row, next)) this.#applyRow(rows, row, kind);
      else if (kind === KIND_KEY) this.#passOver(rows, row, next);
    }
  }

  /** A key row is replaced by the next one before it has been stored: the collection that it names may be garbage. */
  #passOver(rows: FrozenRows, row: number, next: number): void {
    const id = namedBy(rows, row);
    if (id !== 0 && id !== namedBy(rows, next)) this.#suspects.add(id);
  }

  #applyRow(rows: FrozenRows, row: number, kind: number): void {
    const buffer = rows.eventBuffer(row);
    const at = rows.eventStart(row);
    const start = keyStart(buffer, at);
    const end = keyEnd(buffer, at);
    const rest = buffer.subarray(start + prefixBytes(kind), end);
    const number = numberOf(buffer, start);
    const put = isPut(buffer, at);
    const table = this.#tables[kind];
    if (table === undefined) throw new Error(`the log holds a row of unknown kind ${kind}`);
    if (kind === KIND_META && equalBytes(rest, META_DEAD_SPACE)) {
      this.#addGarbage.run("space", number);
      return;
    }
    const value = put ? buffer.subarray(end, eventEnd(buffer, at)) : null;
    if (kind === KIND_KEY) {
      if (value !== null && this.#replacePlainString(number, rest, value)) return;
      this.#countKey(number, rest, put ? buffer : null, end);
    }
    if (value === null) table.delete.run(number, rest);
    else if (kind !== KIND_KEY) table.put.run(number, rest, value);
    else table.put.run(number, rest, value, dueAtMs(value, 0, value.length) || null);
  }

  /** False when the row is no string without TTL, or does not take the place of one. */
  #replacePlainString(space: number, key: Uint8Array, value: Uint8Array): boolean {
    if (value[0] !== TYPE_STRING) return false;
    return this.#replaceString.run(value, space, key).changes === 1;
  }

  /** Compares a key row with the one it replaces: counters, and the collection that it named. */
  #countKey(space: number, key: Uint8Array, next: Uint8Array | null, at: number): void {
    const head = this.#head.get(space, key)?.head;
    const previousTtl = head !== undefined && hasTtl(head, 0) ? 1 : 0;
    const nextTtl = next !== null && hasTtl(next, at) ? 1 : 0;
    const change = this.#counts.get(space) ?? { keys: 0, expires: 0 };
    change.keys += (next === null ? 0 : 1) - (head === undefined ? 0 : 1);
    change.expires += nextTtl - previousTtl;
    this.#counts.set(space, change);
    const previousId = head === undefined ? 0 : collectionId(head, 0);
    if (previousId !== 0 && previousId !== (next === null ? 0 : collectionId(next, at))) {
      this.#suspects.add(previousId);
    }
  }

  /** True when the collection was moved and the key row that it was moved to names it still. */
  #hasHome(id: number): boolean {
    const home = this.#home.get(META_SERVER, homeRowName(id))?.value;
    if (home === undefined) return false;
    const head = this.#head.get(readU32(home, 0), home.subarray(4))?.head;
    return head !== undefined && collectionId(head, 0) === id;
  }
}

function haveSameKey(rows: FrozenRows, a: number, b: number): boolean {
  const start = rows.keyStart(a);
  const end = rows.keyEnd(a);
  const other = rows.keyStart(b);
  if (rows.keyEnd(b) - other !== end - start) return false;
  return equalRange(rows.keyBuffer(a), start, end, rows.keyBuffer(b), other, other + end - start);
}

/** Collection that a key row's newest event names, or 0. */
function namedBy(rows: FrozenRows, row: number): number {
  const buffer = rows.eventBuffer(row);
  const at = rows.eventStart(row);
  return isPut(buffer, at) ? collectionId(buffer, keyEnd(buffer, at)) : 0;
}

/** Row numbers by kind, ascending. */
function rowsByKind(rows: FrozenRows): [number, Uint32Array][] {
  const counts = new Uint32Array(256);
  for (let row = 0; row < rows.rowCount; row++) {
    counts[rows.keyBuffer(row)[rows.keyStart(row)]!]!++;
  }
  const groups: (Uint32Array | undefined)[] = [];
  const next = new Uint32Array(256);
  for (let row = 0; row < rows.rowCount; row++) {
    const kind = rows.keyBuffer(row)[rows.keyStart(row)]!;
    groups[kind] ??= new Uint32Array(counts[kind]!);
    groups[kind][next[kind]!++] = row;
  }
  return [...groups.entries()].filter(
    (entry): entry is [number, Uint32Array] => entry[1] !== undefined,
  );
}
