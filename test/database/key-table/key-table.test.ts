import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { errors } from "../../../src/errors.ts";
import { EXPIRE_AT_MAX_MS, TYPE_HASH, TYPE_STRING } from "../../../src/keyspace/rows/key-row.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { putCollection } from "../../support/hand-made-collections.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const v = fromText("value");

test("a row has type, TTL and the bytes behind them", async () => {
  using _time = useFakeClock(1000);
  await using test = await openLedis();
  const { table } = test.db;
  expect(table.find(k)).toBeNull();
  table.putString(k, v, 0);
  expect(table.find(k)).toMatchObject({ type: TYPE_STRING, expireAt: 0, length: 5, id: 0 });
  table.putString(k, v, 5000);
  expect(table.find(k)).toMatchObject({ expireAt: 5000, length: 5 });
  expect(table.find(k)!.rest()).toEqual(v);
  table.putString(k, v, Number.MAX_SAFE_INTEGER);
  expect(table.find(k)!.expireAt).toBe(EXPIRE_AT_MAX_MS);
});

test("an expired key is not there, and its row goes with the first look", async () => {
  using time = useFakeClock(1000);
  await using test = await openLedis();
  test.db.table.putString(k, v, 2000);
  time.set(1999);
  expect(test.db.table.find(k)).not.toBeNull();
  time.set(2000);
  expect(test.db.table.find(k)).toBeNull();
  expect((await test.db.counts()).keys).toBe(0);
});

test("a key of another type is refused", async () => {
  await using test = await openLedis();
  putCollection(test.ledis, test.db, k);
  expect(() => test.db.table.findType(k, TYPE_STRING)).toThrow(errors.wrongType);
  expect(() => test.db.table.findTypeForWrite(k, TYPE_STRING)).toThrow(errors.wrongType);
  expect(test.db.table.findType(k, TYPE_HASH)).not.toBeNull();
});

test("look-ups of reading commands are counted, those of writing ones are not", async () => {
  await using test = await openLedis();
  const { table } = test.db;
  table.putString(k, v, 0);
  table.find(k);
  table.findType(fromText("missing"), TYPE_STRING);
  table.findForWrite(k);
  table.findTypeForWrite(fromText("missing"), TYPE_STRING);
  expect(test.ledis.lookups).toEqual({ hits: 1, misses: 1 });
});

test("a TTL changes and nothing else, whatever the sizes", async () => {
  using _time = useFakeClock(1000);
  await using test = await openLedis();
  const { table } = test.db;
  for (const size of [0, 5, 100_000, 300_000]) {
    const value = new Uint8Array(size).fill(7);
    table.putString(k, value, 0);
    for (const expireAt of [2000, 3000, 0, 4000]) {
      table.putTtl(k, table.find(k)!, expireAt);
      expect(table.find(k)!.expireAt).toBe(expireAt);
      expect(mapKey(table.find(k)!.rest())).toBe(mapKey(value));
    }
    await test.ledis.flush();
  }
});

test("every change is told: put, remove, move", async () => {
  await using test = await openLedis();
  const told: string[] = [];
  const other = test.ledis.select(1);
  test.db.table.listen({ keyChanged: (key) => told.push(mapKey(key)), keysReplaced() {} });
  other.table.listen({ keyChanged: (key) => told.push(`1:${mapKey(key)}`), keysReplaced() {} });
  test.db.table.putString(k, v, 0);
  test.db.table.move(k, test.db.table.find(k)!, other.table, fromText("l"));
  other.table.remove(fromText("l"));
  expect(told).toEqual(["k", "1:l", "k", "1:l"]);
});
