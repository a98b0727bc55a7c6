import { expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { zipmapEntries } from "../../src/rdb/zipmap.ts";

const read = (...codes: number[]) => [...zipmapEntries(Uint8Array.from(codes))].map(mapKey);

test("fields and values come in turn", () => {
  expect(read(0, 255)).toEqual([]);
  expect(read(1, 1, 97, 2, 0, 98, 99, 255)).toEqual(["a", "bc"]);
});

test("unused bytes are passed, and a length may be long", () => {
  expect(read(1, 1, 97, 1, 2, 98, 0, 0, 255)).toEqual(["a", "b"]);
  expect(read(254, 254, 1, 0, 0, 0, 97, 0, 0, 255)).toEqual(["a", ""]);
});

test("what is damaged is refused", () => {
  for (const codes of [
    [],
    [0],
    [1, 1, 97, 1, 0, 98],
    [2, 1, 97, 1, 0, 98, 255],
    [1, 1, 97, 255],
    [1, 1, 97, 9, 0, 98, 255],
    [1, 1, 97, 1, 9, 98, 255],
    [1, 254, 255, 255, 255, 255, 97, 255],
    [1, 254, 1, 255],
    [1, 255, 97, 255],
  ]) {
    expect(() => read(...codes)).toThrow(RdbError);
  }
});
