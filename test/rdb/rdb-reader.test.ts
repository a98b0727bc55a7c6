import { expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { RdbEndError, RdbError } from "../../src/rdb/rdb-error.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";

const reader = (...codes: number[]) =>
  new RdbReader(Uint8Array.from(codes), 0, codes.length, 1 << 20);

/** The forms of a string, each whole, and what it says. */
const STRINGS: [number[], string][] = [
  [[3, 97, 98, 99], "abc"],
  [[0x40, 3, 97, 98, 99], "abc"],
  [[0x80, 0, 0, 0, 1, 97], "a"],
  [[0x81, 0, 0, 0, 0, 0, 0, 0, 1, 97], "a"],
  [[0xc0, 0xff], "-1"],
  [[0xc1, 0x00, 0x01], "256"],
  [[0xc2, 0xff, 0xff, 0xff, 0x7f], "2147483647"],
  [[0xc3, 4, 4, 0, 97, 0x20, 0], "aaaa"],
  [[0], ""],
];

test("strings come in many forms, and each can be skipped", () => {
  for (const [codes, text] of STRINGS) {
    expect(mapKey(reader(...codes).string())).toBe(text);
    const skipping = reader(...codes);
    skipping.skipString();
    expect(skipping.left).toBe(0);
  }
});

test("whatever is cut off ends too early", () => {
  for (const [codes] of STRINGS) {
    for (let length = 0; length < codes.length; length++) {
      expect(() => reader(...codes.slice(0, length)).string()).toThrow(RdbEndError);
      expect(() => reader(...codes.slice(0, length)).skipString()).toThrow(RdbEndError);
    }
  }
});

test("an announced length allocates nothing", () => {
  const huge = [0x81, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
  expect(() => reader(...huge).string()).toThrow(RdbEndError);
  const expanding = [0xc3, 3, ...huge, 0, 97, 0];
  expect(() => reader(...expanding).string()).toThrow(new RdbError("damaged compressed string"));
});

test("lengths beyond 2^53 and marks in their place are refused", () => {
  expect(() => reader(0x81, 0, 0x20, 0, 0, 0, 0, 0, 0).length()).toThrow(RdbError);
  expect(() => reader(0xc0, 1).length()).toThrow(new RdbError("a length is expected"));
  expect(() => reader(0x82).skipLength()).toThrow(RdbError);
  expect(() => reader(0xc4).string()).toThrow(RdbError);
  expect(() => reader(0xff).skipString()).toThrow(RdbError);
});

test("integers of 64 bits can be read or passed", () => {
  expect(reader(5).bigLength()).toBe(5n);
  expect(reader(0x41, 2).bigLength()).toBe(258n);
  expect(reader(0x81, 255, 255, 255, 255, 255, 255, 255, 254).bigLength()).toBe(2n ** 64n - 2n);
  expect(() => reader(0x81, 255).bigLength()).toThrow(RdbEndError);
  expect(() => reader(0xc0, 1).bigLength()).toThrow(RdbError);
  const all = reader(0x81, 255, 255, 255, 255, 255, 255, 255, 255, 5);
  all.skipLength();
  expect(all.byte()).toBe(5);
});

test("scores are doubles or texts", () => {
  expect(reader(0, 0, 0, 0, 0, 0, 0xf8, 0x3f).double()).toBe(1.5);
  expect(reader(3, 0x31, 0x2e, 0x35).textDouble()).toBe(1.5);
  expect(reader(253).textDouble()).toBeNaN();
  expect(reader(254).textDouble()).toBe(Infinity);
  expect(reader(255).textDouble()).toBe(-Infinity);
  expect(() => reader(1, 0x78).textDouble()).toThrow(RdbError);
  const skipping = reader(254, 1, 0x31, 7);
  skipping.skipTextDouble();
  skipping.skipTextDouble();
  expect(skipping.byte()).toBe(7);
});

test("times are little-endian", () => {
  expect(reader(0xff, 0xff, 0xff, 0xff).int32()).toBe(-1);
  expect(reader(1, 0, 0, 0, 1, 0, 0, 0).uint64()).toBe(2 ** 32 + 1);
  expect(() => reader(255, 255, 255, 255, 255, 255, 255, 255).uint64()).toThrow(RdbError);
  expect(reader(255, 255, 255, 255, 255, 255, 255, 255).int64()).toBe(-1);
  expect(reader(1, 0, 0, 0, 1, 0, 0, 0).int64()).toBe(2 ** 32 + 1);
  expect(() => reader(0, 0, 0, 0, 0, 0, 0, 0x80).int64()).toThrow(RdbError);
});
