import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compareBytes } from "../../src/bytes/bytes.ts";
import {
  readSortableDouble,
  SORTABLE_DOUBLE_BYTES,
  writeSortableDouble,
} from "../../src/bytes/sortable-double.ts";

function encode(value: number): Uint8Array {
  const bytes = new Uint8Array(SORTABLE_DOUBLE_BYTES);
  expect(writeSortableDouble(bytes, 0, value)).toBe(SORTABLE_DOUBLE_BYTES);
  return bytes;
}

test("doubles read back as written, at any position", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.nat(9), (value, at) => {
      const bytes = new Uint8Array(20);
      expect(writeSortableDouble(bytes, at, value)).toBe(at + 8);
      expect(readSortableDouble(bytes, at)).toBe(value + 0);
    }),
  );
});

test("bytes sort as numbers do", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
      const expected = a < b ? -1 : a > b ? 1 : 0;
      expect(Math.sign(compareBytes(encode(a), encode(b)))).toBe(expected);
    }),
  );
});

test("the order runs from minus infinity over one zero to infinity", () => {
  const rising = [
    -Infinity,
    -Number.MAX_VALUE,
    -1,
    -5e-324,
    0,
    5e-324,
    1,
    Number.MAX_VALUE,
    Infinity,
  ];
  const encoded = rising.map(encode);
  expect(encoded.toSorted(compareBytes)).toEqual(encoded);
  expect(encode(-0)).toEqual(encode(0));
  expect(readSortableDouble(encode(-0), 0)).toBe(0);
});

describe("the layout on disk", () => {
  test.each([
    [0, "8000000000000000"],
    [1, "bff0000000000000"],
    [-1, "400fffffffffffff"],
    [Infinity, "fff0000000000000"],
    [-Infinity, "000fffffffffffff"],
    [0.1, "bfb999999999999a"],
  ])("of %p is %s", (value, hex) => {
    expect(Buffer.from(encode(value)).toString("hex")).toBe(hex);
  });
});

test("NaN is refused", () => {
  expect(() => writeSortableDouble(new Uint8Array(8), 0, Number.NaN)).toThrow(RangeError);
});
