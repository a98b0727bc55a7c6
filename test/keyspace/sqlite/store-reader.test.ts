import { expect, test } from "bun:test";
import { copyBytes, fromMapKey, mapKey } from "../../../src/bytes/bytes.ts";
import { KEY_HEAD_BYTES } from "../../../src/keyspace/rows/key-row.ts";
import { KIND_SET, RowKey } from "../../../src/keyspace/rows/row-key.ts";
import { StoreReader } from "../../../src/keyspace/sqlite/store-reader.ts";
import { keyRowValue, stringKey, TestGeneration } from "../../support/test-rows.ts";
import { historyId, TestSqlite } from "../../support/test-sqlite.ts";

const member = (name: string): RowKey => new RowKey().element(KIND_SET, 1, fromMapKey(name));

function fill(sqlite: TestSqlite, ...members: readonly string[]): void {
  const rows = new TestGeneration();
  for (const name of members) rows.put(member(name), name);
  sqlite.apply(rows.generation);
}

test("before the first flush there is nothing, and no position", () => {
  using sqlite = new TestSqlite();
  const reader = new StoreReader(sqlite.options);
  expect(reader.get(member("a"))).toBeNull();
  expect(reader.counts(0)).toEqual({ keys: 0, expires: 0 });
  expect(reader.applied()).toBeNull();
  expect(reader.historyId()).toBeNull();
  reader.close();
});

test("all reads of a turn see one snapshot; the next turn sees the next", () => {
  using sqlite = new TestSqlite();
  const reader = new StoreReader(sqlite.options);
  let begun = 0;
  reader.onBegin(() => begun++);
  fill(sqlite, "a");
  expect(reader.get(member("a"))).not.toBeNull();
  fill(sqlite, "b");
  expect(reader.get(member("b"))).toBeNull();
  expect(reader.applied()).toEqual({ file: 1, offset: 100 });
  reader.endTurn();
  expect(reader.get(member("b"))).not.toBeNull();
  expect(reader.applied()).toEqual({ file: 1, offset: 101 });
  expect(reader.historyId()).toEqual(historyId);
  expect(begun).toBe(2);
  reader.endTurn();
  reader.endTurn();
  reader.close();
});

test("a kept snapshot outlives the turn; each turn's first read is told all the same", () => {
  using sqlite = new TestSqlite();
  const reader = new StoreReader(sqlite.options);
  const has = (name: string) => reader.get(member(name)) !== null;
  let begun = 0;
  reader.onBegin(() => begun++);
  reader.keepSnapshots(true);
  fill(sqlite, "a");
  expect(has("a")).toBe(true);
  fill(sqlite, "b");
  reader.endTurn();
  expect([has("a"), has("b")]).toEqual([true, false]);
  expect(begun).toBe(2);
  reader.endSnapshot();
  expect(has("b")).toBe(true);
  expect(begun).toBe(2);
  reader.endTurn();
  reader.close();
});

test("who stops keeping snapshots ends the present one: at once between turns, else with the turn", () => {
  using sqlite = new TestSqlite();
  const reader = new StoreReader(sqlite.options);
  const { db } = sqlite;
  const isFree = () =>
    db.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy === 0;
  db.run("PRAGMA busy_timeout = 0");
  fill(sqlite, "a");
  reader.keepSnapshots(true);
  reader.beginSnapshot();
  reader.endTurn();
  expect(isFree()).toBe(false);
  reader.keepSnapshots(false);
  expect(isFree()).toBe(true);
  fill(sqlite, "b");
  reader.keepSnapshots(true);
  reader.beginSnapshot();
  reader.keepSnapshots(false);
  expect(isFree()).toBe(false);
  reader.endTurn();
  expect(isFree()).toBe(true);
  reader.keepSnapshots(true);
  reader.close();
  reader.endTurn();
});

test("ranges are bounded, limited, and walked either way", () => {
  using sqlite = new TestSqlite();
  fill(sqlite, "", "a", "a\0", "b", "\xff");
  const reader = new StoreReader(sqlite.options);
  const range = (from: string, to: string | null, limit: number, reverse: boolean) =>
    reader
      .range(
        copyBytes(member(from).view()),
        to === null ? null : copyBytes(member(to).view()),
        limit,
        reverse,
      )
      .map((row) => mapKey(row.rest));
  expect(range("", null, 9, false)).toEqual(["", "a", "a\0", "b", "\xff"]);
  expect(range("", null, 2, true)).toEqual(["\xff", "b"]);
  expect(range("a", "b", 9, false)).toEqual(["a", "a\0"]);
  expect(range("a", "b", 9, true)).toEqual(["a\0", "a"]);
  expect(range("b", "a", 9, false)).toEqual([]);
  reader.close();
});

test("a walk over keys gets the heads of their values only", () => {
  using sqlite = new TestSqlite();
  const rows = new TestGeneration();
  rows.put(stringKey("k"), keyRowValue("long".repeat(100), 5));
  sqlite.apply(rows.generation);
  const reader = new StoreReader(sqlite.options);
  const from = copyBytes(stringKey("").view());
  expect(reader.range(from, null, 9, false)[0]!.value!.length).toBe(KEY_HEAD_BYTES);
  expect(reader.get(stringKey("k"))!.length).toBe(7 + 400);
  reader.close();
});

test("expired keys come by time, then by space and key, page after page", () => {
  using sqlite = new TestSqlite();
  const rows = new TestGeneration();
  for (const [space, key, at] of [
    [1, "c", 30],
    [0, "b", 10],
    [1, "a", 10],
    [0, "d", 2 ** 41],
    [0, "e", 0],
  ] as const) {
    rows.put(stringKey(key, space), keyRowValue("v", at));
  }
  sqlite.apply(rows.generation);
  const reader = new StoreReader(sqlite.options);
  const first = reader.expired(null, 2 ** 40, 2);
  expect(first.map((row) => mapKey(row.key))).toEqual(["b", "a"]);
  const rest = reader.expired(first[1]!, 2 ** 40, 9);
  expect(rest.map((row) => [row.space, mapKey(row.key), row.expire_at])).toEqual([[1, "c", 30]]);
  expect(reader.expired(rest[0]!, 2 ** 42, 9).map((row) => row.expire_at)).toEqual([2 ** 41]);
  reader.close();
});
