import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { findBit, popcount } from "../../src/bytes/bits.ts";

/** Bits as text, most significant first: the slow, obvious model. */
const bitsOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");

/** Long runs of equal bytes and a little noise, as a view at any alignment. */
const sparse = fc
  .tuple(
    fc.nat(7),
    fc.array(fc.tuple(fc.constantFrom(0, 0xff), fc.nat(90), fc.nat(255)), { maxLength: 4 }),
  )
  .map(([padding, runs]) => {
    const values = runs.flatMap(([value, length, noise]) => [
      ...new Array<number>(length).fill(value),
      noise,
    ]);
    return Uint8Array.from([...new Array<number>(padding).fill(0x55), ...values]).subarray(padding);
  });

describe("popcount", () => {
  test("counts the ones of any range", () => {
    fc.assert(
      fc.property(sparse, fc.nat(300), fc.nat(300), (bytes, from, count) => {
        const start = Math.min(from, bytes.length);
        const end = Math.min(start + count, bytes.length);
        const ones = bitsOf(bytes.subarray(start, end)).replaceAll("0", "").length;
        expect(popcount(bytes, start, end)).toBe(ones);
      }),
    );
  });

  test("defaults to the whole", () => {
    expect(popcount(new Uint8Array(1001).fill(0xff))).toBe(8008);
    expect(popcount(new Uint8Array(0))).toBe(0);
  });
});

describe("findBit", () => {
  test("finds what indexOf finds in the bits as text", () => {
    fc.assert(
      fc.property(
        sparse,
        fc.constantFrom<0 | 1>(0, 1),
        fc.nat(3000),
        fc.nat(3000),
        (bytes, bit, from, count) => {
          const startBit = Math.min(from, bytes.length * 8);
          const endBit = Math.min(startBit + count, bytes.length * 8);
          const expected = bitsOf(bytes).slice(0, endBit).indexOf(String(bit), startBit);
          // Past its end, indexOf would search for nothing.
          expect(findBit(bytes, bit, startBit, endBit)).toBe(startBit < endBit ? expected : -1);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("stops at the end bit, inside a byte", () => {
    const bytes = Uint8Array.of(0b0001_0000);
    expect(findBit(bytes, 1, 0, 3)).toBe(-1);
    expect(findBit(bytes, 1, 0, 4)).toBe(3);
    expect(findBit(bytes, 1, 4, 8)).toBe(-1);
    expect(findBit(bytes, 0, 3, 8)).toBe(4);
  });

  test("answers -1 for an empty range", () => {
    expect(findBit(new Uint8Array(0), 0, 0, 0)).toBe(-1);
    expect(findBit(Uint8Array.of(0xff), 1, 8, 8)).toBe(-1);
  });

  test("finds the last bit of a long run", () => {
    const bytes = new Uint8Array(10_001);
    bytes[10_000] = 1;
    expect(findBit(bytes, 1, 5, 80_008)).toBe(80_007);
    expect(findBit(bytes, 1, 5, 80_007)).toBe(-1);
  });
});
