/**
 * Which space holds a database's keys. A space is a number that row keys begin with; flushing a database
 * gives it a new one, and swapping two databases exchanges theirs, so both cost two rows whatever they hold.
 * Also gives out collection ids.
 */
import { readU32, writeU32 } from "../../binlog/event.ts";
import { type Bytes, EMPTY } from "../../bytes/bytes.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import {
  homeRowName,
  META_DEAD_SPACE,
  META_NEXT_ID,
  META_NEXT_SPACE,
  META_SERVER,
  META_SPACE,
} from "../../keyspace/rows/meta-rows.ts";
import { RowKey, readU48, writeU48 } from "../../keyspace/rows/row-key.ts";
import { RowValue } from "../../keyspace/rows/row-value.ts";

/** First space number that is not the default one of a database; there are at most this many databases. */
export const FIRST_FREE_SPACE = 65536;
/**
 * Databases from this number on are the server's own: no client selects them. Space numbers, which are given out
 * from FIRST_FREE_SPACE upwards, never get there.
 */
export const FIRST_HIDDEN_DATABASE = 0xffff_0000;
/** Collection ids that one row reserves. */
const ID_BLOCK = 1024;

export class Spaces {
  readonly #keyspace: Keyspace;
  readonly #key = new RowKey();
  readonly #value = new RowValue();
  #spaces: number[] = [];
  /** Of hidden databases: in the array they would make it slow. */
  readonly #hidden = new Map<number, number>();
  #nextId = 0;
  #idLimit = 0;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
    keyspace.onUndo(() => this.forget());
  }

  /** Space of database `database`. */
  of(database: number): number {
    return this.#spaces[database] ?? this.#hidden.get(database) ?? this.#load(database);
  }

  /** Gives the database an empty space; the old one's rows are removed in the background. */
  flush(database: number): void {
    const space = this.of(database);
    this.#put(META_SERVER, META_NEXT_SPACE, 4, this.#nextSpace() + 1);
    this.#assign(database, this.#nextSpace() - 1);
    this.#key.meta(space, META_DEAD_SPACE);
    this.#keyspace.put(this.#key, EMPTY.length);
  }

  swap(first: number, second: number): void {
    const space = this.of(first);
    this.#assign(first, this.of(second));
    this.#assign(second, space);
  }

  /** A collection id that was never used before. */
  newId(): number {
    if (this.#nextId === this.#idLimit) {
      const found = this.#keyspace.get(this.#key.meta(META_SERVER, META_NEXT_ID), this.#value);
      this.#nextId = found ? readU48(this.#value.buffer, this.#value.start) : 1;
      this.#idLimit = this.#nextId + ID_BLOCK;
      this.#put(META_SERVER, META_NEXT_ID, 6, this.#idLimit);
    }
    return this.#nextId++;
  }

  /** Notes where a collection's key row was moved to, so that removing the old one leaves no garbage. */
  putHome(id: number, space: number, key: Bytes): void {
    this.#key.meta(META_SERVER, homeRowName(id));
    const row = this.#keyspace.put(this.#key, 4 + key.length);
    writeU32(row.buffer, row.start, space);
    row.buffer.set(key, row.start + 4);
  }

  /** Reads everything again when it is next asked for: rows were undone or came from elsewhere. */
  forget(): void {
    this.#spaces = [];
    this.#hidden.clear();
    this.#idLimit = 0;
    this.#nextId = 0;
  }

  #load(database: number): number {
    const found = this.#keyspace.get(this.#key.meta(database, META_SPACE), this.#value);
    const space = found ? readU32(this.#value.buffer, this.#value.start) : database;
    this.#note(database, space);
    return space;
  }

  #assign(database: number, space: number): void {
    this.#put(database, META_SPACE, 4, space);
    this.#note(database, space);
  }

  #note(database: number, space: number): void {
    if (database < FIRST_HIDDEN_DATABASE) this.#spaces[database] = space;
    else this.#hidden.set(database, space);
  }

  #nextSpace(): number {
    const found = this.#keyspace.get(this.#key.meta(META_SERVER, META_NEXT_SPACE), this.#value);
    return found ? readU32(this.#value.buffer, this.#value.start) : FIRST_FREE_SPACE;
  }

  #put(number: number, name: Uint8Array, bytes: 4 | 6, value: number): void {
    const row = this.#keyspace.put(this.#key.meta(number, name), bytes);
    if (bytes === 4) writeU32(row.buffer, row.start, value);
    else writeU48(row.buffer, row.start, value);
  }
}
