import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import {
  addInt64,
  digitsOf,
  INT64_MAX,
  INT64_MIN,
  integerLength,
  parseInt64,
  parseSafeInteger,
  writeBigint,
  writeInteger,
} from "../../src/bytes/integer.ts";

const int64 = fc.bigInt({ min: INT64_MIN, max: INT64_MAX });

/** What Redis 7.0's INCRBY refuses as "not an integer or out of range". */
const REFUSED = [
  "",
  "-",
  "+1",
  "-0",
  "00",
  "01",
  "-01",
  " 1",
  "1 ",
  "1.0",
  "1e3",
  "0x1",
  "1_0",
  "--1",
];

describe("parseSafeInteger", () => {
  test("reads what any safe integer prints", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(parseSafeInteger(fromText(String(value)))).toBe(value);
      }),
    );
  });

  test("reads a range in place", () => {
    expect(parseSafeInteger(fromText("x-120y"), 1, 5)).toBe(-120);
  });

  test.each(REFUSED)("answers NaN for %p", (text) => {
    expect(parseSafeInteger(fromText(text))).toBeNaN();
  });

  test("ends exactly at the safe range", () => {
    expect(parseSafeInteger(fromText("9007199254740991"))).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseSafeInteger(fromText("-9007199254740991"))).toBe(Number.MIN_SAFE_INTEGER);
    for (const text of ["9007199254740992", "9007199254740993", "-9007199254740992"]) {
      expect(parseSafeInteger(fromText(text))).toBeNaN();
    }
    expect(parseSafeInteger(fromText("99999999999999999999"))).toBeNaN();
  });

  test("answers NaN for bytes on either side of the digits", () => {
    expect(parseSafeInteger(fromText("1/"))).toBeNaN();
    expect(parseSafeInteger(fromText("1:"))).toBeNaN();
    expect(parseSafeInteger(Uint8Array.of(0x31, 0))).toBeNaN();
  });
});

describe("parseInt64", () => {
  test("reads what any int64 prints", () => {
    fc.assert(
      fc.property(int64, (value) => {
        expect(parseInt64(fromText(`${value}`))).toBe(value);
      }),
    );
  });

  test.each([...REFUSED, "0000000000000000001", "123456789012345678x", "1x34567890123456789"])(
    "answers null for %p",
    (text) => {
      expect(parseInt64(fromText(text))).toBeNull();
    },
  );

  test("ends exactly at int64", () => {
    expect(parseInt64(fromText("9223372036854775807"))).toBe(INT64_MAX);
    expect(parseInt64(fromText("-9223372036854775808"))).toBe(INT64_MIN);
    expect(parseInt64(fromText("9223372036854775808"))).toBeNull();
    expect(parseInt64(fromText("-9223372036854775809"))).toBeNull();
    expect(parseInt64(fromText("10000000000000000000"))).toBeNull();
  });

  test("reads a range in place", () => {
    expect(parseInt64(fromText("[9223372036854775807]"), 1, 20)).toBe(INT64_MAX);
  });
});

describe("writing", () => {
  const written = (write: (target: Uint8Array, at: number) => number): string => {
    const target = new Uint8Array(32).fill(0x2e);
    const end = write(target, 3);
    expect(target[2]).toBe(0x2e);
    expect(target[end]).toBe(0x2e);
    return toText(target.subarray(3, end));
  };

  test("writeInteger writes what String prints, and integerLength knows its length", () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer()), (value) => {
        expect(written((target, at) => writeInteger(target, at, value))).toBe(String(value));
        expect(integerLength(value)).toBe(String(value).length);
      }),
    );
  });

  test("writeInteger is right beside every power of ten", () => {
    for (let power = 1; power < 1e16; power *= 10) {
      for (const value of [power - 1, power, power + 1, -power]) {
        expect(written((target, at) => writeInteger(target, at, value))).toBe(`${value}`);
        expect(integerLength(value)).toBe(`${value}`.length);
      }
    }
  });

  test("writeInteger writes minus zero as 0", () => {
    expect(written((target, at) => writeInteger(target, at, -0))).toBe("0");
  });

  test("writeBigint writes any int64", () => {
    fc.assert(
      fc.property(int64, (value) => {
        expect(written((target, at) => writeBigint(target, at, value))).toBe(`${value}`);
      }),
    );
    for (const value of [INT64_MIN, INT64_MAX, 2n ** 53n, -(2n ** 53n), 10n ** 18n]) {
      expect(written((target, at) => writeBigint(target, at, value))).toBe(`${value}`);
    }
  });
});

test("addInt64 answers null past either end", () => {
  expect(addInt64(INT64_MAX, -1n)).toBe(INT64_MAX - 1n);
  expect(addInt64(INT64_MAX, 1n)).toBeNull();
  expect(addInt64(INT64_MIN, -1n)).toBeNull();
  expect(addInt64(INT64_MIN, INT64_MAX)).toBe(-1n);
});

test("digits are those of the base, with letters in lower case", () => {
  expect([digitsOf(2n ** 64n - 1n, 16), digitsOf(9n, 8), digitsOf(0n, 10)]).toEqual([
    "ffffffffffffffff",
    "11",
    "0",
  ]);
});
