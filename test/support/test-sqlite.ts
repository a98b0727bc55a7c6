/** A SQLite file of ours in a temporary directory, and generations applied to it. */

import type { Database } from "bun:sqlite";
import { join } from "node:path";
import { Applier } from "../../src/keyspace/flush/applier.ts";
import { SharedRows } from "../../src/keyspace/flush/frozen-rows.ts";
import type { Generation } from "../../src/keyspace/generations/generation.ts";
import { openForWriting, type SqliteOptions } from "../../src/keyspace/sqlite/schema.ts";
import { type TemporaryDirectory, temporaryDirectory } from "./temporary-directory.ts";
import { sourceOf } from "./test-rows.ts";

export const historyId = new Uint8Array(16).fill(9);

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

  /** Applies generations, oldest first, each time at a later position of file 1. */
  apply(...generations: Generation[]): void {
    const rows = new SharedRows(generations.map(sourceOf));
    this.applier.apply(rows, { file: 1, offset: this.#offset++ }, historyId, []);
  }

  all(sql: string): unknown[] {
    return this.db.query(sql).all();
  }

  [Symbol.dispose](): void {
    this.db.close();
    this.#directory[Symbol.dispose]();
  }
}
