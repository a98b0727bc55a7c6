/**
 * Key rows of one database: lookup with type and TTL, and writing them. Every type's operations go through
 * here, so an expired key is invisible to all of them and a wrong type is refused in one place.
 */
import { type Bytes, copyRange } from "../../bytes/bytes.ts";
import { type AnyBytes, copyTo, Stretch, viewOf } from "../../bytes/stretch.ts";
import { CommandError, errors } from "../../errors.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import {
  EXPIRE_AT_MAX_MS,
  expireAtMs,
  fieldsDueAtMs,
  HASH_HEADER_BYTES,
  hasTtl,
  headBytes,
  restStart,
  rowType,
  TYPE_HASH,
  TYPE_STRING,
  writeHead,
} from "../../keyspace/rows/key-row.ts";
import { RowKey, readU48 } from "../../keyspace/rows/row-key.ts";
import { RowValue } from "../../keyspace/rows/row-value.ts";
import type { Expiry } from "./expiry.ts";
import type { Spaces } from "./spaces.ts";
import { UpcomingKeys } from "./upcoming-keys.ts";

/**
 * One key row, decoded. `buffer[start, end)` is what follows type and TTL: the string's bytes, or the
 * collection's header. Valid until the row is written or the turn ends; one object is used again and again.
 */
export class KeyRow {
  type = 0;
  /** ms since 1970; 0: no TTL. */
  expireAt = 0;
  buffer: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** Id of the collection that the row names; 0 for a string. */
  get id(): number {
    return this.type === TYPE_STRING ? 0 : readU48(this.buffer, this.start);
  }

  /** The bytes behind type and TTL. */
  stretch(): Stretch {
    return new Stretch(this.buffer, this.start, this.end);
  }

  /** View of the bytes behind type and TTL. */
  rest(): Bytes {
    return this.buffer.subarray(this.start, this.end);
  }
}

/** How many keys were asked for by commands that read, and were there or not. */
export interface Lookups {
  hits: number;
  misses: number;
}

/** Who is told what becomes of a database's keys: WATCH and blocked clients hang on it. */
export interface KeyListener {
  /**
   * A write changed or removed this key, or its time was over. The bytes are valid during the call.
   *
   * @param byItself it, or a field of it, has ended
   */
  keyChanged(key: Bytes, byItself: boolean): void;
  /** The database was flushed or swapped: any key may have changed. */
  keysReplaced(): void;
}

/** Who removes fields of a hash that have ended: the operations on hashes. */
export interface FieldRemover {
  /**
   * Removes some of them, by writing rows, the key row among them.
   *
   * @param row the hash's
   */
  removeDueFields(key: Bytes, row: KeyRow, nowMs: number): void;

  /** True when no field is left. */
  haveAllFieldsEnded(row: KeyRow, nowMs: number): boolean;
}

export class KeyTable {
  readonly database: number;
  readonly #keyspace: Keyspace;
  readonly #spaces: Spaces;
  readonly #expiry: Expiry;
  readonly #lookups: Lookups;
  /** Fetches keys ahead of looking them up. */
  readonly upcoming: UpcomingKeys;
  readonly #key = new RowKey();
  readonly #value = new RowValue();
  readonly #row = new KeyRow();
  /** Never changed in place, so that a listener may come or go while others are told. */
  #listeners: readonly KeyListener[] = [];
  #fieldRemover: FieldRemover | null = null;
  /** Ended fields are being removed: a look-up meanwhile leaves the others. */
  #isRemoving = false;

  constructor(
    database: number,
    keyspace: Keyspace,
    spaces: Spaces,
    expiry: Expiry,
    lookups: Lookups = { hits: 0, misses: 0 },
  ) {
    this.database = database;
    this.#keyspace = keyspace;
    this.#spaces = spaces;
    this.#expiry = expiry;
    this.#lookups = lookups;
    this.upcoming = new UpcomingKeys(keyspace, () => this.space);
  }

  get space(): number {
    return this.#spaces.of(this.database);
  }

  /** Has `remover` called for every hash that fields of have ended. */
  removeFieldsBy(remover: FieldRemover): void {
    this.#fieldRemover = remover;
  }

  /**
   * Whether a command that reads may store something with the key, for the next time: not on a slave, whose log is its
   * master's, unless the command is the master's, and not while the disk takes no writes.
   */
  get readsMayWrite(): boolean {
    return this.#expiry.mayRemove || !this.#expiry.hides;
  }

  /** Tells `listener` of every change from now on, in this turn too. Listen only while it matters. */
  listen(listener: KeyListener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  unlisten(listener: KeyListener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  get hasListeners(): boolean {
    return this.#listeners.length > 0;
  }

  /** Tells who listens that a key was changed or removed; `byItself`: it has ended. */
  changed(key: AnyBytes, byItself = false): void {
    if (this.#listeners.length === 0) return;
    const bytes = viewOf(key);
    const hasEnded = byItself || this.#isRemoving;
    for (const listener of this.#listeners) listener.keyChanged(bytes, hasEnded);
  }

  /** Tells who listens that the database was flushed or swapped. */
  replaced(): void {
    for (const listener of this.#listeners) listener.keysReplaced();
  }

  /** The key's row, or null when there is none or its TTL has passed. For commands that read: it is counted. */
  find(key: AnyBytes): KeyRow | null {
    const row = this.findForWrite(key);
    if (row === null) this.#lookups.misses++;
    else this.#lookups.hits++;
    return row;
  }

  /** As `find`. @throws {CommandError} WRONGTYPE when the key holds another type */
  findType(key: AnyBytes, type: number): KeyRow | null {
    const row = this.find(key);
    if (row !== null && row.type !== type) throw new CommandError(errors.wrongType);
    return row;
  }

  /** See Expiry.nowMs. */
  get nowMs(): number {
    return this.#expiry.nowMs;
  }

  /** As `find`, for a command that is about to write the key: Redis does not count these. */
  findForWrite(key: AnyBytes): KeyRow | null {
    const value = this.#value;
    if (!this.#keyspace.get(this.#address(key), value)) return null;
    const row = this.#row;
    const { buffer, start } = value;
    if (hasTtl(buffer, start)) {
      row.expireAt = expireAtMs(buffer, start);
      if (row.expireAt <= this.nowMs) return this.#ended(key);
    } else {
      row.expireAt = 0;
    }
    row.type = rowType(buffer, start);
    row.buffer = buffer;
    row.start = restStart(buffer, start);
    row.end = value.end;
    if (row.type !== TYPE_HASH || row.end - row.start <= HASH_HEADER_BYTES) return row;
    return this.#hashWithTtls(key, row);
  }

  /** As `findForWrite`. @throws {CommandError} WRONGTYPE when the key holds another type */
  findTypeForWrite(key: AnyBytes, type: number): KeyRow | null {
    const row = this.findForWrite(key);
    if (row !== null && row.type !== type) throw new CommandError(errors.wrongType);
    return row;
  }

  /**
   * Stores a key row and answers where its `restBytes` bytes behind type and TTL go; the caller has to
   * write all of them at once.
   *
   * @param expireAt ms since 1970, 0 for no TTL
   * @param id collection that the rest names, 0 for a string
   */
  put(key: AnyBytes, type: number, expireAt: number, restBytes: number, id = 0): RowValue {
    const at = Math.min(expireAt, EXPIRE_AT_MAX_MS);
    const row = this.#keyspace.put(this.#address(key), headBytes(at) + restBytes, id);
    row.start = writeHead(row.buffer, row.start, type, at);
    if (at !== 0) this.#expiry.note(this.#key, at);
    this.changed(key);
    return row;
  }

  /** Stores a string. `value` must not be a view of the same key's row. */
  putString(key: AnyBytes, value: AnyBytes, expireAt: number): void {
    const row = this.put(key, TYPE_STRING, expireAt, value.length);
    copyTo(value, row.buffer, row.start);
  }

  /**
   * Gives a key another TTL and keeps everything else.
   *
   * @param row what `find` has just found for this key
   * @param expireAt ms since 1970, 0 for no TTL
   */
  putTtl(key: Bytes, row: KeyRow, expireAt: number): void {
    const rest = row.rest();
    // With a head of the same size the row may be written over in place, where `rest` is the same memory.
    const target = this.put(key, row.type, expireAt, rest.length, row.id);
    copyRange(rest, 0, rest.length, target.buffer, target.start);
    if (row.type === TYPE_HASH) this.noteFields(key, rest);
  }

  /** Has the fields of a hash end in time: the first ends at `dueAt`, in ms since 1970. */
  noteDue(key: Bytes, dueAt: number): void {
    this.#expiry.note(this.#key.key(this.space, key), dueAt);
  }

  /** As `noteDue`, with what stands behind type and TTL in the hash's row. */
  noteFields(key: Bytes, rest: Bytes): void {
    if (rest.length > HASH_HEADER_BYTES) this.noteDue(key, readU48(rest, HASH_HEADER_BYTES));
  }

  /** For the cycle that ends what nobody asks for. */
  removeDueFields(key: Bytes): void {
    this.findForWrite(key);
  }

  /** Removes a key row, whatever it holds; its collection's rows become garbage. */
  remove(key: AnyBytes): void {
    this.#keyspace.delete(this.#address(key));
    this.changed(key);
  }

  /**
   * Moves a key row: type, TTL and what it holds stand under `newKey` in `target` afterwards, and nothing under
   * `key` here. What `newKey` held is replaced. A collection's rows stay where they are, they bear its id.
   *
   * REQUIRES: another key, or another database.
   * @param row what `find` has just found for `key`
   */
  move(key: Bytes, row: KeyRow, target: KeyTable, newKey: Bytes): void {
    const { id } = row;
    const rest = row.rest();
    const moved = target.put(newKey, row.type, row.expireAt, rest.length, id);
    moved.buffer.set(rest, moved.start);
    if (row.type === TYPE_HASH) target.noteFields(newKey, rest);
    if (id !== 0) this.#spaces.putHome(id, target.space, newKey);
    this.remove(key);
  }

  /** A hash some fields of which have TTLs, after some of those that have ended are removed; null: all have ended. */
  #hashWithTtls(key: AnyBytes, row: KeyRow): KeyRow | null {
    const { buffer, start, end } = this.#value;
    const { nowMs } = this;
    if (fieldsDueAtMs(buffer, start, end) > nowMs) return row;
    const remover = this.#fieldRemover;
    if (this.#isRemoving || remover === null) return row;
    if (remover.haveAllFieldsEnded(row, nowMs)) return this.#ended(key);
    if (!this.#expiry.mayRemove) return row;
    this.#isRemoving = true;
    try {
      remover.removeDueFields(viewOf(key), row, nowMs);
      return this.findForWrite(key);
    } finally {
      this.#isRemoving = false;
    }
  }

  #address(key: AnyBytes): RowKey {
    if (!(key instanceof Stretch)) return this.#key.key(this.space, key);
    return this.#key.key(this.space, key.buffer, key.start, key.end);
  }

  #ended(key: AnyBytes): null {
    if (this.#expiry.removeExpired(this.#address(key))) this.changed(key, true);
    return null;
  }
}
