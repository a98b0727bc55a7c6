import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { parseCDouble } from "../../src/bytes/c-double.ts";

test.each([
  ["", 0],
  ["\0x", 0],
  ["5", 5],
  [" \t\n5", 5],
  ["5\0rest", 5],
  ["-1.5e3", -1500],
  ["0x10", 16],
  ["inf", Infinity],
  ["-inf", -Infinity],
])("%j is %p", (text, value) => {
  expect(parseCDouble(fromText(text))).toBe(value);
});

test.each([" ", "5 ", "x", "5x", "nan", "1e400", "- 5", "--5"])("%j is no number", (text) => {
  expect(parseCDouble(fromText(text))).toBeNaN();
});
