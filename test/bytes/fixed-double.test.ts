import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatFixed, formatPlain, formatScaled } from "../../src/bytes/fixed-double.ts";

describe("formatFixed", () => {
  test.each([
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [2.5, 1, "2.5"],
    [-1.25, 1, "-1.2"],
    [-0, 2, "-0.00"],
    [1e-9, 6, "0.000000"],
    [1e21, 4, "1000000000000000000000.0000"],
    [1.5e22, 2, "15000000000000000000000.00"],
    [0.1, 17, "0.10000000000000001"],
    [Number.POSITIVE_INFINITY, 6, "inf"],
    [Number.NEGATIVE_INFINITY, 6, "-inf"],
  ])("writes %p with %p digits as printf does", (value, digits, text) => {
    expect(formatFixed(value, digits)).toBe(text);
  });
});

describe("formatPlain", () => {
  test.each([
    [13.361389338970184, "13.36138933897018433"],
    [85.05112878, "85.0511287799999991"],
    [180, "180"],
    [-122.5, "-122.5"],
    [0, "0"],
    [-0, "0"],
    [-1e-18, "0"],
  ])("writes %p as Redis does", (value, text) => {
    expect(formatPlain(value)).toBe(text);
  });
});

describe("formatScaled", () => {
  test.each([
    [0, "0.0000"],
    [0.00004, "0.0000"],
    [0.00006, "0.0001"],
    [0.775, "0.7750"],
    [12, "12.0000"],
    [166274.1516, "166274.1516"],
    [123.45675, "123.4568"],
    [0.00025, "0.0002"],
    [65_000_000.5, "65000000.5000"],
  ])("writes %p with four digits", (value, text) => {
    expect(formatScaled(value, 4)).toBe(text);
  });

  test("is never further from the value than half a digit", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (value) => {
        const text = formatScaled(value, 4);
        expect(text).toMatch(/^[0-9]+\.[0-9]{4}$/);
        expect(Math.abs(Number(text) - value)).toBeLessThan(0.0000501);
      }),
    );
  });
});
