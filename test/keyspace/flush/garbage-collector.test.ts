import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { GarbageCollector } from "../../../src/keyspace/flush/garbage-collector.ts";
import { META_DEAD_SPACE } from "../../../src/keyspace/rows/meta-rows.ts";
import { KIND_HASH, KIND_ZSCORE, KIND_ZSET, RowKey } from "../../../src/keyspace/rows/row-key.ts";
import { keyRowValue, stringKey, TestGeneration } from "../../support/test-rows.ts";
import { TestSqlite } from "../../support/test-sqlite.ts";

const count = (sqlite: TestSqlite, table: string): number =>
  (sqlite.all(`SELECT count(*) AS n FROM ${table}`)[0] as { n: number }).n;

/** Works until there is nothing left; answers how many slices that took. */
function collect(sqlite: TestSqlite): number {
  const collector = new GarbageCollector(sqlite.db);
  let slices = 0;
  while (collector.slice()) if (++slices > 1000) throw new Error("it never ends");
  return slices;
}

test("the rows of a dropped collection go in slices, others stay", () => {
  using sqlite = new TestSqlite();
  const rows = new TestGeneration();
  rows.put(stringKey("dead"), keyRowValue("", 0, 1), 1);
  rows.put(stringKey("alive"), keyRowValue("", 0, 2), 2);
  for (const id of [1, 2]) {
    for (let i = 0; i < 4500; i++) {
      rows.put(new RowKey().element(KIND_HASH, id, fromText(`f${i}`)), "v");
    }
    rows.put(new RowKey().element(KIND_ZSET, id, fromText("m")), "s");
    rows.put(new RowKey().element(KIND_ZSCORE, id, fromText("sm")), "");
  }
  sqlite.apply(rows.generation);
  const next = new TestGeneration();
  next.delete(stringKey("dead"));
  sqlite.apply(next.generation);
  expect(collect(sqlite)).toBeGreaterThanOrEqual(3);
  expect(sqlite.all("SELECT DISTINCT id FROM hash")).toEqual([{ id: 2 }]);
  expect([count(sqlite, "hash"), count(sqlite, "zset"), count(sqlite, "zscore")]).toEqual([
    4500, 1, 1,
  ]);
  expect(count(sqlite, "garbage")).toBe(0);
});

test("a dead space goes with its keys, counters and collections", () => {
  using sqlite = new TestSqlite();
  const rows = new TestGeneration();
  for (let i = 0; i < 2500; i++) rows.put(stringKey(`k${i}`, 5), keyRowValue("v"));
  rows.put(stringKey("hash", 5), keyRowValue("", 99, 7), 7);
  rows.put(new RowKey().element(KIND_HASH, 7, fromText("f")), "v");
  rows.put(stringKey("other", 6), keyRowValue("v"));
  rows.put(new RowKey().meta(5, META_DEAD_SPACE), "");
  sqlite.apply(rows.generation);
  collect(sqlite);
  expect(sqlite.all("SELECT DISTINCT space FROM keys")).toEqual([{ space: 6 }]);
  expect(sqlite.all("SELECT space FROM spaces")).toEqual([{ space: 6 }]);
  expect([count(sqlite, "hash"), count(sqlite, "garbage")]).toEqual([0, 0]);
});

test("free pages go back to the file system", () => {
  using sqlite = new TestSqlite();
  const rows = new TestGeneration();
  rows.put(stringKey("k"), keyRowValue("", 0, 1), 1);
  for (let i = 0; i < 4000; i++) {
    rows.put(new RowKey().element(KIND_HASH, 1, fromText(`f${i}`)), "v".repeat(2000));
  }
  sqlite.apply(rows.generation);
  const pages = () => (sqlite.all("PRAGMA page_count")[0] as { page_count: number }).page_count;
  const before = pages();
  const next = new TestGeneration();
  next.delete(stringKey("k"));
  sqlite.apply(next.generation);
  collect(sqlite);
  expect(pages()).toBeLessThan(before / 2);
});

test("without garbage there is nothing to do, also in a file that cannot shrink", () => {
  using sqlite = new TestSqlite();
  expect(new GarbageCollector(sqlite.db).slice()).toBe(false);
  sqlite.db.run("PRAGMA journal_mode = DELETE");
  sqlite.db.run("PRAGMA auto_vacuum = NONE");
  sqlite.db.run("VACUUM");
  sqlite.db.run("CREATE TABLE waste (bytes BLOB)");
  sqlite.db.run("INSERT INTO waste VALUES (zeroblob(8000000))");
  sqlite.db.run("DROP TABLE waste");
  expect(sqlite.all("PRAGMA auto_vacuum")).toEqual([{ auto_vacuum: 0 }]);
  expect(new GarbageCollector(sqlite.db).slice()).toBe(false);
});
