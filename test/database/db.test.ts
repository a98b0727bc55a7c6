import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import type { DB } from "../../src/database/db.ts";
import { storedAfterCollecting } from "../support/hand-made-collections.ts";
import { openLedis } from "../support/open-ledis.ts";

const k = fromText("k");
const read = (db: DB): string | null => {
  const value = db.strings.get(k);
  return value === null ? null : mapKey(value);
};

test("a cleared database is empty at once, and its rows go in the background", async () => {
  await using test = await openLedis();
  for (let i = 0; i < 100; i++) test.db.strings.set(fromText(`key:${i}`), k);
  test.ledis.select(1).strings.set(k, k);
  await test.ledis.flush();
  test.db.strings.set(k, k);
  test.db.clear();
  expect([test.db.keys.random(), test.db.counts()]).toEqual([null, { keys: 0, expires: 0 }]);
  test.db.strings.set(k, fromText("new"));
  expect(await storedAfterCollecting(test.ledis, test.directory)).toMatchObject({ keys: 2 });
  await test.reopen();
  expect([read(test.db), read(test.ledis.select(1))]).toEqual(["new", "k"]);
});

test("clearing what is empty writes nothing", async () => {
  await using test = await openLedis();
  test.db.strings.set(k, k);
  await test.commit();
  const before = test.ledis.keyspace.position;
  test.ledis.select(1).clear();
  await test.commit();
  expect(test.ledis.keyspace.position).toEqual(before);
  test.ledis.flushAll();
  test.ledis.flushAll();
  await test.commit();
  expect(test.ledis.spaces.of(0)).not.toBe(0);
  expect(test.ledis.spaces.of(1)).toBe(1);
});

test("all databases are cleared together, also where many writes are not counted yet", async () => {
  await using test = await openLedis();
  for (let i = 0; i < 3000; i++) test.db.strings.set(fromText(`key:${i}`), k);
  test.ledis.select(15).strings.set(k, k);
  test.ledis.flushAll();
  expect([test.db.keys.random(), read(test.ledis.select(15))]).toEqual([null, null]);
});

test("swapped databases exchange what they hold", async () => {
  await using test = await openLedis();
  const other = test.ledis.select(1);
  test.db.strings.set(k, fromText("zero"));
  test.ledis.swap(0, 1);
  expect([read(test.db), read(other)]).toEqual([null, "zero"]);
  test.db.strings.set(k, fromText("new"));
  await test.reopen();
  expect([read(test.db), read(test.ledis.select(1))]).toEqual(["new", "zero"]);
  test.ledis.swap(1, 1);
  expect(() => test.ledis.swap(0, 99)).toThrow("ERR DB index is out of range");
});

test("who listens to the whole is told of all databases, also of those that are selected later", async () => {
  await using test = await openLedis();
  const { ledis } = test;
  const told: string[] = [];
  const listener = { keyChanged: (key: Uint8Array) => told.push(mapKey(key)), keysReplaced() {} };
  ledis.select(1);
  ledis.listen(listener);
  for (const number of [1, 2]) ledis.select(number).strings.set(fromText(`${number}`), k);
  ledis.unlisten(listener);
  for (const number of [1, 2, 3]) ledis.select(number).strings.set(fromText("a"), k);
  expect(told).toEqual(["1", "2"]);
});

test("listeners are told when a database was cleared or swapped", async () => {
  await using test = await openLedis();
  const told: number[] = [];
  for (const number of [0, 1, 2]) {
    const keysReplaced = () => told.push(number);
    test.ledis.select(number).table.listen({ keyChanged() {}, keysReplaced });
  }
  test.db.strings.set(k, k);
  test.db.clear();
  test.ledis.swap(1, 2);
  expect(told).toEqual([0, 1, 2]);
});
