import { expect, test } from "bun:test";
import { type Bytes, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { clock } from "../../../src/clock.ts";
import { TYPE_HASH } from "../../../src/keyspace/rows/key-row.ts";
import { KIND_FIELD_DUE, KIND_FIELD_TTL, KIND_HASH } from "../../../src/keyspace/rows/row-key.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const h = fromText("h");
const names = (count: number): Bytes[] =>
  Array.from({ length: count }, (_, i) => fromText(`f${1000 + i}`));

/** Without the timer: fields end when a test looks. */
async function open(): Promise<TestLedis> {
  const test = await openLedis();
  test.ledis.expiry.stop();
  return test;
}

/** A hash whose first `ending` fields end in 100 ms. */
function fill({ db }: TestLedis, size: number, ending: number): number {
  db.hashes.set(
    h,
    names(size).flatMap((name) => [name, name]),
  );
  db.hashTtls.expire(h, names(ending), clock.nowMs() + 100, null);
  return db.collections.find(h, TYPE_HASH)!.id;
}

/** How many rows of each kind the hash has. */
function rowsOf({ db }: TestLedis, id: number): number[] {
  return [KIND_HASH, KIND_FIELD_TTL, KIND_FIELD_DUE].map((kind) => {
    const walk = db.collections.walk(kind, id);
    let rows = 0;
    while (walk.next()) rows++;
    return rows;
  });
}

test("a look-up removes what has ended, and a hash without TTLs is as small as ever", async () => {
  using time = useFakeClock();
  await using test = await open();
  const id = fill(test, 10, 4);
  expect(rowsOf(test, id)).toEqual([10, 4, 4]);
  time.advance(99);
  expect(test.db.hashes.size(h)).toBe(10);
  time.advance(1);
  expect(test.db.hashes.size(h)).toBe(6);
  expect(rowsOf(test, id)).toEqual([6, 0, 0]);
  expect(test.db.collections.find(h, TYPE_HASH)!.extra.length).toBe(0);
});

test("when all fields have ended the key goes at once, with all listings of it", async () => {
  using time = useFakeClock();
  await using test = await open();
  fill(test, 1000, 1000);
  time.advance(100);
  const { keys } = test.db;
  expect(keys.page(null, { pattern: null, type: null }, 10).keys).toEqual([]);
  expect(keys.random()).toBeNull();
  expect(keys.has(h)).toBe(false);
  expect(test.db.hashes.set(h, [h, h])).toBe(1);
  expect(test.db.hashes.size(h)).toBe(1);
});

test("of many ended fields each look-up removes some, and hides the others", async () => {
  using time = useFakeClock();
  await using test = await open();
  const id = fill(test, 1000, 900);
  time.advance(100);
  expect(test.db.hashes.size(h)).toBe(100);
  expect(rowsOf(test, id)[0]).toBeGreaterThan(800);
  expect(test.db.hashes.fields(h).map(mapKey)).toEqual(names(1000).slice(900).map(mapKey));
  while (test.ledis.expiry.runSlice());
  expect(rowsOf(test, id)).toEqual([100, 0, 0]);
});

test("where nothing may be removed, ended fields are hidden and stay", async () => {
  using time = useFakeClock();
  await using test = await open();
  const id = fill(test, 10, 4);
  test.ledis.expiry.enabled = false;
  time.advance(100);
  const { hashes, hashTtls, orderedScan } = test.db;
  const [gone] = names(1) as [Bytes];
  expect(hashes.size(h)).toBe(6);
  expect(hashes.get(h, gone)).toBeNull();
  expect(hashes.has(h, gone)).toBe(false);
  expect(hashes.pairs(h).length).toBe(12);
  expect(hashes.randomFields(h, { count: 20, repeats: false }).length).toBe(6);
  expect(hashes.randomPairs(h, { count: -1, repeats: false }).length % 2).toBe(0);
  expect(hashes.randomFields(h, { count: 20, repeats: true }).length).toBe(20);
  expect(hashTtls.deadlines(h, [gone])).toEqual([null]);
  const query = { after: new Uint8Array(0), reverse: false, pattern: null, count: 99 };
  expect(orderedScan.fields(h, query).items.length).toBe(6);
  expect(test.ledis.expiry.runSlice()).toBe(false);
  expect(rowsOf(test, id)).toEqual([10, 4, 4]);
  expect(hashes.clear(h)).toBe(6);
});

test("fields end by the cycle, from memory and from SQLite, also in a renamed or copied hash", async () => {
  using time = useFakeClock();
  await using test = await open();
  const [renamed, copied] = [fromText("renamed"), fromText("copied")];
  for (const how of ["memory", "SQLite"]) {
    const id = fill(test, 200, 100);
    test.db.keys.copy(h, test.db.table, copied, true);
    test.db.keys.rename(h, renamed);
    const copy = test.db.collections.find(copied, TYPE_HASH)!.id;
    if (how === "SQLite") {
      await test.reopen();
      test.ledis.expiry.stop();
      await test.ledis.flush();
    }
    time.advance(100);
    while (test.ledis.expiry.runSlice());
    for (const hash of [id, copy]) expect([how, rowsOf(test, hash)]).toEqual([how, [100, 0, 0]]);
  }
});

test("a failed turn brings ended fields back, hidden", async () => {
  using time = useFakeClock();
  await using test = await open();
  fill(test, 10, 4);
  await test.commit();
  time.advance(100);
  expect(test.db.hashes.size(h)).toBe(6);
  test.ledis.turns.breakTurn(new Error("test"));
  await test.commit().catch(() => {});
  expect(test.db.hashes.size(h)).toBe(6);
  await test.commit();
  await test.reopen();
  expect(test.db.hashes.size(h)).toBe(6);
});
