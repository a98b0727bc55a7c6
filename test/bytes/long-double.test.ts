import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fromText } from "../../src/bytes/bytes.ts";
import {
  addLongDoubles,
  ceilLongDouble,
  type FiniteLongDouble,
  formatLongDouble,
  type LongDouble,
  parseLongDouble,
  scaleLongDouble,
} from "../../src/bytes/long-double.ts";
import { readCaptured } from "./captured.ts";

type Captured = [value: string, increment: string, outcome: string];
const captured = readCaptured("redis-long-doubles.jsonl") as Captured[];

const parse = (text: string): LongDouble | null => parseLongDouble(fromText(text));

function increment(value: string, by: string): string {
  const a = parse(value);
  const b = parse(by);
  if (a === null || b === null) return "not a valid float";
  const sum = addLongDoubles(a, b);
  return sum === null ? "NaN or Infinity" : formatLongDouble(sum);
}

test("sums agree to the byte with each captured INCRBYFLOAT of Redis 7.0", () => {
  expect(captured.length).toBeGreaterThan(200);
  for (const [value, by, outcome] of captured) {
    expect([value, by, increment(value, by)]).toEqual([value, by, outcome]);
  }
});

describe("parseLongDouble", () => {
  test("keeps every int64 and uint64 exact", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }), (value) => {
        expect(increment(`${value}`, "0")).toBe(`${value}`);
      }),
    );
  });

  test("holds 64 bits of significand, ties to even", () => {
    expect(parse("18446744073709551617")).toEqual({ significand: 1n << 63n, exponent: 1 });
    expect(parse("18446744073709551619")).toEqual({ significand: (1n << 63n) + 2n, exponent: 1 });
  });

  test("reaches from 3.6e-4951 to 1.18e4932", () => {
    expect(parse("0x1p-16445")).toEqual({ significand: 1n, exponent: -16445 });
    expect(parse("0x1p-16446")).toBeNull();
    expect(parse("0x1p16383")).not.toBeNull();
    expect(parse("0x1p16384")).toBeNull();
  });

  test("takes infinity, which no sum survives", () => {
    expect(parse("-INF")).toBe("infinite");
    expect(increment("inf", "-inf")).toBe("NaN or Infinity");
    expect(increment("1e4932", "1e4932")).toBe("NaN or Infinity");
  });

  test("refuses texts from 5120 bytes on", () => {
    expect(parse("0".repeat(5119))).not.toBeNull();
    expect(parse("0".repeat(5120))).toBeNull();
  });

  test("reads a range in place", () => {
    expect(parseLongDouble(fromText("<1.5>"), 1, 4)).toEqual(parse("1.5"));
  });
});

describe("formatLongDouble", () => {
  test("cuts to 17 decimals, ties to even, without trailing zeros", () => {
    expect(increment("0x1p-18", "0")).toBe("0.00000381469726562");
    expect(increment("3.0e3", "5.0e3")).toBe("8000");
    expect(increment("-0.1", "0")).toBe("-0.1");
  });

  test("has no minus zero", () => {
    expect(increment("-0", "-0")).toBe("0");
    expect(increment("-1e-30", "0")).toBe("0");
  });
});

test("sums do not depend on the order", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
      expect(increment(String(a), String(b))).toBe(increment(String(b), String(a)));
    }),
  );
});

describe("scaleLongDouble and ceilLongDouble", () => {
  const ceilOfThousand = (text: string) =>
    ceilLongDouble(scaleLongDouble(parse(text) as FiniteLongDouble, 1000n)!);

  test("round the product once, then up to an integer", () => {
    expect(ceilOfThousand("0.001")).toBe(1n);
    expect(ceilOfThousand("1.0001")).toBe(1001n);
    expect(ceilOfThousand("-1.0001")).toBe(-1000n);
    expect(ceilOfThousand("0")).toBe(0n);
    expect(ceilOfThousand("1e30")).toBeGreaterThan(10n ** 32n);
  });

  test("a product beyond a long double is null", () => {
    expect(scaleLongDouble(parse("1e4932") as FiniteLongDouble, 1000n)).toBeNull();
  });
});
