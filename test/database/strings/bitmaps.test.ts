import { describe, expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import type { DB } from "../../../src/database/db.ts";
import { OFFSET_MAX } from "../../../src/database/strings/bitmaps.ts";
import { TYPE_BITMAP } from "../../../src/keyspace/rows/key-row.ts";
import { openLedis } from "../../support/open-ledis.ts";

const [a, b, c] = ["a", "b", "c"].map(fromText) as [Uint8Array, Uint8Array, Uint8Array];

const set = (db: DB, key: Uint8Array, ...offsets: number[]): number =>
  db.bitmaps.setBits(
    key,
    offsets.map((offset) => ({ offset, value: 1 })),
  );
const bytesOf = (db: DB, key: Uint8Array): number[] | null => {
  const bytes = db.bitmaps.get(key);
  return bytes === null ? null : [...bytes];
};
const segments = (db: DB, key: Uint8Array): number =>
  db.collections.find(key, TYPE_BITMAP)?.size ?? 0;

describe("bits", () => {
  test("the first bit makes the bitmap, be it at offset 0", async () => {
    await using test = await openLedis();
    const { db } = test;
    expect(db.bitmaps.setBit(a, { offset: 0, value: 1 })).toBe(0);
    expect(bytesOf(db, a)).toEqual([1]);
    expect(db.bitmaps.setBit(a, { offset: 0, value: 0 })).toBe(1);
    expect(bytesOf(db, a)).toEqual([0]);
    expect(db.keys.has(a)).toBe(true);
  });

  test("a far bit costs one segment", async () => {
    await using test = await openLedis();
    const { db } = test;
    set(db, a, OFFSET_MAX, 3);
    expect(segments(db, a)).toBe(2);
    expect(db.bitmaps.count(a, 0, -1)).toBe(2);
    expect(db.bitmaps.getBit(a, -1)).toBe(1);
    expect(db.bitmaps.getBit(a, 1_000_000)).toBe(0);
  });

  test("a negative offset before the start is refused, any for a write to a missing key", async () => {
    await using test = await openLedis();
    const { bitmaps } = test.db;
    expect(() => bitmaps.setBit(a, { offset: -1, value: 1 })).toThrow("ERR invalid offset");
    expect(() => bitmaps.setBits(a, [{ offset: -1, value: 1 }])).toThrow("ERR invalid offset");
    expect(bitmaps.getBit(a, -1)).toBe(0);
    expect(bitmaps.count(a, -5, -1)).toBe(0);
    expect(test.db.keys.has(a)).toBe(false);
    set(test.db, a, 9);
    expect(() => bitmaps.getBit(a, -11)).toThrow("ERR invalid offset");
    expect(() => bitmaps.count(a, -11, -1)).toThrow("ERR invalid offset");
    expect(bitmaps.getBit(a, -1)).toBe(1);
  });

  test("values that are no bits change nothing, also when there is no such key", async () => {
    await using test = await openLedis();
    const { bitmaps, keys } = test.db;
    expect(bitmaps.setBit(a, { offset: 3, value: 2 })).toBe(0);
    expect(bitmaps.setBits(a, [{ offset: 3, value: -1 }])).toBe(0);
    expect(keys.has(a)).toBe(false);
    expect(
      bitmaps.setBits(a, [
        { offset: 100, value: 7 },
        { offset: 1, value: 1 },
      ]),
    ).toBe(1);
    expect(bytesOf(test.db, a)).toEqual([2]);
  });

  test("two writes of one place are refused and change nothing", async () => {
    await using test = await openLedis();
    const { db } = test;
    set(db, a, 9);
    expect(() => set(db, a, 1, 9, -1)).toThrow("ERR duplicate bit pos");
    expect(bytesOf(db, a)).toEqual([0, 2]);
  });

  test("segments are read back from disk and changed there", async () => {
    await using test = await openLedis();
    set(test.db, a, 1, 5000);
    await test.ledis.flush();
    await test.reopen();
    const { db } = test;
    expect(db.bitmaps.setBit(a, { offset: 2, value: 1 })).toBe(0);
    expect(db.bitmaps.setBit(a, { offset: 5000, value: 1 })).toBe(1);
    expect(bytesOf(db, a)!.slice(0, 1)).toEqual([6]);
    expect(db.bitmaps.count(a, 0, -1)).toBe(3);
    expect(segments(db, a)).toBe(2);
  });

  test("counts take both ends in any order, within a byte and across segments", async () => {
    await using test = await openLedis();
    const { db } = test;
    set(db, a, 0, 1, 7, 8, 4095, 4096, 8200);
    const count = (start: number, end: number) => db.bitmaps.count(a, start, end);
    expect(count(1, 7)).toBe(2);
    expect(count(7, 1)).toBe(2);
    expect(count(2, 6)).toBe(0);
    expect(count(4095, 4096)).toBe(2);
    expect(count(8, 8199)).toBe(3);
    expect(count(0, OFFSET_MAX)).toBe(7);
    expect(count(8201, 9000)).toBe(0);
    expect(count(-1, -1)).toBe(1);
  });
});

describe("operations", () => {
  test("a shorter source counts as zeros; the outcome is as long as the longest", async () => {
    await using test = await openLedis();
    const { db } = test;
    set(db, a, 1, 9);
    set(db, b, 1, 4100);
    expect(db.bitmaps.combine("AND", c, [a, b])).toBe(4101);
    expect(db.bitmaps.count(c, 0, -1)).toBe(1);
    expect(db.bitmaps.combine("OR", c, [a, b])).toBe(4101);
    expect(db.bitmaps.count(c, 0, -1)).toBe(3);
    expect(db.bitmaps.combine("XOR", c, [a, b])).toBe(4101);
    expect(db.bitmaps.count(c, 0, -1)).toBe(2);
    expect(db.bitmaps.combine("NOT", c, [b])).toBe(4101);
    expect(db.bitmaps.count(c, 0, OFFSET_MAX)).toBe(4099);
  });

  test("holes stay holes, but for the tail's segment", async () => {
    await using test = await openLedis();
    const { db } = test;
    set(db, a, OFFSET_MAX);
    set(db, b, OFFSET_MAX);
    expect(db.bitmaps.combine("XOR", c, [a, b])).toBe(OFFSET_MAX + 1);
    expect(segments(db, c)).toBe(1);
    expect(db.bitmaps.count(c, 0, -1)).toBe(0);
  });

  test("the target may be a source; its TTL is gone, and so is whatever else it held", async () => {
    await using test = await openLedis();
    const { db } = test;
    set(db, a, 1, 2);
    set(db, b, 2, 3);
    db.keys.expire(a, Date.UTC(2100, 0, 1));
    expect(db.bitmaps.combine("XOR", a, [a, b])).toBe(4);
    expect(bytesOf(db, a)).toEqual([0b1010]);
    expect(db.keys.expireAt(a)).toBe(0);
    db.strings.set(c, c);
    expect(db.bitmaps.combine("OR", c, [a, b])).toBe(4);
    expect(bytesOf(db, c)).toEqual([0b1110]);
  });

  test("too few sources, or too many for NOT, change nothing", async () => {
    await using test = await openLedis();
    const { db } = test;
    set(db, a, 1);
    set(db, b, 2);
    expect(db.bitmaps.combine("AND", a, [b, c])).toBe(0);
    expect(db.bitmaps.combine("NOT", a, [a, b])).toBe(0);
    expect(db.bitmaps.combine("NOT", a, [])).toBe(0);
    expect(bytesOf(db, a)).toEqual([2]);
    expect(db.bitmaps.combine("NOT", a, [c, b])).toBe(3);
    expect(bytesOf(db, a)).toEqual([3]);
  });
});

test("a bitmap too long for a string is not answered", async () => {
  await using test = await openLedis({ valueBytesMax: 1000 });
  set(test.db, a, 7999);
  expect(test.db.bitmaps.get(a)!.length).toBe(1000);
  set(test.db, a, 8000);
  expect(() => test.db.bitmaps.get(a)).toThrow("string exceeds maximum allowed size");
});

test("every operation refuses a key of another type", async () => {
  await using test = await openLedis();
  const { db } = test;
  db.strings.set(a, a);
  set(db, b, 1);
  expect(() => db.bitmaps.get(a)).toThrow("WRONGTYPE");
  expect(() => db.bitmaps.getBit(a, 0)).toThrow("WRONGTYPE");
  expect(() => db.bitmaps.setBit(a, { offset: 0, value: 1 })).toThrow("WRONGTYPE");
  expect(() => set(db, a, 1)).toThrow("WRONGTYPE");
  expect(() => db.bitmaps.count(a, 0, -1)).toThrow("WRONGTYPE");
  expect(() => db.bitmaps.combine("OR", c, [a, b])).toThrow("WRONGTYPE");
  expect(db.keys.has(c)).toBe(false);
});
