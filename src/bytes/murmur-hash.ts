/**
 * MurmurHash64A, by which Redis's HyperLogLogs place their elements: little-endian, in halves of 32 bits, as 64
 * bits at once would need a BigInt for every step.
 *
 * @see https://github.com/aappleby/smhasher (MurmurHash2.cpp)
 */
import type { Bytes } from "./bytes.ts";

/** A hash of 64 bits: two int32. */
export interface Hash64 {
  low: number;
  high: number;
}

/** The multiplier 0xc6a4a7935bd1e995. */
const FACTOR_LOW = 0x5bd1e995;
const FACTOR_HIGH = 0xc6a4a793 | 0;
/** Halves of its low half. */
const FACTOR_0 = FACTOR_LOW & 0xffff;
const FACTOR_1 = FACTOR_LOW >>> 16;

/** Stores the hash of `bytes[start, end)` under a seed of 32 bits in `hash`. Allocates nothing. */
export function murmurHash64A(
  bytes: Bytes,
  start: number,
  end: number,
  seed: number,
  hash: Hash64,
): void {
  const length = end - start;
  let high = productHigh(length, 0);
  let low = seed ^ Math.imul(length, FACTOR_LOW);
  const blocksEnd = end - (length & 7);
  for (let at = start; at < blocksEnd; at += 8) {
    const blockLow = wordAt(bytes, at);
    const blockHigh = productHigh(blockLow, wordAt(bytes, at + 4));
    // Shifted to the right by 47 bits, of 64 bits the top 17 are left.
    const mixedLow = Math.imul(blockLow, FACTOR_LOW) ^ (blockHigh >>> 15);
    low ^= Math.imul(mixedLow, FACTOR_LOW);
    high = productHigh(low, high ^ productHigh(mixedLow, blockHigh));
    low = Math.imul(low, FACTOR_LOW);
  }
  if (blocksEnd < end) {
    for (let at = blocksEnd; at < end; at++) {
      const shift = (at - blocksEnd) * 8;
      if (shift < 32) low ^= bytes[at]! << shift;
      else high ^= bytes[at]! << (shift - 32);
    }
    high = productHigh(low, high);
    low = Math.imul(low, FACTOR_LOW);
  }
  low ^= high >>> 15;
  high = productHigh(low, high);
  low = Math.imul(low, FACTOR_LOW);
  hash.low = low ^ (high >>> 15);
  hash.high = high;
}

/** The high half of the low 64 bits of `(low, high)` times the multiplier, an int32; the low half is one `imul`. */
function productHigh(low: number, high: number): number {
  const low0 = low & 0xffff;
  const low1 = low >>> 16;
  // Each sum stays below 2^33: exact.
  const middle = low1 * FACTOR_0 + (Math.imul(low0, FACTOR_0) >>> 16);
  const carry = ((middle & 0xffff) + low0 * FACTOR_1) >>> 16;
  const upper = low1 * FACTOR_1 + Math.floor(middle / 0x10000) + carry;
  return (upper + Math.imul(low, FACTOR_HIGH) + Math.imul(high, FACTOR_LOW)) | 0;
}

function wordAt(bytes: Bytes, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
