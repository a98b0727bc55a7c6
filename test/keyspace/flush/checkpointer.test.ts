import { expect, test } from "bun:test";
import { Checkpointer } from "../../../src/keyspace/flush/checkpointer.ts";
import { openForReading } from "../../../src/keyspace/sqlite/schema.ts";
import { keyRowValue, stringKey, TestGeneration } from "../../support/test-rows.ts";
import { TestSqlite } from "../../support/test-sqlite.ts";

function write(sqlite: TestSqlite, bytes: number): void {
  const rows = new TestGeneration();
  rows.put(stringKey("k"), keyRowValue("v".repeat(bytes)));
  sqlite.apply(rows.generation);
}

test("a checkpoint empties the WAL", () => {
  using sqlite = new TestSqlite();
  const checkpointer = new Checkpointer(sqlite.db, sqlite.options.path);
  write(sqlite, 100);
  expect(checkpointer.walBytes).toBeGreaterThan(0);
  expect(checkpointer.isDue).toBe(false);
  expect(checkpointer.run()).toBe(true);
  expect(checkpointer.walBytes).toBe(0);
  expect(checkpointer.run()).toBe(true);
});

test("a large WAL is worth a checkpoint", () => {
  using sqlite = new TestSqlite();
  const checkpointer = new Checkpointer(sqlite.db, sqlite.options.path);
  write(sqlite, 33 << 20);
  expect(checkpointer.isDue).toBe(true);
  expect(checkpointer.run()).toBe(true);
  expect(checkpointer.isDue).toBe(false);
});

test("a reader that holds on to its past keeps the WAL as it is, and nobody waiting", () => {
  using sqlite = new TestSqlite();
  const checkpointer = new Checkpointer(sqlite.db, sqlite.options.path);
  write(sqlite, 100);
  const reader = openForReading(sqlite.options);
  reader.run("BEGIN");
  reader.query("SELECT count(*) FROM keys").get();
  write(sqlite, 200);
  const start = performance.now();
  expect(checkpointer.run()).toBe(false);
  expect(performance.now() - start).toBeLessThan(900);
  expect(checkpointer.walBytes).toBeGreaterThan(0);
  reader.close();
  expect(checkpointer.run()).toBe(true);
});
