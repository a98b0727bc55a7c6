/**
 * Takes what can be read out of a SQLite file that may be damaged. SQLite refuses to go past a damaged page, so
 * a table is read from both ends up to where it stops, and what lies between is halved and tried again.
 */
import type { Database, Statement } from "bun:sqlite";
import { ROW_TABLES, type RowTable } from "./schema.ts";
import { openSqlite } from "./sqlite-file.ts";
import type { StoredRows } from "./stored-rows.ts";

/** Rows of one transaction. */
const BATCH_ROWS = 10_000;
/** How often a stretch that cannot be read is halved. */
const DEPTH_MAX = 10;
/** Bytes of a key's rest that halving looks at. */
const REST_BYTES = 24;

export interface Salvaged {
  readonly rowCount: number;
  /** Tables of which not all could be read, and why; none: nothing is missing. */
  readonly losses: readonly string[];
}

interface SourceRow {
  readonly number: number;
  readonly rest: Uint8Array;
  readonly value: Uint8Array;
}

/** Where a row stands in its table. */
interface Place {
  readonly number: number;
  readonly rest: Uint8Array;
}

const LAST_NUMBER = 2 ** 48;
const FIRST: Place = { number: -1, rest: new Uint8Array(0) };
const LAST: Place = { number: LAST_NUMBER, rest: new Uint8Array(0) };

class TableSalvage {
  readonly #table: RowTable;
  readonly #target: StoredRows;
  readonly #ascending: Statement<SourceRow>;
  readonly #descending: Statement<SourceRow>;
  readonly #onRows: (rows: number) => void;
  #batch: SourceRow[] = [];
  rowCount = 0;
  /** Why something could not be read; null: all could. */
  failure: string | null = null;

  constructor(db: Database, table: RowTable, target: StoredRows, onRows: (rows: number) => void) {
    this.#table = table;
    this.#target = target;
    this.#onRows = onRows;
    const { table: name, number, rest } = table;
    const select = `SELECT ${number} AS number, ${rest} AS rest, value FROM ${name}
      WHERE (${number}, ${rest}) > (?1, ?2) AND (${number}, ${rest}) < (?3, ?4)`;
    this.#ascending = db.prepare(`${select} ORDER BY ${number}, ${rest}`);
    this.#descending = db.prepare(`${select} ORDER BY ${number} DESC, ${rest} DESC`);
  }

  run(): void {
    this.#between(FIRST, LAST, 0);
    this.#flush();
  }

  /** Reads what lies between two places, both excluded. */
  #between(from: Place, to: Place, depth: number): void {
    const low = this.#read(this.#ascending, from, to);
    if (low === null) return;
    const high = this.#read(this.#descending, low.at ?? from, to);
    if (high === null) return;
    const [start, end] = [low.at ?? from, high.at ?? to];
    const middle = middleOf(start, end);
    if (middle === null || depth === DEPTH_MAX) return;
    this.#between(start, middle, depth + 1);
    this.#between(middle, end, depth + 1);
  }

  /** The last row before SQLite gave up, if it gave any; null: it gave all. */
  #read(statement: Statement<SourceRow>, from: Place, to: Place): { at: Place | null } | null {
    let at: Place | null = null;
    try {
      for (const row of statement.iterate(from.number, from.rest, to.number, to.rest)) {
        this.#batch.push(row);
        at = row;
        if (this.#batch.length >= BATCH_ROWS) this.#flush();
      }
      return null;
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      this.failure ??= error.message;
      return { at };
    }
  }

  #flush(): void {
    const rows = this.#batch;
    this.#batch = [];
    this.#target.transaction(() => {
      for (const { number, rest, value } of rows) {
        if (value.length === 0 && this.#table.table === "keys") continue;
        this.#target.put(this.#table.kind, number, rest, value);
      }
    });
    this.rowCount += rows.length;
    this.#onRows(rows.length);
  }
}

/** A place between two others; null when there is none that is told apart from both. */
function middleOf(from: Place, to: Place): Place | null {
  const [low, high] = [asNumber(from), asNumber(to)];
  const middle = (low + high) >> 1n;
  if (middle <= low || middle >= high) return null;
  const rest = new Uint8Array(REST_BYTES);
  let left = middle;
  for (let at = REST_BYTES - 1; at >= 0; at--) {
    rest[at] = Number(left & 0xffn);
    left >>= 8n;
  }
  return { number: Number(left), rest };
}

function asNumber({ number, rest }: Place): bigint {
  const padded = new Uint8Array(REST_BYTES);
  padded.set(rest.subarray(0, REST_BYTES));
  return (BigInt(number) << BigInt(REST_BYTES * 8)) + BigInt(`0x${padded.toHex()}`);
}

function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && error.name === "SQLiteError";
}

/**
 * Copies all rows that can be read into `target`.
 *
 * @param path a SQLite file; with its write-ahead log beside it
 * @param onRows told of rows that were copied
 */
export function salvageRows(
  path: string,
  target: StoredRows,
  onRows: (rows: number) => void = () => {},
): Salvaged {
  let rowCount = 0;
  const losses: string[] = [];
  let db: Database;
  try {
    db = openSqlite(path, { readonly: true });
    db.query("SELECT count(*) FROM sqlite_schema").get();
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    return { rowCount, losses: [`everything: ${error.message}`] };
  }
  for (const table of ROW_TABLES) {
    try {
      const salvage = new TableSalvage(db, table, target, onRows);
      salvage.run();
      rowCount += salvage.rowCount;
      if (salvage.failure !== null) losses.push(`some of table ${table.table}: ${salvage.failure}`);
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      losses.push(`table ${table.table}: ${error.message}`);
    }
  }
  db.close();
  return { rowCount, losses };
}
