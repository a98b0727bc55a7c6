import { expect, test } from "bun:test";
import { mapKey } from "../../src/bytes/bytes.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { ziplistEntries } from "../../src/rdb/ziplist.ts";
import { ziplistOf } from "./packed.ts";

const read = (bytes: Uint8Array) => [...ziplistEntries(bytes)].map(mapKey);

// All encodings, as Redis accepts them, stand in redis-payloads.jsonl: see rdb-value.test.ts.
test("entries are read in order", () => {
  expect(read(ziplistOf())).toEqual([]);
  expect(read(ziplistOf("a", "", "bc"))).toEqual(["a", "", "bc"]);
});

test("the size of the entry before may be written in the long form", () => {
  const bytes = Uint8Array.of(
    21,
    0,
    0,
    0,
    13,
    0,
    0,
    0,
    2,
    0,
    0,
    1,
    97,
    254,
    3,
    0,
    0,
    0,
    1,
    98,
    255,
  );
  expect(read(bytes)).toEqual(["a", "b"]);
});

test("no byte of the frame may be another one", () => {
  const bytes = ziplistOf("abc", "d");
  const data = new Set([12, 13, 14, 17]);
  for (let at = 0; at < bytes.length; at++) {
    if (data.has(at)) continue;
    const damaged = bytes.slice();
    damaged[at] = damaged[at]! ^ 0x21;
    expect(() => read(damaged)).toThrow(RdbError);
  }
});

test("whatever is cut off is damaged", () => {
  const bytes = ziplistOf("abc", "d");
  for (let length = 0; length < bytes.length; length++) {
    expect(() => read(bytes.slice(0, length))).toThrow(RdbError);
  }
});
