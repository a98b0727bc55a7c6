import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import type { DB } from "../../../src/database/db.ts";
import { TYPE_HASH, TYPE_LIST, TYPE_ZSET } from "../../../src/keyspace/rows/key-row.ts";
import { KIND_HASH, KIND_ZSET } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");

function encodingOf(db: DB, type: number, kind: number, rests: string[], value = ""): string {
  const header = db.collections.create(type);
  for (const rest of rests) {
    db.collections.put(kind, header.id, fromText(rest), fromText(value));
  }
  header.size = rests.length;
  db.collections.save(k, header);
  return db.keys.encoding(k)!;
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

test("a set of few integers is an intset, any other a hashtable", async () => {
  await using test = await openLedis();
  const { sets, keys } = test.db;
  const encodings = [
    numbers(512),
    numbers(513),
    ["-9223372036854775808", "1"],
    ["9223372036854775808"],
    ["1", "01"],
    ["1", ""],
  ].map((members) => {
    keys.remove(k);
    sets.add(k, members.map(fromText));
    return keys.encoding(k);
  });
  expect(encodings).toEqual([
    "intset",
    "hashtable",
    "intset",
    "hashtable",
    "hashtable",
    "hashtable",
  ]);
});

test("small hashes and sorted sets of short elements are listpacks", async () => {
  await using test = await openLedis();
  const { db } = test;
  expect(encodingOf(db, TYPE_HASH, KIND_HASH, numbers(512))).toBe("listpack");
  expect(encodingOf(db, TYPE_HASH, KIND_HASH, numbers(513))).toBe("hashtable");
  expect(encodingOf(db, TYPE_HASH, KIND_HASH, ["a"], "x".repeat(64))).toBe("listpack");
  expect(encodingOf(db, TYPE_HASH, KIND_HASH, ["a"], "x".repeat(65))).toBe("hashtable");
  expect(encodingOf(db, TYPE_HASH, KIND_HASH, ["x".repeat(65)])).toBe("hashtable");
  expect(encodingOf(db, TYPE_ZSET, KIND_ZSET, numbers(128))).toBe("listpack");
  expect(encodingOf(db, TYPE_ZSET, KIND_ZSET, numbers(129))).toBe("skiplist");
  expect(encodingOf(db, TYPE_ZSET, KIND_ZSET, ["x".repeat(65)])).toBe("skiplist");
});

test("a list is a quicklist", async () => {
  await using test = await openLedis();
  const header = test.db.collections.create(TYPE_LIST);
  header.size = 1;
  test.db.collections.save(k, header);
  expect(test.db.keys.encoding(k)).toBe("quicklist");
});
