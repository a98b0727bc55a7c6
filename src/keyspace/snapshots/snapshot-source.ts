/** Reads all rows of SQLite as of one moment, block by block, in key order. Runs in the snapshot worker. */
import type { Database, Statement } from "bun:sqlite";
import { writeU32 } from "../../binlog/event.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { type Bytes, EMPTY } from "../../bytes/bytes.ts";
import { numberOf, prefixBytes, readU48, writeU48 } from "../rows/row-key.ts";
import { openForReading, ROW_TABLES, type RowTable, type SqliteOptions } from "../sqlite/schema.ts";
import {
  encodeEndBlock,
  encodeRowsBlock,
  GARBAGE_COLLECTION,
  GARBAGE_ROW,
  GARBAGE_SPACE,
  snapshotRowBytes,
  writeRowLengths,
} from "./snapshot-format.ts";

/** Rows of a block, in bytes, about. */
const BLOCK_BYTES = 256 << 10;
const GARBAGE_KEY_BYTES = 10;

interface StoredRow {
  number: number;
  rest: Uint8Array;
  value: Uint8Array;
}

/** Where a reader stands: rows so far (u48), then the key of the last one. */
interface Place {
  readonly rowCount: number;
  readonly key: Bytes;
}

export interface SourceBlock {
  readonly block: Bytes;
  /** Where to go on; null behind the end block. */
  readonly next: Bytes | null;
}

function encodePlace(rowCount: number, key: Bytes): Bytes {
  const cursor = new Uint8Array(6 + key.length);
  writeU48(cursor, 0, rowCount);
  cursor.set(key, 6);
  return cursor;
}

function decodePlace(cursor: Bytes | null): Place | null {
  return cursor === null ? null : { rowCount: readU48(cursor, 0), key: cursor.subarray(6) };
}

/** Collects rows and their keys' bytes until a block is full. */
class BlockRows {
  #buffer = new Uint8Array(BLOCK_BYTES);
  #length = 0;
  count = 0;
  lastKey: Bytes = EMPTY;

  get isFull(): boolean {
    return this.#length >= BLOCK_BYTES;
  }

  get bytes(): Bytes {
    return this.#buffer.subarray(0, this.#length);
  }

  add(kind: number, row: StoredRow): void {
    const prefix = prefixBytes(kind);
    const keyBytes = prefix + row.rest.length;
    const at = this.#grow(snapshotRowBytes(keyBytes, row.value.length));
    const keyAt = writeRowLengths(this.#buffer, at, keyBytes, row.value.length);
    this.#buffer[keyAt] = kind;
    if (prefix === 5) writeU32(this.#buffer, keyAt + 1, row.number);
    else writeU48(this.#buffer, keyAt + 1, row.number);
    this.#buffer.set(row.rest, keyAt + prefix);
    this.#buffer.set(row.value, keyAt + keyBytes);
    this.lastKey = this.#buffer.subarray(keyAt, keyAt + keyBytes);
    this.count++;
  }

  addGarbage(what: number, number: number): void {
    const at = this.#grow(snapshotRowBytes(GARBAGE_KEY_BYTES, 0));
    const keyAt = writeRowLengths(this.#buffer, at, GARBAGE_KEY_BYTES, 0);
    this.#buffer[keyAt] = GARBAGE_ROW;
    this.#buffer[keyAt + 1] = what;
    this.#buffer.fill(0, keyAt + 2, keyAt + 4);
    writeU48(this.#buffer, keyAt + 4, number);
    this.lastKey = this.#buffer.subarray(keyAt, keyAt + GARBAGE_KEY_BYTES);
    this.count++;
  }

  #grow(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#buffer.length * 2));
      grown.set(this.#buffer);
      this.#buffer = grown;
    }
    return at;
  }
}

export class SnapshotSource {
  readonly #db: Database;
  readonly #tables: { readonly table: RowTable; readonly behind: Statement<StoredRow> }[];
  readonly #garbage: Statement<{ what: string; number: number }>;
  /** The rows are the log's state up to here. */
  readonly position: LogPosition;

  /** @throws {Error} nothing was flushed yet, or the file cannot be read */
  constructor(options: SqliteOptions) {
    this.#db = openForReading(options);
    this.#db.run("BEGIN");
    const position = this.#db.query<LogPosition, []>("SELECT file, offset FROM applied").get();
    if (position === null) throw new Error("nothing has been stored yet");
    this.position = position;
    this.#tables = [...ROW_TABLES]
      .sort((a, b) => a.kind - b.kind)
      .map((table) => ({ table, behind: this.#prepare(table) }));
    this.#garbage = this.#db.prepare("SELECT what, number FROM garbage");
  }

  /** The block behind `cursor`; null: the first one. */
  read(cursor: Bytes | null): SourceBlock {
    const place = decodePlace(cursor);
    const rows = new BlockRows();
    const isBehindTables = place?.key[0] === GARBAGE_ROW;
    if (!isBehindTables) {
      this.#readTables(place?.key ?? null, rows);
      if (!rows.isFull) this.#readGarbage(rows);
    }
    const rowCount = (place?.rowCount ?? 0) + rows.count;
    if (rows.count === 0) return { block: encodeEndBlock(rowCount), next: null };
    return { block: encodeRowsBlock(rows.bytes), next: encodePlace(rowCount, rows.lastKey) };
  }

  close(): void {
    this.#db.close();
  }

  #readTables(behind: Bytes | null, rows: BlockRows): void {
    for (const { table, behind: statement } of this.#tables) {
      if (behind !== null && table.kind < behind[0]!) continue;
      const isSame = behind !== null && table.kind === behind[0];
      const number = isSame ? numberOf(behind, 0) : -1;
      const rest = isSame ? behind.subarray(prefixBytes(table.kind)) : EMPTY;
      for (const row of statement.iterate(number, rest)) {
        rows.add(table.kind, row);
        if (rows.isFull) return;
      }
    }
  }

  /** All of it at once, so that it is in one block: a few numbers, gone within seconds. */
  #readGarbage(rows: BlockRows): void {
    for (const { what, number } of this.#garbage.iterate()) {
      rows.addGarbage(what === "space" ? GARBAGE_SPACE : GARBAGE_COLLECTION, number);
    }
  }

  #prepare(table: RowTable): Statement<StoredRow> {
    const { table: name, number, rest } = table;
    return this.#db.prepare(
      `SELECT ${number} AS number, ${rest} AS rest, value FROM ${name}
       WHERE (${number}, ${rest}) > (?1, ?2) ORDER BY ${number}, ${rest}`,
    );
  }
}
