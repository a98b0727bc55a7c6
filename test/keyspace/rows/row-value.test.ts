import { expect, test } from "bun:test";
import { RowValue } from "../../../src/keyspace/rows/row-value.ts";

test("a value is a stretch of a buffer", () => {
  const buffer = Uint8Array.of(1, 2, 3, 4);
  const value = new RowValue();
  expect(value.length).toBe(0);
  expect(value.set(buffer, 1, 3)).toBe(value);
  expect(value.length).toBe(2);
  expect(value.buffer.subarray(value.start, value.end)).toEqual(Uint8Array.of(2, 3));
});
