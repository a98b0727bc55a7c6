import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { countKeys, isSurelyEmpty } from "../../../src/database/key-table/key-counts.ts";
import { openLedis } from "../../support/open-ledis.ts";

const v = fromText("v");
const k = fromText("k");

test("a few writes are counted at once, exactly, with the TTLs among them", async () => {
  await using test = await openLedis();
  expect(test.db.counts()).toEqual({ keys: 0, expires: 0 });
  test.db.strings.set(k, v);
  test.db.strings.set(k, v);
  test.db.strings.set(fromText("l"), v, 9e12);
  expect(test.db.counts()).toEqual({ keys: 2, expires: 1 });
  await test.ledis.flush();
  test.db.strings.set(k, v, 9e12);
  test.db.keys.remove(fromText("l"));
  test.db.keys.remove(fromText("missing"));
  expect(test.db.counts()).toEqual({ keys: 1, expires: 1 });
});

test("a key that is written again after a flush counts once", async () => {
  await using test = await openLedis();
  for (let round = 0; round < 3; round++) {
    test.db.strings.incrementBy(k, 1);
    await test.ledis.flush();
    test.db.strings.set(k, v);
    test.db.strings.set(k, fromText("0"));
    await test.ledis.flush();
    expect(test.db.counts()).toEqual({ keys: 1, expires: 0 });
  }
});

test("many writes are counted later", async () => {
  await using test = await openLedis();
  for (let i = 0; i < 5000; i++) test.db.strings.set(fromText(`key:${i}`), v);
  test.ledis.select(1).strings.set(k, v);
  const counts = test.db.counts();
  expect(counts).toBeInstanceOf(Promise);
  expect(await counts).toEqual({ keys: 5000, expires: 0 });
  expect(test.ledis.keyspace.pendingCounts).toBe(0);
});

test("a database that is swapped meanwhile is counted as it is then", async () => {
  await using test = await openLedis();
  for (let i = 0; i < 5000; i++) test.db.strings.set(fromText(`key:${i}`), v);
  const counts = test.db.counts();
  test.ledis.swap(0, 1);
  expect(await counts).toEqual({ keys: 0, expires: 0 });
});

test("a flush that does not end keeps nobody waiting for ever", async () => {
  await using test = await openLedis();
  for (let i = 0; i < 3000; i++) test.db.strings.set(fromText(`key:${i}`), v);
  const never = () => new Promise<void>(() => {});
  const counts = countKeys(test.ledis.keyspace, () => test.db.table.space, never);
  expect(await counts).toEqual({ keys: 3000, expires: 0 });
});

test("a flush that fails does not fail the counting", async () => {
  await using test = await openLedis();
  for (let i = 0; i < 3000; i++) test.db.strings.set(fromText(`key:${i}`), v);
  const full = () => Promise.reject(new Error("database or disk is full"));
  const counts = countKeys(test.ledis.keyspace, () => test.db.table.space, full);
  expect(await counts).toEqual({ keys: 3000, expires: 0 });
});

test("emptiness is known only where it is cheap to know", async () => {
  await using test = await openLedis();
  const { keyspace } = test.ledis;
  expect(isSurelyEmpty(keyspace, 0)).toBe(true);
  test.db.strings.set(k, v);
  expect([isSurelyEmpty(keyspace, 0), isSurelyEmpty(keyspace, 1)]).toEqual([false, true]);
  for (let i = 0; i < 3000; i++) test.db.strings.set(fromText(`key:${i}`), v);
  expect(isSurelyEmpty(keyspace, 1)).toBe(false);
});
