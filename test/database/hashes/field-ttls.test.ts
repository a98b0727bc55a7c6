import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { CollectionHeader } from "../../../src/database/collections/collections.ts";
import { earliestDeadline, FieldTtls } from "../../../src/database/hashes/field-ttls.ts";
import { TYPE_HASH } from "../../../src/keyspace/rows/key-row.ts";
import { readU48 } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis } from "../../support/open-ledis.ts";

const [a, b, c] = ["a", "b", "c"].map(fromText) as [Uint8Array, Uint8Array, Uint8Array];

/** [earliest, count, latest]; null: no TTL at all. */
function summaryOf({ extra }: CollectionHeader): number[] | null {
  return extra.length === 0 ? null : [0, 6, 12].map((at) => readU48(extra, at));
}

test("deadlines are set, replaced and taken away, and the header knows the first and the last", async () => {
  await using test = await openLedis();
  const ttls = new FieldTtls(test.db.collections);
  const hash = test.db.collections.create(TYPE_HASH);
  expect(earliestDeadline(hash)).toBe(Infinity);
  expect(ttls.clear(hash, a)).toBe(false);
  ttls.set(hash, a, 100);
  ttls.set(hash, b, 300);
  ttls.set(hash, c, 200);
  expect(summaryOf(hash)).toEqual([100, 3, 300]);
  ttls.set(hash, b, 150);
  expect(summaryOf(hash)).toEqual([100, 3, 300]);
  expect([a, b, c].map((field) => ttls.deadline(hash, field))).toEqual([100, 150, 200]);
  expect(ttls.clear(hash, c)).toBe(true);
  expect(summaryOf(hash)).toEqual([100, 2, 300]);
  expect(ttls.clear(hash, a)).toBe(true);
  expect(earliestDeadline(hash)).toBeLessThanOrEqual(150);
  ttls.settle(hash);
  expect(summaryOf(hash)).toEqual([150, 1, 300]);
  const { extra } = hash;
  ttls.set(hash, b, 150);
  expect(hash.extra).toBe(extra);
  ttls.clear(hash, b);
  expect(summaryOf(hash)).toBeNull();
});

test("those that have ended are found, the earliest first", async () => {
  await using test = await openLedis();
  const ttls = new FieldTtls(test.db.collections);
  const hash = test.db.collections.create(TYPE_HASH);
  ttls.set(hash, a, 300);
  ttls.set(hash, b, 100);
  ttls.set(hash, c, 200);
  const due = (nowMs: number, max: number) => ttls.due(hash, nowMs, max).map(mapKey);
  expect(due(99, 9)).toEqual([]);
  expect(due(200, 9)).toEqual(["b", "c"]);
  expect(due(999, 2)).toEqual(["b", "c"]);
  expect([99, 100, 999].map((nowMs) => ttls.countDue(hash, nowMs))).toEqual([0, 1, 3]);
});

test("all have ended when each field has a TTL and the last has passed, however late the header thinks", async () => {
  await using test = await openLedis();
  const ttls = new FieldTtls(test.db.collections);
  const hash = test.db.collections.create(TYPE_HASH);
  hash.size = 2;
  ttls.set(hash, a, 100);
  expect(ttls.haveAllEnded(hash, 999)).toBe(false);
  ttls.set(hash, b, 300);
  ttls.set(hash, b, 200);
  expect(ttls.haveAllEnded(hash, 199)).toBe(false);
  expect(ttls.haveAllEnded(hash, 200)).toBe(true);
});
