/**
 * Key rows of one database: lookup with type and TTL, and writing them. Every type's operations go through
 * here, so an expired key is invisible to all of them and a wrong type is refused in one place.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import { CommandError, errors } from "../errors.ts";
import {
  EXPIRE_AT_MAX_MS,
  expireAtMs,
  hasTtl,
  headBytes,
  restStart,
  rowType,
  TYPE_STRING,
  writeHead,
} from "../keyspace/key-row.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { RowKey } from "../keyspace/row-key.ts";
import { RowValue } from "../keyspace/row-value.ts";
import type { Expiry } from "./expiry.ts";
import type { Spaces } from "./spaces.ts";

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

  /** View of the bytes behind type and TTL. */
  rest(): Bytes {
    return this.buffer.subarray(this.start, this.end);
  }
}

export class KeyTable {
  readonly database: number;
  readonly #keyspace: Keyspace;
  readonly #spaces: Spaces;
  readonly #expiry: Expiry;
  readonly #key = new RowKey();
  readonly #value = new RowValue();
  readonly #row = new KeyRow();
  /** Told of every key that a write changed or removed: WATCH and blocked clients hang on it. */
  onChange: (key: Bytes) => void = () => {};

  constructor(database: number, keyspace: Keyspace, spaces: Spaces, expiry: Expiry) {
    this.database = database;
    this.#keyspace = keyspace;
    this.#spaces = spaces;
    this.#expiry = expiry;
  }

  get space(): number {
    return this.#spaces.of(this.database);
  }

  /** The key's row, or null when there is none or its TTL has passed. */
  find(key: Bytes): KeyRow | null {
    const value = this.#value;
    if (!this.#keyspace.get(this.#key.key(this.space, key), value)) return null;
    const row = this.#row;
    const { buffer, start } = value;
    if (hasTtl(buffer, start)) {
      row.expireAt = expireAtMs(buffer, start);
      if (row.expireAt <= clock.nowMs()) {
        this.#expiry.removeExpired(this.#key);
        return null;
      }
    } else {
      row.expireAt = 0;
    }
    row.type = rowType(buffer, start);
    row.buffer = buffer;
    row.start = restStart(buffer, start);
    row.end = value.end;
    return row;
  }

  /** As `find`. @throws {CommandError} WRONGTYPE when the key holds another type */
  findType(key: Bytes, type: number): KeyRow | null {
    const row = this.find(key);
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
  put(key: Bytes, type: number, expireAt: number, restBytes: number, id = 0): RowValue {
    const at = Math.min(expireAt, EXPIRE_AT_MAX_MS);
    const row = this.#keyspace.put(this.#key.key(this.space, key), headBytes(at) + restBytes, id);
    row.start = writeHead(row.buffer, row.start, type, at);
    if (at !== 0) this.#expiry.note(this.#key, at);
    this.onChange(key);
    return row;
  }

  /** Stores a string. `value` must not be a view of the same key's row. */
  putString(key: Bytes, value: Bytes, expireAt: number): void {
    const row = this.put(key, TYPE_STRING, expireAt, value.length);
    row.buffer.set(value, row.start);
  }

  /** Removes a key row, whatever it holds; its collection's rows become garbage. */
  remove(key: Bytes): void {
    this.#keyspace.delete(this.#key.key(this.space, key));
    this.onChange(key);
  }
}
