/**
 * Ids of stream entries, `milliseconds-sequence`, both uint64. Here they are 16 bytes, both numbers big-endian, so
 * that byte order is their order: the form in which they are kept.
 */
import { type Bytes, copyBytes, fromText } from "./bytes.ts";

export const STREAM_ID_BYTES = 16;
const PART_BYTES = 8;
const UINT64_MAX = 2n ** 64n - 1n;
/** Longer texts are no ids. */
const TEXT_BYTES_MAX = 127;
/** Digits that are surely a safe integer. */
const SAFE_DIGITS = 15;

/** 0-0, before every entry's id. */
export const STREAM_ID_MIN: Bytes = new Uint8Array(STREAM_ID_BYTES);
/** The greatest id. */
export const STREAM_ID_MAX: Bytes = new Uint8Array(STREAM_ID_BYTES).fill(0xff);

/** @param ms and `seq`: 0 to 2^64 - 1 */
export function streamId(ms: bigint, seq: bigint): Bytes {
  const id = new Uint8Array(STREAM_ID_BYTES);
  writeUint64(id, 0, ms);
  writeUint64(id, PART_BYTES, seq);
  return id;
}

/** The id at `source[at]`, copied. */
export function copyStreamId(source: Bytes, at: number): Bytes {
  const id = new Uint8Array(STREAM_ID_BYTES);
  for (let i = 0; i < STREAM_ID_BYTES; i++) id[i] = source[at + i]!;
  return id;
}

export function msOf(id: Bytes): bigint {
  return readUint64(id, 0);
}

export function seqOf(id: Bytes): bigint {
  return readUint64(id, PART_BYTES);
}

/** `ms-seq`, as clients see it. */
export function streamIdText(id: Bytes): Bytes {
  return fromText(`${shownUint64(id, 0)}-${shownUint64(id, PART_BYTES)}`);
}

/** The big-endian uint64 at `source[at]`. Views of the memory would cost more than this does. */
export function readUint64(source: Bytes, at: number): bigint {
  const high = readUint32(source, at);
  const low = readUint32(source, at + 4);
  return high < 2 ** 21 ? BigInt(high * 2 ** 32 + low) : (BigInt(high) << 32n) | BigInt(low);
}

/** Writes it there. */
export function writeUint64(target: Uint8Array, at: number, value: bigint): void {
  writeUint32(target, at, Number(value >> 32n));
  writeUint32(target, at + 4, Number(value & 0xffff_ffffn));
}

/** As `readUint64`, to be shown: a number where that is exact. */
function shownUint64(source: Bytes, at: number): number | bigint {
  const high = readUint32(source, at);
  return high < 2 ** 21 ? high * 2 ** 32 + readUint32(source, at + 4) : readUint64(source, at);
}

function readUint32(source: Bytes, at: number): number {
  const bits = (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!;
  return source[at]! * 2 ** 24 + bits;
}

function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** The least id above this one; null: it is the greatest. */
export function streamIdAfter(id: Bytes): Bytes | null {
  const next = copyBytes(id);
  for (let at = STREAM_ID_BYTES - 1; at >= 0; at--) {
    next[at] = next[at]! + 1;
    if (next[at] !== 0) return next;
  }
  return null;
}

/** The greatest id below this one; null: it is 0-0. */
export function streamIdBefore(id: Bytes): Bytes | null {
  const previous = copyBytes(id);
  for (let at = STREAM_ID_BYTES - 1; at >= 0; at--) {
    previous[at] = previous[at]! - 1;
    if (previous[at] !== 0xff) return previous;
  }
  return null;
}

/**
 * The id that a text spells: `ms-seq`, or `ms`. Null: none.
 *
 * @param missingSeq what `ms` alone means
 */
export function parseStreamId(text: Bytes, missingSeq: bigint): Bytes | null {
  const dash = text.indexOf(0x2d);
  const ms = parseUint64(text, 0, dash < 0 ? text.length : dash);
  const seq = dash < 0 ? missingSeq : parseUint64(text, dash + 1, text.length);
  return ms === null || seq === null ? null : streamId(ms, seq);
}

/**
 * The uint64 that `text[start, end)` spells; null: none. As Redis's string2ull: zeros and `+` in front are no harm,
 * and a negative number that is not plainly one, such as `-01`, counts from 2^64 down, as C's strtoull has it.
 */
export function parseUint64(text: Bytes, start: number, end: number): bigint | null {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text[at]! - 0x30;
    if (digit < 0 || digit > 9) return parseLoosely(text, start, end);
    value = value * 10 + digit;
  }
  const digits = end - start;
  return digits > 0 && digits <= SAFE_DIGITS ? BigInt(value) : parseLoosely(text, start, end);
}

function parseLoosely(text: Bytes, start: number, end: number): bigint | null {
  if (end - start > TEXT_BYTES_MAX) return null;
  const spelled = String.fromCharCode(...text.subarray(start, end));
  const [, sign, digits] = /^[\t-\r ]*([+-]?)(\d+)$/.exec(spelled) ?? [];
  if (digits === undefined || /^-[1-9]/.test(spelled)) return null;
  const value = BigInt(digits);
  if (value > UINT64_MAX) return null;
  return sign === "-" ? BigInt.asUintN(64, -value) : value;
}
