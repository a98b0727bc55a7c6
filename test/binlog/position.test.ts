import { expect, test } from "bun:test";
import { comparePositions, formatPosition } from "../../src/binlog/position.ts";

test("positions compare by file, then by offset, beyond 32 bits too", () => {
  const positions = [
    { file: 1, offset: 0 },
    { file: 1, offset: 2 ** 32 + 1 },
    { file: 2, offset: 36 },
    { file: 2 ** 31, offset: 0 },
  ];
  for (const [i, a] of positions.entries()) {
    for (const [j, b] of positions.entries()) {
      expect(Math.sign(comparePositions(a, b))).toBe(Math.sign(i - j));
    }
  }
});

test("a position reads as file and offset", () => {
  expect(formatPosition({ file: 12, offset: 4096 })).toBe("12:4096");
});
