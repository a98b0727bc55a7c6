import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText } from "../../src/bytes/bytes.ts";
import { readRune } from "../../src/bytes/utf8.ts";

test("readRune reads every character that UTF-8 encodes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), (character) => {
      expect(readRune(fromText(character), 0)).toBe(character.codePointAt(0)!);
    }),
  );
  for (const rune of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
    expect(readRune(fromText(String.fromCodePoint(rune)), 0)).toBe(rune);
  }
});

test.each([
  ["a stray continuation byte", [0x80]],
  ["an overlong form of two bytes", [0xc1, 0xbf]],
  ["an overlong form of three bytes", [0xe0, 0x9f, 0xbf]],
  ["an overlong form of four bytes", [0xf0, 0x8f, 0xbf, 0xbf]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["a code point beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
  ["a byte that UTF-8 never uses", [0xf8, 0x80, 0x80, 0x80]],
  ["a form cut short", [0xe2, 0x82]],
  ["a form broken off", [0xe2, 0x82, 0x41]],
  ["nothing", []],
])("readRune refuses %s", (_, bytes) => {
  expect(readRune(Uint8Array.from(bytes), 0)).toBe(-1);
});

test("readRune accepts exactly what a fatal decoder accepts", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 }), (bytes) => {
      const rune = readRune(bytes, 0);
      const length = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
      if (rune >= 0) {
        expect(decoder.decode(bytes.subarray(0, length))).toBe(String.fromCodePoint(rune));
      } else {
        expect(() => decoder.decode(bytes)).toThrow();
      }
    }),
    { numRuns: 1000 },
  );
});
