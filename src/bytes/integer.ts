/**
 * Decimal text of integers: what INCR stores, what `:n` and lengths are on the wire.
 * Strict as Redis's string2ll; numbers inside ±(2^53 - 1) take paths that allocate nothing.
 */
import type { Bytes } from "./bytes.ts";

/** The least int64. */
export const INT64_MIN = -(2n ** 63n);
/** The greatest int64. */
export const INT64_MAX = 2n ** 63n - 1n;

const MINUS = 0x2d;
const ZERO = 0x30;
/** Digits of 2^53 - 1. */
const SAFE_DIGITS_MAX = 16;
/** Digits of 2^63. */
const INT64_DIGITS_MAX = 19;
/** Digits are produced in groups of nine: each fits an int32. */
const GROUP_DIGITS = 9;
const GROUP = 1_000_000_000;
const BIG_GROUP = 1_000_000_000n;

/**
 * The integer that `bytes[start, end)` spells, or NaN when it is no strict integer or lies beyond
 * ±(2^53 - 1). Strict: an optional `-`, then digits without leading zeros; no `+`, no spaces, no
 * `-0` (Redis's string2ll). Never answers -0. Allocates nothing.
 */
export function parseSafeInteger(bytes: Bytes, start = 0, end = bytes.length): number {
  if (start >= end) return Number.NaN;
  const negative = bytes[start] === MINUS;
  let at = negative ? start + 1 : start;
  const digits = end - at;
  if (digits < 1 || digits > SAFE_DIGITS_MAX) return Number.NaN;
  let value = bytes[at]! - ZERO;
  if (value === 0 && digits === 1 && !negative) return 0;
  if (value < 1 || value > 9) return Number.NaN;
  for (at++; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  // Sixteen digits may round, but never from 2^53 or above to below it.
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return negative ? -value : value;
}

/**
 * The int64 that `bytes[start, end)` spells, or null when it is no strict integer (as
 * {@link parseSafeInteger}) or lies outside int64.
 */
export function parseInt64(bytes: Bytes, start = 0, end = bytes.length): bigint | null {
  const safe = parseSafeInteger(bytes, start, end);
  if (!Number.isNaN(safe)) return BigInt(safe);
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  const digits = end - first;
  if (digits < SAFE_DIGITS_MAX || digits > INT64_DIGITS_MAX || bytes[first] === ZERO) return null;
  const split = end - GROUP_DIGITS;
  const high = parseDigits(bytes, first, split);
  const low = parseDigits(bytes, split, end);
  if (high < 0 || low < 0) return null;
  const magnitude = BigInt(high) * BIG_GROUP + BigInt(low);
  const value = negative ? -magnitude : magnitude;
  return value < INT64_MIN || value > INT64_MAX ? null : value;
}

/** The number that at most 15 digits spell, leading zeros allowed; -1 when one is no digit. */
function parseDigits(bytes: Bytes, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** The sum, or null when it lies outside int64. */
export function addInt64(a: bigint, b: bigint): bigint | null {
  const sum = a + b;
  return sum < INT64_MIN || sum > INT64_MAX ? null : sum;
}

/** How many bytes the decimal text of a safe integer takes, sign included. */
export function integerLength(value: number): number {
  return value < 0 ? 1 + digitCount(-value) : digitCount(value);
}

function digitCount(magnitude: number): number {
  if (magnitude < 10) return 1;
  if (magnitude < 100) return 2;
  if (magnitude < 1_000) return 3;
  if (magnitude < 10_000) return 4;
  if (magnitude < 100_000) return 5;
  let count = 6;
  for (let limit = 1_000_000; magnitude >= limit; limit *= 10) count++;
  return count;
}

/**
 * Writes the decimal text of a safe integer at `target[at]` and answers where it ends; -0 is
 * written as `0`. Allocates nothing.
 *
 * REQUIRES: `target` has room for {@link integerLength} bytes, at most 17.
 */
export function writeInteger(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  let start = at;
  if (rest < 0) {
    target[start++] = MINUS;
    rest = -rest;
  }
  const end = start + digitCount(rest);
  if (rest < GROUP) {
    writeDigits(target, start, end, rest);
    return end;
  }
  const high = Math.floor(rest / GROUP);
  writeDigits(target, start, end - GROUP_DIGITS, high);
  writeDigits(target, end - GROUP_DIGITS, end, rest - high * GROUP);
  return end;
}

/**
 * {@link writeInteger} for any int64.
 *
 * REQUIRES: `target` has room for the text, at most 20 bytes.
 */
export function writeBigint(target: Uint8Array, at: number, value: bigint): number {
  if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) {
    return writeInteger(target, at, Number(value));
  }
  let start = at;
  let magnitude = value;
  if (magnitude < 0n) {
    target[start++] = MINUS;
    magnitude = -magnitude;
  }
  const split = writeInteger(target, start, Number(magnitude / BIG_GROUP));
  writeDigits(target, split, split + GROUP_DIGITS, Number(magnitude % BIG_GROUP));
  return split + GROUP_DIGITS;
}

/** Fills `target[start, end)` with the last digits of an int32, zeros in front. */
function writeDigits(target: Uint8Array, start: number, end: number, value: number): void {
  let rest = value | 0;
  for (let at = end - 1; at >= start; at--) {
    const next = (rest / 10) | 0;
    target[at] = ZERO + (rest - next * 10);
    rest = next;
  }
}

/** The digits of an integer that is not negative, in a base of up to 36. */
export function digitsOf(value: bigint, base: number): string {
  return value.toString(base);
}
