/**
 * Where the data of a master is written whose log has another form: the databases that clients see, or hidden ones that
 * a full copy fills and that then take their place, all in one turn. Beside them stands a database with what is needed
 * to go on, which no client sees: the place in the master's log, and what else its kind needs.
 */
import { DB } from "../../database/db.ts";
import { FIRST_HIDDEN_DATABASE } from "../../database/key-table/spaces.ts";
import type { Ledis } from "../../database/ledis.ts";
import { LinkError } from "../link-error.ts";

/** Numbers of hidden databases. On disk and in the log: never change. The notes stand behind the first sixteen. */
const FILLED = FIRST_HIDDEN_DATABASE;
const FILLED_BEFORE_NOTES = 16;
const NOTES = FILLED + FILLED_BEFORE_NOTES;
const NOTES_OF_FILLED = NOTES + 1;
/** There are no hidden ones for more databases than these. */
const DATABASES_MAX = 65_000;

function hiddenNumber(number: number): number {
  return FILLED + (number < FILLED_BEFORE_NOTES ? number : number + 2);
}

export class ForeignDatabases {
  readonly #ledis: Ledis;
  readonly #select: (number: number) => DB;
  readonly #databases: DB[] = [];
  readonly notes: DB;

  private constructor(ledis: Ledis, select: (number: number) => DB, notes: DB) {
    this.#ledis = ledis;
    this.#select = select;
    this.notes = notes;
  }

  /** Those that clients see. */
  static seen(ledis: Ledis): ForeignDatabases {
    return new ForeignDatabases(ledis, (number) => ledis.select(number), new DB(NOTES, ledis));
  }

  /** Hidden ones, to be filled. */
  static hidden(ledis: Ledis): ForeignDatabases {
    const select = (number: number) => new DB(hiddenNumber(number), ledis);
    return new ForeignDatabases(ledis, select, new DB(NOTES_OF_FILLED, ledis));
  }

  get ledis(): Ledis {
    return this.#ledis;
  }

  /** How many there are. */
  get count(): number {
    return Math.min(DATABASES_MAX, this.#ledis.options.databases);
  }

  /** @throws {LinkError} there is no such database here */
  at(number: number): DB {
    const known = this.#databases[number];
    if (known !== undefined) return known;
    if (number >= this.count) {
      throw new LinkError(`the master has keys in database ${number}: raise databases`);
    }
    const db = this.#select(number);
    this.#databases[number] = db;
    return db;
  }

  /** Empties them, in constant time each. */
  clear(): void {
    for (let number = 0; number < this.count; number++) this.at(number).clear();
    this.notes.clear();
  }

  /** Puts these hidden databases in the place of those that clients see, which are emptied. */
  install(): void {
    const { spaces, options } = this.#ledis;
    for (let number = 0; number < this.count; number++) spaces.swap(number, hiddenNumber(number));
    spaces.swap(NOTES, NOTES_OF_FILLED);
    this.clear();
    for (let number = 0; number < options.databases; number++) {
      const db = this.#ledis.select(number);
      if (number >= this.count) db.clear();
      db.table.replaced();
    }
  }
}
