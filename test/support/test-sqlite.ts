/** A SQLite file of ours in a temporary directory, and generations applied to it. */

import type { Database } from "bun:sqlite";
import { join } from "node:path";
import { Applier, type FrozenRows } from "../../src/keyspace/applier.ts";
import type { Generation } from "../../src/keyspace/generation.ts";
import { openForWriting, type SqliteOptions } from "../../src/keyspace/schema.ts";
import { type TemporaryDirectory, temporaryDirectory } from "./temporary-directory.ts";

export const historyId = new Uint8Array(16).fill(9);

/** What the worker is given of a generation, without the worker. */
export function frozenRows(generation: Generation): FrozenRows {
  return {
    rowCount: generation.rowCount,
    garbage: generation.garbage,
    eventBuffer: (row) => generation.chunkOf(row),
    eventStart: (row) => generation.offsetOf(row),
    keyBuffer: (row) => generation.chunkOf(row),
    keyStart: (row) => generation.keyStart(row),
    keyEnd: (row) => generation.keyEnd(row),
  };
}

export class TestSqlite implements Disposable {
  readonly options: SqliteOptions;
  readonly db: Database;
  readonly applier: Applier;
  readonly #directory: TemporaryDirectory = temporaryDirectory();
  #offset = 100;

  constructor() {
    const path = join(this.#directory.path, "ledis.db");
    this.options = { path, pageBytes: 4096, cacheBytes: 1 << 20, mmapBytes: 0 };
    this.db = openForWriting(this.options);
    this.applier = new Applier(this.db);
  }

  /** Applies a generation, each at a later position of file 1. */
  apply(generation: Generation): void {
    this.applier.apply(frozenRows(generation), { file: 1, offset: this.#offset++ }, historyId, []);
  }

  all(sql: string): unknown[] {
    return this.db.query(sql).all();
  }

  [Symbol.dispose](): void {
    this.db.close();
    this.#directory[Symbol.dispose]();
  }
}
