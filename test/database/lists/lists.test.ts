import { expect, test } from "bun:test";
import { type Bytes, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { TYPE_LIST } from "../../../src/keyspace/rows/key-row.ts";
import { writeU48 } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const l = fromText("l");
const m = fromText("m");
const texts = (list: readonly Bytes[]): string[] => list.map(mapKey);
const items = (...list: string[]): Bytes[] => list.map(fromText);
const numbers = (count: number): Bytes[] =>
  Array.from({ length: count }, (_, i) => fromText(`${i}`));

/** Statements that reading costs, each in a turn of its own. */
async function statementsOf(test: TestLedis, read: () => void): Promise<number> {
  await test.commit();
  const before = test.ledis.keyspace.statementCount;
  read();
  const after = test.ledis.keyspace.statementCount;
  await test.commit();
  return after - before;
}

test("a range of a list in memory asks SQLite for nothing, wherever it lies", async () => {
  await using test = await openLedis();
  const { lists } = test.db;
  lists.push(l, "right", numbers(10_000));
  await test.ledis.flush();
  expect(await statementsOf(test, () => lists.range(l, 4000, 4999))).toBe(0);
  expect(await statementsOf(test, () => lists.at(l, -1))).toBe(0);
});

test("a range of a list on disk is read in pages behind the first few items", async () => {
  await using test = await openLedis();
  test.db.lists.push(l, "right", numbers(5000));
  await test.reopen({ save: true });
  let found: Bytes[] = [];
  const statements = await statementsOf(test, () => {
    found = test.db.lists.range(l, 3000, 3999);
  });
  expect(texts(found)).toEqual(texts(numbers(4000).slice(3000)));
  expect(statements).toBeLessThan(14);
});

test("a pushed item costs no look-up once the list is known", async () => {
  await using test = await openLedis();
  const { lists } = test.db;
  lists.push(l, "left", items("a"));
  const pushes = () => {
    lists.push(l, "left", items("b"));
    lists.push(l, "right", items("c"));
  };
  expect(await statementsOf(test, pushes)).toBe(0);
});

test("an inserted item shifts the shorter side", async () => {
  await using test = await openLedis();
  const { lists } = test.db;
  const appended = async (work: () => void): Promise<number> => {
    await test.commit();
    const { offset } = test.ledis.keyspace.position;
    work();
    await test.commit();
    return test.ledis.keyspace.position.offset - offset;
  };
  lists.push(l, "right", numbers(1000));
  const atLeft = await appended(() => lists.insert(l, "before", fromText("2"), fromText("x")));
  const atRight = await appended(() => lists.insert(l, "after", fromText("997"), fromText("y")));
  expect(Math.max(atLeft, atRight)).toBeLessThan(400);
  expect(texts(lists.range(l, 0, 3))).toEqual(["0", "1", "x", "2"]);
  expect(texts(lists.range(l, -3, -1))).toEqual(["y", "998", "999"]);
});

test("what stays of a long list that is cut short keeps its TTL", async () => {
  await using test = await openLedis();
  const { lists, keys } = test.db;
  lists.push(l, "right", numbers(1000));
  const endsAt = Date.now() + 1_000_000;
  keys.expire(l, endsAt);
  await test.ledis.flush();
  lists.trim(l, 500, 502);
  expect(texts(lists.range(l, 0, -1))).toEqual(["500", "501", "502"]);
  expect(keys.expireAt(l)).toBe(endsAt);
  await test.reopen({ save: true });
  expect(texts(test.db.lists.range(l, 0, -1))).toEqual(["500", "501", "502"]);
});

test("a change that is undone leaves the list as it was", async () => {
  await using test = await openLedis();
  const { lists } = test.db;
  lists.push(l, "right", items("a"));
  await test.commit();
  lists.pop(l, "left");
  test.ledis.turns.breakTurn(new Error("a test breaks this turn"));
  await expect(test.commit()).rejects.toThrow();
  expect(texts(lists.range(l, 0, -1))).toEqual(["a"]);
});

test("moving the only item within its list keeps the list and its TTL", async () => {
  await using test = await openLedis();
  const { lists, keys } = test.db;
  lists.push(l, "right", items("a"));
  const endsAt = Date.now() + 1_000_000;
  keys.expire(l, endsAt);
  expect(mapKey(lists.move(l, l, "left", "right")!)).toBe("a");
  expect(keys.expireAt(l)).toBe(endsAt);
});

test("a move to a key of another type changes nothing", async () => {
  await using test = await openLedis();
  const { lists, strings } = test.db;
  lists.push(l, "right", items("a"));
  strings.set(m, fromText("v"));
  expect(() => lists.move(l, m, "left", "left")).toThrow("WRONGTYPE");
  expect(lists.length(l)).toBe(1);
});

test("a push beyond the sequence numbers is refused and changes nothing", async () => {
  await using test = await openLedis();
  const { lists, collections } = test.db;
  lists.push(l, "right", items("a"));
  const list = collections.findForWrite(l, TYPE_LIST)!;
  writeU48(list.extra, 0, 1);
  collections.put(4, list.id, new Uint8Array([0, 0, 0, 0, 0, 1]), fromText("a"));
  collections.save(l, list);
  expect(() => lists.push(l, "left", items("b", "c"))).toThrow("no room at this end");
  expect(lists.push(l, "left", items("b"))).toBe(2);
  expect(texts(lists.range(l, 0, -1))).toEqual(["b", "a"]);
});

test("trimming an end answers how many items went", async () => {
  await using test = await openLedis();
  const { lists } = test.db;
  lists.push(l, "right", items("a", "b", "c"));
  expect(lists.trimEnd(l, "right", 1)).toBe(1);
  expect(lists.trimEnd(l, "left", 0)).toBe(0);
  expect(lists.trimEnd(l, "left", 5)).toBe(2);
  expect(lists.trimEnd(l, "left", 5)).toBe(0);
});

test("replace stores a list in place of whatever the key held, without values nothing", async () => {
  await using test = await openLedis();
  const { db } = test;
  const key = fromText("replaced");
  db.strings.set(key, fromText("v"), Date.now() + 10_000);
  expect(db.lists.replaceOrRemove(key, ["a", "b"].map(fromText))).toBe(2);
  expect(db.lists.range(key, 0, -1).map(mapKey)).toEqual(["a", "b"]);
  expect(db.keys.expireAt(key)).toBe(0);
  expect(db.lists.replaceOrRemove(key, [])).toBe(0);
  expect(db.keys.has(key)).toBe(false);
});
