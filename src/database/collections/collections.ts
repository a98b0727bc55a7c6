/**
 * What hashes, sets, sorted sets, lists and bitmaps have in common: a key row that names a collection by its id and
 * keeps its size, and element rows `kind · id · rest` that belong to the id. A key row is written once per turn,
 * however many commands touch the collection, because a row is written over in place within a turn.
 */
import { type Bytes, copyRange, EMPTY } from "../../bytes/bytes.ts";
import { type AnyBytes, copyTo } from "../../bytes/stretch.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { RowKey, readU48, writeU48 } from "../../keyspace/rows/row-key.ts";
import { RowValue } from "../../keyspace/rows/row-value.ts";
import type { KeyRow, KeyTable } from "../key-table/key-table.ts";
import type { Spaces } from "../key-table/spaces.ts";
import { Elements } from "./elements.ts";

export type { ElementRange } from "./elements.ts";

/** Bytes of a header before what the type adds: `id u48 · size u48`. */
export const HEADER_BYTES = 12;

/** A collection as its key row describes it; change `size` and `extra`, then `save`. */
export interface CollectionHeader {
  readonly type: number;
  readonly id: number;
  /** Elements. */
  size: number;
  /** ms since 1970; 0: no TTL. */
  expireAt: number;
  /** What the type keeps behind the size; an own copy. */
  extra: Uint8Array;
  /** False until the first save. */
  isStored: boolean;
}

export class Collections extends Elements {
  readonly #keys: KeyTable;
  readonly #keyspace: Keyspace;
  readonly #spaces: Spaces;
  readonly #key = new RowKey();
  readonly #value = new RowValue();

  constructor(keys: KeyTable, keyspace: Keyspace, spaces: Spaces) {
    super(keyspace);
    this.#keys = keys;
    this.#keyspace = keyspace;
    this.#spaces = spaces;
  }

  /** The collection at `key` for a command that reads; null: no such key. @throws {CommandError} WRONGTYPE */
  find(key: AnyBytes, type: number): CollectionHeader | null {
    return headerOf(this.#keys.findType(key, type));
  }

  /** As `find`, for a command that is about to change it. */
  findForWrite(key: AnyBytes, type: number): CollectionHeader | null {
    return headerOf(this.#keys.findTypeForWrite(key, type));
  }

  /** The collection at `key`, or an empty one that exists once it is saved. @throws {CommandError} WRONGTYPE */
  findOrCreate(key: AnyBytes, type: number, extra: Uint8Array = EMPTY): CollectionHeader {
    return this.findForWrite(key, type) ?? this.create(type, extra);
  }

  /** An empty collection of a new id; saving it replaces whatever the key holds then. */
  create(type: number, extra: Uint8Array = EMPTY): CollectionHeader {
    return { type, id: this.#spaces.newId(), size: 0, expireAt: 0, extra, isStored: false };
  }

  /** Tells who watches the key that it was changed, though its row was not. */
  changed(key: Bytes): void {
    this.#keys.changed(key);
  }

  /** Writes the key row; a collection without elements is removed instead. */
  save(key: AnyBytes, header: CollectionHeader): void {
    if (header.size > 0) this.keep(key, header);
    else if (header.isStored) this.#keys.remove(key);
  }

  /** Writes the key row, without elements too: of a type that may be empty. */
  keep(key: AnyBytes, header: CollectionHeader): void {
    const bytes = HEADER_BYTES + header.extra.length;
    const row = this.#keys.put(key, header.type, header.expireAt, bytes, header.id);
    writeU48(row.buffer, row.start, header.id);
    writeU48(row.buffer, row.start + 6, header.size);
    copyRange(header.extra, 0, header.extra.length, row.buffer, row.start + HEADER_BYTES);
    header.isStored = true;
  }

  /** Removes the key; the element rows go later, in the background. */
  remove(key: Bytes): void {
    this.#keys.remove(key);
  }

  /** Stores an element row. `value` must not be a view of the same row. */
  put(kind: number, id: number, rest: Bytes, value: AnyBytes): void {
    const row = this.#keyspace.put(this.#key.element(kind, id, rest), value.length);
    copyTo(value, row.buffer, row.start);
  }

  delete(kind: number, id: number, rest: Bytes): void {
    this.#keyspace.delete(this.#key.element(kind, id, rest));
  }

  /** Stores a row without a value unless it is there; false when it is. Cheaper than `has` and `put`. */
  insert(kind: number, id: number, rest: Bytes): boolean {
    const key = this.#key.element(kind, id, rest);
    if (this.#keyspace.get(key, this.#value)) return false;
    this.#keyspace.put(key, 0);
    return true;
  }

  /** Stores a row whatever is there; true when nothing was. Cheaper than `has` and `put`; `value` as there. */
  store(kind: number, id: number, rest: Bytes, value: Bytes): boolean {
    const key = this.#key.element(kind, id, rest);
    const isNew = !this.#keyspace.get(key, this.#value);
    const row = this.#keyspace.put(key, value.length);
    copyRange(value, 0, value.length, row.buffer, row.start);
    return isNew;
  }

  /** Removes a row; false when there is none. Cheaper than `has` and `delete`. */
  take(kind: number, id: number, rest: Bytes): boolean {
    const key = this.#key.element(kind, id, rest);
    if (!this.#keyspace.get(key, this.#value)) return false;
    this.#keyspace.delete(key);
    return true;
  }
}

function headerOf(row: KeyRow | null): CollectionHeader | null {
  return row === null ? null : decodeHeader(row);
}

/** The header that a collection's key row holds. */
export function decodeHeader(row: KeyRow): CollectionHeader {
  const { buffer, start, end } = row;
  return {
    type: row.type,
    id: readU48(buffer, start),
    size: readU48(buffer, start + 6),
    expireAt: row.expireAt,
    extra: extraOf(buffer, start + HEADER_BYTES, end),
    isStored: true,
  };
}

function extraOf(buffer: Bytes, start: number, end: number): Uint8Array {
  if (start === end) return EMPTY;
  const extra = new Uint8Array(end - start);
  copyRange(buffer, start, end, extra, 0);
  return extra;
}
