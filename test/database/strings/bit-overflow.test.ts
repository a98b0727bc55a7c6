import { describe, expect, test } from "bun:test";
import { type FieldType, overflowed } from "../../../src/database/strings/bit-overflow.ts";

const i8: FieldType = { signed: true, widthBits: 8 };
const u8: FieldType = { signed: false, widthBits: 8 };
const i64: FieldType = { signed: true, widthBits: 64 };
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

test("what fits is stored, whatever the rule", () => {
  for (const rule of ["WRAP", "SAT", "FAIL"] as const) {
    expect(overflowed(i8, 127n, 0n, rule)).toBe(127n);
    expect(overflowed(i8, -120n, -8n, rule)).toBe(-128n);
    expect(overflowed(u8, 255n, -255n, rule)).toBe(0n);
    expect(overflowed(i64, INT64_MIN, 0n, rule)).toBe(INT64_MIN);
  }
});

test("FAIL stores nothing", () => {
  expect(overflowed(i8, 127n, 1n, "FAIL")).toBeNull();
  expect(overflowed(u8, 0n, -1n, "FAIL")).toBeNull();
  expect(overflowed(i64, INT64_MAX, 1n, "FAIL")).toBeNull();
});

test("WRAP keeps the low bits", () => {
  expect(overflowed(i8, 127n, 1n, "WRAP")).toBe(-128n);
  expect(overflowed(u8, 0n, -1n, "WRAP")).toBe(255n);
  expect(overflowed(u8, 0x1234n, 0n, "WRAP")).toBe(0x34n);
  expect(overflowed(i64, INT64_MAX, INT64_MAX, "WRAP")).toBe(-2n);
});

describe("SAT", () => {
  test("stops at the nearest end", () => {
    expect(overflowed(i8, 100n, INT64_MAX, "SAT")).toBe(127n);
    expect(overflowed(i8, 100n, INT64_MIN, "SAT")).toBe(-128n);
    expect(overflowed(u8, 3n, -4n, "SAT")).toBe(0n);
    expect(overflowed(i64, -2n, INT64_MIN, "SAT")).toBe(INT64_MIN);
  });

  test("takes a negative value for an unsigned field as large, as Redis does", () => {
    expect(overflowed(u8, -1n, 0n, "SAT")).toBe(255n);
  });

  test("takes a value that is far too small for a signed field as large, as Redis does", () => {
    expect(overflowed(i8, -129n, 0n, "SAT")).toBe(-128n);
    expect(overflowed(i8, INT64_MIN + 128n, 0n, "SAT")).toBe(-128n);
    expect(overflowed(i8, INT64_MIN + 127n, 0n, "SAT")).toBe(127n);
  });
});
