/**
 * The hash of in-memory tables: HalfSipHash-1-3 under a secret key of this process, so that a
 * client cannot choose keys that collide. Never stored, never sent.
 */
import type { Bytes } from "./bytes.ts";

const secret = crypto.getRandomValues(new Int32Array(2));
const SECRET_0 = secret[0]!;
const SECRET_1 = secret[1]!;

/** The hash of `bytes[start, end)` under this process's key, an int32. Allocates nothing. */
export function hashBytes(bytes: Bytes, start: number, end: number): number {
  return halfSipHash13(SECRET_0, SECRET_1, bytes, start, end);
}

/**
 * HalfSipHash with one round per word and three at the end, 32-bit output, of `bytes[start, end)`,
 * as an int32. The key is 64 bits: `key0` its first little-endian word, `key1` its second.
 *
 * @see https://github.com/veorq/SipHash (HalfSipHash), and Linux's hsiphash on 32-bit machines
 */
export function halfSipHash13(
  key0: number,
  key1: number,
  bytes: Bytes,
  start: number,
  end: number,
): number {
  let v0 = key0 | 0;
  let v1 = key1 | 0;
  let v2 = key0 ^ 0x6c796765;
  let v3 = key1 ^ 0x74656462;
  // The rounds stand in line: a call would have to return four words.
  const wordsEnd = end - ((end - start) & 3);
  let at = start;
  for (; at < wordsEnd; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }

  // The last word: up to three bytes, and the length modulo 256 on top.
  let last = (end - start) << 24;
  if (at < end) last |= bytes[at]!;
  if (at + 1 < end) last |= bytes[at + 1]! << 8;
  if (at + 2 < end) last |= bytes[at + 2]! << 16;
  v3 ^= last;
  for (let round = 0; round < 4; round++) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    if (round === 0) {
      v0 ^= last;
      v2 ^= 0xff;
    }
  }
  return v1 ^ v3;
}
