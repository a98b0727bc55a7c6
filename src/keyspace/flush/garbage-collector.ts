/**
 * Removes rows that nobody can reach, a slice at a time: those of dropped collections and of flushed
 * databases; then gives free pages back to the file system. Runs in the flush worker between flushes.
 */
import type { Database, Statement } from "bun:sqlite";
import { collectionId } from "../rows/key-row.ts";
import { homeRowName, META_SERVER } from "../rows/meta-rows.ts";
import { integerParameter } from "../sqlite/integer-parameter.ts";
import { ROW_TABLES } from "../sqlite/schema.ts";

/** Rows removed in one slice: some milliseconds of work. */
const SLICE_ROWS = 2000;
/** Pages given back in one slice. */
const SLICE_PAGES = 512;
/** Free pages kept for the next writes instead of being given back. */
const FREE_PAGES_KEPT = 256;

interface Garbage {
  what: "space" | "collection";
  number: number;
}

interface KeyHead {
  key: Uint8Array;
  head: Uint8Array;
}

export class GarbageCollector {
  readonly #db: Database;
  readonly #next: Statement<Garbage>;
  readonly #done: Statement;
  readonly #add: Statement;
  readonly #keysOfSpace: Statement<KeyHead>;
  readonly #deleteKeys: Statement;
  readonly #deleteCounts: Statement;
  readonly #deleteElements: Statement[];
  readonly #deleteHome: Statement;
  readonly #freePages: Statement<{ freelist_count: number }>;
  readonly #vacuum: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#next = db.prepare("SELECT what, number FROM garbage LIMIT 1");
    this.#done = db.prepare("DELETE FROM garbage WHERE what = ?1 AND number = ?2");
    this.#add = db.prepare(
      "INSERT OR IGNORE INTO garbage (what, number) VALUES ('collection', ?1)",
    );
    this.#keysOfSpace = db.prepare(
      `SELECT key, substr(value, 1, 13) AS head FROM keys WHERE space = ${integerParameter(1)} ORDER BY key LIMIT ${integerParameter(2)}`,
    );
    this.#deleteKeys = db.prepare("DELETE FROM keys WHERE space = ?1 AND key <= ?2");
    this.#deleteCounts = db.prepare("DELETE FROM spaces WHERE space = ?1");
    this.#deleteElements = ROW_TABLES.filter((table) => table.number === "id").map((table) =>
      db.prepare(
        `DELETE FROM ${table.table} WHERE id = ?1 AND ${table.rest} IN
           (SELECT ${table.rest} FROM ${table.table} WHERE id = ?1 LIMIT ${integerParameter(2)})`,
      ),
    );
    this.#deleteHome = db.prepare("DELETE FROM meta WHERE number = ?1 AND name = ?2");
    this.#freePages = db.prepare("PRAGMA freelist_count");
    this.#vacuum = db.prepare(`PRAGMA incremental_vacuum(${SLICE_PAGES})`);
  }

  /** Does one slice of work; false when there is none left. */
  slice(): boolean {
    const garbage = this.#next.get();
    if (garbage === null) return this.#giveBackPages();
    this.#db.transaction(() => {
      const more =
        garbage.what === "space"
          ? this.#sliceOfSpace(garbage.number)
          : this.#sliceOfCollection(garbage.number);
      if (!more) this.#done.run(garbage.what, garbage.number);
    })();
    return true;
  }

  #sliceOfSpace(space: number): boolean {
    const keys = this.#keysOfSpace.all(space, SLICE_ROWS);
    for (const { head } of keys) {
      const id = collectionId(head, 0);
      if (id !== 0) this.#add.run(id);
    }
    const last = keys.at(-1);
    if (last !== undefined) this.#deleteKeys.run(space, last.key);
    if (keys.length === SLICE_ROWS) return true;
    this.#deleteCounts.run(space);
    return false;
  }

  #sliceOfCollection(id: number): boolean {
    for (const statement of this.#deleteElements) {
      if (statement.run(id, SLICE_ROWS).changes >= SLICE_ROWS) return true;
    }
    this.#deleteHome.run(META_SERVER, homeRowName(id));
    return false;
  }

  #giveBackPages(): boolean {
    const free = this.#freePages.get()!.freelist_count;
    if (free <= FREE_PAGES_KEPT * 2) return false;
    this.#vacuum.all();
    const left = this.#freePages.get()!.freelist_count;
    return left < free && left > FREE_PAGES_KEPT * 2;
  }
}
