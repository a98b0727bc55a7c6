import { expect, test } from "bun:test";
import { fromMapKey, mapKey } from "../../../src/bytes/bytes.ts";
import { decodeStoreKey } from "../../../src/replication/legacy/store-key.ts";
import { storeKeys } from "../../support/fake-ledisdb.ts";

function decoded(text: string): unknown {
  const record = decodeStoreKey(fromMapKey(text));
  if (record === null) return null;
  const plain = Object.entries(record).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? mapKey(value) : value,
  ]);
  return Object.fromEntries(plain);
}

test("every record of v0.1's store is told from its key", () => {
  expect(decoded(storeKeys.kv(3, "a"))).toEqual({ kind: "kv", db: 3, key: "a" });
  expect(decoded(storeKeys.field(0, "h:", ":f"))).toEqual({
    kind: "hash",
    db: 0,
    key: "h:",
    field: ":f",
  });
  expect(decoded(storeKeys.item(15, "l", 0x3fffffff))).toEqual({
    kind: "list",
    db: 15,
    key: "l",
    place: 0x3fffffff,
  });
  expect(decoded(storeKeys.ends(0, "l"))).toEqual({ kind: "lmeta", db: 0, key: "l" });
  expect(decoded(storeKeys.member(0, "z", ""))).toEqual({
    kind: "zset",
    db: 0,
    key: "z",
    member: "",
  });
  expect(decoded(storeKeys.segment(0, "bm", 7))).toEqual({
    kind: "bit",
    db: 0,
    key: "bm",
    segment: 7,
  });
  expect(decoded(storeKeys.ttl(0, 9, "bm"))).toEqual({
    kind: "expmeta",
    db: 0,
    type: 9,
    key: "bm",
  });
  for (const text of [
    storeKeys.hashSize(0, "h"),
    storeKeys.zsetSize(0, "z"),
    storeKeys.score(0, "z", -1, "m"),
    storeKeys.score(0, "z", 5, ""),
    storeKeys.time(0, 1, "a", 5),
  ]) {
    expect(decoded(text)).toEqual({ kind: "derived", db: 0 });
  }
});

test("tails of bitmaps, which have neither database nor type, are what is left", () => {
  expect(decoded(storeKeys.tail("bm"))).toEqual({ kind: "bitmeta", key: "bm" });
  expect(decoded(storeKeys.tail("b"))).toEqual({ kind: "bitmeta", key: "b" });
  expect(decoded(storeKeys.tail("\x01"))).toEqual({ kind: "bitmeta", key: "\x01" });
  expect(decoded(storeKeys.tail("\0\x02bm"))).toEqual({ kind: "bitmeta", key: "\0\x02bm" });
  // This one cannot be told from the value of a string.
  expect(decoded(storeKeys.tail("\0\x01bm"))).toEqual({ kind: "kv", db: 0, key: "bm\0\0" });
});

test("what is no key of v0.1 is none", () => {
  for (const text of [
    "",
    "\0",
    "\x10\x01a",
    "\0\x02\0\x09a:f",
    "\0\x02\0\x01af",
    "\0\x04\0\x01a\0\x01",
    "\0\x66\x03a",
    "\0\x66",
    "ab\n\0",
    "a\0\0",
  ]) {
    expect(decoded(text)).toBeNull();
  }
});
