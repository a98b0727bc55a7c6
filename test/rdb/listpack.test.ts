import { expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { listpackEntries } from "../../src/rdb/listpack.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { listpackOf } from "./packed.ts";

const read = (bytes: Uint8Array) => [...listpackEntries(bytes)].map(mapKey);

// What Redis writes for all encodings stands in redis-payloads.jsonl: see rdb-value.test.ts.
test("entries are strings and integers", () => {
  expect(read(listpackOf())).toEqual([]);
  expect(read(listpackOf("a", 5, "", "bc", 127))).toEqual(["a", "5", "", "bc", "127"]);
});

test("an unknown count is none that could be wrong", () => {
  const bytes = listpackOf("a", "b");
  bytes.fill(0xff, 4, 6);
  expect(read(bytes)).toEqual(["a", "b"]);
});

test("no byte of the frame may be another one", () => {
  const bytes = listpackOf("abc", 5);
  const data = new Set([7, 8, 9, 11]);
  for (let at = 0; at < bytes.length; at++) {
    if (data.has(at)) continue;
    const damaged = bytes.slice();
    damaged[at] = damaged[at]! ^ 0x41;
    expect(() => read(damaged)).toThrow(RdbError);
  }
});

test("whatever is cut off is damaged", () => {
  const bytes = listpackOf("abc", 5);
  for (let length = 0; length < bytes.length; length++) {
    expect(() => read(bytes.slice(0, length))).toThrow(RdbError);
  }
});
