/** Little-endian integers of Redis's compact forms, and the text that stands for them as members and values. */
import type { Bytes } from "../bytes/bytes.ts";
import { integerLength, writeBigint, writeInteger } from "../bytes/integer.ts";

/** Bytes of the longest text: that of the least int64. */
const TEXT_BYTES_MAX = 20;

/**
 * The signed integer in `bytes[at, at + count)`.
 *
 * REQUIRES: `count` is in [1, 4], and the bytes are there.
 */
export function readSigned(bytes: Bytes, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value |= bytes[at + i]! << (8 * i);
  const unused = 32 - 8 * count;
  return (value << unused) >> unused;
}

/** As `readSigned`, unsigned. */
export function readUnsigned(bytes: Bytes, at: number, count: number): number {
  const value = readSigned(bytes, at, count);
  return value < 0 ? value + 2 ** (8 * count) : value;
}

/** The int64 at `bytes[at]`. REQUIRES: eight bytes are there. */
export function readInt64(bytes: Bytes, at: number): bigint {
  return (BigInt(readSigned(bytes, at + 4, 4)) << 32n) | BigInt(readUnsigned(bytes, at, 4));
}

/** The integer of `count` bytes at `bytes[at]` as text. REQUIRES: `count` is 1, 2, 3, 4 or 8. */
export function integerText(bytes: Bytes, at: number, count: number): Bytes {
  if (count <= 4) return numberText(readSigned(bytes, at, count));
  const text = new Uint8Array(TEXT_BYTES_MAX);
  return text.subarray(0, writeBigint(text, 0, readInt64(bytes, at)));
}

/** The text of a safe integer. */
export function numberText(value: number): Bytes {
  const text = new Uint8Array(integerLength(value));
  writeInteger(text, 0, value);
  return text;
}
