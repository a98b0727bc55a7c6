import { describe, expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { clock } from "../../../src/clock.ts";
import { RowKey } from "../../../src/keyspace/rows/row-key.ts";
import { RowValue } from "../../../src/keyspace/rows/row-value.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const v = fromText("v");

/** A database whose keys end only when a test says so. */
async function openWithoutTimer(): Promise<TestLedis> {
  const test = await openLedis();
  test.ledis.expiry.stop();
  return test;
}

/** Whether the key has a row, expired or not. */
function hasRow({ ledis, db }: TestLedis, key = k): boolean {
  return ledis.keyspace.get(new RowKey().key(db.table.space, key), new RowValue());
}

function setFor({ db }: TestLedis, ttlMs: number, key = k): void {
  db.strings.set(key, v, clock.nowMs() + ttlMs);
}

test("while another server's changes are written nothing has ended, whatever its TTL", async () => {
  using time = useFakeClock();
  await using test = await openWithoutTimer();
  const { db, ledis } = test;
  const field = fromText("f");
  setFor(test, 100);
  db.hashes.set(fromText("h"), [field, v]);
  db.hashTtls.expire(fromText("h"), [field], clock.nowMs() + 100, null);
  time.advance(200);
  ledis.expiry.hides = false;
  expect(db.keys.expire(k, clock.nowMs() - 50)).toBe(true);
  expect(db.hashes.has(fromText("h"), field)).toBe(true);
  expect(db.hashTtls.expire(fromText("h"), [field], clock.nowMs() - 50, null)).toEqual([1]);
  expect(db.strings.get(k)).not.toBeNull();
  ledis.expiry.hides = true;
  expect(db.hashes.has(fromText("h"), field)).toBe(false);
  expect(db.strings.get(k)).toBeNull();
});

describe("a key that ends while it is in memory", () => {
  test("is removed when its time has come, not before", async () => {
    using time = useFakeClock();
    await using test = await openWithoutTimer();
    setFor(test, 100);
    time.advance(99);
    expect(test.ledis.expiry.runSlice()).toBe(false);
    expect(hasRow(test)).toBe(true);
    time.advance(1);
    test.ledis.expiry.runSlice();
    expect(hasRow(test)).toBe(false);
    expect(test.ledis.expiry.expiredCount).toBe(1);
  });

  test("stays when it got another TTL, or none", async () => {
    using time = useFakeClock();
    await using test = await openWithoutTimer();
    setFor(test, 100);
    setFor(test, 100, fromText("l"));
    setFor(test, 5000);
    test.db.keys.persist(fromText("l"));
    time.advance(200);
    test.ledis.expiry.runSlice();
    expect(hasRow(test)).toBe(true);
    expect(hasRow(test, fromText("l"))).toBe(true);
  });
});

describe("a key that ends when it is in SQLite", () => {
  test("is removed by the index, however long its TTL was", async () => {
    using time = useFakeClock();
    await using test = await openWithoutTimer();
    setFor(test, 100);
    setFor(test, 3_600_000, fromText("l"));
    await test.reopen({ save: true });
    test.ledis.expiry.stop();
    test.ledis.expiry.runSlice();
    time.advance(100);
    test.ledis.expiry.runSlice();
    expect(hasRow(test)).toBe(false);
    time.advance(3_600_000);
    test.ledis.expiry.runSlice();
    expect(hasRow(test, fromText("l"))).toBe(false);
    expect(test.ledis.expiry.expiredCount).toBe(2);
  });

  test("is found although a later one was looked at before it was flushed", async () => {
    using time = useFakeClock();
    await using test = await openWithoutTimer();
    setFor(test, 60_000, fromText("later"));
    await test.ledis.flush();
    test.ledis.expiry.runSlice();
    setFor(test, 30_000);
    await test.ledis.flush();
    time.advance(30_000);
    test.ledis.expiry.runSlice();
    expect(hasRow(test)).toBe(false);
    expect(hasRow(test, fromText("later"))).toBe(true);
  });

  test("is removed with thousands of others", async () => {
    using time = useFakeClock();
    await using test = await openWithoutTimer();
    for (let i = 0; i < 3000; i++) setFor(test, 60_000, fromText(`key:${i}`));
    await test.ledis.flush();
    time.advance(60_000);
    while (test.ledis.expiry.runSlice());
    expect(test.ledis.expiry.expiredCount).toBe(3000);
    expect((await test.db.counts()).keys).toBe(0);
  });
});

describe("nothing is done", () => {
  test("and no statement run while nothing is due", async () => {
    using time = useFakeClock();
    await using test = await openWithoutTimer();
    test.db.strings.set(k, v);
    setFor(test, 3_600_000, fromText("l"));
    await test.ledis.flush();
    test.ledis.expiry.runSlice();
    const before = test.ledis.keyspace.stats().statements;
    for (let i = 0; i < 100; i++) {
      time.advance(1000);
      test.ledis.expiry.runSlice();
    }
    expect(test.ledis.keyspace.stats().statements).toBe(before);
  });

  test("for a database that was flushed meanwhile", async () => {
    using time = useFakeClock();
    await using test = await openWithoutTimer();
    setFor(test, 100);
    const row = new RowKey().raw(new RowKey().key(test.db.table.space, k).view());
    test.db.clear();
    time.advance(200);
    test.ledis.expiry.runSlice();
    expect(test.ledis.expiry.expiredCount).toBe(0);
    expect(test.ledis.keyspace.get(row, new RowValue())).toBe(true);
  });

  test("on a slave, which hides the key all the same", async () => {
    using time = useFakeClock();
    await using test = await openWithoutTimer();
    test.ledis.expiry.enabled = false;
    setFor(test, 100);
    time.advance(200);
    test.ledis.expiry.runSlice();
    expect(test.db.strings.get(k)).toBeNull();
    expect(hasRow(test)).toBe(true);
    test.ledis.expiry.enabled = true;
    test.ledis.expiry.runSlice();
    expect(hasRow(test)).toBe(false);
  });
});

test("the table is told of keys that end, whether somebody asked for them or not", async () => {
  using time = useFakeClock();
  await using test = await openWithoutTimer();
  setFor(test, 100);
  setFor(test, 100, fromText("l"));
  const other = test.ledis.select(3);
  other.strings.set(k, v, clock.nowMs() + 100);
  const told: string[] = [];
  test.db.table.listen({ keyChanged: (key) => told.push(mapKey(key)), keysReplaced() {} });
  other.table.listen({ keyChanged: (key) => told.push(`3:${mapKey(key)}`), keysReplaced() {} });
  time.advance(100);
  test.db.strings.get(k);
  test.ledis.expiry.runSlice();
  expect(told.sort()).toEqual(["3:k", "k", "l"]);
});

test("what a failed turn took back is removed again, once it is flushed", async () => {
  using time = useFakeClock();
  await using test = await openWithoutTimer();
  setFor(test, 100);
  await test.ledis.flush();
  time.advance(100);
  test.ledis.expiry.runSlice();
  expect(hasRow(test)).toBe(false);
  test.ledis.turns.breakTurn(new Error("by the test"));
  await expect(test.commit()).rejects.toThrow("by the test");
  expect(hasRow(test)).toBe(true);
  test.ledis.expiry.runSlice();
  expect(hasRow(test)).toBe(false);
});

test("the timer does it by itself", async () => {
  await using test = await openLedis();
  setFor(test, 1);
  while (hasRow(test)) await Bun.sleep(5);
  expect(test.ledis.expiry.expiredCount).toBe(1);
});
