/**
 * Where a v0.1 master's data is written: the databases that clients see, or hidden ones that a full copy fills and
 * that then take their place, all in one turn. Beside them stands a database with what is needed to go on, which no
 * client sees: the place in the master's log, names that had to be changed, tails of bitmaps, lists without ends yet.
 */
import { DB } from "../../database/db.ts";
import { FIRST_HIDDEN_DATABASE } from "../../database/key-table/spaces.ts";
import type { Ledis } from "../../database/ledis.ts";
import { LinkError } from "../master-connection.ts";
import { LEGACY_DATABASES } from "./store-key.ts";

/** Numbers of hidden databases. On disk and in the log: never change. */
const FILLED = FIRST_HIDDEN_DATABASE;
const NOTES = FIRST_HIDDEN_DATABASE + LEGACY_DATABASES;
const NOTES_OF_FILLED = NOTES + 1;

export class LegacyDatabases {
  readonly #ledis: Ledis;
  readonly #databases: readonly DB[];
  readonly notes: DB;

  private constructor(ledis: Ledis, databases: readonly DB[], notes: DB) {
    this.#ledis = ledis;
    this.#databases = databases;
    this.notes = notes;
  }

  /** Those that clients see. */
  static seen(ledis: Ledis): LegacyDatabases {
    const count = Math.min(LEGACY_DATABASES, ledis.options.databases);
    const databases = Array.from({ length: count }, (_, number) => ledis.select(number));
    return new LegacyDatabases(ledis, databases, new DB(NOTES, ledis));
  }

  /** Hidden ones, to be filled. */
  static hidden(ledis: Ledis): LegacyDatabases {
    const count = Math.min(LEGACY_DATABASES, ledis.options.databases);
    const databases = Array.from({ length: count }, (_, number) => new DB(FILLED + number, ledis));
    return new LegacyDatabases(ledis, databases, new DB(NOTES_OF_FILLED, ledis));
  }

  get ledis(): Ledis {
    return this.#ledis;
  }

  /** @throws {LinkError} there is no such database here */
  at(number: number): DB {
    const db = this.#databases[number];
    if (db === undefined) {
      throw new LinkError(`the master has keys in database ${number}: raise databases`);
    }
    return db;
  }

  all(): readonly DB[] {
    return this.#databases;
  }

  /** Empties them, in constant time each. */
  clear(): void {
    for (const db of this.#databases) db.clear();
    this.notes.clear();
  }

  /** Puts these hidden databases in the place of those that clients see, which are emptied. */
  install(): void {
    const { spaces, options } = this.#ledis;
    for (const [number, { number: hidden }] of this.#databases.entries()) {
      spaces.swap(number, hidden);
    }
    spaces.swap(NOTES, NOTES_OF_FILLED);
    this.clear();
    for (let number = 0; number < options.databases; number++) {
      const db = this.#ledis.select(number);
      if (number >= this.#databases.length) db.clear();
      db.table.replaced();
    }
  }
}
