import { expect, test } from "bun:test";
import { type Bytes, copyBytes, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { DB } from "../../../src/database/db.ts";
import { CommandError, StorageError } from "../../../src/errors.ts";
import { TYPE_LIST } from "../../../src/keyspace/rows/key-row.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const m = fromText("m");

/** Waits for the item on the left of a list; `heard` gets what was heard, in that order. */
function waitFor(test: TestLedis, name: string, heard: string[], keys = [k], db: DB = test.db) {
  const take = (key: Bytes): string =>
    `${mapKey(key)}:${mapKey(copyBytes(db.lists.pop(key, "left")!))}`;
  const waiting = test.ledis.waiters.wait(db.table, { keys, type: TYPE_LIST, take });
  void waiting.answer.then(
    (value) => heard.push(`${name} ${value}`),
    (error: Error) => heard.push(`${name} ${error.message}`),
  );
  return waiting;
}

const push = (test: TestLedis, key: Bytes, ...values: string[]) =>
  test.db.lists.push(key, "right", values.map(fromText));

async function failTurn(test: TestLedis): Promise<void> {
  test.ledis.turns.breakTurn(new StorageError("no space"));
  await expect(test.commit()).rejects.toThrow("no space");
}

test("those who came first are served first, at the end of the turn", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  for (const name of ["a", "b", "c"]) waitFor(test, name, heard);
  expect(test.ledis.waiters.count).toBe(3);
  push(test, k, "1", "2");
  await test.commit();
  expect(heard).toEqual(["a k:1", "b k:2"]);
  expect(test.ledis.waiters.count).toBe(1);
  expect(test.db.keys.has(k)).toBe(false);
});

test("nobody hears of what was served before the turn is committed", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  waitFor(test, "a", heard);
  push(test, k, "1");
  expect(test.ledis.waiters.isReady).toBe(true);
  test.ledis.waiters.serve();
  expect(test.db.lists.length(k)).toBe(0);
  await Promise.resolve();
  expect(heard).toEqual([]);
  await test.commit();
  expect(heard).toEqual(["a k:1"]);
});

test("after a failed turn they wait on, in the same order", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  for (const name of ["a", "b", "c"]) waitFor(test, name, heard, [k, m]);
  await test.commit();
  push(test, k, "1", "2");
  test.ledis.waiters.serve();
  expect(test.ledis.waiters.count).toBe(1);
  await failTurn(test);
  expect(test.ledis.waiters.count).toBe(3);
  expect(heard).toEqual([]);
  push(test, m, "3", "4", "5");
  await test.commit();
  expect(heard).toEqual(["a m:3", "b m:4", "c m:5"]);
});

test("one who came in a turn that failed is told so", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  waitFor(test, "old", heard);
  await test.commit();
  push(test, k, "1");
  test.ledis.waiters.serve();
  waitFor(test, "new", heard);
  await failTurn(test);
  expect(heard).toEqual(["new MISCONF Errors writing to the binlog: no space"]);
  push(test, k, "2");
  await test.commit();
  expect(heard.at(-1)).toBe("old k:2");
});

test("ending is too late for one who was served, unless the turn fails", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  const kept = waitFor(test, "kept", heard);
  await test.commit();
  push(test, k, "1");
  test.ledis.waiters.serve();
  expect(kept.end("ended")).toBe(false);
  await test.commit();
  expect(heard).toEqual(["kept k:1"]);

  const gone = waitFor(test, "gone", heard);
  await test.commit();
  push(test, k, "2");
  test.ledis.waiters.serve();
  expect(gone.end("ended")).toBe(false);
  await failTurn(test);
  expect(heard.at(-1)).toBe("gone ended");
  expect(test.ledis.waiters.count).toBe(0);
});

test("one who was ended is not served, and cannot be ended again", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  const waiting = waitFor(test, "a", heard);
  expect(waiting.fail(new CommandError("ended"))).toBe(true);
  expect(waiting.end("again")).toBe(false);
  push(test, k, "1");
  await test.commit();
  expect(heard).toEqual(["a ended"]);
  expect(test.db.lists.length(k)).toBe(1);
});

test("what is taken may make another key ready, until none is", async () => {
  await using test = await openLedis();
  const { ledis, db } = test;
  const heard: string[] = [];
  waitFor(test, "a", heard, [m]);
  const take = (key: Bytes) => mapKey(copyBytes(db.lists.move(key, m, "left", "left")!));
  const waiting = ledis.waiters.wait(db.table, { keys: [k], type: TYPE_LIST, take });
  void waiting.answer.then((value) => heard.push(`b ${value}`));
  push(test, k, "1");
  await test.commit();
  expect(heard.toSorted()).toEqual(["a m:1", "b 1"]);
  expect([db.keys.has(k), db.keys.has(m)]).toEqual([false, false]);
});

test("an error of the one who takes ends its waiting and leaves the others", async () => {
  await using test = await openLedis();
  const { ledis, db } = test;
  const heard: string[] = [];
  const take = (): string => {
    throw new CommandError("refused");
  };
  const waiting = ledis.waiters.wait(db.table, { keys: [k], type: TYPE_LIST, take });
  void waiting.answer.catch((error: Error) => heard.push(error.message));
  waitFor(test, "b", heard);
  push(test, k, "1");
  await test.commit();
  expect(heard.toSorted()).toEqual(["b k:1", "refused"]);
});

test("a key of another type serves nobody", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  waitFor(test, "a", heard);
  test.db.strings.set(k, fromText("v"));
  await test.commit();
  expect(heard).toEqual([]);
  test.db.keys.remove(k);
  push(test, k, "1");
  await test.commit();
  expect(heard).toEqual(["a k:1"]);
});

test("who gets nothing from a key waits on, and lets others have it", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  let isEnough = false;
  const take = () => (isEnough ? "enough" : undefined);
  const waiting = test.ledis.waiters.wait(test.db.table, { keys: [k], type: TYPE_LIST, take });
  void waiting.answer.then((value) => heard.push(value));
  waitFor(test, "b", heard);
  push(test, k, "1");
  await test.commit();
  expect(heard).toEqual(["b k:1"]);
  isEnough = true;
  push(test, k, "2");
  await test.commit();
  expect(heard).toEqual(["b k:1", "enough"]);
});

test("who has lost what it waits for is told, when the turn is committed", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  const wish = {
    ...{ keys: [k], type: TYPE_LIST, take: () => undefined },
    lost: () => new CommandError("lost"),
  };
  push(test, k, "1");
  const waiting = test.ledis.waiters.wait(test.db.table, wish);
  void waiting.answer.catch((error: Error) => heard.push(error.message));
  await test.commit();
  test.db.keys.remove(k);
  expect(heard).toEqual([]);
  await test.commit();
  expect([heard, test.ledis.waiters.count]).toEqual([["lost"], 0]);
});

test("a swapped database serves those who wait for its keys", async () => {
  await using test = await openLedis();
  const heard: string[] = [];
  waitFor(test, "a", heard);
  test.ledis.select(1).lists.push(k, "left", [fromText("1")]);
  await test.commit();
  expect(heard).toEqual([]);
  test.ledis.swap(0, 1);
  await test.commit();
  expect(heard).toEqual(["a k:1"]);
});

test("a table is listened to only while somebody waits for its keys", async () => {
  await using test = await openLedis();
  const { table } = test.db;
  const listening: string[] = [];
  const { listen, unlisten } = table;
  table.listen = (listener) => {
    listening.push("listen");
    listen.call(table, listener);
  };
  table.unlisten = (listener) => {
    listening.push("unlisten");
    unlisten.call(table, listener);
  };
  const first = waitFor(test, "a", [], [k, k, m]);
  const second = waitFor(test, "b", [], [m]);
  first.end("");
  second.end("");
  expect(listening).toEqual(["listen", "unlisten"]);
});
