import { describe, expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { EXPONENT_MAX, exactValue, isZeroText, scanFloat } from "../../src/bytes/float-text.ts";

const scan = (text: string) => scanFloat(fromText(text), 0, text.length);

describe("scanFloat", () => {
  test("finds sign, digits, point and exponent", () => {
    expect(scan("-12.50e-3")).toEqual({
      negative: true,
      radix: 10,
      digitsStart: 1,
      digitsEnd: 6,
      fractionDigits: 2,
      exponent: -3,
    });
  });

  test("finds hex digits behind their prefix", () => {
    expect(scan("+0Xa.bCP+4")).toEqual({
      negative: false,
      radix: 16,
      digitsStart: 3,
      digitsEnd: 7,
      fractionDigits: 2,
      exponent: 4,
    });
  });

  test.each(["inf", "+INF", "-Infinity"])("takes %p for infinity", (text) => {
    expect(scan(text)?.radix).toBe(0);
  });

  test.each([
    "",
    "+",
    ".",
    "-.",
    "1e",
    "1e+",
    "0x",
    "0x.",
    "0xp1",
    "1..2",
    "1e5.0",
    "1p3",
    "0x1e+3",
    "nan",
    "in",
    "1 ",
  ])("refuses %p", (text) => {
    expect(scan(text)).toBeNull();
  });

  test("never looks beyond its range", () => {
    const bytes = fromText("1e5inf0x1");
    expect(scanFloat(bytes, 0, 1)?.exponent).toBe(0);
    expect(scanFloat(bytes, 0, 2)).toBeNull();
    expect(scanFloat(bytes, 3, 5)).toBeNull();
    expect(scanFloat(bytes, 6, 8)).toBeNull();
    expect(scanFloat(bytes, 6, 7)?.radix).toBe(10);
    expect(scanFloat(bytes, 9, 9)).toBeNull();
  });

  test("cuts absurd exponents", () => {
    expect(scan("1e99999999999999999999")?.exponent).toBe(EXPONENT_MAX);
    expect(scan("1e-99999999999999999999")?.exponent).toBe(-EXPONENT_MAX);
  });
});

test("exactValue moves the point into the exponent", () => {
  const exact = (text: string) => exactValue(fromText(text), scan(text)!);
  expect(exact("12.50e-3")).toEqual({ significand: 1250n, base: 10, exponent: -5 });
  expect(exact(".5")).toEqual({ significand: 5n, base: 10, exponent: -1 });
  expect(exact("5.")).toEqual({ significand: 5n, base: 10, exponent: 0 });
  expect(exact("0xA.8p1")).toEqual({ significand: 0xa8n, base: 2, exponent: -3 });
});

test("isZeroText looks at digits only", () => {
  const isZero = (text: string) => isZeroText(fromText(text), scan(text)!);
  expect(isZero("-00.00e5")).toBe(true);
  expect(isZero("0x0.0p1")).toBe(true);
  expect(isZero("0.0001e-999")).toBe(false);
});
