import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Bytes,
  compareBytes,
  compareRange,
  concatBytes,
  copyBytes,
  copyRange,
  EMPTY,
  equalBytes,
  equalRange,
  equalsIgnoreCase,
  fromMapKey,
  fromText,
  mapKey,
  prefixEnd,
  toText,
} from "../../src/bytes/bytes.ts";

/** Long enough to reach the native comparisons, often equal up to a late byte. */
const similarPair = fc
  .tuple(
    fc.uint8Array({ maxLength: 150 }),
    fc.uint8Array({ maxLength: 4 }),
    fc.uint8Array({ maxLength: 4 }),
  )
  .map(([head, a, b]): [Bytes, Bytes] => [concatBytes(head, a), concatBytes(head, b)]);

describe("text", () => {
  test("UTF-8 text survives both ways", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(toText(fromText(text))).toBe(text);
      }),
    );
  });

  test("malformed bytes read as U+FFFD and a byte order mark is kept", () => {
    expect(toText(Uint8Array.of(0x61, 0xff))).toBe("a\ufffd");
    expect(toText(Uint8Array.of(0xef, 0xbb, 0xbf))).toBe("\ufeff");
  });

  test("a map key is lossless, one character per byte", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(mapKey(bytes)).toHaveLength(bytes.length);
        expect(fromMapKey(mapKey(bytes))).toEqual(bytes);
      }),
    );
    expect(mapKey(Uint8Array.of(0x80, 0x9f, 0xff))).toBe("\u0080\u009f\u00ff");
  });

  test("a map key of a view holds only the view's bytes", () => {
    expect(mapKey(fromText("xxkeyxx").subarray(2, 5))).toBe("key");
  });
});

describe("copies", () => {
  test("a copy of a Buffer's view has a buffer of its own", () => {
    const source = Buffer.from("abcdef");
    const copy = copyBytes(source.subarray(2, 4));
    expect(copy.buffer.byteLength).toBe(2);
    source.fill(0);
    expect(toText(copy)).toBe("cd");
  });

  test("concatBytes joins in order", () => {
    expect(toText(concatBytes(fromText("a"), EMPTY, fromText("bc")))).toBe("abc");
    expect(concatBytes()).toHaveLength(0);
  });
});

describe("comparison", () => {
  test("equality and order agree with Buffer", () => {
    fc.assert(
      fc.property(similarPair, ([a, b]) => {
        const expected = Buffer.compare(a, b);
        expect(Math.sign(compareBytes(a, b))).toBe(expected);
        expect(equalBytes(a, b)).toBe(expected === 0);
      }),
    );
  });

  test("ranges compare as their contents do", () => {
    fc.assert(
      fc.property(similarPair, fc.nat(5), fc.nat(5), ([a, b], aPad, bPad) => {
        const left = concatBytes(new Uint8Array(aPad).fill(1), a, Uint8Array.of(9));
        const right = concatBytes(new Uint8Array(bPad).fill(2), b, Uint8Array.of(8));
        const aEnd = aPad + a.length;
        const bEnd = bPad + b.length;
        const expected = Buffer.compare(a, b);
        expect(Math.sign(compareRange(left, aPad, aEnd, right, bPad, bEnd))).toBe(expected);
        expect(equalRange(left, aPad, aEnd, right, bPad, bEnd)).toBe(expected === 0);
      }),
    );
  });

  test("a prefix sorts before what it starts", () => {
    expect(compareBytes(fromText("ab"), fromText("abc"))).toBeLessThan(0);
    expect(compareBytes(EMPTY, fromText("a"))).toBeLessThan(0);
    expect(compareBytes(Uint8Array.of(0x7f), Uint8Array.of(0x80))).toBeLessThan(0);
  });
});

describe("prefixEnd", () => {
  test("is the next prefix of the same or a shorter length", () => {
    expect(prefixEnd(fromText("ab"))).toEqual(fromText("ac"));
    expect(prefixEnd(Uint8Array.of(1, 0xff, 0xff))).toEqual(Uint8Array.of(2));
  });

  test("is null for the empty prefix and for 0xff only", () => {
    expect(prefixEnd(EMPTY)).toBeNull();
    expect(prefixEnd(Uint8Array.of(0xff, 0xff))).toBeNull();
  });

  test("parts the strings with the prefix from the greater ones", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 4 }),
        fc.uint8Array({ maxLength: 6 }),
        (prefix, other) => {
          const end = prefixEnd(prefix);
          const startsWith = equalBytes(other.subarray(0, prefix.length), prefix);
          const inRange =
            compareBytes(other, prefix) >= 0 && (end === null || compareBytes(other, end) < 0);
          expect(inRange).toBe(startsWith);
        },
      ),
    );
  });

  test("leaves the prefix alone", () => {
    const prefix = Buffer.from("ab");
    prefixEnd(prefix);
    expect(toText(prefix)).toBe("ab");
  });
});

test("equalsIgnoreCase folds ASCII letters and nothing else", () => {
  expect(equalsIgnoreCase(fromText("keepTTL"), "KEEPTTL")).toBe(true);
  expect(equalsIgnoreCase(fromText("KEEPTT"), "KEEPTTL")).toBe(false);
  expect(equalsIgnoreCase(fromText("{"), "[")).toBe(false);
  expect(equalsIgnoreCase(fromText("`"), "@")).toBe(false);
  expect(equalsIgnoreCase(EMPTY, "")).toBe(true);
});

test("copyRange copies a part, short or long, and answers where it ends", () => {
  const source = Uint8Array.from({ length: 200 }, (_, i) => i);
  for (const length of [0, 1, 32, 33, 150]) {
    const target = new Uint8Array(200);
    expect(copyRange(source, 7, 7 + length, target, 3)).toBe(3 + length);
    expect(target.subarray(3, 3 + length)).toEqual(source.subarray(7, 7 + length));
    expect(target.subarray(3 + length).every((byte) => byte === 0)).toBe(true);
  }
});
