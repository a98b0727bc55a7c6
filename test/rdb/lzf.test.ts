import { describe, expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { expandedBytesMax, expandLzf } from "../../src/rdb/lzf.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";

const expand = (codes: number[], length: number) =>
  mapKey(expandLzf(Uint8Array.from(codes), 0, codes.length, length));

test("literals stand for themselves, runs for what stands before", () => {
  expect(expand([2, 97, 98, 99], 3)).toBe("abc");
  expect(expand([2, 97, 98, 99, 0x20, 2], 6)).toBe("abcabc");
  expect(expand([0, 97, 0x20, 0], 4)).toBe("aaaa");
});

test("three bytes stand for at most 264", () => {
  const codes = [0, 97, 0xe0, 255, 0];
  expect(expand(codes, 265)).toBe("a".repeat(265));
  expect(expandedBytesMax(3)).toBe(264);
  expect(expandedBytesMax(codes.length)).toBeGreaterThanOrEqual(265);
});

describe("damaged", () => {
  const cases: [string, number[], number][] = [
    ["a literal that ends too early", [5, 97], 6],
    ["a literal that is too long", [2, 97, 98, 99], 2],
    ["a run before the start", [0, 97, 0x20, 1], 4],
    ["a run that is too long", [0, 97, 0x20, 0], 3],
    ["a run without its place", [0, 97, 0x20], 4],
    ["a run without its length", [0, 97, 0xe0], 4],
    ["too short", [0, 97], 2],
    ["nothing", [], 1],
  ];
  test.each(cases)("%s", (_, codes, length) => {
    expect(() => expand(codes, length)).toThrow(RdbError);
  });
});
