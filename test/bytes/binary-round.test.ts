import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  bitLength,
  roundBinary,
  roundDecimal,
  shiftRightRounded,
} from "../../src/bytes/binary-round.ts";

/** A double's format: there JavaScript itself is the judge. */
const DOUBLE = { precision: 53, exponentMin: -1074, exponentEnd: 1024 };

test("bitLength counts up to the highest 1", () => {
  expect([0n, 1n, 2n, 3n, 255n, 256n].map(bitLength)).toEqual([0, 1, 2, 2, 8, 9]);
  for (let bits = 1; bits < 200; bits++) expect(bitLength(1n << BigInt(bits))).toBe(bits + 1);
});

test("shiftRightRounded rounds ties to even", () => {
  expect([4n, 5n, 6n, 7n, 2n, 1n, 3n].map((value) => shiftRightRounded(value, 1))).toEqual([
    2n,
    2n,
    3n,
    4n,
    1n,
    0n,
    2n,
  ]);
  expect(shiftRightRounded(0b1011n, 2)).toBe(3n);
  expect(shiftRightRounded(3n, -2)).toBe(12n);
});

describe("rounding to doubles", () => {
  const value = (rounded: ReturnType<typeof roundBinary>): number => {
    if (rounded === null) return Infinity;
    const half = Math.trunc(rounded.exponent / 2);
    return Number(rounded.significand) * 2 ** half * 2 ** (rounded.exponent - half);
  };

  test("of integers agrees with Number", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (significand) => {
        expect(value(roundBinary(significand, 0, DOUBLE))).toBe(Number(significand));
      }),
    );
  });

  test("of decimals agrees with Number, subnormal and overflowing ones included", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.integer({ min: -370, max: 320 }),
        (significand, exponent) => {
          const expected = Number(`${significand}e${exponent}`);
          expect(value(roundDecimal(significand, exponent, DOUBLE))).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("answers at once for exponents far outside the format", () => {
    expect(roundDecimal(1n, 1_000_000_000, DOUBLE)).toBeNull();
    expect(roundDecimal(1n, -1_000_000_000, DOUBLE)?.significand).toBe(0n);
    expect(roundDecimal(0n, 1_000_000_000, DOUBLE)?.significand).toBe(0n);
    expect(roundBinary(1n, 1_000_000_000, DOUBLE)).toBeNull();
    expect(roundBinary(1n, -1_000_000_000, DOUBLE)?.significand).toBe(0n);
  });

  test("carries into infinity only past the greatest double", () => {
    expect(value(roundBinary(2n ** 54n - 2n, 970, DOUBLE))).toBe(Number.MAX_VALUE);
    expect(roundBinary(2n ** 54n - 1n, 970, DOUBLE)).toBeNull();
  });
});
