import { expect, test } from "bun:test";
import { type Bytes, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { openLedis } from "../../support/open-ledis.ts";

const s = fromText("s");
const t = fromText("t");
const texts = (list: readonly Bytes[]): string[] => list.map(mapKey);
const members = (...list: string[]): Bytes[] => list.map(fromText);

test("a member twice in one call counts once, in a new set and in an old one", async () => {
  await using test = await openLedis();
  const { sets } = test.db;
  expect(sets.add(s, members("a", "b", "a"))).toBe(2);
  expect(sets.add(s, members("c", "c", "b"))).toBe(1);
  expect(sets.size(s)).toBe(3);
  expect(sets.remove(s, members("c", "c"))).toBe(1);
  expect(texts(sets.members(s))).toEqual(["a", "b"]);
});

test("a set that was emptied and filled again has none of its old members", async () => {
  await using test = await openLedis();
  const { sets } = test.db;
  sets.add(s, members("a", "b"));
  await test.ledis.flush();
  sets.popSome(s, 2);
  sets.add(s, members("c"));
  expect(texts(sets.members(s))).toEqual(["c"]);
  await test.ledis.flush();
  expect(sets.has(s, fromText("a"))).toBe(false);
});

test("a member that is there already changes nothing", async () => {
  await using test = await openLedis();
  const { sets } = test.db;
  sets.add(s, members("a"));
  await test.commit();
  const { position } = test.ledis.keyspace;
  expect(sets.add(s, members("a"))).toBe(0);
  expect(sets.remove(s, members("x"))).toBe(0);
  expect(sets.move(s, s, fromText("a"))).toBe(true);
  await test.commit();
  expect(test.ledis.keyspace.position).toEqual(position);
});

test("a TTL stays when members come and go, and a stored result has none", async () => {
  await using test = await openLedis();
  const { sets, keys } = test.db;
  const at = Date.UTC(2100, 0, 1);
  sets.add(s, members("a", "b"));
  keys.expire(s, at);
  sets.add(s, members("c"));
  sets.pop(s);
  expect(keys.expireAt(s)).toBe(at);
  expect(sets.store("union", s, [s])).toBe(2);
  expect(keys.expireAt(s)).toBe(0);
});

test("draining a set by single pops gives each member once", async () => {
  await using test = await openLedis();
  const { sets } = test.db;
  const all = Array.from({ length: 500 }, (_, i) => `member:${1000 + i}`);
  sets.add(s, members(...all));
  const popped: string[] = [];
  for (let member = sets.pop(s); member !== null; member = sets.pop(s)) {
    popped.push(mapKey(member));
    if (popped.length === 100) await test.ledis.flush();
  }
  expect(popped.toSorted()).toEqual(all);
  expect(test.db.keys.has(s)).toBe(false);
});

test("a page goes on behind the last member, by a pattern that narrows it", async () => {
  await using test = await openLedis();
  const { sets } = test.db;
  sets.add(s, members("", "a", "b1", "b2", "b3", "c"));
  const set = sets.find(s)!;
  const first = sets.page(set, null, null, 2);
  expect([texts(first.members), mapKey(first.last!)]).toEqual([["", "a"], "a"]);
  const second = sets.page(set, first.last, null, 10);
  expect([texts(second.members), second.last]).toEqual([["b1", "b2", "b3", "c"], null]);
  const narrow = sets.page(set, fromText("b1"), fromText("b*"), 1);
  expect([texts(narrow.members), mapKey(narrow.last!)]).toEqual([["b2"], "b2"]);
  expect(texts(sets.page(set, null, fromText("*"), 10).members)).toHaveLength(6);
  expect(texts(sets.page(set, null, fromText("[bc]?"), 10).members)).toEqual(["b1", "b2", "b3"]);
});

test("a refused move changes nothing", async () => {
  await using test = await openLedis();
  const { sets, strings } = test.db;
  sets.add(s, members("a"));
  strings.set(t, fromText("x"));
  expect(() => sets.move(s, t, fromText("a"))).toThrow("WRONGTYPE");
  expect(texts(sets.members(s))).toEqual(["a"]);
});
