import { expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import {
  integerText,
  numberText,
  readInt64,
  readSigned,
  readUnsigned,
} from "../../src/rdb/little-endian.ts";

test("integers of one to four bytes have a sign or not", () => {
  const bytes = Uint8Array.of(9, 0xff, 0xff, 0xff, 0xff);
  for (const count of [1, 2, 3, 4]) {
    expect(readSigned(bytes, 1, count)).toBe(-1);
    expect(readUnsigned(bytes, 1, count)).toBe(2 ** (8 * count) - 1);
  }
  expect(readSigned(Uint8Array.of(0x00, 0x80), 0, 2)).toBe(-32768);
  expect(readSigned(Uint8Array.of(1, 2, 3), 0, 3)).toBe(0x030201);
});

test("integers of eight bytes are exact", () => {
  const view = new DataView(new ArrayBuffer(8));
  for (const value of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n), 2n ** 31n]) {
    view.setBigInt64(0, value, true);
    const bytes = new Uint8Array(view.buffer);
    expect(readInt64(bytes, 0)).toBe(value);
    expect(mapKey(integerText(bytes, 0, 8))).toBe(String(value));
  }
});

test("texts are those of the numbers", () => {
  expect(mapKey(integerText(Uint8Array.of(0x80), 0, 1))).toBe("-128");
  expect(mapKey(integerText(Uint8Array.of(0, 0, 0x80), 0, 3))).toBe("-8388608");
  expect(mapKey(numberText(-4096))).toBe("-4096");
  expect(mapKey(numberText(0))).toBe("0");
});
