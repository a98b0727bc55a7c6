/**
 * The value of a key row: type, TTL, then the string itself or the collection's header.
 * On disk and in the log: never renumber.
 *
 * Layout: `type and flags u8 · [expire at, ms since 1970, u48be] · rest`. The low four bits of the
 * first byte are the type; bit 7 says that the TTL is there. Rest of a string: its bytes. Rest of a
 * collection: `id u48be`, then what its type keeps; of a hash: `size u48be`, and if fields have TTLs
 * `earliest u48be · fields with TTL u48be · latest u48be` (times in ms since 1970).
 */
import { readU48, writeU48 } from "./row-key.ts";

export const TYPE_STRING = 1;
export const TYPE_HASH = 2;
export const TYPE_LIST = 4;
export const TYPE_ZSET = 6;
export const TYPE_BITMAP = 9;
export const TYPE_SET = 11;
export const TYPE_STREAM = 13;

const TYPE_MASK = 0x0f;
const FLAG_TTL = 0x80;
const TTL_BYTES = 6;
/** Bytes of a collection's id at the start of the rest. */
export const ID_BYTES = 6;
/** Bytes of a hash's header before what it keeps of its fields' TTLs, and bytes of that. */
export const HASH_HEADER_BYTES = ID_BYTES + 6;
export const FIELD_TTLS_BYTES = 18;
/** Type, collection id and what says when a key ends stand within these first bytes. */
export const KEY_HEAD_BYTES = 1 + TTL_BYTES + HASH_HEADER_BYTES + FIELD_TTLS_BYTES;

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

/** Where a hash's row says what TTLs its fields have; 0: none has one, or it is no hash. */
function fieldTtlsStart(source: Uint8Array, at: number, end: number): number {
  if (rowType(source, at) !== TYPE_HASH) return 0;
  const start = restStart(source, at) + HASH_HEADER_BYTES;
  return end - start >= FIELD_TTLS_BYTES ? start : 0;
}

/**
 * When the key ends, in ms since 1970: by its TTL, or with the last field of a hash whose fields all have one; then
 * it may be earlier. 0: neither.
 *
 * @param end of the row, or at least KEY_HEAD_BYTES of it
 */
export function endsAtMs(source: Uint8Array, at: number, end: number): number {
  const ttl = expireAtMs(source, at);
  const start = fieldTtlsStart(source, at, end);
  if (start === 0 || readU48(source, start - 6) !== readU48(source, start + 6)) return ttl;
  const latest = readU48(source, start + 12);
  return ttl === 0 ? latest : Math.min(ttl, latest);
}

/** No field of a hash ends before this time, in ms since 1970; 0: none has a TTL. `end` as of `endsAtMs`. */
export function fieldsDueAtMs(source: Uint8Array, at: number, end: number): number {
  const start = fieldTtlsStart(source, at, end);
  return start === 0 ? 0 : readU48(source, start);
}

/** When there is something to do with the key: the earlier of both. 0: never. `end` as of `endsAtMs`. */
export function dueAtMs(source: Uint8Array, at: number, end: number): number {
  const ttl = expireAtMs(source, at);
  const fields = fieldsDueAtMs(source, at, end);
  return ttl === 0 || fields === 0 ? ttl + fields : Math.min(ttl, fields);
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
