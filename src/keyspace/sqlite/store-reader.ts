/**
 * The main thread's view of SQLite: point reads, pages of ranges, counters. All reads of one turn see
 * one snapshot, because a read transaction is opened by the turn's first read and closed by its end, or
 * later: opening one costs as much as many reads (locks, and a look at whether the schema has changed).
 */
import type { Database, Statement } from "bun:sqlite";
import type { LogPosition } from "../../binlog/position.ts";
import { type Bytes, EMPTY } from "../../bytes/bytes.ts";
import { KEY_HEAD_BYTES } from "../rows/key-row.ts";
import { KIND_KEY, numberOf, prefixBytes, type RowKey, VALUELESS_KINDS } from "../rows/row-key.ts";
import { integerParameter } from "./integer-parameter.ts";
import { openForReading, ROW_TABLES, type RowTable, type SqliteOptions } from "./schema.ts";

/** Counters of one space, exact for the snapshot that they were read in. */
export interface SpaceCounts {
  readonly keys: number;
  readonly expires: number;
}

interface RangeRow {
  rest: Uint8Array;
  /** Missing where rows of the kind have no values. */
  value?: Uint8Array;
}

interface KindStatements {
  readonly table: RowTable;
  readonly get: Statement<{ value: Uint8Array }>;
  /** To the end of the number: `number, from, limit, offset`. */
  readonly ascending: Statement<RangeRow>;
  readonly descending: Statement<RangeRow>;
  /** `number, from, to, limit, offset`. Of their own: with a bound that may be null SQLite would walk past it. */
  readonly ascendingTo: Statement<RangeRow>;
  readonly descendingTo: Statement<RangeRow>;
}

/** A key row whose TTL has passed: what `expired` answers. */
export interface ExpiringKey {
  readonly space: number;
  readonly key: Uint8Array;
  readonly expire_at: number;
}

const FIRST_EXPIRING: ExpiringKey = { expire_at: 0, space: 0, key: EMPTY };

function prepareKind(db: Database, table: RowTable): KindStatements {
  // A page of key rows may span hundreds of long strings: whoever walks them needs only their heads.
  const value =
    table.kind === KIND_KEY ? `, substr(value, 1, ${KEY_HEAD_BYTES}) AS value` : ", value";
  const column = VALUELESS_KINDS.has(table.kind) ? "" : value;
  const select = `SELECT ${table.rest} AS rest${column} FROM ${table.table} WHERE ${table.number} = ${integerParameter(1)}`;
  const prepareRange = (until: string, order: string) =>
    db.prepare(
      `${select} AND ${table.rest} >= ?2 ${until} ORDER BY ${table.rest} ${order}`,
    ) as Statement<RangeRow>;
  return {
    table,
    get: db.prepare(
      `SELECT value FROM ${table.table} WHERE ${table.number} = ?1 AND ${table.rest} = ?2`,
    ) as Statement<{ value: Uint8Array }>,
    ascending: prepareRange("", `ASC LIMIT ${integerParameter(3)} OFFSET ?4`),
    descending: prepareRange("", `DESC LIMIT ${integerParameter(3)} OFFSET ?4`),
    ascendingTo: prepareRange(
      `AND ${table.rest} < ?3`,
      `ASC LIMIT ${integerParameter(4)} OFFSET ?5`,
    ),
    descendingTo: prepareRange(
      `AND ${table.rest} < ?3`,
      `DESC LIMIT ${integerParameter(4)} OFFSET ?5`,
    ),
  };
}

export class StoreReader {
  readonly #db: Database;
  readonly #kinds: (KindStatements | undefined)[] = [];
  readonly #begin: Statement;
  readonly #end: Statement;
  readonly #counts: Statement<{ keys: number; expires: number }>;
  readonly #applied: Statement<{ file: number; offset: number }>;
  readonly #history: Statement<{ history_id: Uint8Array }>;
  readonly #expired: Statement<ExpiringKey>;
  #isTurnOpen = false;
  #inTransaction = false;
  #keepsSnapshots = false;
  #beginListener: () => void = () => {};
  /** Statements run since the start: what "statements per command" is measured by. */
  statementCount = 0;

  constructor(options: SqliteOptions) {
    this.#db = openForReading(options);
    this.#begin = this.#db.prepare("BEGIN");
    this.#end = this.#db.prepare("COMMIT");
    this.#counts = this.#db.prepare("SELECT keys, expires FROM spaces WHERE space = ?1");
    this.#applied = this.#db.prepare("SELECT file, offset FROM applied");
    this.#history = this.#db.prepare("SELECT history_id FROM applied");
    this.#expired = this.#db.prepare(
      `SELECT space, key, expire_at FROM keys INDEXED BY keys_by_expiry
       WHERE (expire_at, space, key) > (?1, ?2, ?3) AND expire_at <= ?4
       ORDER BY expire_at, space, key LIMIT ${integerParameter(5)}`,
    );
  }

  /** Calls `listener` at a turn's first read, which `endTurn` has to follow. */
  onBegin(listener: () => void): void {
    this.#beginListener = listener;
  }

  /** Value of the row with this key, or null. */
  get({ bytes, length }: RowKey): Bytes | null {
    this.#read();
    const kind = this.#kind(bytes[0]!);
    const rest = bytes.subarray(prefixBytes(bytes[0]!), length);
    return kind.get.get(numberOf(bytes, 0), rest)?.value ?? null;
  }

  /**
   * Up to `limit` rows with `from` <= key < `to`, both of one kind and number, in key order or against it.
   *
   * Of key rows' values only the head: KEY_HEAD_BYTES.
   *
   * @param to null: to the end of that kind and number
   * @param skip how many of the first are left out
   */
  range(from: Bytes, to: Bytes | null, limit: number, reverse: boolean, skip = 0): RangeRow[] {
    this.#read();
    const kind = this.#kind(from[0]!);
    const prefix = prefixBytes(from[0]!);
    const number = numberOf(from, 0);
    const first = from.subarray(prefix);
    if (to === null) {
      return (reverse ? kind.descending : kind.ascending).all(number, first, limit, skip);
    }
    const statement = reverse ? kind.descendingTo : kind.ascendingTo;
    return statement.all(number, first, to.subarray(prefix), limit, skip);
  }

  counts(space: number): SpaceCounts {
    this.#read();
    return this.#counts.get(space) ?? { keys: 0, expires: 0 };
  }

  /** The place in the log that this snapshot is the state of; null before the first flush. */
  applied(): LogPosition | null {
    this.#read();
    return this.#applied.get();
  }

  /** The history that the applied position belongs to; null before the first flush. */
  historyId(): Uint8Array | null {
    this.#read();
    return this.#history.get()?.history_id ?? null;
  }

  /** Up to `limit` keys whose TTL ends by `untilMs`, the earliest first, behind `after` if given. */
  expired(after: ExpiringKey | null, untilMs: number, limit: number): ExpiringKey[] {
    this.#read();
    const { expire_at, space, key } = after ?? FIRST_EXPIRING;
    return this.#expired.all(expire_at, space, key, untilMs, limit);
  }

  /**
   * Whether a turn leaves its snapshot to the next ones, until `endSnapshot`: that hides what is written meanwhile,
   * and keeps a checkpoint from its end.
   */
  keepSnapshots(keeps: boolean): void {
    this.#keepsSnapshots = keeps;
    if (!keeps && !this.#isTurnOpen) this.endSnapshot();
  }

  /** Ends the turn, and its snapshot unless that is kept. */
  endTurn(): void {
    this.#isTurnOpen = false;
    if (!this.#inTransaction) return;
    // SQLite has ended it itself if a read failed.
    if (!this.#keepsSnapshots || !this.#db.inTransaction) this.endSnapshot();
  }

  /** What is read from now on is the present state. */
  endSnapshot(): void {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    if (this.#db.inTransaction) this.#end.run();
  }

  close(): void {
    this.endSnapshot();
    this.#db.close();
  }

  /** Takes a snapshot without reading anything; `endTurn` ends it unless snapshots are kept. */
  beginSnapshot(): void {
    this.applied();
  }

  #kind(kind: number): KindStatements {
    return this.#kinds[kind] ?? this.#prepare(kind);
  }

  #prepare(kind: number): KindStatements {
    const table = ROW_TABLES.find((row) => row.kind === kind);
    if (table === undefined) throw new Error(`there are no rows of kind ${kind}`);
    const statements = prepareKind(this.#db, table);
    this.#kinds[kind] = statements;
    return statements;
  }

  #read(): void {
    this.statementCount++;
    if (!this.#inTransaction) {
      this.#begin.run();
      this.#inTransaction = true;
    }
    if (this.#isTurnOpen) return;
    this.#isTurnOpen = true;
    this.#beginListener();
  }
}
