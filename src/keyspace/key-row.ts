/**
 * The value of a key row: type, TTL, then the string itself or the collection's header.
 * On disk and in the log: never renumber.
 *
 * Layout: `type and flags u8 · [expire at, ms since 1970, u48be] · rest`. The low four bits of the
 * first byte are the type; bit 7 says that the TTL is there. Rest of a string: its bytes. Rest of a
 * collection: `id u48be`, then what its type keeps.
 */
import { readU48, writeU48 } from "./row-key.ts";

export const TYPE_STRING = 1;
export const TYPE_HASH = 2;
export const TYPE_LIST = 4;
export const TYPE_ZSET = 6;
export const TYPE_BITMAP = 9;
export const TYPE_SET = 11;

const TYPE_MASK = 0x0f;
const FLAG_TTL = 0x80;
const TTL_BYTES = 6;
/** Bytes of a collection's id at the start of the rest. */
export const ID_BYTES = 6;
/** Type, TTL and collection id stand within these first bytes. */
export const KEY_HEAD_BYTES = 1 + TTL_BYTES + ID_BYTES;

/** Largest time a row can hold, in ms since 1970: about the year 10,889. */
export const EXPIRE_AT_MAX_MS = 2 ** 48 - 1;

export function rowType(source: Uint8Array, at: number): number {
  return source[at]! & TYPE_MASK;
}

export function hasTtl(source: Uint8Array, at: number): boolean {
  return (source[at]! & FLAG_TTL) !== 0;
}

/** Milliseconds since 1970 at which the key ends; 0 when it has no TTL. */
export function expireAtMs(source: Uint8Array, at: number): number {
  return hasTtl(source, at) ? readU48(source, at + 1) : 0;
}

/** Bytes before the rest, for a key with or without a TTL. */
export function headBytes(expireAt: number): number {
  return expireAt === 0 ? 1 : 1 + TTL_BYTES;
}

/** Where the rest of the row value at `at` starts. */
export function restStart(source: Uint8Array, at: number): number {
  return hasTtl(source, at) ? at + 1 + TTL_BYTES : at + 1;
}

/** Writes type and TTL; answers where the rest goes. `expireAt` 0 means no TTL. */
export function writeHead(target: Uint8Array, at: number, type: number, expireAt: number): number {
  if (expireAt === 0) {
    target[at] = type;
    return at + 1;
  }
  target[at] = type | FLAG_TTL;
  writeU48(target, at + 1, expireAt);
  return at + 1 + TTL_BYTES;
}

/** Id of the collection whose rows belong to this key row; 0 for a string. */
export function collectionId(source: Uint8Array, at: number): number {
  return rowType(source, at) === TYPE_STRING ? 0 : readU48(source, restStart(source, at));
}
