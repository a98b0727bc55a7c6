/**
 * Names of keys. In v0.1 one name may live in five types at once; here a key has one type. So the type that comes
 * first has the name, and each other one gets a name of its own: `name:hash`, or `name:hash:2` where that is taken.
 * It keeps that name until the next full copy, whatever becomes of the first.
 */
import { type Bytes, concatBytes, copyBytes, EMPTY, fromText } from "../../bytes/bytes.ts";
import { parseSafeInteger } from "../../bytes/integer.ts";
import { quoteGo } from "../../bytes/quote.ts";
import type { DB } from "../../database/db.ts";
import { log } from "../../log.ts";
import type { ForeignDatabases } from "../foreign/foreign-databases.ts";
import { type LegacyType, legacyTypes } from "./store-key.ts";

/** How many names there are that had to be changed. */
const COUNT = fromText("changed names");
/** `given · db · type · name` -> the name here. */
const GIVEN = fromText("given");
/** `taken · db · name here`: the key under this name is not the one of this name in the master. */
const TAKEN = fromText("taken");
/** Changed names that are logged; of the others the number is. */
const LOGGED_MAX = 20;

export class LegacyNames {
  readonly #databases: ForeignDatabases;
  /** Names that had to be changed, since the last full copy. */
  count: number;

  constructor(databases: ForeignDatabases) {
    this.#databases = databases;
    const count = databases.notes.strings.get(COUNT);
    this.count = count === null ? 0 : parseSafeInteger(count);
  }

  /** Name here of a key that is there; null when it is not. @param db number of the database */
  find(db: number, type: LegacyType, name: Bytes): Bytes | null {
    const { table } = this.#databases.at(db);
    const given = this.#given(db, type, name);
    if (given !== null) return table.findForWrite(given) === null ? null : given;
    const isIts = table.findForWrite(name)?.type === type && !this.#isTaken(db, name);
    return isIts ? name : null;
  }

  /** Name here of a key that is to be written: it has this type, or is free. */
  forWrite(db: number, type: LegacyType, name: Bytes): Bytes {
    const given = this.#given(db, type, name);
    if (given !== null) return given;
    const row = this.#databases.at(db).table.findForWrite(name);
    if ((row === null || row.type === type) && !this.#isTaken(db, name)) return name;
    return this.#give(db, type, name);
  }

  #give(db: number, type: LegacyType, name: Bytes): Bytes {
    const target = this.#databases.at(db);
    const { strings } = this.#databases.notes;
    const suffixed = concatBytes(name, fromText(`:${legacyTypes[type]}`));
    let free = suffixed;
    for (let number = 2; !this.#isFree(db, target, free); number++) {
      free = concatBytes(suffixed, fromText(`:${number}`));
    }
    strings.set(givenKey(db, type, name), free);
    strings.set(takenKey(db, free), EMPTY);
    this.count++;
    strings.set(COUNT, fromText(`${this.count}`));
    if (this.count <= LOGGED_MAX) {
      const names = { database: db, key: quoteGo(name), becomes: quoteGo(free) };
      log.warn("replication", "a key of the master has the name of another one", names);
    }
    return free;
  }

  #isFree(db: number, { table }: DB, name: Bytes): boolean {
    return table.findForWrite(name) === null && !this.#isTaken(db, name);
  }

  #given(db: number, type: LegacyType, name: Bytes): Bytes | null {
    if (this.count === 0) return null;
    const given = this.#databases.notes.strings.get(givenKey(db, type, name));
    return given === null ? null : copyBytes(given);
  }

  #isTaken(db: number, name: Bytes): boolean {
    return this.count > 0 && this.#databases.notes.strings.get(takenKey(db, name)) !== null;
  }
}

function givenKey(db: number, type: LegacyType, name: Bytes): Bytes {
  return concatBytes(GIVEN, Uint8Array.of(db, type), name);
}

function takenKey(db: number, name: Bytes): Bytes {
  return concatBytes(TAKEN, Uint8Array.of(db), name);
}
