import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Bytes } from "../../src/bytes/bytes.ts";
import { type Hash64, murmurHash64A } from "../../src/bytes/murmur-hash.ts";

const MASK = (1n << 64n) - 1n;
const FACTOR = 0xc6a4a7935bd1e995n;

/** The same in steps of 64 bits. */
function model(bytes: Bytes, seed: number): bigint {
  const mix = (value: bigint): bigint => (value ^ (value >> 47n)) & MASK;
  const number = (from: number, to: number): bigint =>
    bytes.subarray(from, to).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let hash = BigInt(seed) ^ ((BigInt(bytes.length) * FACTOR) & MASK);
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    const block = (mix((number(at, at + 8) * FACTOR) & MASK) * FACTOR) & MASK;
    hash = ((hash ^ block) * FACTOR) & MASK;
  }
  if (at < bytes.length) hash = ((hash ^ number(at, bytes.length)) * FACTOR) & MASK;
  return mix((mix(hash) * FACTOR) & MASK);
}

function hashOf(bytes: Bytes, seed: number, start = 0, end = bytes.length): bigint {
  const hash: Hash64 = { low: 0, high: 0 };
  murmurHash64A(bytes, start, end, seed, hash);
  expect([hash.low, hash.high]).toEqual([hash.low | 0, hash.high | 0]);
  return (BigInt(hash.high >>> 0) << 32n) | BigInt(hash.low >>> 0);
}

describe("murmurHash64A", () => {
  test("passes the check of its publisher, over 256 lengths and seeds", () => {
    const hashes = new Uint8Array(8 * 256);
    const view = new DataView(hashes.buffer);
    for (let length = 0; length < 256; length++) {
      const bytes = new Uint8Array(length).map((_, at) => at);
      view.setBigUint64(length * 8, hashOf(bytes, 256 - length), true);
    }
    expect(hashOf(hashes, 0) & 0xffffffffn).toBe(0x1f0d3804n);
  });

  test("is what 64 bits at once make of any bytes and seed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(0x7fffffff), (bytes, seed) => {
        expect(hashOf(bytes, seed)).toBe(model(bytes, seed));
      }),
    );
    const ones = new Uint8Array(31).fill(0xff);
    expect(hashOf(ones, 0xadc83b19)).toBe(model(ones, 0xadc83b19));
  });

  test("looks at nothing outside the part it is asked for", () => {
    const bytes = new Uint8Array(40).map((_, at) => at * 7);
    for (let start = 0; start < 9; start++) {
      for (let end = start; end < 30; end++) {
        expect(hashOf(bytes, 1, start, end)).toBe(hashOf(bytes.slice(start, end), 1));
      }
    }
  });
});
