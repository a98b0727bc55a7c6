/**
 * Row kinds and row keys: the byte strings by which the keyspace is ordered.
 * On disk and in the log: never renumber. Layouts stand in docs/disk-format.md.
 */

import { readU32, writeU32 } from "../../binlog/event.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { hashBytes } from "../../bytes/hash.ts";

/** `0 · number u32be · name`: what the server itself keeps, by database or space number; see meta-rows.ts. */
export const KIND_META = 0;
/** `1 · space u32be · key`: a key with its type, TTL and string or collection header. */
export const KIND_KEY = 1;

/** Row kinds of collections: `kind · collection id u48be · rest`. */
export const KIND_HASH = 2;
/** `3 · id · field` → `deadline u48`: when the field ends, in ms since 1970. */
export const KIND_FIELD_TTL = 3;
export const KIND_LIST = 4;
/** `5 · id · deadline u48 · field`: the same in order of time. */
export const KIND_FIELD_DUE = 5;
export const KIND_ZSET = 6;
export const KIND_ZSCORE = 8;
export const KIND_BITMAP = 9;
export const KIND_ZCOUNT = 10;
export const KIND_SET = 11;
/** Entries of a stream, and its consumer groups; see src/database/streams/stream-rows.ts. */
export const KIND_STREAM = 13;
export const KIND_GROUP = 14;
export const KIND_CONSUMER = 15;
export const KIND_PENDING = 16;
/** The pending entries once more, by consumer. */
export const KIND_OWNED = 17;

/** Kinds whose rows always have empty values: ranges do not fetch them, which would cost as much as the keys. */
export const VALUELESS_KINDS: ReadonlySet<number> = new Set([KIND_ZSCORE, KIND_SET, KIND_OWNED]);

export const ELEMENT_KINDS = [
  KIND_HASH,
  KIND_FIELD_TTL,
  KIND_LIST,
  KIND_FIELD_DUE,
  KIND_ZSET,
  KIND_ZSCORE,
  KIND_BITMAP,
  KIND_ZCOUNT,
  KIND_SET,
  KIND_STREAM,
  KIND_GROUP,
  KIND_CONSUMER,
  KIND_PENDING,
  KIND_OWNED,
] as const;

/** Bytes of a meta or key row's key before the name or the client's key. */
export const KEY_PREFIX_BYTES = 5;
/** Bytes of an element row's key before field, sequence number, member or score. */
export const ELEMENT_PREFIX_BYTES = 7;

/** Bytes of a row key of this kind before the part that orders it within its number. */
export function prefixBytes(kind: number): number {
  return kind <= KIND_KEY ? KEY_PREFIX_BYTES : ELEMENT_PREFIX_BYTES;
}

/** The number in a row key that starts at `at`: database, space or collection id, by its kind. */
export function numberOf(source: Uint8Array, at: number): number {
  return source[at]! <= KIND_KEY ? readU32(source, at + 1) : readU48(source, at + 1);
}

export function writeU48(target: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  target[at] = high >>> 8;
  target[at + 1] = high;
  writeU32(target, at + 2, value % 0x1_0000_0000);
}

export function readU48(source: Uint8Array, at: number): number {
  return ((source[at]! << 8) | source[at + 1]!) * 0x1_0000_0000 + readU32(source, at + 2);
}

/** What is known of a row below the active generation; see Generation. */
export type Prior = 0 | 1 | 2 | 3;
export const PRIOR_UNKNOWN = 0;
export const PRIOR_ABSENT = 1;
export const PRIOR_PRESENT = 2;
export const PRIOR_PRESENT_WITH_TTL = 3;

/** The outcome of a search in a generation, and what must not have changed for it to hold still. */
export class FoundRow {
  owner: object | null = null;
  row = 0;
  rowCount = 0;
  undoCount = 0;
}

/**
 * A row key under construction, and its hash: one buffer used again and again, so that addressing a
 * row allocates nothing.
 */
export class RowKey {
  bytes = Buffer.allocUnsafeSlow(512);
  length = 0;
  /** Hash of the bytes, keyed per process. */
  hash = 0;
  /** What the last `Keyspace.get` of this key found below the generation `priorOwner`. */
  prior: Prior = PRIOR_UNKNOWN;
  priorOwner: object | null = null;
  /** Where the active generation has found this key, so that a write behind a read need not search again. */
  readonly found = new FoundRow();

  /** The client's key `source[start, end)` in space `space`. */
  key(space: number, source: Bytes, start = 0, end = source.length): this {
    return this.#short(KIND_KEY, space, source, start, end);
  }

  /** The server's own row `name` of database, space or server `number`. */
  meta(number: number, name: Bytes): this {
    return this.#short(KIND_META, number, name, 0, name.length);
  }

  /** Row of kind `kind` of the collection `id`; `rest` is what orders it there. */
  element(kind: number, id: number, rest: Bytes): this {
    const length = ELEMENT_PREFIX_BYTES + rest.length;
    this.#reserve(length);
    this.bytes[0] = kind;
    writeU48(this.bytes, 1, id);
    copyShort(rest, 0, rest.length, this.bytes, ELEMENT_PREFIX_BYTES);
    return this.#finish(length);
  }

  /** Any row, by its whole key. */
  raw(source: Uint8Array, start = 0, end = source.length): this {
    this.#reserve(end - start);
    this.bytes.set(source.subarray(start, end), 0);
    return this.#finish(end - start);
  }

  /** A view of the bytes; valid until the next row is addressed. */
  view(): Bytes {
    return this.bytes.subarray(0, this.length);
  }

  /** Copies the bytes to `target[at]`. */
  copyTo(target: Uint8Array, at: number): void {
    copyShort(this.bytes, 0, this.length, target, at);
  }

  #short(kind: number, number: number, source: Bytes, start: number, end: number): this {
    const length = KEY_PREFIX_BYTES + end - start;
    if (this.length === length && this.#isShort(kind, number, source, start)) return this;
    this.#reserve(length);
    const bytes = this.bytes;
    bytes[0] = kind;
    writeU32(bytes, 1, number);
    copyShort(source, start, end, bytes, KEY_PREFIX_BYTES);
    return this.#finish(length);
  }

  /** Is this the key already? Commands often read a row and then write it. */
  #isShort(kind: number, number: number, source: Bytes, start: number): boolean {
    const bytes = this.bytes;
    const from = start - KEY_PREFIX_BYTES;
    for (let i = this.length - 1; i >= KEY_PREFIX_BYTES; i--) {
      if (bytes[i] !== source[from + i]) return false;
    }
    return bytes[0] === kind && readU32(bytes, 1) === number;
  }

  #reserve(length: number): void {
    if (length > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(length * 2);
  }

  #finish(length: number): this {
    this.length = length;
    this.hash = hashBytes(this.bytes, 0, length);
    this.prior = PRIOR_UNKNOWN;
    this.found.owner = null;
    return this;
  }
}

/** Copies bytes that are mostly few: then a loop is faster than the call. */
function copyShort(
  source: Bytes,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  if (end - start > 32) target.set(source.subarray(start, end), at);
  else for (let i = start; i < end; i++) target[at + i - start] = source[i]!;
}
