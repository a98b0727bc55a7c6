import { describe, expect, test } from "bun:test";
import { type Bytes, copyBytes, fromText, mapKey } from "../../src/bytes/bytes.ts";
import { clock } from "../../src/clock.ts";
import type { DB } from "../../src/database/db.ts";
import { COUNT_LIMITS } from "../../src/database/zsets/zset-count-rows.ts";
import { CommandError, errors } from "../../src/errors.ts";
import type { RdbValue } from "../../src/rdb/rdb-value.ts";
import { contentOf, redisPayload, redisPayloads } from "../rdb/redis-payloads.ts";
import { sealBytes } from "../rdb/seal-bytes.ts";
import { checkCounts } from "../support/check-counts.ts";
import { openLedis } from "../support/open-ledis.ts";

const K = fromText("k");
const COPY = fromText("copy");

/** Values of every type, small and large. */
const FILLS: readonly [string, (db: DB) => void][] = [
  ["string", (db) => db.strings.set(K, Uint8Array.of(0, 255, 13, 10))],
  ["list", (db) => db.lists.push(K, "left", texts(3))],
  ["large list", (db) => db.lists.push(K, "right", texts(2000))],
  ["set", (db) => db.sets.add(K, texts(3))],
  ["large set", (db) => db.sets.add(K, texts(2000))],
  ["hash", (db) => db.hashes.set(K, texts(4))],
  ["large hash", (db) => db.hashes.set(K, texts(2000))],
  ["zset", (db) => addScored(db, 3)],
  ["large zset", (db) => addScored(db, 2000)],
  [
    "bitmap",
    (db) =>
      db.bitmaps.setBits(
        K,
        [9, 5000, 70_000].map((offset) => ({ offset, value: 1 })),
      ),
  ],
];

function texts(count: number): Bytes[] {
  return Array.from({ length: count }, (_, i) => fromText(i % 3 === 0 ? `${i}` : `text ${i}`));
}

function addScored(db: DB, count: number): void {
  const members = texts(count).map((member, i) => ({ member, score: (i * 7) % 13 }));
  db.zsets.replace(K, members);
}

const content = (db: DB, key: Bytes) => contentOf(db.dumps.read(db.dumps.dump(key)!));

describe("what was dumped can be stored again", () => {
  test.each(FILLS)("%s", async (name, fill) => {
    await using ledis = await openLedis();
    fill(ledis.db);
    await ledis.commit();
    const payload = copyBytes(ledis.db.dumps.dump(K)!);
    ledis.db.dumps.storeChecked(COPY, ledis.db.dumps.read(payload), 0);
    await ledis.commit();
    expect(ledis.db.dumps.dump(COPY)).toEqual(payload);
    expect(ledis.db.keys.type(COPY)).toBe(ledis.db.keys.type(K));
    await ledis.reopen();
    expect(ledis.db.dumps.dump(COPY)).toEqual(payload);
    if (name.endsWith("zset")) {
      checkCounts(ledis.db.collections, ledis.db.zsets.find(COPY)!, COUNT_LIMITS);
    }
  });
});

describe("what Redis has dumped holds the same here", () => {
  test("all payloads, one after the other under one key", async () => {
    await using ledis = await openLedis();
    const { db } = ledis;
    for (const { name, type, payload, value } of redisPayloads) {
      db.dumps.storeChecked(K, db.dumps.read(payload), 0);
      expect([name, content(db, K)]).toEqual([name, value]);
      if (type === "list") expect(db.lists.range(K, 0, -1).map(mapKey)).toEqual(value as string[]);
      if (type === "set") expect(db.sets.size(K)).toBe((value as string[]).length);
    }
  });
});

test("a value keeps the TTL it is given, and no other", async () => {
  await using ledis = await openLedis();
  const { db } = ledis;
  const at = Date.now() + 100_000;
  for (const [, fill] of FILLS) {
    db.keys.remove(K);
    fill(db);
    const value = db.dumps.read(copyBytes(db.dumps.dump(K)!));
    db.dumps.storeChecked(COPY, value, at);
    expect(db.keys.expireAt(COPY)).toBe(at);
    db.dumps.storeChecked(COPY, value, 0);
    expect(db.keys.expireAt(COPY)).toBe(0);
  }
});

test("fields keep their TTLs, and those that have ended are left out", async () => {
  await using ledis = await openLedis();
  const { db } = ledis;
  const nowMs = clock.nowMs();
  const [a, b, c, d] = ["a", "b", "c", "d"].map(fromText) as [Bytes, Bytes, Bytes, Bytes];
  const deadlines = () => db.hashTtls.deadlines(COPY, [a, b, c, d]);
  db.hashes.set(K, [a, a, b, b, c, c, d, d]);
  db.hashTtls.expire(K, [a], nowMs + 200_000, null);
  db.hashTtls.expire(K, [b], nowMs + 100_000, null);
  db.hashTtls.expire(K, [d], nowMs + 300_000, null);
  const payload = copyBytes(db.dumps.dump(K)!);
  expect([payload[0], payload.at(-10)]).toEqual([24, 12]);
  db.dumps.storeChecked(COPY, db.dumps.read(payload), 0);
  expect(deadlines()).toEqual([nowMs + 200_000, nowMs + 100_000, 0, nowMs + 300_000]);
  await ledis.reopen();
  expect(ledis.db.dumps.dump(COPY)).toEqual(payload);
});

test("a hash of fields that have ended is not there when it is restored", async () => {
  await using ledis = await openLedis();
  const { db } = ledis;
  const early = sealBytes(Uint8Array.of(24, 9, 0, 0, 0, 0, 0, 0, 0, 1, 5, 1, 97, 1, 98), 12);
  const both = Uint8Array.of(24, 9, 0, 0, 0, 0, 0, 0, 0, 2, 5, 1, 97, 1, 98, 0, 1, 99, 1, 100);
  db.strings.set(COPY, K);
  db.dumps.storeChecked(COPY, db.dumps.read(early), 0);
  expect(db.keys.type(COPY)).toBe(db.keys.type(fromText("none")));
  db.dumps.storeChecked(COPY, db.dumps.read(sealBytes(both, 12)), 0);
  expect(db.hashes.pairs(COPY).map(mapKey)).toEqual(["c", "d"]);
});

test("a hash without TTLs is dumped as older versions of Redis take it", async () => {
  await using ledis = await openLedis();
  const { db } = ledis;
  const field = fromText("f");
  db.hashes.set(K, [field, field]);
  const plain = copyBytes(db.dumps.dump(K)!);
  db.hashTtls.expire(K, [field], clock.nowMs() + 100_000, null);
  expect(db.dumps.dump(K)).not.toEqual(plain);
  db.hashTtls.persist(K, [field]);
  expect(db.dumps.dump(K)).toEqual(plain);
});

test("a missing key has no dump", async () => {
  await using ledis = await openLedis();
  expect(ledis.db.dumps.dump(K)).toBeNull();
});

test("a list that was restored grows at both ends", async () => {
  await using ledis = await openLedis();
  const { db } = ledis;
  db.dumps.storeChecked(K, db.dumps.read(redisPayload("plain list").payload), 0);
  db.lists.push(K, "left", [fromText("left")]);
  db.lists.push(K, "right", [fromText("right")]);
  expect(db.lists.range(K, 0, -1).map(mapKey)).toEqual(["left", "a", "b", "5", "right"]);
});

test("a value that is too long is not dumped", async () => {
  await using ledis = await openLedis({ valueBytesMax: 1000 });
  ledis.db.lists.push(K, "right", texts(500));
  expect(() => ledis.db.dumps.dump(K)).toThrow(new CommandError(errors.stringTooLong));
});

test("a payload that would come to too much is refused", async () => {
  await using ledis = await openLedis({ valueBytesMax: 1000 });
  const { payload } = redisPayload("string, compressed to the utmost");
  expect(payload.length).toBeLessThan(1000);
  expect(() => ledis.db.dumps.read(payload)).toThrow(new CommandError(errors.dumpFormat));
});

describe("nothing is changed by", () => {
  const twice = Uint8Array.of(2, 2, 1, 97, 1, 97);
  const late = Uint8Array.of(24, 9, 0, 0, 0, 0, 0, 1, 0, 1, 5, 1, 97, 1, 98);
  const cases: [string, Bytes, string][] = [
    ["no payload", fromText("junk"), errors.dumpFooter],
    ["a member twice", sealBytes(twice), errors.dumpFormat],
    [
      "a stream that lacks an entry",
      sealBytes(Uint8Array.of(15, 0, 1, 0, 0, 0)),
      errors.dumpFormat,
    ],
    ["an unknown type", sealBytes(Uint8Array.of(99, 1, 97)), errors.dumpFormat],
    ["a field that ends too late", sealBytes(late, 12), errors.dumpFormat],
  ];
  test.each(cases)("%s", async (_, payload, error) => {
    await using ledis = await openLedis();
    expect(() => ledis.db.dumps.read(payload)).toThrow(new CommandError(error));
  });

  test("a value that is stored unchecked", async () => {
    await using ledis = await openLedis();
    ledis.db.strings.set(K, fromText("before"));
    const value: RdbValue = { type: "set", members: () => [COPY, COPY] };
    expect(() => ledis.db.dumps.store(K, value, 0)).toThrow(new CommandError(errors.dumpFormat));
    expect(mapKey(ledis.db.strings.get(K)!)).toBe("before");
    ledis.db.dumps.store(K, { type: "set", members: () => [COPY] }, 0);
    expect(ledis.db.sets.size(K)).toBe(1);
  });
});
