import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { getBits, setBits } from "../../src/bytes/bit-field.ts";

const bitsOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");

const width = fc.integer({ min: 1, max: 64 });

describe("getBits", () => {
  test("reads the bits as text, zeros beyond the end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.nat(200), width, (bytes, offset, bits) => {
        const text = bitsOf(bytes)
          .padEnd(300, "0")
          .slice(offset, offset + bits);
        expect(getBits(bytes, offset, bits, false)).toBe(BigInt(`0b${text}`));
        expect(getBits(bytes, offset, bits, true)).toBe(BigInt.asIntN(bits, BigInt(`0b${text}`)));
      }),
      { numRuns: 500 },
    );
  });

  test("reaches both ends of the widest types", () => {
    expect(getBits(new Uint8Array(8).fill(0xff), 0, 64, true)).toBe(-1n);
    expect(getBits(Uint8Array.of(0x80), 0, 64, true)).toBe(-(2n ** 63n));
    expect(getBits(new Uint8Array(9).fill(0xff), 3, 63, false)).toBe(2n ** 63n - 1n);
    expect(getBits(new Uint8Array(0), 2 ** 32 - 1, 64, false)).toBe(0n);
  });
});

describe("setBits", () => {
  test("stores the low bits and leaves the others alone", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.nat(96),
        width,
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
        (bytes, offset, bits, value) => {
          const before = bitsOf(bytes);
          setBits(bytes, offset, bits, value);
          const stored = BigInt.asUintN(bits, value).toString(2).padStart(bits, "0");
          expect(bitsOf(bytes)).toBe(
            before.slice(0, offset) + stored + before.slice(offset + bits),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test("refuses a field that reaches beyond the end", () => {
    const bytes = new Uint8Array(2);
    setBits(bytes, 8, 8, 255n);
    expect(() => setBits(bytes, 9, 8, 0n)).toThrow(RangeError);
    expect(bytes).toEqual(Uint8Array.of(0, 255));
  });
});
