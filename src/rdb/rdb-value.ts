/**
 * Values as they stand in a payload or a file. They are read while they are gone through, as often as somebody
 * wants, so that a large one needs no memory beside its bytes.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { parseDouble } from "../bytes/double.ts";
import { parseSafeInteger } from "../bytes/integer.ts";
import { intsetMembers } from "./intset.ts";
import { listpackEntries } from "./listpack.ts";
import { RdbError } from "./rdb-error.ts";
import { RdbReader } from "./rdb-reader.ts";
import type { RdbGroup, RdbStreamEntry, RdbStreamHead } from "./rdb-stream.ts";
import * as types from "./rdb-types.ts";
import type { StreamVersion } from "./skip-stream.ts";
import { streamEntries } from "./stream-entries.ts";
import { streamGroups } from "./stream-groups.ts";
import { streamHead } from "./stream-head.ts";
import { foreignName } from "./value-shape.ts";
import { ziplistEntries } from "./ziplist.ts";
import { zipmapEntries } from "./zipmap.ts";

export interface RdbField {
  readonly field: Bytes;
  readonly value: Bytes;
  /** When the field ends, ms since 1970; 0: never. */
  readonly expireAtMs: number;
}

export interface RdbMember {
  readonly member: Bytes;
  readonly score: number;
}

export interface RdbSegment {
  readonly number: number;
  readonly bytes: Bytes;
}

/**
 * Going through the parts throws an RdbError where they are damaged. Bytes are views of the payload, or their
 * own. What is the same twice, or out of order, is not noticed here: see `checkValue`.
 */
export type RdbValue =
  | { readonly type: "string"; bytes(): Bytes }
  | { readonly type: "list"; items(): Iterable<Bytes> }
  | { readonly type: "set"; members(): Iterable<Bytes> }
  | { readonly type: "hash"; fields(): Iterable<RdbField> }
  | { readonly type: "zset"; members(): Iterable<RdbMember> }
  | { readonly type: "bitmap"; readonly tail: number; segments(): Iterable<RdbSegment> }
  | {
      readonly type: "stream";
      readonly head: RdbStreamHead;
      entries(): Iterable<RdbStreamEntry>;
      groups(): Iterable<RdbGroup>;
    };

/** Bytes that hold a value. */
export interface ValueBytes {
  readonly buffer: Bytes;
  /** Behind the type. */
  readonly start: number;
  readonly end: number;
  readonly type: number;
  /**
   * How many bytes compressed strings in it may come to, all together; so may names of fields that stand once for
   * many entries of a stream.
   */
  readonly expandedBytesMax: number;
}

/** Version of the form in which bitmaps are written. */
export const BITMAP_VERSION = 1;

const QUICKLIST_PLAIN = 1;
const QUICKLIST_PACKED = 2;

/** The value in these bytes. @throws {RdbError} a type that is not read here */
export function openValue(bytes: ValueBytes): RdbValue {
  const open = () => new RdbReader(bytes.buffer, bytes.start, bytes.end, bytes.expandedBytesMax);
  switch (bytes.type) {
    case types.RDB_STRING:
      return { type: "string", bytes: () => open().string() };
    case types.RDB_LIST:
      return { type: "list", items: () => strings(open()) };
    case types.RDB_LIST_ZIPLIST:
      return { type: "list", items: () => ziplistEntries(open().string()) };
    case types.RDB_LIST_QUICKLIST:
      return { type: "list", items: () => quicklistItems(open()) };
    case types.RDB_LIST_QUICKLIST_2:
      return { type: "list", items: () => quicklist2Items(open()) };
    case types.RDB_SET:
      return { type: "set", members: () => strings(open()) };
    case types.RDB_SET_INTSET:
      return { type: "set", members: () => intsetMembers(open().string()) };
    case types.RDB_SET_LISTPACK:
      return { type: "set", members: () => listpackEntries(open().string()) };
    case types.RDB_ZSET:
      return { type: "zset", members: () => textScores(open()) };
    case types.RDB_ZSET_2:
      return { type: "zset", members: () => doubleScores(open()) };
    case types.RDB_ZSET_ZIPLIST:
      return { type: "zset", members: () => scoresOf(ziplistEntries(open().string())) };
    case types.RDB_ZSET_LISTPACK:
      return { type: "zset", members: () => scoresOf(listpackEntries(open().string())) };
    case types.RDB_HASH:
      return { type: "hash", fields: () => plainFields(open()) };
    case types.RDB_HASH_ZIPMAP:
      return { type: "hash", fields: () => fieldsOf(zipmapEntries(open().string())) };
    case types.RDB_HASH_ZIPLIST:
      return { type: "hash", fields: () => fieldsOf(ziplistEntries(open().string())) };
    case types.RDB_HASH_LISTPACK:
      return { type: "hash", fields: () => fieldsOf(listpackEntries(open().string())) };
    case types.RDB_HASH_METADATA:
      return { type: "hash", fields: () => fieldsWithTtl(open()) };
    case types.RDB_HASH_LISTPACK_EX:
      return { type: "hash", fields: () => packedFieldsWithTtl(open()) };
    case types.RDB_STREAM_LISTPACKS:
      return openStream(open, 1);
    case types.RDB_STREAM_LISTPACKS_2:
      return openStream(open, 2);
    case types.RDB_STREAM_LISTPACKS_3:
      return openStream(open, 3);
    case types.RDB_LEDIS_BITMAP:
      return { type: "bitmap", tail: bitmapTail(open()), segments: () => segments(open()) };
    default: {
      const name = foreignName(bytes.type);
      const what = name === null ? `values of type ${bytes.type}` : `${name}s`;
      throw new RdbError(`${what} cannot be stored here`);
    }
  }
}

function openStream(open: () => RdbReader, version: StreamVersion): RdbValue {
  return {
    type: "stream",
    head: streamHead(open(), version),
    entries: () => streamEntries(open()),
    groups: () => streamGroups(open, version),
  };
}

function* strings(reader: RdbReader): Generator<Bytes> {
  for (let left = reader.length(); left > 0; left--) yield reader.string();
}

function* quicklistItems(reader: RdbReader): Generator<Bytes> {
  for (let left = reader.length(); left > 0; left--) yield* ziplistEntries(reader.string());
}

function* quicklist2Items(reader: RdbReader): Generator<Bytes> {
  for (let left = reader.length(); left > 0; left--) {
    const container = reader.length();
    if (container === QUICKLIST_PLAIN) yield reader.string();
    else if (container === QUICKLIST_PACKED) yield* listpackEntries(reader.string());
    else throw new RdbError("damaged list");
  }
}

function* textScores(reader: RdbReader): Generator<RdbMember> {
  for (let left = reader.length(); left > 0; left--) {
    yield { member: reader.string(), score: reader.textDouble() };
  }
}

function* doubleScores(reader: RdbReader): Generator<RdbMember> {
  for (let left = reader.length(); left > 0; left--) {
    yield { member: reader.string(), score: reader.double() };
  }
}

function* scoresOf(entries: Generator<Bytes>): Generator<RdbMember> {
  for (const member of entries) yield { member, score: parseDouble(following(entries)) };
}

function* plainFields(reader: RdbReader): Generator<RdbField> {
  for (let left = reader.length(); left > 0; left--) {
    yield { field: reader.string(), value: reader.string(), expireAtMs: 0 };
  }
}

function* fieldsOf(entries: Generator<Bytes>): Generator<RdbField> {
  for (const field of entries) yield { field, value: following(entries), expireAtMs: 0 };
}

/** TTLs count from the first one, and from 1: 0 says that there is none. */
function* fieldsWithTtl(reader: RdbReader): Generator<RdbField> {
  const first = reader.uint64();
  for (let left = reader.length(); left > 0; left--) {
    const ttl = reader.length();
    const expireAtMs = ttl === 0 ? 0 : first + ttl - 1;
    yield { field: reader.string(), value: reader.string(), expireAtMs };
  }
}

function* packedFieldsWithTtl(reader: RdbReader): Generator<RdbField> {
  reader.uint64();
  const entries = listpackEntries(reader.string());
  for (const field of entries) {
    const value = following(entries);
    const expireAtMs = parseSafeInteger(following(entries));
    if (!(expireAtMs >= 0)) throw new RdbError("damaged hash");
    yield { field, value, expireAtMs };
  }
}

function bitmapTail(reader: RdbReader): number {
  const version = reader.length();
  if (version !== BITMAP_VERSION) throw new RdbError(`bitmap of version ${version}`);
  return reader.length();
}

function* segments(reader: RdbReader): Generator<RdbSegment> {
  bitmapTail(reader);
  for (let left = reader.length(); left > 0; left--) {
    yield { number: reader.length(), bytes: reader.string() };
  }
}

function following(entries: Generator<Bytes>): Bytes {
  const next = entries.next();
  if (next.done === true) throw new RdbError("a value is missing behind its field or member");
  return next.value;
}
