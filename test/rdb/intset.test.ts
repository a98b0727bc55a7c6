import { expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { intsetMembers } from "../../src/rdb/intset.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";

const read = (...codes: number[]) => [...intsetMembers(Uint8Array.from(codes))].map(mapKey);

test("members are integers in order", () => {
  expect(read(2, 0, 0, 0, 2, 0, 0, 0, 255, 255, 5, 0)).toEqual(["-1", "5"]);
  expect(read(4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 128)).toEqual(["-2147483648"]);
  expect(read(8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128)).toEqual(["-9223372036854775808"]);
});

test("what is damaged, out of order or there twice is refused", () => {
  for (const codes of [
    [],
    [2, 0, 0, 0, 1, 0, 0],
    [3, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1],
    [2, 0, 0, 0, 2, 0, 0, 0, 1, 0],
    [2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 2, 0],
    [2, 0, 0, 0, 2, 0, 0, 0, 5, 0, 5, 0],
    [2, 0, 0, 0, 2, 0, 0, 0, 5, 0, 255, 255],
    [2, 0, 0, 0, 255, 255, 255, 255, 1, 0],
  ]) {
    expect(() => read(...codes)).toThrow(RdbError);
  }
});
