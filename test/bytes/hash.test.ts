import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { halfSipHash13, hashBytes } from "../../src/bytes/hash.ts";

/** Of the first n bytes of 00 01 02 …, under key 00 01 … 07: Linux's hsiphash self-test (32 bit). */
const VECTORS = [
  0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6,
  0x577999b1, 0xc839caed, 0xe4fa32cf, 0x959246ee, 0x6b28096c, 0x66dd9cd6, 0x16658a7c, 0xd0257b04,
  0x8b31d501, 0x2b1cd04b, 0x06712339, 0x522aca67, 0x911bb605, 0x90a65f0e, 0xf826ef7b, 0x62512deb,
  0x57150ad7, 0x5d473507, 0x1ec47442, 0xab64afd3, 0x0a4100d0, 0x6d2ce652, 0x2331b6a3, 0x08d8791a,
];
const KEY_0 = 0x03020100;
const KEY_1 = 0x07060504;

describe("halfSipHash13", () => {
  test("gives the published vectors, at any alignment", () => {
    for (const padding of [0, 1, 2, 3]) {
      const bytes = new Uint8Array(64).map((_, at) => at - padding);
      VECTORS.forEach((vector, length) => {
        const hash = halfSipHash13(KEY_0, KEY_1, bytes, padding, padding + length);
        expect(hash >>> 0).toBe(vector);
      });
    }
  });

  test("answers an int32", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.uint8Array(), (key0, key1, bytes) => {
        const hash = halfSipHash13(key0, key1, bytes, 0, bytes.length);
        expect(hash).toBe(hash | 0);
      }),
    );
  });

  test("depends on each half of the key", () => {
    const bytes = fromText("user:1");
    const hashes = [
      [1, 2],
      [1, 3],
      [4, 2],
    ].map(([key0, key1]) => halfSipHash13(key0!, key1!, bytes, 0, bytes.length));
    expect(new Set(hashes).size).toBe(3);
  });

  test("spreads sequential keys evenly, in the low bits and in the high ones", () => {
    const low = new Uint32Array(256);
    const high = new Uint32Array(256);
    for (let index = 0; index < 64 * 1024; index++) {
      const bytes = fromText(`user:${index}`);
      const hash = halfSipHash13(KEY_0, KEY_1, bytes, 0, bytes.length);
      low[hash & 0xff]!++;
      high[hash >>> 24]!++;
    }
    // Each bucket expects 256 with a deviation of 16: six deviations either way.
    for (const count of [...low, ...high]) {
      expect(count).toBeGreaterThan(160);
      expect(count).toBeLessThan(352);
    }
  });
});

test("hashBytes depends on the range's bytes only", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (bytes, around) => {
      const inside = concatBytes(around, bytes, around);
      expect(hashBytes(inside, around.length, around.length + bytes.length)).toBe(
        hashBytes(bytes, 0, bytes.length),
      );
    }),
  );
});
