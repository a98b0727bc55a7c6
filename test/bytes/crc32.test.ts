import { expect, test } from "bun:test";
import fc from "fast-check";
import { concatBytes, EMPTY, fromText } from "../../src/bytes/bytes.ts";
import { crc32, crc32Range } from "../../src/bytes/crc32.ts";

test("crc32 gives the check value of the standard", () => {
  expect(crc32(fromText("123456789"))).toBe(0xcbf43926);
  expect(crc32(EMPTY)).toBe(0);
});

test("pieces sum as the whole does", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      expect(crc32(b, crc32(a))).toBe(crc32(concatBytes(a, b)));
    }),
  );
});

test("a range sums as its bytes do, short or long", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(20), (bytes, start) => {
      const from = Math.min(start, bytes.length);
      expect(crc32Range(bytes, from, bytes.length)).toBe(crc32(bytes.subarray(from)));
    }),
  );
});
