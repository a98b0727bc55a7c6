import { describe, expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import type { CollectionHeader } from "../../../src/database/collections/collections.ts";
import { ZSetEntries, ZSetOrder } from "../../../src/database/zsets/zset-entries.ts";
import { behind, entryOf } from "../../../src/database/zsets/zset-entry.ts";
import { TYPE_ZSET } from "../../../src/keyspace/rows/key-row.ts";
import { checkCounts } from "../../support/check-counts.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const LIMITS = { blockEntriesMax: 4, groupBlocksMax: 3, bytesMax: 1 << 20, leafBytesMax: 1 << 20 };
const memberOf = (number: number) => fromText(`m${number}`);

function newSet(test: TestLedis): { entries: ZSetEntries; set: CollectionHeader } {
  const { collections } = test.db;
  const order = new ZSetOrder(test.ledis.keyspace, LIMITS);
  return { entries: new ZSetEntries(collections, order), set: collections.create(TYPE_ZSET) };
}

describe("rows", () => {
  test("members come and go with their scores", async () => {
    await using test = await openLedis();
    const { entries, set } = newSet(test);
    entries.insert(set, memberOf(1), 5);
    entries.insert(set, memberOf(2), -0);
    entries.move(set, memberOf(1), 5, -1);
    expect([set.size, entries.score(set, memberOf(1)), entries.score(set, memberOf(2))]).toEqual([
      2, -1, 0,
    ]);
    entries.delete(set, memberOf(1), -1);
    expect([set.size, entries.score(set, memberOf(1))]).toEqual([1, null]);
    const walk = entries.walk(set);
    expect([walk.next(), toText(walk.member), walk.score, walk.next()]).toEqual([
      true,
      "m2",
      0,
      false,
    ]);
  });

  test("counts begin above the limit of a block and end at half of it", async () => {
    await using test = await openLedis();
    const { entries, set } = newSet(test);
    for (let i = 0; i < 4; i++) entries.insert(set, memberOf(i), i);
    expect(entries.isCounted(set)).toBe(false);
    entries.insert(set, memberOf(4), 4);
    expect(entries.isCounted(set)).toBe(true);
    for (let i = 0; i < 2; i++) entries.delete(set, memberOf(i), i);
    checkCounts(test.db.collections, set, LIMITS);
    expect(entries.isCounted(set)).toBe(true);
    entries.delete(set, memberOf(2), 2);
    expect(entries.isCounted(set)).toBe(false);
    checkCounts(test.db.collections, set, LIMITS);
  });
});

describe("walks", () => {
  test("where the counts end, the walks know where the set begins and ends", async () => {
    await using test = await openLedis();
    const order = new ZSetOrder(test.ledis.keyspace, LIMITS);
    const entries = new ZSetEntries(test.db.collections, order);
    const set = test.db.collections.create(TYPE_ZSET);
    for (let i = 0; i < 30; i++) entries.insert(set, memberOf(i), i);
    for (let i = 0; i < 27; i++) entries.delete(set, memberOf(i), i);
    expect(entries.isCounted(set)).toBe(true);
    entries.delete(set, memberOf(29), 29);
    expect(entries.isCounted(set)).toBe(false);
    expect(order.ends.of(set.id)).toEqual({
      low: entryOf(27, memberOf(27)),
      high: behind(entryOf(28, memberOf(28))),
    });
  });

  test("ranks and walks from a rank agree, with counts and without", async () => {
    await using test = await openLedis();
    for (const size of [3, 40]) {
      const { entries, set } = newSet(test);
      for (let i = 0; i < size; i++) entries.insert(set, memberOf(i), i);
      for (let rank = 0; rank < size; rank++) {
        expect(entries.rank(set, entryOf(rank, memberOf(rank)))).toBe(rank);
        expect(entries.rank(set, entryOf(rank, fromText("n")))).toBe(rank + 1);
        for (const reverse of [false, true]) {
          const walk = entries.walkFrom(set, rank, reverse, 2);
          expect([walk.next(), walk.score]).toEqual([true, rank]);
          const next = reverse ? rank - 1 : rank + 1;
          expect(walk.next()).toBe(next >= 0 && next < size);
        }
      }
      expect(entries.rank(set, null)).toBe(size);
    }
  });

  test("a walk can be empty, and can be skipped beyond its end", async () => {
    await using test = await openLedis();
    const { entries, set } = newSet(test);
    for (let i = 0; i < 3; i++) entries.insert(set, memberOf(i), i);
    const one = entryOf(1, memberOf(1));
    expect(entries.walk(set, { from: one, to: one }).next()).toBe(false);
    expect(entries.walk(set).pass(3)).toBe(true);
    expect(entries.walk(set).pass(4)).toBe(false);
  });

  test("a queue whose start moves on is not walked from where it once began", async () => {
    await using test = await openLedis();
    const { entries, set } = newSet(test);
    entries.insert(set, memberOf(0), 0);
    let first = 0;
    for (let i = 1; i < 50; i++) {
      entries.insert(set, memberOf(i), i);
      const walk = entries.walk(set, { expected: 1 });
      walk.next();
      expect(walk.score).toBe(first);
      entries.delete(set, memberOf(first), first);
      first++;
    }
    const reads: number[] = [];
    const { collections } = test.db;
    const { walk } = collections;
    collections.walk = (kind, id, range) => {
      reads.push(range?.from?.length ?? 0);
      return walk.call(collections, kind, id, range);
    };
    entries.walk(set).next();
    entries.walk(set).next();
    expect(reads.every((length) => length > 0)).toBe(true);
    entries.insert(set, memberOf(100), -5);
    const low = entries.walk(set);
    expect([low.next(), low.score]).toEqual([true, -5]);
  });
});

test("what is remembered can be forgotten", async () => {
  await using test = await openLedis();
  const { collections } = test.db;
  const order = new ZSetOrder(test.ledis.keyspace, LIMITS);
  const entries = new ZSetEntries(collections, order);
  const set = collections.create(TYPE_ZSET);
  for (let i = 0; i < 20; i++) entries.insert(set, memberOf(i), i);
  // As if the rows came from a master: other eyes write them.
  const others = new ZSetEntries(collections, new ZSetOrder(test.ledis.keyspace, LIMITS));
  for (let i = 20; i < 40; i++) others.insert(set, memberOf(i), -i);
  order.forget();
  expect(entries.rank(set, entryOf(0, memberOf(0)))).toBe(20);
});
