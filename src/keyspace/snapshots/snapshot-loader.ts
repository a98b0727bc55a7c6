/**
 * Builds the files of a data directory from a snapshot: SQLite with all rows, and a log that goes on where the
 * snapshot's ended. Runs in the loader worker. What it leaves behind is durable, and complete or not usable.
 */

import type { Database, Statement } from "bun:sqlite";
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { logFilePath } from "../../binlog/log-files.ts";
import { syncPath } from "../../binlog/sync-path.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { StorageError } from "../../errors.ts";
import { dueAtMs, hasTtl } from "../rows/key-row.ts";
import { KIND_KEY, numberOf, prefixBytes, readU48 } from "../rows/row-key.ts";
import { openForWriting, ROW_TABLES } from "../sqlite/schema.ts";
import {
  decodeBlock,
  decodeSnapshotHead,
  forEachRow,
  GARBAGE_ROW,
  GARBAGE_SPACE,
  type SnapshotHead,
} from "./snapshot-format.ts";

/** Page cache while rows are inserted in order, in bytes. */
const CACHE_BYTES = 16 << 20;
const GARBAGE_KEY_BYTES = 10;

/** Names below the directory that is built. */
export const BUILT_DATABASE = "ledis.db";
export const BUILT_LOG = "bin_log";

interface SpaceCount {
  keys: number;
  expires: number;
}

export class SnapshotLoader {
  readonly #directory: string;
  readonly #head: SnapshotHead;
  readonly #db: Database;
  readonly #puts: (Statement | undefined)[] = [];
  readonly #addGarbage: Statement;
  readonly #counts = new Map<number, SpaceCount>();
  #rowCount = 0;
  #isComplete = false;

  /**
   * @param directory empty, or not there yet
   * @param head the snapshot's head
   * @throws {StorageError} the head is damaged, or the files cannot be created
   */
  constructor(directory: string, head: Bytes, pageBytes: number) {
    this.#directory = directory;
    this.#head = decodeSnapshotHead(head);
    mkdirSync(directory, { recursive: true });
    const path = join(directory, BUILT_DATABASE);
    this.#db = openForWriting({ path, pageBytes, cacheBytes: CACHE_BYTES, mmapBytes: 0 });
    // Whatever a crash leaves of this is thrown away; what is complete is synced at the end.
    this.#db.run("PRAGMA journal_mode = OFF");
    this.#db.run("PRAGMA synchronous = OFF");
    for (const { kind, table, number, rest } of ROW_TABLES) {
      const columns = kind === KIND_KEY ? "value, expire_at" : "value";
      const values = kind === KIND_KEY ? "?3, ?4" : "?3";
      this.#puts[kind] = this.#db.prepare(
        `INSERT INTO ${table} (${number}, ${rest}, ${columns}) VALUES (?1, ?2, ${values})`,
      );
    }
    this.#addGarbage = this.#db.prepare("INSERT INTO garbage (what, number) VALUES (?1, ?2)");
  }

  /** Keys loaded so far, of all databases. */
  get keys(): number {
    let sum = 0;
    for (const { keys } of this.#counts.values()) sum += keys;
    return sum;
  }

  /**
   * Takes the next block.
   *
   * @returns true when it was the end block
   * @throws {StorageError} damaged, or out of order; the disk refuses
   */
  add(bytes: Bytes): boolean {
    if (this.#isComplete) throw new StorageError("the dump goes on behind its end");
    const block = decodeBlock(bytes);
    if (block.kind === "end") {
      if (block.rowCount !== this.#rowCount) {
        throw new StorageError(`the dump has ${block.rowCount} rows, ${this.#rowCount} arrived`);
      }
      this.#isComplete = true;
      return true;
    }
    this.#db.run("BEGIN");
    forEachRow(block.rows, (keyStart, valueStart, end) => {
      this.#put(block.rows, keyStart, valueStart, end);
      this.#rowCount++;
    });
    this.#db.run("COMMIT");
    return false;
  }

  /** Completes the files. @throws {StorageError} the end block is missing; the disk refuses */
  finish(): void {
    if (!this.#isComplete) throw new StorageError("the dump is incomplete");
    const { position, header, headerBytes } = this.#head;
    const db = this.#db;
    db.run("BEGIN");
    const addSpace = db.prepare("INSERT INTO spaces (space, keys, expires) VALUES (?1, ?2, ?3)");
    for (const [space, { keys, expires }] of this.#counts) addSpace.run(space, keys, expires);
    db.prepare("INSERT INTO applied (one, file, offset, history_id) VALUES (1, ?1, ?2, ?3)").run(
      position.file,
      position.offset,
      header.historyId,
    );
    db.run("COMMIT");
    db.run("PRAGMA journal_mode = WAL");
    db.close();
    syncPath(join(this.#directory, BUILT_DATABASE));
    this.#beginLog(position.file, position.offset, headerBytes);
    syncPath(this.#directory);
  }

  /** Lets go of the files, whatever state they are in. */
  close(): void {
    this.#db.close();
  }

  #put(rows: Bytes, keyStart: number, valueStart: number, end: number): void {
    const kind = rows[keyStart]!;
    if (kind === GARBAGE_ROW) {
      this.#putGarbage(rows, keyStart, valueStart);
      return;
    }
    const put = this.#puts[kind];
    const prefix = prefixBytes(kind);
    if (
      put === undefined ||
      valueStart - keyStart < prefix ||
      (kind === KIND_KEY && end === valueStart)
    ) {
      throw new StorageError(`the dump holds a row of unknown kind ${kind}`);
    }
    const number = numberOf(rows, keyStart);
    const rest = rows.subarray(keyStart + prefix, valueStart);
    const value = rows.subarray(valueStart, end);
    if (kind !== KIND_KEY) {
      put.run(number, rest, value);
      return;
    }
    const expires = hasTtl(value, 0);
    put.run(number, rest, value, dueAtMs(value, 0, value.length) || null);
    const count = this.#counts.get(number) ?? { keys: 0, expires: 0 };
    count.keys++;
    if (expires) count.expires++;
    this.#counts.set(number, count);
  }

  #putGarbage(rows: Bytes, keyStart: number, valueStart: number): void {
    if (valueStart - keyStart !== GARBAGE_KEY_BYTES) throw new StorageError("a row is damaged");
    const what = rows[keyStart + 1] === GARBAGE_SPACE ? "space" : "collection";
    this.#addGarbage.run(what, readU48(rows, keyStart + 4));
  }

  /** The log's file with its header and nothing else up to the position: a hole, which nobody reads. */
  #beginLog(file: number, offset: number, headerBytes: Bytes): void {
    const directory = join(this.#directory, BUILT_LOG);
    mkdirSync(directory, { recursive: true });
    const fd = openSync(logFilePath(directory, file), "w");
    try {
      writeSync(fd, headerBytes, 0, headerBytes.length, 0);
      ftruncateSync(fd, offset);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    syncPath(directory);
  }
}
