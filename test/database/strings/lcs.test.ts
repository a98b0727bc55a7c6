import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { Lcs, lcsCells } from "../../../src/database/strings/lcs.ts";

function full(a: string, b: string, cells = 1e9): Lcs {
  const lcs = new Lcs(fromText(a), fromText(b), true);
  while (!lcs.advance(cells));
  return lcs;
}

test("Redis's example gives Redis's answer", () => {
  const lcs = full("ohmytext", "mynewtext");
  expect(lcs.length).toBe(6);
  const { text, ranges } = lcs.trace();
  expect(mapKey(text)).toBe("mytext");
  expect(ranges).toEqual([
    { aStart: 4, aEnd: 7, bStart: 5, bEnd: 8, length: 4 },
    { aStart: 2, aEnd: 3, bStart: 0, bEnd: 1, length: 2 },
  ]);
});

test("empty strings have nothing in common", () => {
  for (const [a, b] of [
    ["", ""],
    ["a", ""],
    ["", "a"],
  ] as const) {
    const lcs = full(a, b);
    expect([lcs.length, lcs.trace().ranges]).toEqual([0, []]);
  }
});

/** The recursion from the textbook. */
function lengthOf(a: string, b: string): number {
  const lengths = Array.from({ length: a.length + 1 }, () =>
    new Array<number>(b.length + 1).fill(0),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      lengths[i]![j] =
        a[i - 1] === b[j - 1]
          ? lengths[i - 1]![j - 1]! + 1
          : Math.max(lengths[i - 1]![j]!, lengths[i]![j - 1]!);
    }
  }
  return lengths[a.length]![b.length]!;
}

test("length, text and ranges agree with each other and the textbook, in steps of any size", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: 1, max: 200 }), (a, b, cells) => {
      const lcs = full(a, b, cells);
      const { text, ranges } = lcs.trace();
      expect(lcs.length).toBe(lengthOf(a, b));
      const parts = (of: string, start: "aStart" | "bStart") =>
        ranges.map((range) => of.slice(range[start], range[start] + range.length)).reverse();
      expect(parts(a, "aStart").join("")).toBe(mapKey(text));
      expect(parts(b, "bStart").join("")).toBe(mapKey(text));
      expect(text.length).toBe(lcs.length);
    }),
  );
});

test("a step does about as many cells as it is told, at least a row", () => {
  const lcs = new Lcs(new Uint8Array(10), new Uint8Array(9), false);
  let steps = 1;
  while (!lcs.advance(20)) steps++;
  expect(steps).toBe(5);
  expect(lcs.length).toBe(9);
  expect(lcsCells(10, 9)).toBe(110);
});
