/**
 * Keys of LedisDB v0.1's store, decoded: what a record of its dump or log is about. The names of bitmaps' tails carry
 * neither database nor type there, so they are what is left when nothing else fits.
 */
import { readU32 } from "../../binlog/event.ts";
import type { Bytes } from "../../bytes/bytes.ts";

/** Databases of v0.1: a key's first byte. */
export const LEGACY_DATABASES = 16;

/** v0.1's types by their codes, which are the codes of the same types here. */
export const legacyTypes = { 1: "kv", 2: "hash", 4: "list", 6: "zset", 9: "bitmap" } as const;
export type LegacyType = keyof typeof legacyTypes;

const CODE_KV = 1;
const CODE_HASH = 2;
const CODE_HSIZE = 3;
const CODE_LIST = 4;
const CODE_LMETA = 5;
const CODE_ZSET = 6;
const CODE_ZSIZE = 7;
const CODE_ZSCORE = 8;
const CODE_BIT = 9;
const CODE_BITMETA = 10;
const CODE_EXPTIME = 101;
const CODE_EXPMETA = 102;

const COLON = 0x3a;

/** All bytes are views of the store key. */
export type StoreKey =
  | { readonly kind: "kv"; readonly db: number; readonly key: Bytes }
  | { readonly kind: "hash"; readonly db: number; readonly key: Bytes; readonly field: Bytes }
  | { readonly kind: "list"; readonly db: number; readonly key: Bytes; readonly place: number }
  | { readonly kind: "lmeta"; readonly db: number; readonly key: Bytes }
  | { readonly kind: "zset"; readonly db: number; readonly key: Bytes; readonly member: Bytes }
  | { readonly kind: "bit"; readonly db: number; readonly key: Bytes; readonly segment: number }
  /** Of the bitmaps of this name in all databases. */
  | { readonly kind: "bitmeta"; readonly key: Bytes }
  | {
      readonly kind: "expmeta";
      readonly db: number;
      readonly type: LegacyType;
      readonly key: Bytes;
    }
  /** Sizes, order of scores, order of times: what other records say already. */
  | { readonly kind: "derived"; readonly db: number };

/** What a store key names; null when it is none of v0.1's. */
export function decodeStoreKey(source: Bytes): StoreKey | null {
  const [db, code] = source;
  if (db === undefined || code === undefined) return null;
  const found = db < LEGACY_DATABASES ? decodeTyped(source, db, code) : null;
  return found ?? decodeTail(source);
}

function decodeTyped(source: Bytes, db: number, code: number): StoreKey | null {
  switch (code) {
    case CODE_KV:
      return { kind: "kv", db, key: source.subarray(2) };
    case CODE_LMETA:
      return { kind: "lmeta", db, key: source.subarray(2) };
    case CODE_HSIZE:
    case CODE_ZSIZE:
    case CODE_EXPTIME:
      return { kind: "derived", db };
    case CODE_EXPMETA: {
      const type = source[2];
      if (type === undefined || !(type in legacyTypes)) return null;
      return { kind: "expmeta", db, type: type as LegacyType, key: source.subarray(3) };
    }
    default:
      return decodeElement(source, db, code);
  }
}

/** `db · code · key length u16 · key · ...` */
function decodeElement(source: Bytes, db: number, code: number): StoreKey | null {
  const start = 4;
  if (source.length < start) return null;
  const end = start + ((source[2]! << 8) | source[3]!);
  if (end > source.length) return null;
  const key = source.subarray(start, end);
  const rest = source.subarray(end);
  const isNamed = rest[0] === COLON;
  const isNumbered = rest.length === 4;
  if (code === CODE_HASH && isNamed) return { kind: "hash", db, key, field: rest.subarray(1) };
  if (code === CODE_ZSET && isNamed) return { kind: "zset", db, key, member: rest.subarray(1) };
  if (code === CODE_ZSCORE && rest.length > 9) return { kind: "derived", db };
  if (code === CODE_LIST && isNumbered) return { kind: "list", db, key, place: readU32(rest, 0) };
  if (code === CODE_BIT && isNumbered) return { kind: "bit", db, key, segment: readU32(rest, 0) };
  return null;
}

/** `key · 00 00`; of a key of one byte `key · 0a · 00`. */
function decodeTail(source: Bytes): StoreKey | null {
  const { length } = source;
  if (length < 3 || source[length - 1] !== 0) return null;
  const expected = length === 3 ? CODE_BITMETA : 0;
  if (source[length - 2] !== expected) return null;
  return { kind: "bitmeta", key: source.subarray(0, length - 2) };
}
