import { describe, expect, test } from "bun:test";
import { type Bytes, fromText, toText } from "../../../src/bytes/bytes.ts";
import type { CollectionHeader } from "../../../src/database/collections/collections.ts";
import {
  type CountLimits,
  LEVEL_BLOCK,
  LEVEL_GROUP,
} from "../../../src/database/zsets/zset-count-rows.ts";
import { ZSetCounts } from "../../../src/database/zsets/zset-counts.ts";
import { TYPE_ZSET } from "../../../src/keyspace/rows/key-row.ts";
import { KIND_ZSCORE } from "../../../src/keyspace/rows/row-key.ts";
import { checkCounts, countRows } from "../../support/check-counts.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const LIMITS: CountLimits = {
  blockEntriesMax: 4,
  groupBlocksMax: 3,
  bytesMax: 1 << 20,
  leafBytesMax: 1 << 20,
};
const ID = 99;
const entryOf = (number: number): Bytes => fromText(`entry:${String(number).padStart(4, "0")}`);

/** A set of entries with their counts, as ZSetEntries keeps them. */
class Counted {
  readonly test: TestLedis;
  counts: ZSetCounts;
  size = 0;
  isCounted = false;

  constructor(test: TestLedis, limits = LIMITS) {
    this.test = test;
    this.counts = new ZSetCounts(test.ledis.keyspace, limits);
  }

  add(...numbers: number[]): this {
    for (const number of numbers) {
      const entry = entryOf(number);
      this.test.db.collections.put(KIND_ZSCORE, ID, entry, new Uint8Array(0));
      this.size++;
      if (this.isCounted) this.counts.added(ID, entry);
      else if (this.size > LIMITS.blockEntriesMax) {
        this.counts.start(ID, entry);
        this.isCounted = true;
      }
    }
    return this;
  }

  remove(...numbers: number[]): this {
    for (const number of numbers) {
      this.test.db.collections.delete(KIND_ZSCORE, ID, entryOf(number));
      this.size--;
      this.counts.removed(ID, entryOf(number));
    }
    return this;
  }

  counted(level: number): number[] {
    return countRows(this.test.db.collections, ID, level).map(({ count }) => count);
  }

  check(): void {
    const extra = new Uint8Array(this.isCounted ? 1 : 0);
    const { size } = this;
    const set: CollectionHeader = {
      type: TYPE_ZSET,
      id: ID,
      size,
      expireAt: 0,
      extra,
      isStored: true,
    };
    checkCounts(this.test.db.collections, set, LIMITS);
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe("blocks", () => {
  test("a set of one block has no rows", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(3, 1, 2, 0);
    expect([set.counted(LEVEL_BLOCK), set.counted(LEVEL_GROUP)]).toEqual([[], []]);
  });

  test("a block that grows in the middle is halved", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(0, 10, 20, 30, 5);
    expect(set.counted(LEVEL_BLOCK)).toEqual([2, 3]);
    expect(set.counted(LEVEL_GROUP)).toEqual([5]);
    set.check();
  });

  test("a set that grows at its end has full blocks", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(17));
    expect(set.counted(LEVEL_BLOCK)).toEqual([4, 4, 4, 4, 1]);
    expect(set.counted(LEVEL_GROUP)).toEqual([12, 5]);
    set.check();
  });

  test("an empty block goes, unless it is the first of its group", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(17)).remove(4, 5, 6, 7);
    expect(set.counted(LEVEL_BLOCK)).toEqual([4, 4, 4, 1]);
    set.remove(12, 13, 14, 15);
    expect(set.counted(LEVEL_BLOCK)).toEqual([4, 4, 0, 1]);
    expect(set.counted(LEVEL_GROUP)).toEqual([8, 1]);
    set.check();
    set.remove(16);
    expect(set.counted(LEVEL_BLOCK)).toEqual([4, 4]);
    expect(set.counted(LEVEL_GROUP)).toEqual([8]);
    set.check();
    set.add(12, 5, 17, 6).check();
  });

  test("the first block and the first group stay when they are empty", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(17)).remove(...upTo(12));
    expect(set.counted(LEVEL_BLOCK)).toEqual([0, 4, 1]);
    expect(set.counted(LEVEL_GROUP)).toEqual([0, 5]);
    set.check();
    expect(toText(set.counts.slice(ID, 0, 1)[0]!.view())).toBe("entry:0012");
    set.add(3).check();
  });

  test("stopping leaves no rows", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(30));
    set.counts.stop(ID);
    expect([set.counted(LEVEL_BLOCK), set.counted(LEVEL_GROUP)]).toEqual([[], []]);
  });
});

describe("ranks", () => {
  test("rank counts the entries before a place, at finds the entry there", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(50).map((number) => number * 2));
    for (const rank of upTo(50)) {
      expect(set.counts.rank(ID, entryOf(rank * 2))).toBe(rank);
      expect(set.counts.rank(ID, entryOf(rank * 2 + 1))).toBe(rank + 1);
      expect(toText(set.counts.slice(ID, rank, 1)[0]!.view())).toBe(toText(entryOf(rank * 2)));
    }
    expect(() => set.counts.slice(ID, 48, 3)).toThrow("sorted set 99 end before rank 51");
    for (const [rank, count] of [
      [0, 50],
      [3, 20],
      [49, 1],
    ] as const) {
      const entries = set.counts.slice(ID, rank, count).map((entry) => toText(entry.view()));
      expect(entries).toEqual(upTo(count).map((at) => toText(entryOf((rank + at) * 2))));
    }
  });

  test("an entry that moves is counted where it is then", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(20).map((number) => number * 10));
    for (const [from, to] of [
      [0, 191],
      [10, 11],
      [180, 1],
    ] as const) {
      test.db.collections.delete(KIND_ZSCORE, ID, entryOf(from));
      test.db.collections.put(KIND_ZSCORE, ID, entryOf(to), new Uint8Array(0));
      set.counts.moved(ID, entryOf(from), entryOf(to));
      set.check();
    }
    expect(set.counts.rank(ID, entryOf(191))).toBe(19);
    expect(set.counts.rank(ID, entryOf(11))).toBe(1);
  });

  test("counts that nobody remembers are read from the rows", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(50));
    set.counts = new ZSetCounts(test.ledis.keyspace, { ...LIMITS, bytesMax: 0, leafBytesMax: 0 });
    for (const rank of [49, 0, 25, 7]) {
      expect(set.counts.rank(ID, entryOf(rank))).toBe(rank);
      expect(toText(set.counts.slice(ID, rank, 1)[0]!.view())).toBe(toText(entryOf(rank)));
    }
    set.add(77, 100, 101, 102, 103).remove(3, 30).check();
    expect(() => set.counts.rank(1, entryOf(1))).toThrow("sorted set 1 has no counts");
  });

  test("ranges are read from the rows at first, then from memory, and what is written is seen", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(50));
    const { keyspace } = test.ledis;
    await test.ledis.flush();
    set.counts = new ZSetCounts(keyspace, LIMITS);
    const texts = (rank: number, count: number) =>
      set.counts.slice(ID, rank, count).map((entry) => toText(entry.view()));
    const expected = upTo(50).map((number) => toText(entryOf(number)));
    for (const [rank, count] of [
      [0, 50],
      [3, 20],
      [17, 1],
      [49, 1],
    ] as const) {
      expect(texts(rank, count)).toEqual(expected.slice(rank, rank + count));
      expect(texts(rank, count)).toEqual(expected.slice(rank, rank + count));
    }
    const { statementCount } = keyspace;
    expect(texts(17, 1)).toEqual([toText(entryOf(17))]);
    expect(keyspace.statementCount).toBe(statementCount);
    set.add(100).remove(30).check();
    expect(texts(28, 3)).toEqual([28, 29, 31].map((number) => toText(entryOf(number))));
    expect(texts(49, 1)).toEqual([toText(entryOf(100))]);
    await test.ledis.flush();
    set.counts = new ZSetCounts(keyspace, LIMITS);
    expect(() => set.counts.slice(ID, 45, 6)).toThrow("less than its counts say");
  });

  test("a turn that fails is forgotten", async () => {
    await using test = await openLedis();
    const set = new Counted(test).add(...upTo(20));
    await test.commit();
    set.add(100, 101, 102).remove(5);
    test.ledis.turns.breakTurn(new Error("a test breaks this turn"));
    await test.commit().catch(() => {});
    set.size = 20;
    expect(set.counts.rank(ID, entryOf(19))).toBe(19);
    set.check();
  });
});
