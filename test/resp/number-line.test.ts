import { expect, test } from "bun:test";
import { NUMBER_LINE_BYTES_MAX, writeNumberLine } from "../../src/resp/number-line.ts";

function line(value: number): string {
  const target = Buffer.alloc(1 + NUMBER_LINE_BYTES_MAX, ".");
  const end = writeNumberLine(target, 1, 0x3a, value);
  expect(target[0]).toBe(0x2e);
  return target.toString("latin1", 1, end);
}

test("a number's line is prefix, decimal digits, CR LF", () => {
  expect([0, -1, 1_234_567].map(line)).toEqual([":0\r\n", ":-1\r\n", ":1234567\r\n"]);
  expect(line(Number.MIN_SAFE_INTEGER)).toBe(":-9007199254740991\r\n");
});
